#include "core/metrics/spectrum.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace casr {

namespace {

constexpr int largestSide = 4096;

using Complex = std::complex<double>;

/// The discrete Fourier transform of a power of two of values, in place (Cooley and Tukey 1965).
class Transform {
public:
    explicit Transform(std::size_t length) {
        for (std::size_t i = 0; i < length / 2; ++i) {
            m_turns.push_back(std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(length)));
        }
        m_places.assign(length, 0);
        for (std::size_t i = 1; i < length; ++i) {
            m_places[i] = m_places[i / 2] / 2 + (i % 2) * length / 2; // i with its binary digits in reverse
        }
    }

    void apply(std::vector<Complex>& values) const {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i < m_places[i]) {
                std::swap(values[i], values[m_places[i]]);
            }
        }
        for (std::size_t half = 1; half < values.size(); half *= 2) {
            for (std::size_t first = 0; first < values.size(); first += 2 * half) {
                join(values, first, half);
            }
        }
    }

private:
    /// The transforms of `half` values at `first` and after them become that of all of them.
    void join(std::vector<Complex>& values, std::size_t first, std::size_t half) const {
        const std::size_t stride = values.size() / (2 * half);
        for (std::size_t i = 0; i < half; ++i) {
            const Complex turn = m_turns[i * stride], other = values[first + half + i];
            const Complex turned(turn.real() * other.real() - turn.imag() * other.imag(),
                                 turn.real() * other.imag() + turn.imag() * other.real()); // the operator would look for infinities
            values[first + half + i] = values[first + i] - turned;
            values[first + i] += turned;
        }
    }

    std::vector<Complex> m_turns;
    std::vector<std::size_t> m_places;
};

/// Values on row or column `line` of a plane of `side` x `side`, brought to the frequencies.
void transformLine(const Transform& transform, std::vector<Complex>& plane, int side, int line, bool isRow) {
    std::vector<Complex> values(static_cast<std::size_t>(side));
    const auto place = [&](int i) { return static_cast<std::size_t>(isRow ? line * side + i : i * side + line); };
    for (int i = 0; i < side; ++i) {
        values[static_cast<std::size_t>(i)] = plane[place(i)];
    }
    transform.apply(values);
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
    std::vector<double> window;
    window.reserve(static_cast<std::size_t>(image.width()));
    for (int i = 0; i < image.width(); ++i) {
        window.push_back(hann(i, image.width()));
    }
    std::vector<Complex> plane;
    plane.reserve(static_cast<std::size_t>(image.size().area()));
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            plane.emplace_back(luma(image, x, y) * window[static_cast<std::size_t>(x)] * window[static_cast<std::size_t>(y)]);
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
    const Transform transform(static_cast<std::size_t>(side));
    for (const bool isRow : {true, false}) {
        for (int line = 0; line < side; ++line) {
            transformLine(transform, plane, side, line, isRow);
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
