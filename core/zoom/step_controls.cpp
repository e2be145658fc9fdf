#include "core/zoom/step_controls.h"

#include <cstdio>

namespace casr {

std::string describe(const StepControls& controls) {
    const StepParts& parts = controls.parts;
    char text[192]; // nine digits tell any two floats apart
    std::snprintf(text, sizeof text, "noise %.9g, jpeg %.9g, blur %.9g, detail %.9g, last detail %.9g, parts %d%d%d%d", controls.noise,
                  controls.jpeg, controls.blur, controls.detail, controls.lastDetail, parts.superpixels, parts.depth, parts.memory,
                  parts.backProjection);
    return controls.ensemble == 1 ? text : text + (", passes " + std::to_string(controls.ensemble));
}

} // namespace casr
