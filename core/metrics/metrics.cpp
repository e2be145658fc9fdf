#include "core/metrics/metrics.h"

#include "core/base/error.h"
#include "core/image/resample.h"

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace casr {

namespace {

constexpr int windowEdge = 11;
constexpr double windowDeviation = 1.5;

void requireAlike(const Image& a, const Image& b) {
    if (a.isEmpty() || a.size() != b.size() || a.channels() != b.channels()) {
        throw std::invalid_argument("metrics: the pictures differ in size or channels, or are empty");
    }
}

void requireInside(Size size, int margin, const std::string& what) {
    if (std::min(size.width, size.height) <= margin) {
        throw Error("A picture of " + std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels is too small for " +
                    what + ". Use a picture of more than " + std::to_string(margin) + " pixels a side.");
    }
}

/// Always in the order of the values, so that the sum has the same bits everywhere.
double meanSquaredError(std::span<const float> a, std::span<const float> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - b[i];
        sum += difference * difference;
    }
    return sum / static_cast<double>(a.size());
}

std::array<double, windowEdge> gaussianWindow() {
    std::array<double, windowEdge> window{};
    constexpr int middle = windowEdge / 2;
    double sum = 0.0;
    for (int i = 0; i < windowEdge; ++i) {
        const double distance = (i - middle) / windowDeviation;
        sum += window[static_cast<std::size_t>(i)] = std::exp(-0.5 * distance * distance);
    }
    for (double& weight : window) {
        weight /= sum;
    }
    return window;
}

/// Weighted means of a, b and their products under a window.
struct Moments {
    double a = 0.0, b = 0.0, aa = 0.0, bb = 0.0, ab = 0.0;

    void add(double weight, const Moments& m) {
        a += weight * m.a;
        b += weight * m.b;
        aa += weight * m.aa;
        bb += weight * m.bb;
        ab += weight * m.ab;
    }
};

Moments momentsOf(double a, double b) {
    return {a, b, a * a, b * b, a * b};
}

/// The vertical half of the window, its first row being `y`, at every column.
void sumWindowRows(const Image& a, const Image& b, int y, const std::array<double, windowEdge>& window, std::vector<Moments>& columns) {
    std::fill(columns.begin(), columns.end(), Moments());
    for (int i = 0; i < windowEdge; ++i) {
        const float* rowA = a.row(y + i);
        const float* rowB = b.row(y + i);
        for (std::size_t x = 0; x < columns.size(); ++x) {
            columns[x].add(window[static_cast<std::size_t>(i)], momentsOf(rowA[x], rowB[x]));
        }
    }
}

double similarityOf(const Moments& m, double peak) {
    const double c1 = 0.01 * peak * 0.01 * peak;
    const double c2 = 0.03 * peak * 0.03 * peak;
    const double luminance = (2.0 * m.a * m.b + c1) / (m.a * m.a + m.b * m.b + c1);
    const double varianceA = m.aa - m.a * m.a;
    const double varianceB = m.bb - m.b * m.b;
    return luminance * (2.0 * (m.ab - m.a * m.b) + c2) / (varianceA + varianceB + c2);
}

} // namespace

Image lumaOf(const Image& image) {
    const int colours = image.colourChannels();
    if (colours != 1 && colours != 3) {
        throw std::invalid_argument("lumaOf: the picture is neither grey nor RGB");
    }
    std::vector<float> luma;
    luma.reserve(static_cast<std::size_t>(image.size().area()));
    const std::span<const float> values = image.values();
    for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(image.channels())) {
        const float* pixel = &values[i];
        const double weighted = colours == 1 ? 219.0 * pixel[0] : 65.481 * pixel[0] + 128.553 * pixel[1] + 24.966 * pixel[2];
        luma.push_back(static_cast<float>(16.0 + weighted));
    }
    return Image(image.size(), 1, std::move(luma));
}

Image shaved(const Image& image, int border) {
    requireInside(image.size(), 2 * border, "a border of " + std::to_string(border) + " pixels to be left out");
    return cropped(image, expanded(rectOf(image.size()), -border));
}

double psnr(const Image& a, const Image& b, double peak) {
    requireAlike(a, b);
    const double error = meanSquaredError(a.values(), b.values());
    return error == 0.0 ? std::numeric_limits<double>::infinity() : 10.0 * std::log10(peak * peak / error);
}

double ssim(const Image& a, const Image& b, double peak) {
    requireAlike(a, b);
    if (a.channels() != 1) {
        throw std::invalid_argument("ssim: the pictures have more than one channel");
    }
    requireInside(a.size(), windowEdge - 1, "measuring structural similarity");
    const std::array<double, windowEdge> window = gaussianWindow();
    std::vector<Moments> columns(static_cast<std::size_t>(a.width()));
    double sum = 0.0;
    for (int y = 0; y + windowEdge <= a.height(); ++y) {
        sumWindowRows(a, b, y, window, columns);
        for (std::size_t x = 0; x + windowEdge <= columns.size(); ++x) {
            Moments local;
            for (std::size_t i = 0; i < windowEdge; ++i) {
                local.add(window[i], columns[x + i]);
            }
            sum += similarityOf(local, peak);
        }
    }
    const Size inner{a.width() - windowEdge + 1, a.height() - windowEdge + 1};
    return sum / static_cast<double>(inner.area());
}

Fidelity fidelityOfLuma(const Image& result, const Image& truth, double scale) {
    const int border = static_cast<int>(std::ceil(scale));
    const Image a = shaved(lumaOf(roundedTo8Bit(result)), border);
    const Image b = shaved(lumaOf(roundedTo8Bit(truth)), border);
    return {psnr(a, b, 255.0), ssim(a, b, 255.0)};
}

double lowResolutionPsnr(const Image& result, const Image& source) {
    const Image down = resizedTo8Bit(selectChannels(result, 0, result.colourChannels()), source.size());
    return psnr(down, roundedTo8Bit(selectChannels(source, 0, source.colourChannels())), 1.0);
}

} // namespace casr
