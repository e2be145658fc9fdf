#pragma once

#include "core/image/geometry.h"
#include "core/io/output_colours.h"
#include "core/io/picture_file.h"
#include "core/schedule/plan.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// Everything that makes a result of a photo. The same photo, recipe and numeric profile give the same bytes. Without a region it is a
/// preset, for whole photos.
struct Recipe {
    std::string program = CASR_VERSION; ///< Version of the program that wrote it.
    std::string weightsHash;            ///< SHA-256 of the weights; empty: whatever is there.
    std::string profile;                ///< Numeric profile of the result; empty: any.
    double scale = 2;                   ///< 1 .. 64.
    double stepLimit = defaultStepLimit;
    std::optional<Rect> region;             ///< Of the photo, in its pixels.
    std::map<std::string, double> controls; ///< What shapes the result beyond the plan, by name.
    int page = 0;                           ///< Of the photo's file, from 0.
    ToneCurve tone = ToneCurve::soft;
    WriteOptions output;
    bool pyramid = false; ///< TIFF with every half size.
    OutputColours colours = OutputColours::asPicture;
};

/// JSON as resources/recipe.schema.json describes it; what has its default is written too.
std::string writeRecipe(const Recipe& recipe);

/// Throws Error, naming `origin` and the key, when `text` is no recipe of this version, holds a key that is unknown, or a value of the
/// wrong kind or outside its range. All keys but format, version and scale may be missing.
Recipe parseRecipe(const std::string& text, const std::string& origin);

/// Throws Error when the file cannot be read, is larger than 1 MB, or is no recipe.
Recipe readRecipe(const std::filesystem::path& path);

/// Written beside and renamed. Throws Error.
void saveRecipe(const std::filesystem::path& path, const Recipe& recipe);

/// What was done by the recipe under `plan`, for Metadata::done: program, weights, profile, scale, steps, region, controls.
std::vector<std::pair<std::string, std::string>> doneBy(const Recipe& recipe, const Plan& plan);

} // namespace casr
