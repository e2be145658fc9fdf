#include "core/metrics/comparisons.h"

#include "core/base/random.h"
#include "core/image/resample.h"
#include "core/metrics/metrics.h"
#include "core/metrics/spectrum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace casr {

namespace {

constexpr int largestTile = 4096;
constexpr int cellEdge = 8;
constexpr int cellValues = cellEdge * cellEdge;
constexpr int mostCells = 1024;

void requireSameSize(const Image& a, const Image& b) {
    if (a.isEmpty() || a.size() != b.size()) {
        throw std::invalid_argument("comparisons: the pictures differ in size, or are empty");
    }
}

/// Where as few tiles of `side` as cover `length` begin, spread evenly.
std::vector<int> tileStarts(int length, int side) {
    const int count = (length + side - 1) / side;
    std::vector<int> starts;
    starts.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        starts.push_back(count == 1 ? 0 : static_cast<int>(std::int64_t{length - side} * i / (count - 1)));
    }
    return starts;
}

using Cell = std::array<double, cellValues>;

/// Row u of the orthonormal DCT-II of 8 values.
std::array<std::array<double, cellEdge>, cellEdge> cosines() {
    std::array<std::array<double, cellEdge>, cellEdge> table{};
    for (std::size_t u = 0; u < cellEdge; ++u) {
        for (std::size_t x = 0; x < cellEdge; ++x) {
            const double angle = std::numbers::pi * (2.0 * static_cast<double>(x) + 1.0) * static_cast<double>(u) / (2.0 * cellEdge);
            table[u][x] = std::sqrt((u == 0 ? 1.0 : 2.0) / cellEdge) * std::cos(angle);
        }
    }
    return table;
}

/// What the one-dimensional DCT makes of the columns of `in`, turned on its side: twice gives the two-dimensional one.
Cell transformedColumns(const Cell& in) {
    static const auto table = cosines();
    Cell out{};
    for (std::size_t u = 0; u < cellEdge; ++u) {
        for (std::size_t y = 0; y < cellEdge; ++y) {
            for (std::size_t x = 0; x < cellEdge; ++x) {
                out[x * cellEdge + u] += table[u][y] * in[y * cellEdge + x];
            }
        }
    }
    return out;
}

/// 8-bit codes of Rec. 601 luma without the offset of `lumaOf`, whose range is 219.
Cell cellAt(const Image& luma, int left, int top) {
    Cell cell{};
    for (int y = 0; y < cellEdge; ++y) {
        for (int x = 0; x < cellEdge; ++x) {
            cell[static_cast<std::size_t>(y) * cellEdge + static_cast<std::size_t>(x)] =
                (luma.at(left + x, top + y, 0) - 16.0) * 255.0 / 219.0;
        }
    }
    return cell;
}

double squaredFrequency(std::size_t index) {
    const std::size_t u = index % cellEdge, v = index / cellEdge;
    return static_cast<double>(u * u + v * v);
}

/// What rounding to 8 bit, of variance 1/12, adds to the energy of a descriptor.
double roundingEnergy() {
    double sum = 0;
    for (std::size_t i = 0; i < cellValues; ++i) {
        sum += squaredFrequency(i) / 12.0;
    }
    return sum;
}

Cell descriptorOf(const Cell& pixels) {
    Cell values = transformedColumns(transformedColumns(pixels));
    double energy = roundingEnergy();
    for (std::size_t i = 0; i < cellValues; ++i) {
        values[i] *= std::sqrt(squaredFrequency(i));
        energy += values[i] * values[i];
    }
    for (double& value : values) {
        value /= std::sqrt(energy);
    }
    return values;
}

/// The cells of a picture of `size` that are looked at, as top left pixels.
std::vector<std::pair<int, int>> chosenCells(Size size) {
    const std::int64_t columns = size.width / cellEdge, total = columns * (size.height / cellEdge);
    const std::int64_t count = std::min<std::int64_t>(total, mostCells);
    HashRandom random(0);
    std::vector<std::pair<int, int>> cells;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t first = i * total / count, next = (i + 1) * total / count;
        const std::int64_t cell = first + random.below(static_cast<int>(next - first));
        cells.emplace_back(static_cast<int>(cell % columns) * cellEdge, static_cast<int>(cell / columns) * cellEdge);
    }
    return cells;
}

std::vector<Cell> descriptorsOf(const Image& image) {
    const Image luma = lumaOf(image);
    std::vector<Cell> descriptors;
    for (const auto& [left, top] : chosenCells(image.size())) {
        descriptors.push_back(descriptorOf(cellAt(luma, left, top)));
    }
    return descriptors;
}

double dot(const Cell& a, const Cell& b) {
    std::array<double, 8> lanes{}; // eight sums side by side, for the compiler's vectors
    for (std::size_t i = 0; i < cellValues; ++i) {
        lanes[i % 8] += a[i] * b[i];
    }
    double sum = 0;
    for (const double lane : lanes) {
        sum += lane;
    }
    return sum;
}

/// Sums of gradient jumps at borders and elsewhere.
struct Jumps {
    double border = 0, other = 0;
    std::int64_t borders = 0, others = 0;

    void add(double jump, bool isBorder) {
        (isBorder ? border : other) += jump;
        ++(isBorder ? borders : others);
    }
};

std::vector<bool> marks(const std::vector<int>& borders, int length) {
    std::vector<bool> marked(static_cast<std::size_t>(length));
    for (const int border : borders) {
        if (border >= 0 && border < length) {
            marked[static_cast<std::size_t>(border)] = true;
        }
    }
    return marked;
}

/// |g(b) - (g(b-1) + g(b+1)) / 2| of the four values around a border.
double jumpOf(double a, double b, double c, double d) {
    return std::abs((c - b) - 0.5 * ((b - a) + (d - c)));
}

void addColumnJumps(const Image& luma, const std::vector<bool>& isBorder, Jumps& jumps) {
    for (int y = 0; y < luma.height(); ++y) {
        const float* row = luma.row(y);
        for (int x = 2; x + 1 < luma.width(); ++x) {
            jumps.add(jumpOf(row[x - 2], row[x - 1], row[x], row[x + 1]), isBorder[static_cast<std::size_t>(x)]);
        }
    }
}

void addRowJumps(const Image& luma, const std::vector<bool>& isBorder, Jumps& jumps) {
    for (int y = 2; y + 1 < luma.height(); ++y) {
        for (int x = 0; x < luma.width(); ++x) {
            jumps.add(jumpOf(luma.at(x, y - 2, 0), luma.at(x, y - 1, 0), luma.at(x, y, 0), luma.at(x, y + 1, 0)),
                      isBorder[static_cast<std::size_t>(y)]);
        }
    }
}

/// IEC 61966-2-1.
double linearOf(float encoded) {
    const double value = std::clamp(encoded, 0.0f, 1.0f);
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double labCurve(double t) {
    constexpr double knee = 6.0 / 29.0;
    return t > knee * knee * knee ? std::cbrt(t) : t / (3 * knee * knee) + 4.0 / 29.0;
}

/// L*a*b* of an sRGB pixel of `channels` colours, white being that of the matrix, so that greys have no colour.
std::array<double, 3> labOf(const float* pixel, int colours) {
    const double r = linearOf(pixel[0]), g = linearOf(pixel[colours == 1 ? 0 : 1]), b = linearOf(pixel[colours == 1 ? 0 : 2]);
    const double x = labCurve((0.4124 * r + 0.3576 * g + 0.1805 * b) / (0.4124 + 0.3576 + 0.1805));
    const double y = labCurve(0.2126 * r + 0.7152 * g + 0.0722 * b);
    const double z = labCurve((0.0193 * r + 0.1192 * g + 0.9505 * b) / (0.0193 + 0.1192 + 0.9505));
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

} // namespace

std::vector<double> tiledRadialPower(const Image& image) {
    const int shortest = std::min({image.width(), image.height(), largestTile});
    if (shortest < 2) {
        throw std::invalid_argument("tiledRadialPower: the picture is smaller than 2 x 2 pixels");
    }
    const int side = static_cast<int>(std::bit_floor(static_cast<unsigned>(shortest)));
    std::vector<double> mean;
    const std::vector<int> columns = tileStarts(image.width(), side), rows = tileStarts(image.height(), side);
    for (const int top : rows) {
        for (const int left : columns) {
            const std::vector<double> power = radialPower(cropped(image, rectAt(left, top, {side, side})));
            mean.resize(power.size());
            for (std::size_t ring = 0; ring < power.size(); ++ring) {
                mean[ring] += power[ring] / static_cast<double>(columns.size() * rows.size());
            }
        }
    }
    return mean;
}

std::optional<double> spectrumDistance(const Image& a, const Image& b) {
    requireSameSize(a, b);
    if (std::min(a.width(), a.height()) < 2) {
        return std::nullopt;
    }
    const std::vector<double> powerA = tiledRadialPower(a), powerB = tiledRadialPower(b);
    double sum = 0;
    int rings = 0;
    for (std::size_t ring = 1; ring < powerA.size(); ++ring) {
        if (std::max(powerA[ring], powerB[ring]) > roundingPower) {
            sum += std::abs(std::log10(std::max(powerA[ring], roundingPower) / std::max(powerB[ring], roundingPower)));
            ++rings;
        }
    }
    return rings == 0 ? 0.0 : sum / rings;
}

std::optional<double> selfSimilarityDistance(const Image& a, const Image& b) {
    requireSameSize(a, b);
    const std::vector<Cell> ofA = descriptorsOf(a), ofB = descriptorsOf(b);
    if (ofA.size() < 2) {
        return std::nullopt;
    }
    double sum = 0;
    for (std::size_t i = 0; i < ofA.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            sum += std::abs(dot(ofA[i], ofA[j]) - dot(ofB[i], ofB[j]));
        }
    }
    return sum / (0.5 * static_cast<double>(ofA.size()) * static_cast<double>(ofA.size() - 1));
}

std::optional<double> seamEnergy(const Image& image, const std::vector<int>& columns, const std::vector<int>& rows) {
    const Image luma = lumaOf(image);
    Jumps jumps;
    addColumnJumps(luma, marks(columns, luma.width()), jumps);
    addRowJumps(luma, marks(rows, luma.height()), jumps);
    if (jumps.borders == 0 || jumps.others == 0) {
        return std::nullopt;
    }
    const double border = jumps.border / static_cast<double>(jumps.borders), other = jumps.other / static_cast<double>(jumps.others);
    if (other == 0) {
        return border == 0 ? 1.0 : std::numeric_limits<double>::infinity();
    }
    return border / other;
}

double colourDifference(const Image& a, const Image& b, Size size) {
    requireSameSize(a, b);
    const Image smallA = resized(a, size), smallB = resized(b, size);
    double sum = 0;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const auto labA = labOf(smallA.row(y) + std::ptrdiff_t{x} * smallA.channels(), smallA.colourChannels());
            const auto labB = labOf(smallB.row(y) + std::ptrdiff_t{x} * smallB.channels(), smallB.colourChannels());
            sum += std::hypot(labA[0] - labB[0], labA[1] - labB[1], labA[2] - labB[2]);
        }
    }
    return sum / static_cast<double>(size.area());
}

} // namespace casr
