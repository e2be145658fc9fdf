#include "core/export/job.h"

#include "core/base/bounded_file.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/base/sha256.h"
#include "core/image/symmetry.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <utility>

namespace casr {

namespace {

using Json = nlohmann::json;

constexpr const char* formatName = "casr-job";
constexpr int formatVersion = 2;
constexpr int farthestPixel = 1 << 30;
constexpr int deepestJson = 4;
constexpr std::uintmax_t mostBytesOfDescription = 1 << 20;

[[noreturn]] void refuseWith(const std::string& origin, const std::string& whatAndAdvice) {
    throw Error("'" + origin + "' is no job this program can go on with: " + whatAndAdvice);
}

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    refuseWith(origin, what + ". Start the export again in an empty folder.");
}

bool isWithin(double value, double low, double high) {
    return value >= low && value <= high;
}

bool areInRange(const StepControls& controls) {
    return isWithin(controls.noise, 0, 1) && isWithin(controls.jpeg, 0, 1) && isWithin(controls.blur, 0, 1) &&
           isWithin(controls.detail, 0, 1) && isWithin(controls.lastDetail, 0, 1) && isWithin(controls.plain, 0, 1) &&
           areGroup(controls.ensemble);
}

void requireRanges(const JobDescription& job, const std::string& origin) {
    const Rect& region = job.region;
    const bool placed =
        region.left >= 0 && region.top >= 0 && !region.isEmpty() && region.right <= farthestPixel && region.bottom <= farthestPixel;
    const bool sound = placed && isWithin(job.scale, 1, 64) && isWithin(job.stepLimit, 1.5, 4) && isWithin(job.quality, 1, 100) &&
                       job.page >= 0 && (job.bitsPerSample == 8 || job.bitsPerSample == 16) && areInRange(job.controls);
    if (!sound) {
        refuse(origin, "a value is outside its range");
    }
}

/// True when `folder` has tiles of a job. A job's description is there before its first tile.
bool holdsTiles(const std::filesystem::path& folder) {
    for (const char* kind : {"levels", "result"}) {
        std::error_code failure;
        for (std::filesystem::directory_iterator file(folder / kind, failure), end; !failure && file != end; file.increment(failure)) {
            if (file->path().extension() == ".tile") {
                return true;
            }
        }
    }
    return false;
}

void makeFolder(const std::filesystem::path& folder) {
    std::error_code problem;
    std::filesystem::create_directories(folder / "levels", problem);
    if (!problem) {
        std::filesystem::create_directories(folder / "result", problem);
    }
    if (problem) {
        throw Error("The job folder '" + folder.string() + "' cannot be made (" + problem.message() + "). Choose another place.");
    }
}

std::filesystem::path descriptionPath(const std::filesystem::path& folder) {
    return folder / "job.json";
}

/// The same bytes will come out: where photo and weights lie decides none, and their hashes say whether they are the same.
bool isSameJob(JobDescription a, const JobDescription& b) {
    a.source = b.source;
    a.weights = b.weights;
    return a == b;
}

/// The settings that differ, in words.
std::string settingsThatDiffer(const JobDescription& a, const JobDescription& b) {
    const StepControls &own = a.controls, &other = b.controls;
    const std::pair<const char*, bool> settings[] = {
        {"scale", a.scale != b.scale},
        {"step limit", a.stepLimit != b.stepLimit},
        {"region", a.region != b.region},
        {"output file", a.output != b.output},
        {"bits a sample", a.bitsPerSample != b.bitsPerSample},
        {"quality", a.quality != b.quality},
        {"lossless compression", a.lossless != b.lossless},
        {"pyramid", a.pyramid != b.pyramid},
        {"amounts of noise, JPEG artifacts and blur", own.noise != other.noise || own.jpeg != other.jpeg || own.blur != other.blur},
        {"amounts of detail", own.detail != other.detail || own.lastDetail != other.lastDetail},
        {"share of the plain enlargement", own.plain != other.plain},
        {"passes of a step", own.ensemble != other.ensemble},
        {"parts of the method", own.parts != other.parts},
        {"page", a.page != b.page},
        {"tone curve", a.clipsTones != b.clipsTones},
        {"metadata", a.keepMetadata != b.keepMetadata || a.keepPosition != b.keepPosition},
        {"colours", a.colours != b.colours}};
    std::string names;
    for (const auto& [name, differs] : settings) {
        names += differs ? (names.empty() ? "" : ", ") + std::string(name) : "";
    }
    return names;
}

/// In what the job in a folder differs from the one that is wanted, and what to do.
std::string differenceOf(const JobDescription& stored, const JobDescription& wanted) {
    const std::string orElse = ", or start another export in an empty folder.";
    if (stored.sourceHash != wanted.sourceHash) {
        return "it was begun from another photo, or the photo has changed. Give the photo as it was" + orElse;
    }
    if (stored.weightsHash != wanted.weightsHash) {
        const std::string file = stored.weights.empty() ? std::string() : " ('" + stored.weights + "')";
        return "it was begun with other weights" + file + ". Give those by --weights" + orElse;
    }
    if (stored.profile != wanted.profile) {
        return "it was begun under the numeric profile '" + stored.profile + "', and this is '" + wanted.profile +
               "'. Go on with the matching --precision or on such a machine" + orElse;
    }
    return "it differs in: " + settingsThatDiffer(stored, wanted) + ". Go on by --resume, which knows the job's" + orElse;
}

Json jsonOf(const StepControls& controls) {
    const StepParts& parts = controls.parts;
    return {{"noise", controls.noise},
            {"jpeg", controls.jpeg},
            {"blur", controls.blur},
            {"detail", controls.detail},
            {"last_detail", controls.lastDetail},
            {"plain", controls.plain},
            {"ensemble", controls.ensemble},
            {"superpixels", parts.superpixels},
            {"depth", parts.depth},
            {"memory", parts.memory},
            {"back_projection", parts.backProjection}};
}

/// The JSON library would cut 8.5 to 8 and 4294967304 to 8 in silence, and has no meaning for 1e99.
int wholeNumber(const Json& json, const std::string& origin) {
    if (!json.is_number_integer() || !isWithin(json.get<double>(), 0, farthestPixel)) {
        refuse(origin, "a value is no whole number or outside its range");
    }
    return json.get<int>();
}

Rect regionOf(const Json& edges, const std::string& origin) {
    if (!edges.is_array() || edges.size() != 4) {
        refuse(origin, "its region is not of four edges");
    }
    const auto edge = [&](std::size_t index) { return wholeNumber(edges[index], origin); };
    return {edge(0), edge(1), edge(2), edge(3)};
}

StepControls controlsOf(const Json& json, const std::string& origin) {
    const StepParts parts{json.at("superpixels"), json.at("depth"), json.at("memory"), json.at("back_projection")};
    return {json.at("noise"),
            json.at("jpeg"),
            parts,
            json.at("detail"),
            json.at("last_detail"),
            json.value("plain", 0.0f),
            json.value("blur", 0.0f),
            json.contains("ensemble") ? wholeNumber(json["ensemble"], origin) : 1};
}

OutputColours coloursOf(const Json& json, const std::string& origin) {
    const std::optional<OutputColours> colours = outputColoursNamed(json.value("colours", nameOf(OutputColours::asPicture)));
    if (!colours) {
        refuse(origin, "its colours are unknown to this version");
    }
    return *colours;
}

} // namespace

std::string writeJob(const JobDescription& job) {
    const Json json{{"format", formatName},
                    {"version", formatVersion},
                    {"source", job.source},
                    {"source_sha256", job.sourceHash},
                    {"weights_sha256", job.weightsHash},
                    {"profile", job.profile},
                    {"scale", job.scale},
                    {"step_limit", job.stepLimit},
                    {"region", {job.region.left, job.region.top, job.region.right, job.region.bottom}},
                    {"output", job.output},
                    {"bits_per_sample", job.bitsPerSample},
                    {"quality", job.quality},
                    {"lossless", job.lossless},
                    {"pyramid", job.pyramid},
                    {"controls", jsonOf(job.controls)},
                    {"keep_position", job.keepPosition},
                    {"page", job.page},
                    {"clips_tones", job.clipsTones},
                    {"keep_metadata", job.keepMetadata},
                    {"colours", nameOf(job.colours)},
                    {"weights", job.weights}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

JobDescription parseJob(const std::string& text, const std::string& origin) {
    const auto isShallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepestJson; };
    const Json json = Json::parse(text, isShallow, false);
    try {
        if (json.at("format") != formatName || json.at("version") != formatVersion) {
            refuse(origin, "it is of another format or version");
        }
        JobDescription job{json.at("source"),
                           json.at("source_sha256"),
                           json.at("weights_sha256"),
                           json.at("profile"),
                           json.at("scale"),
                           json.at("step_limit"),
                           regionOf(json.at("region"), origin),
                           json.at("output"),
                           wholeNumber(json.at("bits_per_sample"), origin),
                           wholeNumber(json.at("quality"), origin),
                           json.at("lossless"),
                           json.at("pyramid"),
                           controlsOf(json.at("controls"), origin),
                           json.value("keep_position", true),
                           wholeNumber(json.value("page", Json(0)), origin),
                           json.value("clips_tones", false),
                           json.value("keep_metadata", true),
                           coloursOf(json, origin),
                           json.value("weights", std::string())};
        requireRanges(job, origin);
        return job;
    } catch (const Json::exception&) {
        refuse(origin, "its description is incomplete or damaged");
    }
}

std::string hashOfFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    Sha256 hash;
    std::vector<char> block(1 << 20);
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.add(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (!in.eof()) {
        throw Error("'" + path.string() + "' cannot be read. Check the path and its permissions.");
    }
    return hash.hexDigest();
}

JobFolder::JobFolder(std::filesystem::path folder, JobDescription job) : m_folder(std::move(folder)), m_job(std::move(job)) {}

std::shared_ptr<JobFolder> JobFolder::create(const std::filesystem::path& folder, const JobDescription& job) {
    const bool hasTiles = holdsTiles(folder); // before the description: another process may be making both
    if (std::filesystem::exists(descriptionPath(folder))) {
        std::shared_ptr<JobFolder> existing = open(folder);
        if (!isSameJob(existing->description(), job)) {
            refuseWith(folder.string(), differenceOf(existing->description(), job));
        }
        return existing;
    }
    if (hasTiles) {
        throw Error("'" + folder.string() + "' holds tiles of a job whose job.json is gone. Choose an empty folder.");
    }
    makeFolder(folder);
    const std::string text = writeJob(job);
    writeBesideAndRename(descriptionPath(folder), [&](std::ostream& out) { out << text; });
    return std::shared_ptr<JobFolder>(new JobFolder(folder, parseJob(text, folder.string())));
}

std::shared_ptr<JobFolder> JobFolder::open(const std::filesystem::path& folder) {
    const std::optional<std::string> text = bytesOfFile(descriptionPath(folder), mostBytesOfDescription);
    if (!text) {
        throw Error("'" + folder.string() +
                    "' holds no job (no job.json of at most 1 MB). Give the folder that an export was started with.");
    }
    const JobDescription job = parseJob(*text, descriptionPath(folder).string());
    makeFolder(folder);
    return std::shared_ptr<JobFolder>(new JobFolder(folder, job));
}

std::filesystem::path JobFolder::pathOf(const char* kind, const TileKey& key) const {
    const std::string name = std::to_string(key.level) + "-" + std::to_string(key.row) + "-" + std::to_string(key.column) + ".tile";
    return m_folder / kind / name;
}

std::optional<Image> JobFolder::read(const std::filesystem::path& path) const {
    const std::optional<std::string> bytes = bytesOfFile(path, mostBytesOfTile);
    if (!bytes) {
        return std::nullopt;
    }
    try {
        return decodeTile(std::as_bytes(std::span(*bytes)), path.string());
    } catch (const Error&) {
        return std::nullopt; // A damaged tile is computed again.
    }
}

void JobFolder::write(const std::filesystem::path& path, const Image& tile, SampleType type) const {
    const std::string bytes = encodeTile(tile, type);
    writeBesideAndRename(path, [&](std::ostream& out) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
}

std::optional<Image> JobFolder::load(const TileKey& key) {
    return key.level < m_resultLevel ? read(pathOf("levels", key)) : std::nullopt;
}

void JobFolder::store(const TileKey& key, const Image& tile) {
    if (key.level < m_resultLevel) {
        write(pathOf("levels", key), tile, SampleType::float32);
    }
}

std::optional<Image> JobFolder::loadResult(const TileKey& key) const {
    return read(pathOf("result", key));
}

void JobFolder::storeResult(const TileKey& key, const Image& pixels) const {
    write(pathOf("result", key), pixels, m_job.bitsPerSample == 16 ? SampleType::integer16 : SampleType::integer8);
}

} // namespace casr
