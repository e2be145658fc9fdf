#include "core/recipe/recipe.h"

#include "core/base/bounded_file.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace casr {

namespace {

using Json = nlohmann::json;

constexpr const char* formatName = "casr-recipe";
constexpr int formatVersion = 1;
constexpr int deepestJson = 4;
constexpr int farthestPixel = 1 << 30;
constexpr int mostPages = 100000;
constexpr std::size_t mostControls = 256;
constexpr std::uintmax_t mostBytes = 1 << 20;

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("'" + origin + "' is no recipe that can be used: " + what + ". Correct it, or save the recipe again.");
}

/// One object of the file, whose keys are taken one after another; what is left is unknown.
class Section {
public:
    Section(const Json& object, std::string name, const std::string& origin) : m_object(object), m_name(std::move(name)), m_origin(origin) {
        if (!object.is_object()) {
            refuse(origin, (m_name.empty() ? std::string("it") : "'" + m_name + "'") + " is not an object");
        }
    }

    bool has(const char* key) const { return m_object.contains(key); }

    const Json& required(const char* key) {
        if (!has(key)) {
            refuse(m_origin, "'" + named(key) + "' is missing");
        }
        m_taken.emplace_back(key);
        return m_object.at(key);
    }

    double number(const char* key, double otherwise, double low, double high) {
        if (!has(key)) {
            return otherwise;
        }
        const Json& value = required(key);
        if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high)) {
            refuse(m_origin, "'" + named(key) + "' is no number from " + shortest(low) + " to " + shortest(high));
        }
        return value.get<double>();
    }

    int integer(const char* key, int otherwise, int low, int high) {
        const double value = number(key, otherwise, low, high);
        if (value != std::floor(value)) {
            refuse(m_origin, "'" + named(key) + "' is no whole number");
        }
        return static_cast<int>(value);
    }

    bool flag(const char* key, bool otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!required(key).is_boolean()) {
            refuse(m_origin, "'" + named(key) + "' is neither true nor false");
        }
        return m_object.at(key).get<bool>();
    }

    std::string text(const char* key) {
        if (!has(key)) {
            return {};
        }
        if (!required(key).is_string()) {
            refuse(m_origin, "'" + named(key) + "' is no text");
        }
        return m_object.at(key).get<std::string>();
    }

    /// Call it last.
    void refuseOthers() const {
        for (const auto& [key, value] : m_object.items()) {
            if (std::find(m_taken.begin(), m_taken.end(), key) == m_taken.end()) {
                refuse(m_origin, "'" + named(key) + "' is unknown to this version");
            }
        }
    }

    std::string named(const std::string& key) const { return m_name.empty() ? key : m_name + "." + key; }

    static std::string shortest(double value) {
        std::array<char, 32> out{};
        std::snprintf(out.data(), out.size(), "%.12g", value);
        return out.data();
    }

private:
    const Json& m_object;
    std::string m_name;
    const std::string& m_origin;
    std::vector<std::string> m_taken;
};

bool isHash(const std::string& text) {
    const auto isDigit = [](char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f'); };
    return text.empty() || (text.size() == 64 && std::all_of(text.begin(), text.end(), isDigit));
}

std::optional<Rect> regionOf(const Json& edges, const std::string& origin) {
    const auto isPixels = [](const Json& edge) {
        return edge.is_number_integer() && edge.get<double>() >= 0 && edge.get<double>() <= farthestPixel / 2;
    };
    if (!edges.is_array() || edges.size() != 4 || !std::all_of(edges.begin(), edges.end(), isPixels)) {
        refuse(origin, "'region' is not [x, y, width, height] in pixels of the photo");
    }
    const Rect region = rectAt(edges[0].get<int>(), edges[1].get<int>(), {edges[2].get<int>(), edges[3].get<int>()});
    if (region.isEmpty()) {
        refuse(origin, "'region' has no area");
    }
    return region;
}

std::map<std::string, double> controlsOf(const Json& object, const std::string& origin) {
    const Section section(object, "controls", origin);
    std::map<std::string, double> controls;
    for (const auto& [name, value] : object.items()) {
        if (!value.is_number() || !std::isfinite(value.get<double>())) {
            refuse(origin, "'controls." + name + "' is no number");
        }
        controls[name] = value.get<double>();
    }
    if (controls.size() > mostControls) {
        refuse(origin, "it has more controls than any program");
    }
    return controls;
}

void readInput(const Json& object, const std::string& origin, Recipe& recipe) {
    Section section(object, "input", origin);
    recipe.page = section.integer("page", 0, 0, mostPages);
    const std::string tone = section.text("tone");
    if (!tone.empty() && tone != "soft" && tone != "clip") {
        refuse(origin, "'input.tone' is neither \"soft\" nor \"clip\"");
    }
    recipe.tone = tone == "clip" ? ToneCurve::clip : ToneCurve::soft;
    section.refuseOthers();
}

void readColours(Section& section, const std::string& origin, Recipe& recipe) {
    const std::string name = section.text("colours");
    const std::optional<OutputColours> colours = outputColoursNamed(name);
    if (!name.empty() && !colours) {
        refuse(origin, "'output.colours' is not \"photo\", \"srgb\" or \"p3\"");
    }
    recipe.colours = colours.value_or(OutputColours::asPicture);
}

void readOutput(const Json& object, const std::string& origin, Recipe& recipe) {
    Section section(object, "output", origin);
    WriteOptions& output = recipe.output;
    output.bitsPerSample = section.integer("bits_per_sample", 0, 0, 16);
    if (output.bitsPerSample != 0 && output.bitsPerSample != 8 && output.bitsPerSample != 16) {
        refuse(origin, "'output.bits_per_sample' is not 8, 16, or 0 for those of the photo");
    }
    output.quality = section.integer("quality", output.quality, 1, 100);
    output.lossless = section.flag("lossless", false);
    output.keepPosition = section.flag("keep_position", true);
    output.keepMetadata = section.flag("keep_metadata", true);
    recipe.pyramid = section.flag("pyramid", false);
    readColours(section, origin, recipe);
    section.refuseOthers();
}

Recipe recipeOf(const Json& json, const std::string& origin) {
    Section section(json, "", origin);
    if (section.text("format") != formatName || section.integer("version", 0, 0, 1 << 20) != formatVersion) {
        refuse(origin, "it is of another format or version");
    }
    Recipe recipe;
    section.required("scale");
    recipe.program = section.text("program");
    recipe.weightsHash = section.text("weights_sha256");
    if (!isHash(recipe.weightsHash)) {
        refuse(origin, "'weights_sha256' is not of 64 hexadecimal digits");
    }
    recipe.profile = section.text("profile");
    recipe.scale = section.number("scale", 2, 1, 64);
    recipe.stepLimit = section.number("step_limit", defaultStepLimit, smallestStepLimit, largestStepLimit);
    recipe.region = section.has("region") ? regionOf(section.required("region"), origin) : std::nullopt;
    recipe.controls = section.has("controls") ? controlsOf(section.required("controls"), origin) : std::map<std::string, double>();
    if (section.has("input")) {
        readInput(section.required("input"), origin, recipe);
    }
    if (section.has("output")) {
        readOutput(section.required("output"), origin, recipe);
    }
    section.refuseOthers();
    return recipe;
}

std::string stepsOf(const Plan& plan) {
    std::string text;
    for (const Step& step : plan.steps) {
        text += (text.empty() ? "x" : " x") + Section::shortest(step.scale);
    }
    return text;
}

std::string controlsAsText(const std::map<std::string, double>& controls) {
    std::string text;
    for (const auto& [name, value] : controls) {
        text += (text.empty() ? "" : ", ") + name + "=" + Section::shortest(value);
    }
    return text;
}

std::string regionAsText(Rect region) {
    return std::to_string(region.left) + "," + std::to_string(region.top) + "," + std::to_string(region.width()) + "," +
           std::to_string(region.height());
}

} // namespace

std::string writeRecipe(const Recipe& recipe) {
    Json json{{"format", formatName},
              {"version", formatVersion},
              {"program", recipe.program},
              {"weights_sha256", recipe.weightsHash},
              {"profile", recipe.profile},
              {"scale", recipe.scale},
              {"step_limit", recipe.stepLimit},
              {"controls", Json::object()},
              {"input", {{"page", recipe.page}, {"tone", recipe.tone == ToneCurve::clip ? "clip" : "soft"}}},
              {"output",
               {{"bits_per_sample", recipe.output.bitsPerSample},
                {"quality", recipe.output.quality},
                {"lossless", recipe.output.lossless},
                {"keep_position", recipe.output.keepPosition},
                {"keep_metadata", recipe.output.keepMetadata},
                {"colours", nameOf(recipe.colours)},
                {"pyramid", recipe.pyramid}}}};
    for (const auto& [name, value] : recipe.controls) {
        json["controls"][name] = value;
    }
    if (recipe.region) {
        json["region"] = {recipe.region->left, recipe.region->top, recipe.region->width(), recipe.region->height()};
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Recipe parseRecipe(const std::string& text, const std::string& origin) {
    const auto isShallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepestJson; };
    const Json json = Json::parse(text, isShallow, false);
    if (json.is_discarded()) {
        refuse(origin, "it is no JSON");
    }
    return recipeOf(json, origin);
}

Recipe readRecipe(const std::filesystem::path& path) {
    const std::optional<std::string> text = bytesOfFile(path, mostBytes);
    if (!text) {
        throw Error("'" + path.string() + "' is no recipe file. Give one that --save-recipe or the window has saved.");
    }
    return parseRecipe(*text, path.string());
}

void saveRecipe(const std::filesystem::path& path, const Recipe& recipe) {
    const std::string text = writeRecipe(recipe);
    writeBesideAndRename(path, [&](std::ostream& out) { out << text; });
}

std::vector<std::pair<std::string, std::string>> doneBy(const Recipe& recipe, const Plan& plan) {
    std::vector<std::pair<std::string, std::string>> done{
        {"Program", "CASR Zoom " + recipe.program},
        {"Weights", recipe.weightsHash},
        {"Profile", recipe.profile},
        {"Scale", Section::shortest(plan.scale)},
        {"Steps", stepsOf(plan)},
        {"Region", recipe.region ? regionAsText(*recipe.region) : "whole"},
        {"Controls", plan.steps.empty() ? std::string() : controlsAsText(recipe.controls)}};
    done.erase(std::remove_if(done.begin(), done.end(), [](const auto& each) { return each.second.empty(); }), done.end());
    return done;
}

} // namespace casr
