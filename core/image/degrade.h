#pragma once

#include "core/base/random.h"
#include "core/image/degradation.h"
#include "core/image/image.h"

namespace casr {

/// `image` (RGB, 0 .. 1) blurred as by a lens, the border repeated, with sensor-like noise, stronger in the light and in half of the draws
/// correlated between neighbours, then quantised as JPEG would (8 x 8 cosine transforms in YCbCr at a random place of the grid, chroma
/// halved in half of the draws), brought to n / 255. All at 0 give `image` rounded.
Image degraded(const Image& image, Degradation amount, HashRandom& random);

} // namespace casr
