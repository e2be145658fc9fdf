#pragma once

#include "core/zoom/step_controls.h"

#include <map>
#include <string>

namespace casr {

/// The amounts of `controls` that are not 0, by their names in a recipe.
std::map<std::string, double> namedControls(const StepControls& controls);

/// The controls that the names stand for. Throws Error for a name that is unknown and an amount outside 0 .. 1.
StepControls controlsNamed(const std::map<std::string, double>& named);

} // namespace casr
