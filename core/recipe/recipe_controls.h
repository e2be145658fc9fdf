#pragma once

#include "core/zoom/step_controls.h"

#include <map>
#include <string>

namespace casr {

/// The amounts of `controls` that are not 0, and more than one pass, by their names in a recipe.
std::map<std::string, double> namedControls(const StepControls& controls);

/// The controls that the names stand for. Throws Error for a name that is unknown, an amount outside 0 .. 1 and other
/// passes than 1, 2, 4 and 8.
StepControls controlsNamed(const std::map<std::string, double>& named);

} // namespace casr
