#pragma once

namespace casr {

/// Amounts, 0 .. 1, of what a camera and its files do to a picture; what the network is told as its degradation planes.
struct Degradation {
    double noise = 0; ///< Deviation of the noise in mid-grey, in units of largestNoise.
    double jpeg = 0;  ///< 0: none; above, quality falls from mildestJpeg to strongestJpeg.

    static constexpr double largestNoise = 0.1;
    static constexpr double mildestJpeg = 95;
    static constexpr double strongestJpeg = 20;
};

} // namespace casr
