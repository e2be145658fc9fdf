#pragma once

#include "core/image/geometry.h"

namespace casr {

/// How a scale is named.
enum class ScaleBasis { factor, width, height, longSide, shortSide, printWidth, printHeight, printWidthInches, printHeightInches };

/// The factor that brings `region` to `value`: a factor, pixels, or centimetres or inches printed at `pixelsPerInch`. May lie outside 1 ..
/// 64, which planSchedule refuses.
double scaleOf(ScaleBasis basis, double value, double pixelsPerInch, Size region);

/// The value that `scale` means in another basis: the inverse of scaleOf.
double valueOf(ScaleBasis basis, double scale, double pixelsPerInch, Size region);

} // namespace casr
