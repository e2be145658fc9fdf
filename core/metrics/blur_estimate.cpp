#include "core/metrics/blur_estimate.h"

#include "core/image/gaussian_blur.h"
#include "core/metrics/calibration.h"
#include "core/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace casr {

namespace {

constexpr double second = 1.0;      // deviation of the other Gaussian, pixels
constexpr float leastSlope = 11.0f; // of an edge, 8-bit codes a pixel
constexpr std::size_t fewestEdges = 100;
constexpr double sharpestShare = 0.1;

/// Length of the gradient, and whether it is steeper across than down.
struct Slope {
    float length = 0;
    bool isAcross = false;
};

Slope slopeAt(const Image& luma, int x, int y) {
    const float across = 0.5f * (luma.at(x + 1, y, 0) - luma.at(x - 1, y, 0)), down = 0.5f * (luma.at(x, y + 1, 0) - luma.at(x, y - 1, 0));
    return {std::hypot(across, down), std::abs(across) >= std::abs(down)};
}

/// True where the slope is no less than on both sides of the edge.
bool isOnEdge(const Image& luma, int x, int y, const Slope& here) {
    const int dx = here.isAcross ? 1 : 0, dy = here.isAcross ? 0 : 1;
    return here.length >= leastSlope && here.length >= slopeAt(luma, x - dx, y - dy).length &&
           here.length >= slopeAt(luma, x + dx, y + dy).length;
}

/// By how much every edge gets less steep, the border of two pixels left out.
std::vector<float> losses(const Image& luma) {
    const Image soft = blurred(luma, second);
    std::vector<float> result;
    for (int y = 2; y < luma.height() - 2; ++y) {
        for (int x = 2; x < luma.width() - 2; ++x) {
            const Slope here = slopeAt(luma, x, y);
            const float left = slopeAt(soft, x, y).length;
            if (left > 0.4f * leastSlope && std::isfinite(left) && isOnEdge(luma, x, y, here)) {
                result.push_back(here.length / left);
            }
        }
    }
    return result;
}

/// Deviations of edges, pixels, and the amount of blur that made them: medians over 36 photos made smaller by half, but for the first,
/// which nine in ten of them are below as they are.
constexpr std::array<CalibrationPoint, 4> blurOfDeviation{{{0.36, 0.0}, {0.43, 0.5}, {0.61, 0.75}, {0.85, 1.0}}};

} // namespace

double estimatedBlur(const Image& picture) {
    std::vector<float> lost = losses(lumaOf(selectChannels(picture, 0, picture.channels() < 3 ? 1 : 3)));
    if (lost.size() < fewestEdges) {
        return 0.0;
    }
    const auto sharp = lost.begin() + static_cast<std::ptrdiff_t>((1.0 - sharpestShare) * static_cast<double>(lost.size() - 1));
    std::nth_element(lost.begin(), sharp, lost.end());
    // A step under a Gaussian of deviation s loses by sqrt(s^2 + second^2) / s.
    const double loss = std::max(1.001, static_cast<double>(*sharp));
    return amountOf(blurOfDeviation, second / std::sqrt(loss * loss - 1.0));
}

} // namespace casr
