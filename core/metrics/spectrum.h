#pragma once

#include "core/image/image.h"

#include <vector>

namespace casr {

/// Mean power of the luma (of RGB or grey, 0 .. 1) on rings of equal frequency, ring k holding k - 1/2 .. k + 1/2 cycles per side, for
/// k = 0 .. side / 2. `image` is square with a power of two of pixels a side, 2 .. 4096 (std::invalid_argument otherwise); a Hann
/// window takes away what its borders would add. Power is the squared magnitude divided by the number of pixels.
std::vector<double> radialPower(const Image& image);

} // namespace casr
