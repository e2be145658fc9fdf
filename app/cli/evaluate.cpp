#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/read_options.h"
#include "app/cli/run_options.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/image/resample.h"
#include "core/io/picture_file.h"
#include "core/metrics/metrics.h"
#include "core/zoom/photo.h"
#include "core/zoom/staircase.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

struct Arguments {
    RunOptions run;
    std::string data;
    std::string scales = "2,3,4";
    std::string method = "casr";
    std::string json;
};

struct Score {
    std::string name;
    double psnr = 0;
    double ssim = 0;
    double lowResolutionPsnr = 0;
    double seconds = 0;
};

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> list;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
        if (isWritableFormat(entry.path())) {
            list.push_back(entry.path());
        }
    }
    if (list.empty()) {
        throw Error("'" + folder.string() + "' holds no pictures. Give the folder of the high-resolution test pictures with --data.");
    }
    std::sort(list.begin(), list.end());
    return list;
}

/// The truth cut so that a whole number of low-resolution pixels fits, and that low-resolution side.
struct Pair {
    Image truth;
    Image low;
};

Pair pairOf(const Image& picture, double scale) {
    const auto shrunk = [&](int length) { return static_cast<int>(std::floor(length / scale + 1e-9)); };
    const auto grown = [&](int length) { return static_cast<int>(std::floor(length * scale + 0.5)); };
    const Size low{shrunk(picture.width()), shrunk(picture.height())};
    if (low.isEmpty()) {
        throw Error("A test picture is smaller than the scale. Leave it out of the folder.");
    }
    const Image truth = roundedTo8Bit(cropped(picture, rectOf({grown(low.width), grown(low.height)})));
    return {truth, resizedTo8Bit(truth, low)};
}

class Evaluation {
public:
    explicit Evaluation(const Arguments& arguments) : m_arguments(arguments), m_pictures(picturesIn(arguments.data)) {
        if (arguments.method == "casr") {
            m_network = arguments.run.loadNetwork();
            m_precision = arguments.run.resolvedPrecision();
        }
    }

    void run() {
        std::printf("%-8s %-28s %8s %8s %8s %8s\n", "scale", "picture", "PSNR-Y", "SSIM-Y", "LR-PSNR", "seconds");
        for (const double scale : parseScales(m_arguments.scales)) {
            std::vector<Score> scores;
            for (const std::filesystem::path& path : m_pictures) {
                scores.push_back(scoreOf(path, scale));
                print(scale, scores.back());
            }
            const Score mean = meanOf(scores);
            print(scale, mean);
            keep(scale, scores, mean);
        }
        if (!m_arguments.json.empty()) {
            writeBesideAndRename(m_arguments.json, [&](std::ostream& out) { out << m_report.dump(2) << '\n'; });
        }
    }

private:
    Image enlarged(const Image& low, double scale, Size size) const;
    Score scoreOf(const std::filesystem::path& path, double scale) const;
    static Score meanOf(const std::vector<Score>& scores);
    static void print(double scale, const Score& score);
    void keep(double scale, const std::vector<Score>& scores, const Score& mean);

    const Arguments& m_arguments;
    std::vector<std::filesystem::path> m_pictures;
    std::shared_ptr<const Network> m_network;
    Precision m_precision = Precision::float32;
    Json m_report = Json::object();
};

Image Evaluation::enlarged(const Image& low, double scale, Size size) const {
    if (m_arguments.method != "casr") {
        return resized(low, size, m_arguments.method == "lanczos" ? Kernel::lanczos3 : Kernel::bicubic);
    }
    const Photo photo = photoOf(low);
    Staircase staircase(photo.rgb, m_network, planSchedule(low.size(), scale, m_arguments.run.stepLimit), m_precision,
                        TileCache::defaultBudget());
    const int last = staircase.plan().levels() - 1;
    const PlacedImage rgb = staircase.region(last, rectOf(staircase.plan().result()), isInterrupted);
    return pictureOf(photo, rgb.image, staircase.plan().result(), rgb.rect());
}

Score Evaluation::scoreOf(const std::filesystem::path& path, double scale) const {
    const Image picture = readForRun(path, {}).image;
    const Pair pair = pairOf(selectChannels(picture, 0, picture.colourChannels()), scale);
    const double start = now();
    const Image result = enlarged(pair.low, scale, pair.truth.size());
    const double seconds = now() - start;
    const Fidelity fidelity = fidelityOfLuma(result, pair.truth, scale);
    return {path.stem().string(), fidelity.psnr, fidelity.ssim, lowResolutionPsnr(result, pair.low), seconds};
}

Score Evaluation::meanOf(const std::vector<Score>& scores) {
    Score mean{"mean"};
    for (const Score& score : scores) {
        mean.psnr += score.psnr / static_cast<double>(scores.size());
        mean.ssim += score.ssim / static_cast<double>(scores.size());
        mean.lowResolutionPsnr += score.lowResolutionPsnr / static_cast<double>(scores.size());
        mean.seconds += score.seconds / static_cast<double>(scores.size());
    }
    return mean;
}

void Evaluation::print(double scale, const Score& score) {
    std::printf("x%-7.4g %-28s %8.3f %8.4f %8.2f %8.3f\n", scale, score.name.c_str(), score.psnr, score.ssim, score.lowResolutionPsnr,
                score.seconds);
    std::fflush(stdout);
}

void Evaluation::keep(double scale, const std::vector<Score>& scores, const Score& mean) {
    const auto numbers = [](const Score& score) {
        return Json{{"name", score.name},
                    {"psnr_y", score.psnr},
                    {"ssim_y", score.ssim},
                    {"lr_psnr", score.lowResolutionPsnr},
                    {"seconds", score.seconds}};
    };
    Json entry{{"scale", scale}, {"mean", numbers(mean)}, {"pictures", Json::array()}};
    for (const Score& score : scores) {
        entry["pictures"].push_back(numbers(score));
    }
    m_report["method"] = m_arguments.method;
    m_report["step_limit"] = m_arguments.run.stepLimit;
    m_report["scales"].push_back(entry);
    if (m_network) {
        m_report["profile"] = numericProfile(m_precision);
        m_report["weights_sha256"] = m_network->checksum();
    }
}

} // namespace

Action addEvaluate(CLI::App& app) {
    CLI::App* command = app.add_subcommand("evaluate", "Measure a method on a folder of test pictures by the field's protocol");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("--data", arguments->data, "Folder of high-resolution pictures")->required();
    command->add_option("--scales", arguments->scales, "Factors with commas between")
        ->capture_default_str()
        ->check([](const std::string& text) { return parseScales(text), std::string(); });
    command->add_option("--method", arguments->method)->check(CLI::IsMember({"casr", "bicubic", "lanczos"}))->capture_default_str();
    command->add_option("--json", arguments->json, "Write the figures to this file");
    arguments->run.addTo(*command);
    return [arguments] { Evaluation(*arguments).run(); };
}

} // namespace casr::cli
