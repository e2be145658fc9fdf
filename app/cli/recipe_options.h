#pragma once

#include "app/cli/upscale_run.h"
#include "core/recipe/recipe.h"

namespace casr::cli {

/// `arguments` with what `recipe` says, except for the options that `command` was given. Throws Error for a control that this version does
/// not know, since its result would be another.
UpscaleArguments withRecipe(const CLI::App& command, UpscaleArguments arguments, const Recipe& recipe);

/// The recipe of what `arguments` ask for; controls, weights and profile stay empty.
Recipe recipeOf(const UpscaleArguments& arguments);

/// So that the number read again is the same.
std::string exactText(double number);

} // namespace casr::cli
