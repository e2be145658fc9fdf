#include "core/image/degrade.h"

#include "core/image/gaussian_blur.h"
#include "core/image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace casr {

namespace {

constexpr int blockEdge = 8;
using Block = std::array<double, 64>;

/// The quantisation tables of the JPEG standard's annex K, rows from top to bottom.
constexpr std::array<int, 64> lumaTable{16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
                                        69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
                                        81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};
constexpr std::array<int, 64> chromaTable{17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
                                          99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                                          99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

/// One channel of a picture, 0 .. 255.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<double> values;

    double at(int x, int y) const {
        return values[static_cast<std::size_t>(std::clamp(y, 0, height - 1)) * width + std::clamp(x, 0, width - 1)];
    }
};

double normal(HashRandom& random) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

std::vector<double> noiseField(int width, int height, bool correlated, HashRandom& random) {
    Plane white{width, height, {}};
    for (int i = 0; i < width * height; ++i) {
        white.values.push_back(normal(random));
    }
    if (!correlated) {
        return white.values;
    }
    // 1 2 1 by 1 2 1 over 6: variance one again.
    std::vector<double> smooth;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = 0.0;
            for (int dy = -1; dy <= 1; ++dy) {
                for (int dx = -1; dx <= 1; ++dx) {
                    sum += (2 - std::abs(dy)) * (2 - std::abs(dx)) * white.at(x + dx, y + dy);
                }
            }
            smooth.push_back(sum / 6.0);
        }
    }
    return smooth;
}

Image noisy(const Image& image, double deviation, HashRandom& random) {
    const bool correlated = random.below(2) == 1;
    std::vector<float> values(image.values().begin(), image.values().end());
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const std::vector<double> noise = noiseField(image.width(), image.height(), correlated, random);
        for (std::size_t i = 0; i < noise.size(); ++i) {
            float& value = values[3 * i + channel];
            value += static_cast<float>(deviation * std::sqrt(0.5 + std::clamp(value, 0.0f, 1.0f)) * noise[i]);
        }
    }
    return Image(image.size(), 3, std::move(values));
}

/// Y, Cb, Cr, 0 .. 255 around 0 for colour.
std::array<Plane, 3> yccOf(const Image& image) {
    std::array<Plane, 3> planes;
    for (Plane& plane : planes) {
        plane = {image.width(), image.height(), {}};
    }
    const std::span<const float> rgb = image.values();
    for (std::size_t i = 0; i < rgb.size(); i += 3) {
        const double r = 255.0 * rgb[i], g = 255.0 * rgb[i + 1], b = 255.0 * rgb[i + 2];
        const double y = 0.299 * r + 0.587 * g + 0.114 * b;
        planes[0].values.push_back(y);
        planes[1].values.push_back((b - y) / 1.772);
        planes[2].values.push_back((r - y) / 1.402);
    }
    return planes;
}

Image rgbOf(const std::array<Plane, 3>& planes, Size size) {
    std::vector<float> values;
    for (std::size_t i = 0; i < planes[0].values.size(); ++i) {
        const double y = planes[0].values[i], cb = planes[1].values[i], cr = planes[2].values[i];
        for (const double value : {y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb}) {
            values.push_back(static_cast<float>(value / 255.0));
        }
    }
    return Image(size, 3, std::move(values));
}

const Block& cosines() {
    static const Block table = [] {
        Block made{};
        for (std::size_t entry = 0; entry < made.size(); ++entry) {
            const std::size_t k = entry / blockEdge, i = entry % blockEdge;
            const double turns = static_cast<double>((2 * i + 1) * k) / 32.0;
            made[entry] = (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos(2.0 * std::numbers::pi * turns);
        }
        return made;
    }();
    return table;
}

/// Rows of `block` times the cosine basis, transposed; twice is the transform of both axes.
Block transformed(const Block& block, bool inverse) {
    Block result{};
    for (std::size_t row = 0; row < blockEdge; ++row) {
        for (std::size_t k = 0; k < blockEdge; ++k) {
            for (std::size_t i = 0; i < blockEdge; ++i) {
                result[blockEdge * k + row] += block[blockEdge * row + i] * cosines()[inverse ? blockEdge * i + k : blockEdge * k + i];
            }
        }
    }
    return result;
}

Block quantised(const Block& block, const std::array<int, 64>& table, double share) {
    Block coefficients = transformed(transformed(block, false), false);
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
        const double step = std::clamp(std::floor(table[i] * share + 0.5), 1.0, 255.0);
        coefficients[i] = step * std::round(coefficients[i] / step);
    }
    return transformed(transformed(coefficients, true), true);
}

/// `plane` through the blocks of a grid that begins at (left, top) <= 0.
Plane quantised(const Plane& plane, int left, int top, const std::array<int, 64>& table, double share) {
    Plane result = plane;
    for (int y = top; y < plane.height; y += blockEdge) {
        for (int x = left; x < plane.width; x += blockEdge) {
            Block block{};
            for (std::size_t i = 0; i < block.size(); ++i) {
                block[i] = plane.at(x + static_cast<int>(i % blockEdge), y + static_cast<int>(i / blockEdge));
            }
            block = quantised(block, table, share);
            for (std::size_t i = 0; i < block.size(); ++i) {
                const int px = x + static_cast<int>(i % blockEdge), py = y + static_cast<int>(i / blockEdge);
                if (px >= 0 && px < plane.width && py >= 0 && py < plane.height) {
                    result.values[static_cast<std::size_t>(py) * plane.width + px] = block[i];
                }
            }
        }
    }
    return result;
}

Plane halved(const Plane& plane) {
    Plane result{(plane.width + 1) / 2, (plane.height + 1) / 2, {}};
    for (int y = 0; y < result.height; ++y) {
        for (int x = 0; x < result.width; ++x) {
            result.values.push_back(
                0.25 * (plane.at(2 * x, 2 * y) + plane.at(2 * x + 1, 2 * y) + plane.at(2 * x, 2 * y + 1) + plane.at(2 * x + 1, 2 * y + 1)));
        }
    }
    return result;
}

/// Back to twice the size by the triangle filter of JPEG decoders.
Plane doubled(const Plane& plane, int width, int height) {
    Plane result{width, height, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int nearX = x / 2, nearY = y / 2, farX = nearX + (x % 2 ? 1 : -1), farY = nearY + (y % 2 ? 1 : -1);
            const double near = 0.75 * plane.at(nearX, nearY) + 0.25 * plane.at(farX, nearY);
            result.values.push_back(0.75 * near + 0.25 * (0.75 * plane.at(nearX, farY) + 0.25 * plane.at(farX, farY)));
        }
    }
    return result;
}

Image throughJpeg(const Image& image, double quality, HashRandom& random) {
    const double share = (quality < 50.0 ? 5000.0 / quality : 200.0 - 2.0 * quality) / 100.0;
    const int left = -random.below(blockEdge), top = -random.below(blockEdge);
    const bool halvesChroma = random.below(2) == 1;
    std::array<Plane, 3> planes = yccOf(image);
    planes[0] = quantised(planes[0], left, top, lumaTable, share);
    for (std::size_t i = 1; i < 3; ++i) {
        const Plane chroma = quantised(halvesChroma ? halved(planes[i]) : planes[i], left, top, chromaTable, share);
        planes[i] = halvesChroma ? doubled(chroma, image.width(), image.height()) : chroma;
    }
    return rgbOf(planes, image.size());
}

} // namespace

Image degraded(const Image& image, Degradation amount, HashRandom& random) {
    Image result = amount.blur > 0.0 ? blurred(image, amount.blur * Degradation::largestBlur) : image;
    if (amount.noise > 0.0) {
        result = roundedTo8Bit(noisy(result, amount.noise * Degradation::largestNoise, random));
    }
    if (amount.jpeg > 0.0) {
        const double range = Degradation::mildestJpeg - Degradation::strongestJpeg;
        result = throughJpeg(result, Degradation::mildestJpeg - amount.jpeg * range, random);
    }
    return roundedTo8Bit(result);
}

} // namespace casr
