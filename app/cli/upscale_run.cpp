#include "app/cli/upscale_run.h"

#include "app/cli/arguments.h"
#include "app/cli/recipe_options.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/metrics/degradation_estimate.h"
#include "core/recipe/recipe_controls.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

std::string stepName(int level, double cumulative, const std::filesystem::path& extension) {
    char name[64];
    std::snprintf(name, sizeof name, "step%02d-x%.4g", level, cumulative);
    return name + extension.string();
}

/// One line that is no failure.
void note(const std::string& text) {
    std::fprintf(stderr, "casr: %s\n", text.c_str());
}

std::size_t cacheBytes(const UpscaleArguments& arguments) {
    return arguments.memory > 0 ? static_cast<std::size_t>(arguments.memory) << 20 : TileCache::defaultBudget();
}

std::string megabytes(std::int64_t bytes) {
    return std::to_string((bytes + 999999) / 1000000) + " MB";
}

Json stepsOf(const Plan& plan, Rect region, const StaircaseStatistics& statistics) {
    Json steps = Json::array();
    for (int level = 1; level < plan.levels(); ++level) {
        const Size size = regionAt(plan, level, region).size();
        const LevelStatistics& computed = statistics.levels[static_cast<std::size_t>(level) - 1];
        steps.push_back({{"step", level},
                         {"scale", plan.steps[static_cast<std::size_t>(level) - 1].scale},
                         {"cumulative", plan.cumulativeOf(level)},
                         {"width", size.width},
                         {"height", size.height},
                         {"tiles_computed", computed.tiles},
                         {"seconds", computed.seconds}});
    }
    return steps;
}

/// The photo's file where tiles are kept under its name.
std::string hashForTiles(const UpscaleArguments& arguments) {
    return arguments.job.empty() && arguments.cache.empty() ? std::string() : hashOfFile(arguments.in);
}

/// The photo's file and what else decides its pixels.
std::string idOfPhoto(const UpscaleArguments& arguments, const std::string& hash) {
    const std::string tone = arguments.read.tone == ToneCurve::clip ? " clip" : "";
    return hash + (arguments.read.page > 0 ? " page " + std::to_string(arguments.read.page) : "") + tone;
}

void printJson(const Preflight& before, double secondsOfTile) {
    const Json report{{"width", before.layout.size.width},  {"height", before.layout.size.height},
                      {"channels", before.layout.channels}, {"bits_per_sample", before.layout.bitsPerSample},
                      {"uncompressed_bytes", before.bytes}, {"free_disk_bytes", before.freeDisk},
                      {"peak_memory_bytes", before.memory}, {"tiles", before.tiles},
                      {"seconds_of_tile", secondsOfTile},   {"seconds", secondsOfTile * static_cast<double>(before.tiles)},
                      {"warnings", before.warnings},        {"problems", before.problems}};
    std::cout << report.dump(2) << std::endl;
}

void printText(const Preflight& before, double secondsOfTile) {
    const PictureLayout& layout = before.layout;
    std::printf("result        %d x %d pixels, %d channels of %d bits\n", layout.size.width, layout.size.height, layout.channels,
                layout.bitsPerSample);
    std::printf("uncompressed  %s, %s free on the disk\n", megabytes(before.bytes).c_str(),
                before.freeDisk < 0 ? "an unknown amount" : megabytes(before.freeDisk).c_str());
    std::printf("memory        at most about %s\n", megabytes(before.memory).c_str());
    std::printf("tiles         %lld\n", static_cast<long long>(before.tiles));
    if (before.problems.empty()) {
        std::printf("time          about %.0f s, at %.3f s a tile\n", secondsOfTile * static_cast<double>(before.tiles), secondsOfTile);
    }
    for (const std::string& warning : before.warnings) {
        std::printf("note          %s\n", warning.c_str());
    }
    for (const std::string& problem : before.problems) {
        std::printf("problem       %s\n", problem.c_str());
    }
}

/// A job's photo may have moved.
void requirePhoto(const std::filesystem::path& photo, const std::filesystem::path& folder) {
    std::error_code ignored;
    if (!std::filesystem::exists(photo, ignored)) {
        throw Error("The job's photo '" + photo.string() + "' is not there. Say where it is now: casr upscale PHOTO --resume " +
                    folder.string());
    }
}

/// A scale of 1 has no step that could clean the photo or add detail.
void requireStep(const UpscaleArguments& arguments) {
    const bool cleans = parseAmount(arguments.noise) != 0.0f || parseAmount(arguments.jpeg) != 0.0f || parseAmount(arguments.blur) != 0.0f;
    if (arguments.scale == 1.0 && (cleans || arguments.detail.value_or(0.0f) > 0.0f)) {
        throw Error(
            "A scale of 1 computes nothing, so nothing would be cleaned and no detail added. Choose a larger one, for example 1.01.");
    }
}

/// What the arguments say, with estimates, which are told, in place of "auto".
StepControls controlsOf(const UpscaleArguments& arguments, const Image& picture, const Architecture& architecture) {
    requireStep(arguments);
    const std::optional<float> noise = parseAmount(arguments.noise), jpeg = parseAmount(arguments.jpeg), blur = parseAmount(arguments.blur);
    const bool areGiven = noise && jpeg && blur;
    const Degradation found = areGiven ? Degradation() : estimatedDegradation(picture);
    if (!areGiven) {
        char text[128];
        std::snprintf(text, sizeof text, "the picture's noise is estimated at %.3f, its JPEG artifacts at %.3f, its blur at %.3f",
                      found.noise, found.jpeg, found.blur);
        note(text);
    }
    StepControls controls;
    controls.noise = noise.value_or(static_cast<float>(found.noise));
    controls.jpeg = jpeg.value_or(static_cast<float>(found.jpeg));
    controls.blur = blur.value_or(static_cast<float>(found.blur));
    controls.detail = arguments.detail.value_or(architecture.detail > 0 && arguments.scale > 1.0 ? usualDetail : 0.0f);
    controls.lastDetail = arguments.lastDetail.value_or(controls.detail);
    controls.plain = arguments.plain;
    controls.ensemble = arguments.ensemble;
    return controls;
}

} // namespace

UpscaleRun::UpscaleRun(const UpscaleArguments& arguments)
    : m_arguments(arguments), m_sourceHash(hashForTiles(arguments)), m_picture(readForRun(arguments.in, arguments.read)),
      m_photo(photoOf(m_picture.image)), m_region(chosenRegion()), m_network(arguments.run.loadNetwork()),
      m_staircase(m_photo.rgb, m_network, planSchedule(m_photo.size(), arguments.scale, arguments.run.stepLimit),
                  arguments.run.resolvedPrecision(), cacheBytes(arguments),
                  controlsOf(arguments, m_picture.image, m_network->architecture())),
      m_exporter(m_staircase, m_photo), m_idleMemory(occupiedMemory().value_or(0)) {
    checkSource();
    checkWeights();
    addNotes(m_picture.notes);
    m_picture.metadata.done = doneBy(recipe(), plan());
    m_staircase.setNotice([](const std::string& text) { note(text); });
    if (!arguments.cache.empty()) {
        addCache();
    }
}

/// Tiles of the old pixels under the new file's name would be mixed with those of the new ones.
void UpscaleRun::checkSource() const {
    if (hashForTiles(m_arguments) != m_sourceHash) {
        throw Error("'" + m_arguments.in + "' changed while it was read. Start again.");
    }
}

void UpscaleRun::checkWeights() const {
    const std::string& wanted = m_arguments.wantedWeights;
    if (!wanted.empty() && wanted != m_staircase.network().checksum()) {
        throw Error("The recipe was made with the weights " + wanted.substr(0, 12) + "..., and these are " +
                    m_staircase.network().checksum().substr(0, 12) + "... Give the right ones with --weights.");
    }
}

Recipe UpscaleRun::recipe() const {
    Recipe recipe = recipeOf(m_arguments);
    recipe.controls = namedControls(m_staircase.controls());
    recipe.region = m_region == rectOf(m_photo.size()) ? std::nullopt : std::optional(m_region);
    recipe.weightsHash = m_staircase.network().checksum();
    recipe.profile = m_staircase.profile();
    return recipe;
}

/// Opened here, added behind the job folder later: what is found here goes into the job too.
void UpscaleRun::addCache() {
    const TileSource source{idOfPhoto(m_arguments, m_sourceHash), m_staircase.network().checksum(), describe(plan()), m_staircase.profile(),
                            describe(m_staircase.controls())};
    m_cache = std::make_shared<DiskCache>(m_arguments.cache, source, std::int64_t{m_arguments.cacheLimit} << 20);
}

Rect UpscaleRun::chosenRegion() const {
    const Rect whole = rectOf(m_photo.size());
    const Rect region = m_arguments.region.empty() ? whole : parseRegion(m_arguments.region);
    if (!contains(whole, region)) {
        throw Error("The region " + m_arguments.region + " reaches outside the picture, which has " + std::to_string(whole.width()) +
                    " x " + std::to_string(whole.height()) + " pixels. Choose x, y, width and height inside it.");
    }
    return region;
}

ExportRequest UpscaleRun::requestFor(int level, const std::filesystem::path& output) const {
    ExportRequest request{
        output, level, regionAt(plan(), level, m_region), {}, m_arguments.bits, m_picture.metadata, m_picture.bitsPerSample};
    request.stream.write.quality = m_arguments.quality;
    request.stream.write.lossless = m_arguments.lossless;
    request.stream.write.keepPosition = !m_arguments.noGps;
    request.stream.write.keepMetadata = !m_arguments.noMetadata;
    request.colours = m_arguments.colours;
    request.stream.pyramid = m_arguments.pyramid;
    return request;
}

ExportProgress UpscaleRun::progress(int level) {
    const std::int64_t needed = std::max<std::int64_t>(1, m_staircase.tilesNeeded(lastLevel(), regionAt(plan(), lastLevel(), m_region)));
    const std::string step = "step " + std::to_string(level) + "/" + std::to_string(plan().steps.size());
    return [this, needed, step](double, const std::string&) {
        const StaircaseStatistics statistics = m_staircase.statistics();
        const std::int64_t done = std::min(needed, statistics.tilesComputed + statistics.tilesLoaded);
        m_bar.show(static_cast<double>(done) / static_cast<double>(needed),
                   step + ", tile " + std::to_string(done) + "/" + std::to_string(needed));
    };
}

void UpscaleRun::keepStep(int level) {
    const std::filesystem::path folder = m_arguments.keepSteps;
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) {
        throw Error("The folder '" + folder.string() + "' cannot be made (" + problem.message() + "). Choose another for --keep-steps.");
    }
    const std::string name = stepName(level, plan().cumulativeOf(level), std::filesystem::path(m_arguments.out).extension());
    m_exporter.write(requestFor(level, folder / name), progress(level), isInterrupted);
}

void UpscaleRun::examine() {
    const ExportRequest request = requestFor(lastLevel(), m_arguments.out);
    const Preflight before = m_exporter.examine(request);
    const double tile = before.problems.empty() ? m_exporter.measureTile(request, isInterrupted) : 0;
    m_arguments.json ? printJson(before, tile) : printText(before, tile);
    if (!before.problems.empty()) {
        throw Error(before.problems.front());
    }
}

void UpscaleRun::writeResult() {
    if (m_cache) {
        m_staircase.addBacking(m_cache);
    }
    addNotes(m_exporter.preflight(requestFor(lastLevel(), m_arguments.out)).warnings);
    for (int level = 1; !m_arguments.keepSteps.empty() && level < plan().levels(); ++level) {
        keepStep(level);
    }
    addNotes(m_exporter.write(requestFor(lastLevel(), m_arguments.out), progress(lastLevel()), isInterrupted));
}

void UpscaleRun::addNotes(const std::vector<std::string>& notes) {
    std::for_each(notes.begin(), notes.end(), note);
    m_notes.insert(m_notes.end(), notes.begin(), notes.end());
}

JobDescription UpscaleRun::describeJob() const {
    const ExportRequest request = requestFor(lastLevel(), m_arguments.out);
    const Preflight preflight = m_exporter.preflight(request);
    return {std::filesystem::absolute(m_arguments.in).string(),
            m_sourceHash,
            m_staircase.network().checksum(),
            m_staircase.profile(),
            plan().scale,
            plan().stepLimit,
            m_region,
            std::filesystem::absolute(m_arguments.out).string(),
            preflight.layout.bitsPerSample,
            m_arguments.quality,
            m_arguments.lossless,
            m_arguments.pyramid,
            m_staircase.controls(),
            !m_arguments.noGps,
            m_arguments.read.page,
            m_arguments.read.tone == ToneCurve::clip,
            !m_arguments.noMetadata,
            m_arguments.colours,
            m_arguments.run.weights.empty() ? std::string() : std::filesystem::absolute(m_arguments.run.weights).string()};
}

void UpscaleRun::runJob() {
    if (plan().steps.empty()) {
        throw Error("A job needs a scale above 1. Copy the picture instead, or choose a larger --scale.");
    }
    const std::shared_ptr<JobFolder> job = JobFolder::create(m_arguments.job, describeJob());
    job->setResultLevel(lastLevel());
    m_staircase.addBacking(job);
    if (m_cache) {
        m_staircase.addBacking(m_cache);
    }
    const ExportRequest request = requestFor(lastLevel(), m_arguments.out);
    addNotes(m_exporter.preflight(request).warnings);
    if (!m_arguments.assemble) {
        const auto [shard, shards] = parseShard(m_arguments.shard);
        m_exporter.compute(request, *job, shard, shards, progress(lastLevel()), isInterrupted);
    }
    if (m_arguments.shard.empty()) {
        addNotes(m_exporter.assemble(request, *job, progress(lastLevel()), isInterrupted));
    }
}

void UpscaleRun::tell() const {
    const StaircaseStatistics statistics = m_staircase.statistics();
    const double seconds = now() - m_started;
    const Size size = regionAt(plan(), lastLevel(), m_region).size();
    if (!m_arguments.json) {
        const std::string what = m_arguments.shard.empty() ? m_arguments.out : "shard " + m_arguments.shard + " of " + m_arguments.out;
        std::printf("%s: %d x %d pixels, x%g in %zu %s, %.1f s\n", what.c_str(), size.width, size.height, plan().scale, plan().steps.size(),
                    plan().steps.size() == 1 ? "step" : "steps", seconds);
        return;
    }
    const Json report{{"output", m_arguments.out},
                      {"width", size.width},
                      {"height", size.height},
                      {"scale", plan().scale},
                      {"step_limit", plan().stepLimit},
                      {"region", {m_region.left, m_region.top, m_region.width(), m_region.height()}},
                      {"steps", stepsOf(plan(), m_region, statistics)},
                      {"noise", m_staircase.controls().noise},
                      {"noise_estimated", m_arguments.noise == "auto"},
                      {"jpeg", m_staircase.controls().jpeg},
                      {"jpeg_estimated", m_arguments.jpeg == "auto"},
                      {"blur", m_staircase.controls().blur},
                      {"blur_estimated", m_arguments.blur == "auto"},
                      {"detail", m_staircase.controls().detail},
                      {"last_detail", m_staircase.controls().lastDetail},
                      {"plain", m_staircase.controls().plain},
                      {"ensemble", m_staircase.controls().ensemble},
                      {"profile", m_staircase.profile()},
                      {"weights_sha256", m_staircase.network().checksum()},
                      {"threads", computeThreads()},
                      {"seconds", seconds},
                      {"network_seconds", statistics.networkSeconds},
                      {"field_seconds", statistics.fieldSeconds},
                      {"tiles_computed", statistics.tilesComputed},
                      {"tiles_repaired", statistics.tilesRepaired},
                      {"tiles_loaded", statistics.tilesLoaded},
                      {"memory_retries", statistics.memoryRetries},
                      {"idle_memory_bytes", m_idleMemory},
                      {"notes", m_notes},
                      {"peak_memory_bytes", peakMemory()}};
    std::cout << report.dump(2) << std::endl;
}

UpscaleArguments argumentsOfJob(const UpscaleArguments& arguments, const std::filesystem::path& folder) {
    const JobDescription job = JobFolder::open(folder)->description();
    UpscaleArguments result = arguments;
    result.in = arguments.in.empty() ? job.source : arguments.in;
    result.run.weights = arguments.run.weights.empty() ? job.weights : arguments.run.weights;
    requirePhoto(result.in, folder);
    result.out = job.output;
    result.scale = job.scale;
    result.run.stepLimit = job.stepLimit;
    result.region = std::to_string(job.region.left) + "," + std::to_string(job.region.top) + "," + std::to_string(job.region.width()) +
                    "," + std::to_string(job.region.height());
    if (result.run.precision == "auto") {
        result.run.precision = job.profile.substr(0, 4); // tiles of the other would not fit
    }
    result.bits = job.bitsPerSample;
    result.quality = job.quality;
    result.lossless = job.lossless;
    result.pyramid = job.pyramid;
    result.noGps = !job.keepPosition;
    result.noMetadata = !job.keepMetadata;
    result.colours = job.colours;
    result.read.page = job.page;
    result.read.tone = job.clipsTones ? ToneCurve::clip : ToneCurve::soft;
    result.noise = exactText(job.controls.noise);
    result.jpeg = exactText(job.controls.jpeg);
    result.blur = exactText(job.controls.blur);
    result.detail = job.controls.detail;
    result.lastDetail = job.controls.lastDetail;
    result.plain = job.controls.plain;
    result.ensemble = job.controls.ensemble;
    result.job = folder.string();
    return result;
}

} // namespace casr::cli
