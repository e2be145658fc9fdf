#include "core/metrics/degradation_estimate.h"

#include "core/metrics/blur_estimate.h"
#include "core/metrics/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace casr {

namespace {

/// One number a pixel.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<double> values;

    double at(int x, int y) const {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    }
};

template <typename Value>
Plane planeOf(const Image& picture, const Value& value) {
    Plane plane{picture.width(), picture.height(), {}};
    plane.values.reserve(static_cast<std::size_t>(picture.size().area()));
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            plane.values.push_back(value(picture.row(y) + static_cast<std::ptrdiff_t>(x) * picture.channels()));
        }
    }
    return plane;
}

Plane lumaOf(const Image& picture) {
    const bool isGrey = picture.channels() < 3;
    return planeOf(picture, [&](const float* pixel) { return isGrey ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]; });
}

bool isWithoutColour(const Image& picture) {
    if (picture.channels() < 3) {
        return true;
    }
    const Plane spread = planeOf(picture, [](const float* p) { return std::max({p[0], p[1], p[2]}) - std::min({p[0], p[1], p[2]}); });
    return *std::max_element(spread.values.begin(), spread.values.end()) == 0.0;
}

/// A plane whose noise has the deviation of one channel's.
Plane noisePlane(const Image& picture) {
    if (isWithoutColour(picture)) {
        return planeOf(picture, [](const float* pixel) { return double{pixel[0]}; });
    }
    return planeOf(picture, [](const float* pixel) { return (pixel[1] - 0.5 * (pixel[0] + pixel[2])) / std::sqrt(1.5); });
}

constexpr int noiseBlock = 16;
constexpr int distance = 2;
constexpr double darkest = 0.03, lightest = 0.97; // where noise is cut off
constexpr double calmest = 0.05;                  // share of the blocks
/// What is left of white and of correlated noise is 0.87 and 0.67; this is between them.
constexpr double residualOfNoise = 0.77;
constexpr double residualOfRounding = 0.012;

/// The second difference in both directions; its mean square over white noise is 36 times the noise's.
double secondDifference(const Plane& plane, int x, int y) {
    const auto g = [&](int column, int row) { return plane.at(x + column * distance, y + row * distance); };
    return g(-1, -1) + g(1, -1) + g(-1, 1) + g(1, 1) - 2.0 * (g(0, -1) + g(0, 1) + g(-1, 0) + g(1, 0)) + 4.0 * g(0, 0);
}

/// Mean of `value` over the pixels of a block.
template <typename Value>
double blockMean(int left, int top, const Value& value) {
    double sum = 0.0;
    for (int y = top; y < top + noiseBlock; ++y) {
        for (int x = left; x < left + noiseBlock; ++x) {
            sum += value(x, y);
        }
    }
    return sum / (noiseBlock * noiseBlock);
}

/// Deviations of the residual in every block that is neither dark nor light, as they would be in mid-grey.
std::vector<double> blockResiduals(const Plane& plane, const Plane& luma) {
    std::vector<double> residuals;
    for (int top = distance; top + noiseBlock + distance <= plane.height; top += noiseBlock) {
        for (int left = distance; left + noiseBlock + distance <= plane.width; left += noiseBlock) {
            const double light = blockMean(left, top, [&](int x, int y) { return luma.at(x, y); });
            if (light > darkest && light < lightest) {
                const double power = blockMean(left, top, [&](int x, int y) { return std::pow(secondDifference(plane, x, y), 2); }) / 36.0;
                residuals.push_back(std::sqrt(power / (0.5 + light)));
            }
        }
    }
    return residuals;
}

constexpr int jpegBlock = 8;
constexpr double largestStep = 0.06; // more is an edge of the picture

/// How much larger the step between `at` and the next value is than those beside it.
double loneStep(const double* at, std::ptrdiff_t next) {
    const double before = std::abs(at[0] - at[-next]), here = std::abs(at[next] - at[0]), after = std::abs(at[2 * next] - at[next]);
    return std::clamp(here - std::max(before, after), 0.0, largestStep);
}

/// Mean lone steps at each of the eight places of the grid, along lines of `length` values.
std::array<double, jpegBlock> meanSteps(const Plane& plane, int lines, int length, std::ptrdiff_t nextLine, std::ptrdiff_t next) {
    std::array<double, jpegBlock> sum{}, count{};
    for (int line = 0; line < lines; ++line) {
        for (int i = 1; i + 2 < length; ++i) {
            const auto place = static_cast<std::size_t>(i % jpegBlock);
            sum[place] += loneStep(plane.values.data() + line * nextLine + i * next, next);
            count[place] += 1.0;
        }
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] /= std::max(1.0, count[i]);
    }
    return sum;
}

/// The strongest place over the middle one, in codes of 8 bit.
double gridStrength(std::array<double, jpegBlock> steps) {
    std::sort(steps.begin(), steps.end());
    return 255.0 * (steps[jpegBlock - 1] - steps[jpegBlock / 2 - 1]);
}

/// Strength of the grid on photos (medians over crops) and the amount of JPEG that made it.
constexpr std::array<CalibrationPoint, 6> jpegOfStrength{
    {{0.10, 0.0}, {0.286, 0.1}, {0.678, 0.25}, {1.246, 0.5}, {1.76, 0.75}, {2.84, 1.0}}};

constexpr int largestSide = 2048;

} // namespace

double estimatedNoise(const Image& picture) {
    std::vector<double> residuals = blockResiduals(noisePlane(picture), lumaOf(picture));
    if (residuals.empty()) {
        return 0.0;
    }
    const auto calm = residuals.begin() + static_cast<std::ptrdiff_t>(calmest * static_cast<double>(residuals.size() - 1));
    std::nth_element(residuals.begin(), calm, residuals.end());
    const double amount = *calm / Degradation::largestNoise;
    return std::min(1.0, std::sqrt(std::max(0.0, amount * amount - residualOfRounding * residualOfRounding)) / residualOfNoise);
}

double estimatedJpeg(const Image& picture) {
    if (std::min(picture.width(), picture.height()) < 2 * jpegBlock) {
        return 0.0;
    }
    const Plane luma = lumaOf(picture);
    const double across = gridStrength(meanSteps(luma, luma.height, luma.width, luma.width, 1));
    const double down = gridStrength(meanSteps(luma, luma.width, luma.height, 1, luma.width));
    return amountOf(jpegOfStrength, 0.5 * (across + down));
}

Degradation estimatedDegradation(const Image& picture) {
    const Size part{std::min(picture.width(), largestSide), std::min(picture.height(), largestSide)};
    const Image middle = cropped(picture, rectAt((picture.width() - part.width) / 2, (picture.height() - part.height) / 2, part));
    return {estimatedNoise(middle), estimatedJpeg(middle), estimatedBlur(middle)};
}

} // namespace casr
