#pragma once

#include "core/image/bicubic_region.h"

#include <array>
#include <span>

namespace casr {

/// The parent pixels whose difference reaches an output sample along one axis, and how much of each; the picture's border is repeated.
/// The weights are the quadratic through three points that is sharpened until taking the enlargement down gives nearly what was enlarged:
/// along each axis waves of 4 and 2 parent pixels come back 1.02 to 1.09 and 0.86 to 0.88 as high at scales of 1.5, 2, 3 and 4.
struct Around {
    std::array<int, 3> parents{};
    std::array<float, 3> shares{};
};

Around aroundOf(Axis axis, int index);

/// How much of back-projection's correction a step gets. A photo is what was measured; what a step made is an estimate, whose errors the
/// next step need not keep: with all of the correction fine lines stayed as the step before drew them.
constexpr float laterProjection = 0.96f;
constexpr float projectionOnto(bool isPhoto) {
    return isPhoto ? 1.0f : laterProjection;
}

/// The pixels of the child that backProjected reads for `out`; its cells lie at most Reach::backProjection parent pixels away.
Rect readByBackProjection(Axis columns, Axis rows, Rect out);

/// The part `out` of a child after one step of back-projection (Irani and Peleg 1991): what its parent holds beyond the child taken
/// down by the antialiased bicubic is enlarged by aroundOf and added, so that the child shrinks back to its parent. `child` covers
/// readByBackProjection(...), `parent` what lies inside the picture of the cells of `out` and one pixel around; both RGB. A
/// value depends on its own place alone. `share`, 0 .. 1, of what is missing is added. Throws std::invalid_argument when they do not cover
/// what is read.
Image backProjected(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, float share = 1.0f);

/// The same into `values`, rows of pixels of `out`.
void backProjectInto(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values,
                     float share = 1.0f);

} // namespace casr
