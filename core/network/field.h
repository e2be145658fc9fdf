#pragma once

#include "core/network/network.h"

namespace casr {

/// The part `out` of the child level: bicubic base of `parent` plus the field (RGB). Every cell of `out` is in `tile`; `parent`
/// covers them and bicubicReach pixels around. `columns` and `rows` say how the parent's whole size becomes the child's.
/// A value depends on its own place alone: any split of `out`, on any instruction set, gives the same bits. Throws
/// std::invalid_argument when tile or parent do not hold what is read.
Image renderField(const FieldWaves& waves, const FieldTile& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out);

} // namespace casr
