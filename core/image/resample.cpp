#include "core/image/resample.h"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace casr {

namespace {

double lanczosKernel(double x) {
    x = std::abs(x);
    if (x >= 3.0) {
        return 0.0;
    }
    const double angle = std::numbers::pi * x;
    return x < 1e-9 ? 1.0 : 3.0 * std::sin(angle) * std::sin(angle / 3.0) / (angle * angle);
}

double kernelAt(Kernel kernel, double x) {
    return kernel == Kernel::bicubic ? cubicKernel(x) : lanczosKernel(x);
}

double radiusOf(Kernel kernel) {
    return kernel == Kernel::bicubic ? 2.0 : 3.0;
}

float roundTo8Bit(double value) {
    return static_cast<float>(std::clamp(std::floor(value * 255.0 + 0.5), 0.0, 255.0) / 255.0);
}

std::vector<Taps> axisTaps(int inLength, int outLength, Kernel kernel) {
    std::vector<Taps> taps;
    taps.reserve(static_cast<std::size_t>(outLength));
    for (int index = 0; index < outLength; ++index) {
        taps.push_back(tapsOf(index, inLength, outLength, kernel));
    }
    return taps;
}

/// One output row as the weighted sum of input rows, in double so that the 8-bit protocol rounds what MATLAB rounds.
void sumRows(const Image& image, const Taps& taps, std::vector<double>& sum) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t tap = 0; tap < taps.weights.size(); ++tap) {
        const float* row = image.row(std::clamp(taps.first + static_cast<int>(tap), 0, image.height() - 1));
        const double weight = taps.weights[tap];
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += weight * row[i];
        }
    }
}

template <typename Store>
Image resizedRows(const Image& image, int height, Kernel kernel, Store store) {
    const std::size_t stride = static_cast<std::size_t>(image.width()) * image.channels();
    std::vector<float> values(stride * static_cast<std::size_t>(height));
    std::vector<double> sum(stride);
    for (int y = 0; y < height; ++y) {
        sumRows(image, tapsOf(y, image.height(), height, kernel), sum);
        std::transform(sum.begin(), sum.end(), values.begin() + static_cast<std::ptrdiff_t>(stride * static_cast<std::size_t>(y)), store);
    }
    return Image({image.width(), height}, image.channels(), std::move(values), image.encoding());
}

double sumColumns(const float* row, int width, int channels, int channel, const Taps& taps) {
    double sum = 0.0;
    for (std::size_t tap = 0; tap < taps.weights.size(); ++tap) {
        const int x = std::clamp(taps.first + static_cast<int>(tap), 0, width - 1);
        sum += taps.weights[tap] * row[x * channels + channel];
    }
    return sum;
}

template <typename Store>
Image resizedColumns(const Image& image, int width, Kernel kernel, Store store) {
    const std::vector<Taps> taps = axisTaps(image.width(), width, kernel);
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(width) * image.height() * image.channels());
    for (int y = 0; y < image.height(); ++y) {
        for (const Taps& column : taps) {
            for (int channel = 0; channel < image.channels(); ++channel) {
                values.push_back(store(sumColumns(image.row(y), image.width(), image.channels(), channel, column)));
            }
        }
    }
    return Image({width, image.height()}, image.channels(), std::move(values), image.encoding());
}

template <typename Store>
Image resizedWith(const Image& image, Size size, Kernel kernel, Store store) {
    if (image.isEmpty() || size.isEmpty()) {
        throw std::invalid_argument("resized: a picture needs at least one pixel");
    }
    return resizedColumns(resizedRows(image, size.height, kernel, store), size.width, kernel, store);
}

} // namespace

double cubicKernel(double x) {
    x = std::abs(x);
    if (x <= 1.0) {
        return (1.5 * x - 2.5) * x * x + 1.0;
    }
    return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
}

Taps tapsOf(int index, int inLength, int outLength, Kernel kernel) {
    const double scale = static_cast<double>(outLength) / inLength;
    const double centre = (index + 0.5) / scale - 0.5;
    if (kernel == Kernel::nearest) {
        return {std::clamp(static_cast<int>(std::floor(centre + 0.5)), 0, inLength - 1), {1.0}};
    }
    const double stretch = std::min(scale, 1.0);
    const double radius = radiusOf(kernel) / stretch;
    const int first = static_cast<int>(std::floor(centre - radius)) + 1;
    const int last = static_cast<int>(std::ceil(centre + radius)) - 1;
    Taps taps{first, {}};
    double total = 0.0;
    for (int i = first; i <= last; ++i) {
        taps.weights.push_back(kernelAt(kernel, (centre - i) * stretch));
        total += taps.weights.back();
    }
    for (double& weight : taps.weights) {
        weight /= total;
    }
    return taps;
}

Image resized(const Image& image, Size size, Kernel kernel) {
    return resizedWith(image, size, kernel, [](double value) { return static_cast<float>(value); });
}

Image resizedTo8Bit(const Image& image, Size size) {
    return resizedWith(image, size, Kernel::bicubic, roundTo8Bit);
}

Image roundedTo8Bit(const Image& image) {
    std::vector<float> values(image.values().size());
    std::transform(image.values().begin(), image.values().end(), values.begin(), [](float value) { return roundTo8Bit(value); });
    return Image(image.size(), image.channels(), std::move(values), image.encoding());
}

} // namespace casr
