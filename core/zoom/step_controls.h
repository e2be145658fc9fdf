#pragma once

#include "core/zoom/step_parts.h"

#include <string>

namespace casr {

/// How the steps are taken, beside the plan: part of what decides every pixel.
struct StepControls {
    float noise = 0; ///< Amount of noise to remove from the photo, 0 .. 1; later steps see a clean parent.
    float jpeg = 0;  ///< Amount of JPEG artifacts to remove, 0 .. 1.
    StepParts parts;
    float detail = 0;     ///< Share of the perceptual detail in every step that a later one reads, 0 .. 1.
    float lastDetail = 0; ///< The same in the last step of the plan, which nothing reads.

    bool operator==(const StepControls&) const = default;
};

/// One line, other for other controls: part of the identity of results.
std::string describe(const StepControls& controls);

} // namespace casr
