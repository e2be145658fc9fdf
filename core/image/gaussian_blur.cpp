#include "core/image/gaussian_blur.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace casr {

namespace {

constexpr double gaussianReach = 4.0; // deviations

std::vector<double> gaussian(double deviation) {
    const int reach = static_cast<int>(std::ceil(gaussianReach * deviation));
    std::vector<double> weights;
    for (int i = -reach; i <= reach; ++i) {
        weights.push_back(std::exp(-0.5 * std::pow(i / deviation, 2)));
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::transform(weights.begin(), weights.end(), weights.begin(), [&](double weight) { return weight / sum; });
    return weights;
}

/// Along one axis, a step of which is (dx, dy).
Image blurredAlong(const Image& image, const std::vector<double>& weights, int dx, int dy) {
    const int reach = static_cast<int>(weights.size() / 2);
    std::vector<float> values;
    values.reserve(image.values().size());
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < image.channels(); ++channel) {
                double sum = 0.0;
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    const int off = static_cast<int>(i) - reach;
                    sum += weights[i] * image.at(std::clamp(x + off * dx, 0, image.width() - 1),
                                                 std::clamp(y + off * dy, 0, image.height() - 1), channel);
                }
                values.push_back(static_cast<float>(sum));
            }
        }
    }
    return Image(image.size(), image.channels(), std::move(values));
}

} // namespace

Image blurred(const Image& image, double deviation) {
    const std::vector<double> weights = gaussian(deviation);
    return blurredAlong(blurredAlong(image, weights, 1, 0), weights, 0, 1);
}

} // namespace casr
