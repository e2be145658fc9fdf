#include "app/cli/upscale_run.h"

#include "app/cli/arguments.h"
#include "app/cli/recipe_options.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>

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

} // namespace

UpscaleRun::UpscaleRun(const UpscaleArguments& arguments)
    : m_arguments(arguments), m_picture(readForRun(arguments.in, arguments.read)), m_photo(photoOf(m_picture.image)),
      m_region(chosenRegion()),
      m_staircase(m_photo.rgb, arguments.run.loadNetwork(), planSchedule(m_photo.size(), arguments.scale, arguments.run.stepLimit),
                  arguments.run.resolvedPrecision(), TileCache::defaultBudget()),
      m_exporter(m_staircase, m_photo) {
    checkWeights();
    m_picture.metadata.done = doneBy(recipe(), plan());
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
    recipe.weightsHash = m_staircase.network().checksum();
    recipe.profile = m_staircase.profile();
    return recipe;
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
    request.stream.pyramid = m_arguments.pyramid;
    return request;
}

ExportProgress UpscaleRun::progress(int level) {
    const std::int64_t needed = std::max<std::int64_t>(1, m_staircase.tilesNeeded(lastLevel(), regionAt(plan(), lastLevel(), m_region)));
    const std::string step = "step " + std::to_string(level) + "/" + std::to_string(plan().steps.size());
    return [this, needed, step](double, const std::string&) {
        const std::int64_t done = std::min(needed, m_staircase.statistics().tilesComputed);
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

void UpscaleRun::writeResult() {
    addNotes(m_exporter.preflight(requestFor(lastLevel(), m_arguments.out)).warnings);
    for (int level = 1; !m_arguments.keepSteps.empty() && level < plan().levels(); ++level) {
        keepStep(level);
    }
    addNotes(m_exporter.write(requestFor(lastLevel(), m_arguments.out), progress(lastLevel()), isInterrupted));
}

void UpscaleRun::addNotes(const std::vector<std::string>& notes) {
    m_picture.notes.insert(m_picture.notes.end(), notes.begin(), notes.end());
}

JobDescription UpscaleRun::describeJob() const {
    const ExportRequest request = requestFor(lastLevel(), m_arguments.out);
    const Preflight preflight = m_exporter.preflight(request);
    return {std::filesystem::absolute(m_arguments.in).string(),
            hashOfFile(m_arguments.in),
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
            !m_arguments.noGps,
            m_arguments.read.page,
            m_arguments.read.tone == ToneCurve::clip};
}

void UpscaleRun::runJob() {
    if (plan().steps.empty()) {
        throw Error("A job needs a scale above 1. Copy the picture instead, or choose a larger --scale.");
    }
    const std::shared_ptr<JobFolder> job = JobFolder::create(m_arguments.job, describeJob());
    job->setResultLevel(lastLevel());
    m_staircase.setBacking(job);
    const ExportRequest request = requestFor(lastLevel(), m_arguments.out);
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
        for (const std::string& note : m_picture.notes) {
            std::printf("note: %s\n", note.c_str());
        }
        return;
    }
    const Json report{{"output", m_arguments.out},
                      {"width", size.width},
                      {"height", size.height},
                      {"scale", plan().scale},
                      {"step_limit", plan().stepLimit},
                      {"region", {m_region.left, m_region.top, m_region.width(), m_region.height()}},
                      {"steps", stepsOf(plan(), m_region, statistics)},
                      {"profile", m_staircase.profile()},
                      {"weights_sha256", m_staircase.network().checksum()},
                      {"threads", computeThreads()},
                      {"seconds", seconds},
                      {"network_seconds", statistics.networkSeconds},
                      {"field_seconds", statistics.fieldSeconds},
                      {"tiles_computed", statistics.tilesComputed},
                      {"tiles_repaired", statistics.tilesRepaired},
                      {"notes", m_picture.notes},
                      {"peak_memory_bytes", peakMemory()}};
    std::cout << report.dump(2) << std::endl;
}

UpscaleArguments argumentsOfJob(const UpscaleArguments& arguments, const std::filesystem::path& folder) {
    const JobDescription job = JobFolder::open(folder)->description();
    UpscaleArguments result = arguments;
    result.in = job.source;
    result.out = job.output;
    result.scale = job.scale;
    result.run.stepLimit = job.stepLimit;
    result.region = std::to_string(job.region.left) + "," + std::to_string(job.region.top) + "," + std::to_string(job.region.width()) +
                    "," + std::to_string(job.region.height());
    result.bits = job.bitsPerSample;
    result.quality = job.quality;
    result.lossless = job.lossless;
    result.pyramid = job.pyramid;
    result.noGps = !job.keepPosition;
    result.read.page = job.page;
    result.read.tone = job.clipsTones ? ToneCurve::clip : ToneCurve::soft;
    result.job = folder.string();
    return result;
}

} // namespace casr::cli
