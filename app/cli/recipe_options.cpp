#include "app/cli/recipe_options.h"

#include "app/cli/arguments.h"
#include "core/recipe/recipe_controls.h"

#include <array>
#include <cstdio>

namespace casr::cli {

namespace {

std::string asText(Rect region) {
    return std::to_string(region.left) + "," + std::to_string(region.top) + "," + std::to_string(region.width()) + "," +
           std::to_string(region.height());
}

/// The precision that gives a numeric profile; the profile begins with its name.
std::string precisionOf(const std::string& profile, const std::string& otherwise) {
    const std::string name = profile.substr(0, 4);
    return precisionNamed(name) ? name : otherwise;
}

/// The amounts of a recipe go into the options of the same names.
void setControls(UpscaleArguments& arguments, const StepControls& controls) {
    arguments.noise = exactText(controls.noise);
    arguments.jpeg = exactText(controls.jpeg);
    arguments.blur = exactText(controls.blur);
    arguments.detail = controls.detail;
    arguments.lastDetail = controls.lastDetail;
    arguments.plain = controls.plain;
    arguments.ensemble = controls.ensemble;
}

/// All of the recipe.
UpscaleArguments takenFrom(UpscaleArguments arguments, const Recipe& recipe) {
    arguments.scale = recipe.scale;
    arguments.run.stepLimit = recipe.stepLimit;
    arguments.run.precision = precisionOf(recipe.profile, arguments.run.precision);
    arguments.region = recipe.region ? asText(*recipe.region) : std::string();
    arguments.read.page = recipe.page;
    arguments.read.tone = recipe.tone;
    arguments.bits = recipe.output.bitsPerSample;
    arguments.quality = recipe.output.quality;
    arguments.lossless = recipe.output.lossless;
    arguments.noGps = !recipe.output.keepPosition;
    arguments.noMetadata = !recipe.output.keepMetadata;
    arguments.colours = recipe.colours;
    arguments.pyramid = recipe.pyramid;
    arguments.wantedWeights = recipe.weightsHash;
    setControls(arguments, controlsNamed(recipe.controls));
    return arguments;
}

} // namespace

std::string exactText(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", number);
    return text.data();
}

UpscaleArguments withRecipe(const CLI::App& command, UpscaleArguments arguments, const Recipe& recipe) {
    UpscaleArguments result = takenFrom(arguments, recipe);
    const auto keep = [&](const char* option, auto member) {
        if (command.count(option) != 0) {
            result.*member = arguments.*member;
        }
    };
    keep("--scale", &UpscaleArguments::scale);
    keep("--region", &UpscaleArguments::region);
    keep("--noise", &UpscaleArguments::noise);
    keep("--jpeg", &UpscaleArguments::jpeg);
    keep("--blur", &UpscaleArguments::blur);
    keep("--detail", &UpscaleArguments::detail);
    keep("--last-detail", &UpscaleArguments::lastDetail);
    if (command.count("--detail") != 0 && command.count("--last-detail") == 0) {
        result.lastDetail.reset();
    }
    keep("--plain", &UpscaleArguments::plain);
    keep("--ensemble", &UpscaleArguments::ensemble);
    keep("--bits", &UpscaleArguments::bits);
    keep("--quality", &UpscaleArguments::quality);
    keep("--lossless", &UpscaleArguments::lossless);
    keep("--no-gps", &UpscaleArguments::noGps);
    keep("--no-metadata", &UpscaleArguments::noMetadata);
    keep("--colours", &UpscaleArguments::colours);
    keep("--pyramid", &UpscaleArguments::pyramid);
    result.run.stepLimit = command.count("--step-limit") != 0 ? arguments.run.stepLimit : result.run.stepLimit;
    result.run.precision = command.count("--precision") != 0 ? arguments.run.precision : result.run.precision;
    result.read.page = command.count("--page") != 0 ? arguments.read.page : result.read.page;
    result.read.tone = command.count("--tone") != 0 ? arguments.read.tone : result.read.tone;
    return result;
}

Recipe recipeOf(const UpscaleArguments& arguments) {
    Recipe recipe;
    recipe.scale = arguments.scale;
    recipe.stepLimit = arguments.run.stepLimit;
    recipe.region = arguments.region.empty() ? std::nullopt : std::optional(parseRegion(arguments.region));
    recipe.page = arguments.read.page;
    recipe.tone = arguments.read.tone;
    recipe.output = {arguments.bits, arguments.quality, arguments.lossless, !arguments.noGps, !arguments.noMetadata};
    recipe.pyramid = arguments.pyramid;
    recipe.colours = arguments.colours;
    return recipe;
}

} // namespace casr::cli
