#include "core/metrics/scene_features.h"

#include "core/image/resample.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace casr {

namespace {

constexpr double smallestShape = 0.2, largestShape = 10.0;
constexpr double noSpread = 1e-10;
constexpr int windowRadius = 3;
constexpr int windowEdge = 2 * windowRadius + 1;
constexpr double windowDeviation = 7.0 / 6.0;
constexpr int featuresOfScale = sceneFeatureCount / 2;

/// Sums that the fits need.
struct Moments {
    double count = 0, absolute = 0, leftSquares = 0, leftCount = 0, rightSquares = 0, rightCount = 0;

    void add(double value) {
        count += 1;
        absolute += std::abs(value);
        (value < 0 ? leftSquares : rightSquares) += value * value;
        leftCount += value < 0 ? 1 : 0;
        rightCount += value > 0 ? 1 : 0;
    }
    double meanSquare() const { return count > 0 ? (leftSquares + rightSquares) / count : 0; }
    /// (E|x|)^2 / E[x^2].
    double ratio() const { return absolute / count * (absolute / count) / meanSquare(); }
    bool isFlat() const { return !(meanSquare() >= noSpread); }
};

Moments momentsOf(std::span<const double> values) {
    Moments moments;
    for (const double value : values) {
        moments.add(value);
    }
    return moments;
}

/// (E|x|)^2 / E[x^2] of a generalised Gaussian; grows with the shape.
double ratioOfShape(double shape) {
    return std::pow(std::tgamma(2 / shape), 2) / (std::tgamma(1 / shape) * std::tgamma(3 / shape));
}

double shapeOfRatio(double ratio) {
    double low = smallestShape, high = largestShape;
    for (int i = 0; i < 40; ++i) {
        const double middle = (low + high) / 2;
        (ratioOfShape(middle) < ratio ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// Scale of a generalised Gaussian of unit deviation.
double unitScale(double shape) {
    return std::sqrt(std::tgamma(1 / shape) / std::tgamma(3 / shape));
}

GeneralGaussian generalOf(const Moments& moments) {
    if (moments.isFlat()) {
        return {largestShape, 0};
    }
    const double shape = shapeOfRatio(moments.ratio());
    return {shape, unitScale(shape) * std::sqrt(moments.meanSquare())};
}

AsymmetricGaussian asymmetricOf(const Moments& moments) {
    if (moments.isFlat()) {
        return {largestShape, 0, 0, 0};
    }
    const double left = std::sqrt(moments.leftSquares / std::max(moments.leftCount, 1.0));
    const double right = std::sqrt(moments.rightSquares / std::max(moments.rightCount, 1.0));
    const double g = std::min(left, right) / std::max(left, right); // the same as its inverse in what follows
    const double shape = shapeOfRatio(moments.ratio() * (g * g * g + 1) * (g + 1) / std::pow(g * g + 1, 2));
    const double scale = unitScale(shape);
    return {shape, scale * (right - left) * std::tgamma(2 / shape) / std::tgamma(1 / shape), scale * left, scale * right};
}

/// A plane of doubles, row-major.
struct Plane {
    Size size;
    std::vector<double> values;

    const double* row(int y) const { return values.data() + static_cast<std::size_t>(y) * size.width; }
    double* row(int y) { return values.data() + static_cast<std::size_t>(y) * size.width; }
};

Plane planeOf(Size size) {
    return {size, std::vector<double>(static_cast<std::size_t>(size.area()))};
}

std::array<double, windowEdge> gaussianWindow() {
    std::array<double, windowEdge> window{};
    double sum = 0;
    for (int i = 0; i < windowEdge; ++i) {
        const double distance = (i - windowRadius) / windowDeviation;
        sum += window[static_cast<std::size_t>(i)] = std::exp(-0.5 * distance * distance);
    }
    for (double& weight : window) {
        weight /= sum;
    }
    return window;
}

void blurRow(const double* in, int width, const std::array<double, windowEdge>& window, std::vector<double>& padded, double* out) {
    padded.assign(static_cast<std::size_t>(width) + std::size_t{2} * windowRadius, in[0]);
    std::copy_n(in, width, padded.begin() + windowRadius);
    std::fill_n(padded.end() - windowRadius, windowRadius, in[width - 1]);
    for (int x = 0; x < width; ++x) {
        double sum = 0;
        for (std::size_t i = 0; i < windowEdge; ++i) {
            sum += window[i] * padded[static_cast<std::size_t>(x) + i];
        }
        out[x] = sum;
    }
}

void blurColumns(const Plane& in, int y, const std::array<double, windowEdge>& window, double* out) {
    std::fill_n(out, in.size.width, 0.0);
    for (int i = 0; i < windowEdge; ++i) {
        const double* row = in.row(std::clamp(y + i - windowRadius, 0, in.size.height - 1));
        const double weight = window[static_cast<std::size_t>(i)];
        for (int x = 0; x < in.size.width; ++x) {
            out[x] += weight * row[x];
        }
    }
}

Plane blurred(const Plane& plane) {
    const std::array<double, windowEdge> window = gaussianWindow();
    Plane rows = planeOf(plane.size), result = planeOf(plane.size);
    std::vector<double> padded;
    for (int y = 0; y < plane.size.height; ++y) {
        blurRow(plane.row(y), plane.size.width, window, padded, rows.row(y));
    }
    for (int y = 0; y < plane.size.height; ++y) {
        blurColumns(rows, y, window, result.row(y));
    }
    return result;
}

Plane squared(Plane plane) {
    for (double& value : plane.values) {
        value *= value;
    }
    return plane;
}

/// Values less their local mean, over their local deviation plus 1; and that deviation.
struct Normalised {
    Plane values;
    Plane deviations;
};

Normalised normalised(const Plane& grey) {
    Normalised result{blurred(grey), blurred(squared(grey))};
    for (std::size_t i = 0; i < grey.values.size(); ++i) {
        const double mean = result.values.values[i];
        const double deviation = std::sqrt(std::max(result.deviations.values[i] - mean * mean, 0.0));
        result.values.values[i] = (grey.values[i] - mean) / (deviation + 1);
        result.deviations.values[i] = deviation;
    }
    return result;
}

/// Grey in 8-bit codes, one channel.
Image greyOf(const Image& image) {
    const int colours = image.colourChannels();
    if (image.isEmpty() || (colours != 1 && colours != 3)) {
        throw std::invalid_argument("sceneBlocks: the picture is neither grey nor RGB");
    }
    std::vector<float> grey;
    grey.reserve(static_cast<std::size_t>(image.size().area()));
    for (std::size_t i = 0; i < image.values().size(); i += static_cast<std::size_t>(image.channels())) {
        const float* pixel = &image.values()[i];
        const double value = colours == 1 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
        grey.push_back(static_cast<float>(255.0 * value));
    }
    return Image(image.size(), 1, std::move(grey));
}

Plane planeOf(const Image& grey) {
    return {grey.size(), {grey.values().begin(), grey.values().end()}};
}

double meanOf(const Plane& plane, Rect rect) {
    double sum = 0;
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            sum += plane.row(y)[x];
        }
    }
    return sum / static_cast<double>(rect.size().area());
}

Moments momentsOf(const Plane& plane, Rect rect) {
    Moments moments;
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            moments.add(plane.row(y)[x]);
        }
    }
    return moments;
}

/// Of the products of every value in `rect` with its neighbour (dx, dy) that is in `rect` too; dy is 0 or 1.
Moments momentsOfProducts(const Plane& plane, Rect rect, int dx, int dy) {
    Moments moments;
    for (int y = rect.top; y + dy < rect.bottom; ++y) {
        const double* row = plane.row(y);
        const double* other = plane.row(y + dy) + dx;
        for (int x = std::max(rect.left, rect.left - dx); x < std::min(rect.right, rect.right - dx); ++x) {
            moments.add(row[x] * other[x]);
        }
    }
    return moments;
}

/// Writes the features of one scale from `out` on.
void describe(const Plane& normal, Rect rect, double* out) {
    const GeneralGaussian general = generalOf(momentsOf(normal, rect));
    *out++ = general.shape;
    *out++ = general.scale;
    constexpr std::array<std::array<int, 2>, 4> neighbours{{{1, 0}, {0, 1}, {1, 1}, {-1, 1}}};
    for (const auto& [dx, dy] : neighbours) {
        const AsymmetricGaussian fit = asymmetricOf(momentsOfProducts(normal, rect, dx, dy));
        for (const double value : {fit.shape, fit.mean, fit.left, fit.right}) {
            *out++ = value;
        }
    }
}

} // namespace

GeneralGaussian fitGeneralGaussian(std::span<const double> values) {
    return generalOf(momentsOf(values));
}

AsymmetricGaussian fitAsymmetricGaussian(std::span<const double> values) {
    return asymmetricOf(momentsOf(values));
}

std::vector<SceneBlock> sceneBlocks(const Image& image) {
    const Size blocks{image.width() / sceneBlockEdge, image.height() / sceneBlockEdge};
    if (blocks.isEmpty()) {
        return {};
    }
    const Size used{blocks.width * sceneBlockEdge, blocks.height * sceneBlockEdge};
    const Image grey = greyOf(cropped(image, rectOf(used)));
    const Normalised full = normalised(planeOf(grey));
    const Normalised half = normalised(planeOf(resized(grey, {used.width / 2, used.height / 2})));
    std::vector<SceneBlock> result;
    for (int row = 0; row < blocks.height; ++row) {
        for (int column = 0; column < blocks.width; ++column) {
            constexpr int edge = sceneBlockEdge;
            const Rect rect = rectAt(column * edge, row * edge, {edge, edge});
            SceneBlock block;
            block.sharpness = meanOf(full.deviations, rect);
            describe(full.values, rect, block.features.data());
            describe(half.values, rectAt(rect.left / 2, rect.top / 2, {edge / 2, edge / 2}), block.features.data() + featuresOfScale);
            result.push_back(block);
        }
    }
    return result;
}

double sharpnessOf(const Image& image) {
    return meanOf(normalised(planeOf(greyOf(image))).deviations, rectOf(image.size()));
}

} // namespace casr
