#pragma once

#include "app/cli/upscale_run.h"
#include "core/recipe/recipe.h"

namespace casr::cli {

/// `arguments` with what `recipe` says, except for the options that `command` was given. Throws nothing.
UpscaleArguments withRecipe(const CLI::App& command, UpscaleArguments arguments, const Recipe& recipe);

/// The same for a run that no command line describes: all of the recipe.
UpscaleArguments withRecipe(UpscaleArguments arguments, const Recipe& recipe);

/// The recipe of what `arguments` ask for; weights and profile stay empty.
Recipe recipeOf(const UpscaleArguments& arguments);

} // namespace casr::cli
