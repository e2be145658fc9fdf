#pragma once

#include "core/zoom/step_parts.h"

#include <string>

namespace casr {

/// How the steps are taken, beside the plan: part of what decides every pixel.
struct StepControls {
    float noise = 0; ///< Amount of noise to remove from the photo, 0 .. 1; later steps see a clean parent.
    float jpeg = 0;  ///< Amount of JPEG artifacts to remove, 0 .. 1.
    StepParts parts = {};
    float detail = 0;     ///< Share of the perceptual detail, 0 .. 1, of which every step that a later one reads gets earlierDetail.
    float lastDetail = 0; ///< Share in the last step of the plan, which nothing reads, 0 .. 1.
    float plain = 0;      ///< Share of the photo's bicubic enlargement in the result of the plan, 0 .. 1; no step reads it.
    float blur = 0;       ///< Amount of the photo's blur to remove, 0 .. 1.
    int ensemble = 1;     ///< Passes of every step that are averaged, 1, 2, 4 or 8: see ensembleOf(). As many times as slow.

    bool operator==(const StepControls&) const = default;
};

/// The share of the perceptual detail that programs begin with where the weights have it: found by looking. With more, fine lines of a JPEG
/// photo become strokes at x8.
constexpr float usualDetail = 0.35f;

/// One line, other for controls that give other tiles: part of their identity. A result is made of tiles by `plain`, which is not in it.
std::string describe(const StepControls& controls);

} // namespace casr
