#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/run_options.h"
#include "core/base/error.h"
#include "core/io/picture_file.h"
#include "core/zoom/photo.h"
#include "core/zoom/staircase.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

struct Arguments {
    RunOptions run;
    std::string in;
    std::string out;
    double scale = 2;
    std::string region;
    std::string keepSteps;
    bool json = false;
};

/// One run of the command: the photo, its staircase, and what is told about it at the end.
class UpscaleRun {
public:
    explicit UpscaleRun(const Arguments& arguments)
        : m_arguments(arguments), m_picture(readPicture(arguments.in)), m_photo(photoOf(m_picture.image)), m_region(chosenRegion()),
          m_staircase(m_photo.rgb, arguments.run.loadNetwork(), planSchedule(m_photo.size(), arguments.scale, arguments.run.stepLimit),
                      arguments.run.resolvedPrecision(), TileCache::defaultBudget()) {}

    void run() {
        for (int level = 1; level < plan().levels(); ++level) {
            climb(level);
        }
        const double start = now();
        writePicture(m_arguments.out, result(plan().levels() - 1));
        m_report["write_seconds"] = now() - start;
        tell();
    }

private:
    const Plan& plan() const { return m_staircase.plan(); }

    Rect chosenRegion() const;
    void climb(int level);
    Picture result(int level);
    void keepStep(int level);
    void tell();

    const Arguments& m_arguments;
    Picture m_picture;
    Photo m_photo;
    Rect m_region;
    Staircase m_staircase;
    ProgressBar m_bar;
    double m_started = now();
    std::int64_t m_pixelsDone = 0;
    Json m_report = Json::object();
};

Rect UpscaleRun::chosenRegion() const {
    const Rect whole = rectOf(m_photo.size());
    const Rect region = m_arguments.region.empty() ? whole : parseRegion(m_arguments.region);
    if (!contains(whole, region)) {
        throw Error("The region " + m_arguments.region + " reaches outside the picture, which has " + std::to_string(whole.width()) +
                    " x " + std::to_string(whole.height()) + " pixels. Choose x, y, width and height inside it.");
    }
    return region;
}

void UpscaleRun::climb(int level) {
    const double start = now();
    const LevelGrid grid = m_staircase.gridOf(level);
    const Rect tiles = grid.tilesMeeting(regionAt(plan(), level, m_region));
    const std::string name = "step " + std::to_string(level) + "/" + std::to_string(plan().steps.size());
    double all = 0;
    for (int each = 1; each < plan().levels(); ++each) {
        all += static_cast<double>(regionAt(plan(), each, m_region).size().area());
    }
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            m_staircase.tile({level, column, row}, isInterrupted);
            const Rect shown = intersection(grid.pixelsOf(column, row), regionAt(plan(), level, m_region));
            m_pixelsDone += shown.size().area();
            const int tile = (row - tiles.top) * tiles.width() + column - tiles.left + 1;
            m_bar.show(static_cast<double>(m_pixelsDone) / all,
                       name + ", tile " + std::to_string(tile) + "/" + std::to_string(tiles.size().area()));
        }
    }
    const Size size = regionAt(plan(), level, m_region).size();
    m_report["steps"].push_back({{"step", level},
                                 {"scale", plan().steps[static_cast<std::size_t>(level) - 1].scale},
                                 {"cumulative", plan().cumulativeOf(level)},
                                 {"width", size.width},
                                 {"height", size.height},
                                 {"tiles", tiles.size().area()},
                                 {"seconds", now() - start}});
    keepStep(level);
}

Picture UpscaleRun::result(int level) {
    const Rect part = regionAt(plan(), level, m_region);
    const PlacedImage rgb = m_staircase.region(level, part, isInterrupted);
    Picture picture = m_picture;
    picture.image = pictureOf(m_photo, rgb.image, plan().sizeOf(level), part);
    return picture;
}

void UpscaleRun::keepStep(int level) {
    if (m_arguments.keepSteps.empty()) {
        return;
    }
    const std::filesystem::path folder = m_arguments.keepSteps;
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) {
        throw Error("The folder '" + folder.string() + "' cannot be made (" + problem.message() + "). Choose another for --keep-steps.");
    }
    char name[64];
    std::snprintf(name, sizeof name, "step%02d-x%.4g", level, plan().cumulativeOf(level));
    writePicture(folder / (name + std::filesystem::path(m_arguments.out).extension().string()), result(level));
}

void UpscaleRun::tell() {
    const StaircaseStatistics statistics = m_staircase.statistics();
    const double seconds = now() - m_started;
    const Size size = regionAt(plan(), plan().levels() - 1, m_region).size();
    if (!m_arguments.json) {
        std::cout << m_arguments.out << ": " << size.width << " x " << size.height << " pixels, x" << plan().scale << " in "
                  << plan().steps.size() << (plan().steps.size() == 1 ? " step, " : " steps, ") << seconds << " s" << std::endl;
        return;
    }
    m_report["output"] = m_arguments.out;
    m_report["width"] = size.width;
    m_report["height"] = size.height;
    m_report["scale"] = plan().scale;
    m_report["step_limit"] = plan().stepLimit;
    m_report["region"] = {m_region.left, m_region.top, m_region.width(), m_region.height()};
    m_report["profile"] = m_staircase.profile();
    m_report["weights_sha256"] = m_staircase.network().checksum();
    m_report["threads"] = computeThreads();
    m_report["seconds"] = seconds;
    m_report["network_seconds"] = statistics.networkSeconds;
    m_report["field_seconds"] = statistics.fieldSeconds;
    m_report["tiles_computed"] = statistics.tilesComputed;
    m_report["tiles_repaired"] = statistics.tilesRepaired;
    m_report["peak_memory_bytes"] = peakMemory();
    std::cout << m_report.dump(2) << std::endl;
}

void requireWritableFormat(const std::string& out) {
    if (!isWritableFormat(out)) {
        throw Error("'" + out + "' has no ending this program writes. Use .png, .tif, .jpg or .webp.");
    }
}

} // namespace

Action addUpscale(CLI::App& app) {
    CLI::App* command = app.add_subcommand("upscale", "Zoom a picture, or a region of it, by the staircase");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("IN", arguments->in, "The photo")->required();
    command->add_option("-o,--output", arguments->out, "The result: .png, .tif, .jpg or .webp")->required();
    command->add_option("--scale", arguments->scale, "Factor, any real number from 1 to 64")->required()->check(CLI::Range(1.0, maxScale));
    command->add_option("--region", arguments->region, "x,y,width,height in pixels of the photo; all of it when not given")
        ->check([](const std::string& text) { return parseRegion(text), std::string(); });
    command->add_option("--keep-steps", arguments->keepSteps, "Folder for the picture of every step");
    command->add_flag("--json", arguments->json, "Print plan, timings, sizes and memory as JSON");
    arguments->run.addTo(*command);
    return [arguments] {
        requireWritableFormat(arguments->out);
        UpscaleRun(*arguments).run();
    };
}

} // namespace casr::cli
