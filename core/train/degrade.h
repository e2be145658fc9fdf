#pragma once

#include "core/base/random.h"
#include "core/image/image.h"

namespace casr {

/// Amounts, 0 .. 1, of what a camera and its files do to a picture; what the network is told as its degradation planes.
struct Degradation {
    double noise = 0; ///< Deviation of the noise in mid-grey, in units of largestNoise.
    double jpeg = 0;  ///< 0: none; above, quality falls from mildestJpeg to strongestJpeg.

    static constexpr double largestNoise = 0.1;
    static constexpr double mildestJpeg = 95;
    static constexpr double strongestJpeg = 20;
};

/// `image` (RGB, 0 .. 1) with sensor-like noise, stronger in the light and in half of the draws correlated between neighbours, then
/// quantised as JPEG would (8 x 8 cosine transforms in YCbCr at a random place of the grid, chroma halved in half of the draws),
/// brought to n / 255. Both at 0 give `image` rounded.
Image degraded(const Image& image, Degradation amount, HashRandom& random);

} // namespace casr
