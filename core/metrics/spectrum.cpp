#include "core/metrics/spectrum.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>

namespace casr {

namespace {

constexpr int largestSide = 4096;

using Complex = std::complex<double>;

/// In place, by halves (Cooley and Tukey 1965); the length is a power of two.
void transform(std::vector<Complex>& values) {
    const std::size_t length = values.size();
    if (length == 1) {
        return;
    }
    std::vector<Complex> even(length / 2), odd(length / 2);
    for (std::size_t i = 0; i < length / 2; ++i) {
        even[i] = values[2 * i];
        odd[i] = values[2 * i + 1];
    }
    transform(even);
    transform(odd);
    for (std::size_t i = 0; i < length / 2; ++i) {
        const Complex turned = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(length)) * odd[i];
        values[i] = even[i] + turned;
        values[i + length / 2] = even[i] - turned;
    }
}

/// Values on row or column `line` of a plane of `side` x `side`, brought to the frequencies.
void transformLine(std::vector<Complex>& plane, int side, int line, bool isRow) {
    std::vector<Complex> values(static_cast<std::size_t>(side));
    const auto place = [&](int i) { return static_cast<std::size_t>(isRow ? line * side + i : i * side + line); };
    for (int i = 0; i < side; ++i) {
        values[static_cast<std::size_t>(i)] = plane[place(i)];
    }
    transform(values);
    for (int i = 0; i < side; ++i) {
        plane[place(i)] = values[static_cast<std::size_t>(i)];
    }
}

double hann(int index, int side) {
    return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (index + 0.5) / side);
}

/// Rec. 601 weights for RGB.
double luma(const Image& image, int x, int y) {
    if (image.colourChannels() < 3) {
        return image.at(x, y, 0);
    }
    return 0.299 * image.at(x, y, 0) + 0.587 * image.at(x, y, 1) + 0.114 * image.at(x, y, 2);
}

std::vector<Complex> windowedLuma(const Image& image) {
    std::vector<Complex> plane;
    plane.reserve(static_cast<std::size_t>(image.size().area()));
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            plane.emplace_back(luma(image, x, y) * hann(x, image.width()) * hann(y, image.height()));
        }
    }
    return plane;
}

int signedFrequency(int index, int side) {
    return index <= side / 2 ? index : index - side;
}

} // namespace

std::vector<double> radialPower(const Image& image) {
    const int side = image.width();
    if (image.height() != side || side < 2 || side > largestSide || (side & (side - 1)) != 0) {
        throw std::invalid_argument("radialPower: the picture is no square of a power of two");
    }
    std::vector<Complex> plane = windowedLuma(image);
    for (const bool isRow : {true, false}) {
        for (int line = 0; line < side; ++line) {
            transformLine(plane, side, line, isRow);
        }
    }
    std::vector<double> sums(static_cast<std::size_t>(side / 2 + 1)), counts(sums.size());
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            const double radius = std::hypot(signedFrequency(x, side), signedFrequency(y, side));
            const auto ring = static_cast<std::size_t>(std::lround(radius));
            if (ring < sums.size()) {
                sums[ring] += std::norm(plane[static_cast<std::size_t>(y) * side + x]) / (static_cast<double>(side) * side);
                counts[ring] += 1;
            }
        }
    }
    for (std::size_t ring = 0; ring < sums.size(); ++ring) {
        sums[ring] /= counts[ring];
    }
    return sums;
}

} // namespace casr
