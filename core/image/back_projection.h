#pragma once

#include "core/image/bicubic_region.h"

#include <span>

namespace casr {

/// The pixels of the child that backProjected reads for `out`; its cells lie at most Reach::backProjection parent pixels away.
Rect readByBackProjection(Axis columns, Axis rows, Rect out);

/// The part `out` of a child after one step of back-projection (Irani and Peleg 1991): what its parent holds beyond the child taken
/// down by the antialiased bicubic is enlarged linearly and added, so that the child shrinks back to its parent. `child` covers
/// readByBackProjection(...), `parent` what lies inside the picture of the cells of `out` and one pixel around; both RGB. A
/// value depends on its own place alone. Throws std::invalid_argument when they do not cover what is read.
Image backProjected(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out);

/// The same into `values`, rows of pixels of `out`.
void backProjectInto(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values);

} // namespace casr
