#include "core/train/patterns.h"

#include "core/base/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

namespace casr {

namespace {

using Colour = std::array<double, 3>;

struct Point {
    double u = 0;
    double v = 0;
};

/// A drawn surface: colour at a point, in pixels.
using Surface = std::function<Colour(Point)>;

constexpr int samplesPerAxis = 3;

Colour randomColour(HashRandom& random) {
    const double grey = random.uniform();
    const double saturation = random.uniform() * random.uniform();
    Colour colour;
    for (double& value : colour) {
        value = std::clamp(grey + saturation * random.uniform(-0.5, 0.5), 0.0, 1.0);
    }
    return colour;
}

Colour mixed(const Colour& a, const Colour& b, double share) {
    return {a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share};
}

double fraction(double value) {
    return value - std::floor(value);
}

/// Uniform in [0, 1), fixed for a cell of a plane.
double hashOfCell(std::uint64_t seed, double column, double row, int salt) {
    const auto x = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(column)));
    const auto y = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(row)));
    return HashRandom(seed + static_cast<std::uint64_t>(salt), mixBits(x) ^ (y * 0x9E3779B97F4A7C15ull)).uniform();
}

Surface drawHatching(HashRandom& random) {
    const Colour paper = randomColour(random), ink = randomColour(random);
    const double period = random.uniform(2.5, 24.0), duty = random.uniform(0.2, 0.7), bend = random.uniform(0.0, 6.0);
    const double bendLength = random.uniform(40.0, 200.0);
    return [=](Point p) {
        const double u = p.u + bend * std::sin(p.v / bendLength * 2.0 * std::numbers::pi);
        return fraction(u / period) < duty ? ink : paper;
    };
}

Surface drawRings(HashRandom& random) {
    const Colour paper = randomColour(random), ink = randomColour(random);
    const double period = random.uniform(4.0, 30.0), duty = random.uniform(0.2, 0.7);
    const double u = random.uniform(-150.0, 150.0), v = random.uniform(-150.0, 150.0);
    return [=](Point p) { return fraction(std::hypot(p.u - u, p.v - v) / period) < duty ? ink : paper; };
}

Surface drawGrid(HashRandom& random) {
    const Colour line = randomColour(random), first = randomColour(random), second = randomColour(random);
    const double width = random.uniform(5.0, 40.0), height = random.uniform(5.0, 40.0), thickness = random.uniform(0.7, 4.0);
    const double shift = random.below(2) ? 0.5 : 0.0;
    const std::uint64_t seed = random.bits();
    return [=](Point p) {
        const double row = p.v / height;
        const double column = p.u / width + shift * std::fmod(std::floor(row), 2.0);
        const bool onLine = fraction(row) * height < thickness || fraction(column) * width < thickness;
        return onLine ? line : mixed(first, second, hashOfCell(seed, column, row, 0));
    };
}

Surface drawFacade(HashRandom& random) {
    const Colour wall = randomColour(random), frame = randomColour(random), glass = randomColour(random), light = randomColour(random);
    const double width = random.uniform(12.0, 60.0), height = random.uniform(14.0, 70.0);
    const double marginU = random.uniform(0.1, 0.3), marginV = random.uniform(0.1, 0.3);
    const double bar = random.uniform(0.8, 2.5), panes = 1 + random.below(3), ledge = random.uniform(0.0, 3.0);
    const std::uint64_t seed = random.bits();
    return [=](Point p) {
        const double column = p.u / width, row = p.v / height;
        const double u = fraction(column), v = fraction(row);
        if (v * height < ledge) {
            return frame;
        }
        if (u < marginU || u > 1.0 - marginU || v < marginV || v > 1.0 - marginV) {
            return wall;
        }
        const double paneWidth = (1.0 - 2.0 * marginU) * width / panes;
        const double inU = std::fmod((u - marginU) * width, paneWidth), inV = (v - marginV) * height;
        const bool onBar = inU < bar || inV < bar || inU > paneWidth - bar || inV > (1.0 - 2.0 * marginV) * height - bar;
        return onBar ? frame : mixed(glass, light, hashOfCell(seed, column, row, 1) * (0.5 + 0.5 * v));
    };
}

double distanceToSegment(Point p, Point a, Point b) {
    const double du = b.u - a.u, dv = b.v - a.v;
    const double along = std::clamp(((p.u - a.u) * du + (p.v - a.v) * dv) / (du * du + dv * dv + 1e-9), 0.0, 1.0);
    return std::hypot(p.u - a.u - along * du, p.v - a.v - along * dv);
}

double distanceToArc(Point p, Point centre, double radius, bool rightHalf) {
    const bool inHalf = rightHalf ? p.u >= centre.u : p.u <= centre.u;
    if (inHalf) {
        return std::abs(std::hypot(p.u - centre.u, p.v - centre.v) - radius);
    }
    return std::min(std::hypot(p.u - centre.u, p.v - centre.v + radius), std::hypot(p.u - centre.u, p.v - centre.v - radius));
}

/// Distance of a point in a 0.6 x 1 glyph box to stroke `stroke` of an invented alphabet.
double distanceToStroke(Point p, int stroke) {
    switch (stroke) {
    case 0: return distanceToSegment(p, {0.1, 0.05}, {0.1, 0.95});
    case 1: return distanceToSegment(p, {0.5, 0.05}, {0.5, 0.95});
    case 2: return distanceToSegment(p, {0.1, 0.05}, {0.5, 0.05});
    case 3: return distanceToSegment(p, {0.1, 0.5}, {0.5, 0.5});
    case 4: return distanceToSegment(p, {0.1, 0.95}, {0.5, 0.95});
    case 5: return distanceToSegment(p, {0.1, 0.95}, {0.5, 0.05});
    case 6: return distanceToSegment(p, {0.1, 0.05}, {0.5, 0.95});
    case 7: return distanceToSegment(p, {0.3, 0.05}, {0.3, 0.95});
    case 8: return distanceToArc(p, {0.27, 0.28}, 0.23, true);
    case 9: return distanceToArc(p, {0.27, 0.72}, 0.23, true);
    case 10: return distanceToArc(p, {0.33, 0.28}, 0.23, false);
    default: return distanceToArc(p, {0.33, 0.72}, 0.23, false);
    }
}

Surface drawLettering(HashRandom& random) {
    const Colour paper = randomColour(random), ink = randomColour(random);
    const double height = random.uniform(9.0, 60.0), pen = random.uniform(0.04, 0.11), leading = random.uniform(1.2, 1.8);
    const std::uint64_t seed = random.bits();
    return [=](Point p) {
        const double row = p.v / (height * leading), column = p.u / (height * 0.72);
        const Point inBox{fraction(column) * 0.72, fraction(row) * leading};
        if (hashOfCell(seed, column, row, 0) < 0.15 || inBox.v > 1.0 + pen) {
            return paper;
        }
        double distance = 1.0;
        for (int stroke = 0; stroke < 3; ++stroke) {
            distance = std::min(distance, distanceToStroke(inBox, static_cast<int>(12.0 * hashOfCell(seed, column, row, 1 + stroke))));
        }
        return distance < pen ? ink : paper;
    };
}

Surface drawAny(HashRandom& random) {
    switch (random.below(7)) {
    case 0: return drawHatching(random);
    case 1: return drawRings(random);
    case 2: return drawGrid(random);
    case 3:
    case 4: return drawFacade(random);
    default: return drawLettering(random);
    }
}

/// One picture: two surfaces at angles of their own, parted by a straight edge, under a slow change of light.
std::vector<std::uint8_t> drawCrop(int edge, HashRandom& random) {
    const std::array<Surface, 2> surfaces{drawAny(random), drawAny(random)};
    std::array<double, 2> angles{};
    for (double& angle : angles) {
        angle = random.below(3) == 0 ? 0.0 : random.uniform(0.0, 2.0 * std::numbers::pi);
    }
    const double border = random.uniform(0.3, 1.2) * edge, lean = random.uniform(-0.5, 0.5);
    const double shade = random.uniform(-0.3, 0.3);
    std::vector<std::uint8_t> pixels;
    pixels.reserve(static_cast<std::size_t>(edge) * edge * 3);
    for (int y = 0; y < edge; ++y) {
        for (int x = 0; x < edge; ++x) {
            Colour sum{};
            for (int sample = 0; sample < samplesPerAxis * samplesPerAxis; ++sample) {
                const double px = x + (sample % samplesPerAxis + 0.5) / samplesPerAxis;
                const double py = y + (sample / samplesPerAxis + 0.5) / samplesPerAxis;
                const std::size_t side = px + lean * py > border ? 1 : 0;
                const double c = std::cos(angles[side]), s = std::sin(angles[side]);
                const Colour colour = surfaces[side]({c * px - s * py, s * px + c * py});
                const double light = 1.0 + shade * (px + py) / edge;
                for (std::size_t channel = 0; channel < 3; ++channel) {
                    sum[channel] += std::clamp(colour[channel] * light, 0.0, 1.0);
                }
            }
            for (const double value : sum) {
                pixels.push_back(static_cast<std::uint8_t>(value / (samplesPerAxis * samplesPerAxis) * 255.0 + 0.5));
            }
        }
    }
    return pixels;
}

} // namespace

void appendPatterns(CropFile& crops, int count, std::uint64_t seed) {
    const std::uint32_t firstPhoto = crops.photos.empty() ? 0 : *std::max_element(crops.photos.begin(), crops.photos.end()) + 1;
    for (int i = 0; i < count; ++i) {
        HashRandom random(seed, static_cast<std::uint64_t>(i));
        const std::vector<std::uint8_t> pixels = drawCrop(crops.edge, random);
        crops.photos.push_back(firstPhoto + static_cast<std::uint32_t>(i));
        crops.pixels.insert(crops.pixels.end(), pixels.begin(), pixels.end());
    }
}

} // namespace casr
