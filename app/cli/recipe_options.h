#pragma once

#include "app/cli/upscale_run.h"
#include "core/recipe/recipe.h"
#include "core/zoom/step_controls.h"

namespace casr::cli {

/// `arguments` with what `recipe` says, except for the options that `command` was given. Throws Error for a control that this version does
/// not know, since its result would be another.
UpscaleArguments withRecipe(const CLI::App& command, UpscaleArguments arguments, const Recipe& recipe);

/// The same for a run that no command line describes: all of the recipe.
UpscaleArguments withRecipe(UpscaleArguments arguments, const Recipe& recipe);

/// The recipe of what `arguments` ask for; controls, weights and profile stay empty.
Recipe recipeOf(const UpscaleArguments& arguments);

/// The amounts that are not 0, by their names in recipes.
std::map<std::string, double> recipeControlsOf(const StepControls& controls);

/// So that the number read again is the same.
std::string exactText(double number);

} // namespace casr::cli
