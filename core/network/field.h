#pragma once

#include "core/network/network.h"

#include <span>

namespace casr {

/// The part `out` of the child level: bicubic base of `parent` plus the field (RGB). Every cell of `out` is in one of `tiles`, or in
/// several, which then agree; `parent` covers them and bicubicReach pixels around. `columns` and `rows` say how the parent's whole size
/// becomes the child's. A value depends on its own place alone: any split of `out`, into any tiles, on any instruction set and number of
/// threads, gives the same bits. Runs on the compute threads. Throws std::invalid_argument when tiles or parent do not hold what is read.
Image renderField(const FieldWaves& waves, std::span<const FieldTile* const> tiles, const PlacedImage& parent, Axis columns, Axis rows,
                  Rect out);

/// The same where one tile holds every cell.
Image renderField(const FieldWaves& waves, const FieldTile& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out);

/// The tile with `share` of its detail added to its coefficients, in float32: linear in `share`, and `tile` itself at 0. Throws
/// std::invalid_argument when there is no detail to add.
FieldTile blended(const FieldTile& tile, float share);

/// The tile with its coefficients rounded to the nearest bfloat16, halves to even.
FieldTile narrowed(const FieldTile& tile);

} // namespace casr
