#include "core/batch/batch.h"

#include "core/base/bounded_file.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string_view>

namespace casr {

namespace {

using Json = nlohmann::json;

constexpr const char* formatName = "casr-batch";
constexpr int formatVersion = 1;
constexpr int deepestJson = 8;
constexpr std::size_t mostItems = 1000000;
constexpr std::uintmax_t mostBytes = 1 << 28;

constexpr std::array<const char*, 5> stateNames{"waiting", "running", "done", "skipped", "failed"};
constexpr std::array<const char*, 3> conflictNames{"skip", "number", "replace"};

constexpr std::array<std::string_view, 9> writableExtensions{"jpg", "jpeg", "png", "tif", "tiff", "webp", "jxl", "avif", "dz"};
constexpr std::array<std::string_view, 35> pictureExtensions{
    "jpg", "jpeg", "png", "tif", "tiff", "webp", "jxl", "avif", "heic", "heif", "gif", "bmp", "exr", "hdr", "dng", "cr2", "cr3", "crw",
    "nef", "nrw",  "arw", "sr2", "orf",  "pef",  "raf", "rw2",  "srw",  "3fr",  "iiq", "erf", "mrw", "x3f", "jpe", "dib", "pic"};

std::string lowerExtension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; });
    return extension.empty() ? extension : extension.substr(1);
}

template <std::size_t count>
bool isOneOf(const std::array<std::string_view, count>& known, const std::string& text) {
    return std::find(known.begin(), known.end(), text) != known.end();
}

std::string extensionFor(const Batch& batch, const std::filesystem::path& input) {
    if (!batch.extension.empty()) {
        return batch.extension;
    }
    const std::string own = lowerExtension(input);
    return isOneOf(writableExtensions, own) && own != "dz" ? own : "tif";
}

std::string shortNumber(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

std::string valueOf(const std::string& placeholder, const Batch& batch, std::size_t index) {
    const std::filesystem::path input = batch.items[index].input;
    if (placeholder == "name") {
        return input.stem().string();
    }
    if (placeholder == "scale") {
        return shortNumber(recipeOf(batch, batch.items[index]).scale);
    }
    if (placeholder == "ext") {
        return extensionFor(batch, input);
    }
    if (placeholder == "number") {
        return std::to_string(index + 1);
    }
    throw Error("The name template '" + batch.nameTemplate + "' holds {" + placeholder +
                "}, which is unknown. Use {name}, {scale}, {ext} and {number}.");
}

std::filesystem::path numbered(const std::filesystem::path& path, int number) {
    return path.parent_path() / (path.stem().string() + "-" + std::to_string(number) + path.extension().string());
}

bool isSameFile(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code ignored;
    return a == b || std::filesystem::equivalent(a, b, ignored);
}

/// Where `path` leads by all of its links; also of what is not there yet.
std::filesystem::path trueName(const std::filesystem::path& path) {
    std::error_code failure;
    const std::filesystem::path found = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failure), failure);
    return failure ? path.lexically_normal() : found;
}

/// The true names of all photos.
std::set<std::filesystem::path> photosOf(const Batch& batch) {
    std::set<std::filesystem::path> photos;
    for (const BatchItem& item : batch.items) {
        photos.insert(trueName(item.input));
    }
    return photos;
}

using Exists = std::function<bool(const std::filesystem::path&)>;

/// As resultPath: `taken` by earlier results, `photos` by photosOf the batch.
std::optional<std::filesystem::path> freePath(const Batch& batch, std::size_t index, const std::set<std::filesystem::path>& taken,
                                              const std::set<std::filesystem::path>& photos, const Exists& exists) {
    const std::filesystem::path input = batch.items[index].input;
    const std::filesystem::path folder = batch.folder.empty() ? input.parent_path() : std::filesystem::path(batch.folder);
    const std::filesystem::path wanted = folder / resultName(batch, index);
    const auto mustStay = [&](const std::filesystem::path& path) {
        return taken.count(path) != 0 || photos.count(trueName(path)) != 0 || isSameFile(path, input);
    };
    const bool isFree = !mustStay(wanted) && (batch.conflict == Conflict::replace || !exists(wanted));
    if (isFree || (batch.conflict == Conflict::skip && !mustStay(wanted))) {
        return isFree ? std::optional(wanted) : std::nullopt;
    }
    int number = 2;
    while (mustStay(numbered(wanted, number)) || exists(numbered(wanted, number))) {
        ++number;
    }
    return numbered(wanted, number);
}

std::vector<std::string> picturesIn(const std::filesystem::path& folder) {
    std::vector<std::string> pictures;
    try {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.is_regular_file() && isOneOf(pictureExtensions, lowerExtension(entry.path()))) {
                pictures.push_back(entry.path().string());
            }
        }
    } catch (const std::filesystem::filesystem_error& error) {
        throw Error("The folder '" + folder.string() + "' cannot be listed (" + error.code().message() + "). Check its permissions.");
    }
    std::sort(pictures.begin(), pictures.end());
    return pictures;
}

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("'" + origin + "' is no batch that can be gone on with: " + what + ". Start the batch again.");
}

template <std::size_t count>
std::size_t indexIn(const std::array<const char*, count>& names, const std::string& name, const std::string& origin) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const char* each) { return name == each; });
    if (found == names.end()) {
        refuse(origin, "'" + name + "' is unknown to this version");
    }
    return static_cast<std::size_t>(found - names.begin());
}

/// What an item overrides goes through the parser of recipes, which checks it.
Json overridesOf(const BatchItem& item) {
    Recipe recipe;
    recipe.region = item.region;
    recipe.scale = item.scale.value_or(recipe.scale);
    const Json whole = Json::parse(writeRecipe(recipe));
    Json overrides = Json::object();
    if (item.region) {
        overrides["region"] = whole["region"];
    }
    if (item.scale) {
        overrides["scale"] = whole["scale"];
    }
    return overrides;
}

Recipe recipeIn(const Json& json, const std::string& origin) {
    return parseRecipe(json.at("recipe").dump(-1, ' ', false, Json::error_handler_t::replace), origin);
}

Json itemAsJson(const BatchItem& item) {
    Json json = overridesOf(item);
    if (item.recipe) {
        json["recipe"] = Json::parse(writeRecipe(*item.recipe));
    }
    json["input"] = item.input;
    json["state"] = nameOf(item.state);
    json["output"] = item.output;
    json["seconds"] = item.seconds;
    json["error"] = item.error;
    return json;
}

BatchItem itemOf(const Json& json, const std::string& origin) {
    Json overrides{{"recipe", {{"format", "casr-recipe"}, {"version", 1}, {"scale", json.value("scale", 2.0)}}}};
    if (json.contains("region")) {
        overrides["recipe"]["region"] = json.at("region");
    }
    const Recipe recipe = recipeIn(overrides, origin);
    BatchItem item;
    item.input = json.at("input").get<std::string>();
    if (json.contains("recipe")) {
        item.recipe = recipeIn(json, origin);
    }
    item.region = recipe.region;
    item.scale = json.contains("scale") ? std::optional(recipe.scale) : std::nullopt;
    item.state = static_cast<ItemState>(indexIn(stateNames, json.at("state").get<std::string>(), origin));
    item.state = item.state == ItemState::running ? ItemState::waiting : item.state;
    item.output = json.at("output").get<std::string>();
    item.seconds = json.at("seconds").get<double>();
    item.error = json.at("error").get<std::string>();
    return item;
}

Batch batchOf(const Json& json, const std::string& origin) {
    if (json.at("format") != formatName || json.at("version") != formatVersion) {
        refuse(origin, "it is of another format or version");
    }
    if (!json.at("items").is_array() || json.at("items").size() > mostItems) {
        refuse(origin, "it has no list of files");
    }
    Batch batch;
    batch.recipe = recipeIn(json, origin);
    batch.folder = json.at("folder").get<std::string>();
    batch.nameTemplate = json.at("name").get<std::string>();
    batch.extension = json.at("extension").get<std::string>();
    batch.conflict = static_cast<Conflict>(indexIn(conflictNames, json.at("conflict").get<std::string>(), origin));
    for (const Json& item : json.at("items")) {
        batch.items.push_back(itemOf(item, origin));
    }
    return batch;
}

double secondsNow() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Makes the result of one item; its state says how that went. Throws Cancelled alone.
void makeItem(Batch& batch, std::size_t index, std::set<std::filesystem::path>& taken, const std::set<std::filesystem::path>& photos,
              const MakeResult& make) {
    BatchItem& item = batch.items[index];
    const double start = secondsNow();
    try {
        const auto exists = [](const std::filesystem::path& path) { return std::filesystem::exists(path); };
        const std::optional<std::filesystem::path> output = freePath(batch, index, taken, photos, exists);
        if (output) {
            item.output = output->string();
            make(item, recipeOf(batch, item), *output);
            taken.insert(*output);
        }
        item.state = output ? ItemState::done : ItemState::skipped;
        item.error = output ? "" : "the result exists already";
    } catch (const Cancelled&) {
        item.state = ItemState::waiting;
        throw;
    } catch (const std::bad_alloc&) {
        item.state = ItemState::failed;
        item.error = "Out of memory. Choose a smaller region or scale, or close other programs.";
    } catch (const std::exception& error) {
        item.state = ItemState::failed;
        item.error = error.what();
    }
    item.seconds = secondsNow() - start;
}

std::string lineOf(const BatchItem& item) {
    std::array<char, 64> time{};
    std::snprintf(time.data(), time.size(), "%-8s %8.1f s  ", nameOf(item.state), item.seconds);
    const std::string result = item.state == ItemState::done ? " -> " + item.output
                               : item.error.empty()          ? std::string()
                                                             : ": " + item.error;
    return time.data() + item.input + result + "\n";
}

} // namespace

const char* nameOf(ItemState state) {
    return stateNames[static_cast<std::size_t>(state)];
}

Recipe recipeOf(const Batch& batch, const BatchItem& item) {
    Recipe recipe = item.recipe.value_or(batch.recipe);
    recipe.region = item.region ? item.region : recipe.region;
    recipe.scale = item.scale.value_or(recipe.scale);
    return recipe;
}

std::string resultName(const Batch& batch, std::size_t index) {
    const std::string& pattern = batch.nameTemplate;
    std::string name;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t end = pattern[at] == '{' ? pattern.find('}', at) : std::string::npos;
        if (end == std::string::npos) {
            name += pattern[at++];
        } else {
            name += valueOf(pattern.substr(at + 1, end - at - 1), batch, index);
            at = end + 1;
        }
    }
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
        throw Error("The name template '" + pattern + "' gives '" + name + "', which is no file name. Give the folder by --to.");
    }
    return name;
}

std::optional<std::filesystem::path> resultPath(const Batch& batch, std::size_t index, const std::set<std::filesystem::path>& taken,
                                                const std::function<bool(const std::filesystem::path&)>& exists) {
    return freePath(batch, index, taken, photosOf(batch), exists);
}

std::vector<std::string> expandedInputs(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code failure;
        const std::vector<std::string> found =
            std::filesystem::is_directory(path, failure) ? picturesIn(path) : std::vector<std::string>{path};
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

std::string writeBatch(const Batch& batch) {
    Json items = Json::array();
    for (const BatchItem& item : batch.items) {
        items.push_back(itemAsJson(item));
    }
    const Json json{{"format", formatName},
                    {"version", formatVersion},
                    {"recipe", Json::parse(writeRecipe(batch.recipe))},
                    {"folder", batch.folder},
                    {"name", batch.nameTemplate},
                    {"extension", batch.extension},
                    {"conflict", conflictNames[static_cast<std::size_t>(batch.conflict)]},
                    {"items", items}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Batch parseBatch(const std::string& text, const std::string& origin) {
    const auto isShallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepestJson; };
    const Json json = Json::parse(text, isShallow, false);
    try {
        return batchOf(json, origin);
    } catch (const Json::exception&) {
        refuse(origin, "it is incomplete or damaged");
    }
}

void saveBatch(const std::filesystem::path& path, const Batch& batch) {
    const std::string text = writeBatch(batch);
    writeBesideAndRename(path, [&](std::ostream& out) { out << text; });
}

Batch loadBatch(const std::filesystem::path& path) {
    const std::optional<std::string> text = bytesOfFile(path, mostBytes);
    if (!text) {
        throw Error("'" + path.string() + "' holds no batch. Give the file that --queue named.");
    }
    return parseBatch(*text, path.string());
}

void runBatch(Batch& batch, const MakeResult& make, const std::function<void(const Batch&)>& changed, const StopCheck& stop) {
    const std::set<std::filesystem::path> photos = photosOf(batch);
    std::set<std::filesystem::path> taken;
    for (const BatchItem& item : batch.items) {
        if (item.state == ItemState::done) {
            taken.insert(item.output);
        }
    }
    std::exception_ptr failure; // of the last call of `changed`
    const auto tell = [&] {
        try {
            changed(batch);
            failure = nullptr;
        } catch (...) {
            failure = std::current_exception();
        }
    };
    for (std::size_t index = 0; index < batch.items.size(); ++index) {
        if (batch.items[index].state != ItemState::waiting) {
            continue;
        }
        if (stop && stop()) {
            throw Cancelled();
        }
        batch.items[index].state = ItemState::running;
        tell();
        makeItem(batch, index, taken, photos, make);
        tell();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

std::size_t countOf(const Batch& batch, ItemState state) {
    return static_cast<std::size_t>(
        std::count_if(batch.items.begin(), batch.items.end(), [&](const BatchItem& item) { return item.state == state; }));
}

std::string reportOf(const Batch& batch) {
    std::string report;
    for (const BatchItem& item : batch.items) {
        report += lineOf(item);
    }
    report += std::to_string(batch.items.size()) + " files:";
    for (const ItemState state : {ItemState::done, ItemState::skipped, ItemState::failed, ItemState::waiting}) {
        report += " " + std::to_string(countOf(batch, state)) + " " + nameOf(state) + (state == ItemState::waiting ? "\n" : ",");
    }
    return report;
}

} // namespace casr
