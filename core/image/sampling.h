#pragma once

#include "core/image/bicubic_region.h"
#include "core/image/resample.h"

namespace casr {

/// What the taps read of a picture of `whole` pixels, border samples being repeated: never outside it. Empty lists read nothing.
Rect readBy(const std::vector<Taps>& columns, const std::vector<Taps>& rows, Size whole);

/// One pixel for each pair of a column's and a row's taps, as weighted sums over a picture of `whole` pixels whose border pixels are
/// repeated, in double. `part` covers what is read (std::invalid_argument otherwise, and for empty lists), so a pixel never depends on how
/// much more of the picture is there.
Image weightedRegion(const PlacedImage& part, Size whole, const std::vector<Taps>& columns, const std::vector<Taps>& rows);

/// Taps of `count` samples, `scale` of them for each pixel, the first sample's area beginning at `begin` (pixel k covers k .. k + 1).
std::vector<Taps> tapsFrom(double begin, double scale, int count, Kernel kernel);

} // namespace casr
