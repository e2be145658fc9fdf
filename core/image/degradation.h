#pragma once

namespace casr {

/// Amounts, 0 .. 1, of what a camera and its files do to a picture; what the network is told as its degradation planes.
struct Degradation {
    double noise = 0; ///< Deviation of the noise in mid-grey, in units of largestNoise.
    double jpeg = 0;  ///< 0: none; above, quality falls from mildestJpeg to strongestJpeg.
    double blur = 0;  ///< Deviation of a Gaussian over the picture, in units of largestBlur pixels.

    /// Nothing at all.
    bool isNone() const { return noise == 0.0 && jpeg == 0.0 && blur == 0.0; }

    static constexpr double largestNoise = 0.1;
    static constexpr double mildestJpeg = 95;
    static constexpr double strongestJpeg = 20;
    static constexpr double largestBlur = 1.2;
};

} // namespace casr
