#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/evaluate_report.h"
#include "app/cli/picture_folder.h"
#include "app/cli/read_options.h"
#include "core/base/error.h"
#include "core/base/model_location.h"
#include "core/base/safe_file.h"
#include "core/image/resample.h"
#include "core/io/picture_file.h"
#include "core/metrics/pristine_file.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace casr::cli {

namespace {

struct Arguments {
    RunOptions run;
    ReadOptions read;
    std::string data;
    std::string scales = "2,3,4";
    std::string method = "casr";
    std::string without;
    std::string pristine;
    std::string json;
    std::string markdown;
    std::string save;
    int pictures = 0;
    float detail = 0;
    int ensemble = 1;
    Degradation spoiling;
    std::string noise = "0", jpeg = "0", blur = "0";
    bool oneJump = false;
    bool ablation = false;
};

EvaluationMethod methodOf(const Arguments& arguments) {
    EvaluationMethod method;
    method.name = arguments.method;
    method.stepLimit = arguments.run.stepLimit;
    method.oneJump = arguments.oneJump;
    method.detail = arguments.detail;
    method.ensemble = arguments.ensemble;
    method.spoiling = arguments.spoiling;
    method.noise = parseAmount(arguments.noise);
    method.jpeg = parseAmount(arguments.jpeg);
    method.blur = parseAmount(arguments.blur);
    method.parts = parseStepParts(arguments.without);
    if (method.name == "casr") {
        method.network = arguments.run.loadNetwork();
        method.precision = arguments.run.resolvedPrecision();
    } else if (method.cleans() || method.detail > 0.0f || method.ensemble > 1) {
        throw CLI::ValidationError("evaluate",
                                   "--noise, --jpeg, --blur, --detail and --ensemble need --method casr, which alone knows them.");
    }
    return method;
}

EvaluationMethod without(EvaluationMethod method, const std::string& parts) {
    method.parts = parseStepParts(parts);
    return method;
}

/// What the parts of the method are worth: all of it, each part off, and what it has to beat.
std::vector<EvaluationMethod> ablationOf(const EvaluationMethod& everything) {
    std::vector<EvaluationMethod> methods{everything};
    for (const char* parts : {"sdam", "sarm", "sdam,sarm", "backprojection"}) {
        methods.push_back(without(everything, parts));
    }
    methods.push_back(everything);
    methods.back().oneJump = true;
    EvaluationMethod& plain = methods.emplace_back();
    plain.name = "bicubic";
    plain.spoiling = everything.spoiling;
    return methods;
}

std::vector<EvaluationMethod> methodsOf(const Arguments& arguments) {
    const EvaluationMethod method = methodOf(arguments);
    return arguments.ablation ? ablationOf(method) : std::vector{method};
}

std::vector<std::filesystem::path> chosenPictures(const Arguments& arguments) {
    auto pictures = picturesIn(arguments.data, "Give the folder of the high-resolution test pictures with --data.");
    if (arguments.pictures > 0 && static_cast<std::size_t>(arguments.pictures) < pictures.size()) {
        pictures.resize(static_cast<std::size_t>(arguments.pictures));
    }
    return pictures;
}

/// Refuses before the work what would fail after it.
void makeFolder(const std::string& folder) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (!std::filesystem::is_directory(folder, problem)) {
        throw Error("'" + folder + "' cannot be made. Give a folder that can be written with --save.");
    }
}

class Evaluation {
public:
    explicit Evaluation(const Arguments& arguments)
        : m_arguments(arguments), m_pictures(chosenPictures(arguments)),
          m_pristine(readPristine(arguments.pristine.empty() ? shippedPristine() : std::filesystem::path(arguments.pristine))),
          m_methods(methodsOf(arguments)), m_scales(parseScales(arguments.scales)) {}

    void run() {
        if (!m_arguments.save.empty()) {
            makeFolder(m_arguments.save);
        }
        std::vector<MethodScores> measured;
        for (const EvaluationMethod& method : m_methods) {
            measured.push_back(scoresOf(method));
        }
        write(m_arguments.json, [&](std::ostream& out) { out << jsonOf(measured).dump(2) << '\n'; });
        write(m_arguments.markdown, [&](std::ostream& out) { out << markdownOf(measured); });
    }

private:
    MethodScores scoresOf(const EvaluationMethod& method) const {
        if (m_methods.size() > 1) {
            std::printf("%s\n", labelOf(method).c_str());
        }
        printHeadings();
        MethodScores scores{method, {}};
        for (const double scale : m_scales) {
            scores.scales.push_back(scoresAt(method, scale));
        }
        return scores;
    }

    ScaleScores scoresAt(const EvaluationMethod& method, double scale) const {
        ScaleScores scores{scale, {}, {}};
        for (std::size_t i = 0; i < m_pictures.size(); ++i) {
            scores.pictures.push_back(scoreAt(method, i, scale));
            printScore(scale, scores.pictures.back());
        }
        scores.mean = meanOf(scores.pictures, m_pristine);
        printScore(scale, scores.mean);
        return scores;
    }

    /// Of picture `index`, which also chooses the noise.
    Score scoreAt(const EvaluationMethod& method, std::size_t index, double scale) const {
        const std::filesystem::path& path = m_pictures[index];
        const TestPair pair = testPairOf(readForRun(path, m_arguments.read).image, scale, index);
        const Enlargement enlargement = enlarge(method, pair.low, scale, pair.truth.size());
        if (!m_arguments.save.empty()) {
            save(path.stem().string(), scale, enlargement.steps.back().picture);
        }
        return scoreOf(path.stem().string(), pair, scale, enlargement, m_pristine);
    }

    TestPair testPairOf(const Image& picture, double scale, std::uint64_t seed) const {
        TestPair pair = pairOf(selectChannels(picture, 0, picture.colourChannels()), scale);
        const Degradation amount = m_arguments.spoiling;
        return amount.isNone() ? pair : spoilt(std::move(pair), amount, seed);
    }

    void save(const std::string& name, double scale, const Image& result) const {
        char factor[32];
        std::snprintf(factor, sizeof factor, "_x%.4g.png", scale);
        writePicture(std::filesystem::path(m_arguments.save) / (name + factor), {result, 8, {}});
    }

    static void write(const std::string& path, const std::function<void(std::ostream&)>& content) {
        if (!path.empty()) {
            writeBesideAndRename(path, content);
        }
    }

    const Arguments& m_arguments;
    std::vector<std::filesystem::path> m_pictures;
    SceneGaussian m_pristine;
    std::vector<EvaluationMethod> m_methods;
    std::vector<double> m_scales;
};

} // namespace

Action addEvaluate(CLI::App& app) {
    CLI::App* command = app.add_subcommand("evaluate", "Measure a method on a folder of test pictures by the field's protocol");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("--data", arguments->data, "Folder of high-resolution pictures, which are shrunk and enlarged again")->required();
    command->add_option("--scales", arguments->scales, "Factors with commas between")
        ->capture_default_str()
        ->check([](const std::string& text) { return parseScales(text), std::string(); });
    command->add_option("--pictures", arguments->pictures, "Only the first so many; 0: all")->check(CLI::Range(0, 1 << 20));
    CLI::Option* method =
        command->add_option("--method", arguments->method)->check(CLI::IsMember({"casr", "bicubic", "lanczos"}))->capture_default_str();
    CLI::Option* oneJump = command->add_flag("--one-jump", arguments->oneJump, "One step of x4 at most, the rest by the bicubic");
    CLI::Option* without = command->add_option("--without", arguments->without, "Parts to leave out, of sdam,depth,sarm,backprojection")
                               ->check([](const std::string& text) { return parseStepParts(text), std::string(); });
    command
        ->add_option("--detail", arguments->detail,
                     "Share of perceptual detail, 0 to 1, of which steps before the last get a part; the weights must have it")
        ->check(CLI::Range(0.0f, 1.0f))
        ->capture_default_str();
    addEnsembleOption(*command, arguments->ensemble);
    command->add_option("--spoil-noise", arguments->spoiling.noise, "Noise that the shrunk pictures get first, 0 to 1 as for casr upscale")
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--spoil-jpeg", arguments->spoiling.jpeg, "JPEG artifacts that they get first, likewise")
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--spoil-blur", arguments->spoiling.blur, "Blur that they get first, likewise")->check(CLI::Range(0.0, 1.0));
    for (const auto& [name, amount] :
         {std::pair("--noise", &arguments->noise), std::pair("--jpeg", &arguments->jpeg), std::pair("--blur", &arguments->blur)}) {
        command->add_option(name, *amount, "What to remove of it, 0 to 1; auto: as estimated")
            ->capture_default_str()
            ->check([](const std::string& text) { return parseAmount(text), std::string(); });
    }
    command->add_option("--pristine", arguments->pristine, "What casr fit-niqe made; the shipped one when not given");
    command->add_option("--json", arguments->json, "Write the figures to this file");
    command->add_option("--markdown", arguments->markdown, "Write tables to this file");
    CLI::Option* save = command->add_option("--save", arguments->save, "Write the enlarged pictures into this folder");
    CLI::Option* ablation = command->add_flag("--ablation", arguments->ablation,
                                              "Measure all of the method, each part of it off, one jump and the bicubic, in one table");
    for (CLI::Option* other : {method, oneJump, without, save}) {
        ablation->excludes(other);
    }
    addReadOptions(*command, arguments->read);
    arguments->run.addTo(*command);
    return [arguments] { Evaluation(*arguments).run(); };
}

} // namespace casr::cli
