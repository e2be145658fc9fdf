#include "core/metrics/naturalness.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace casr {

namespace {

constexpr double sharpShare = 0.75;
constexpr double noTexture = 1e-3; // 8-bit codes; rounding of the sums alone gives 1e-6

SceneFeatures difference(const SceneFeatures& a, const SceneFeatures& b) {
    SceneFeatures result{};
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
    return result;
}

void addOuterProduct(const SceneFeatures& v, double weight, SquareMatrix& sum) {
    for (int row = 0; row < sceneFeatureCount; ++row) {
        for (int column = 0; column < sceneFeatureCount; ++column) {
            sum.at(row, column) += weight * v[static_cast<std::size_t>(row)] * v[static_cast<std::size_t>(column)];
        }
    }
}

/// wa a + wb b.
SquareMatrix mix(double wa, const SquareMatrix& a, double wb, const SquareMatrix& b) {
    SquareMatrix result(a.side());
    for (int row = 0; row < a.side(); ++row) {
        for (int column = 0; column < a.side(); ++column) {
            result.at(row, column) = wa * a.at(row, column) + wb * b.at(row, column);
        }
    }
    return result;
}

/// v' m v.
double quadratic(const SquareMatrix& m, const SceneFeatures& v) {
    double sum = 0;
    for (int row = 0; row < m.side(); ++row) {
        for (int column = 0; column < m.side(); ++column) {
            sum += v[static_cast<std::size_t>(row)] * m.at(row, column) * v[static_cast<std::size_t>(column)];
        }
    }
    return sum;
}

/// One over each feature's deviation, 0 for features that do not vary.
SceneFeatures inverseDeviations(const SquareMatrix& covariance) {
    SceneFeatures result{};
    for (int i = 0; i < sceneFeatureCount; ++i) {
        const double variance = covariance.at(i, i);
        result[static_cast<std::size_t>(i)] = variance > 0 ? 1 / std::sqrt(variance) : 0.0;
    }
    return result;
}

/// `gaussian` with every feature in another unit.
SceneGaussian scaled(SceneGaussian gaussian, const SceneFeatures& factors) {
    for (int row = 0; row < sceneFeatureCount; ++row) {
        const double factor = factors[static_cast<std::size_t>(row)];
        gaussian.mean[static_cast<std::size_t>(row)] *= factor;
        for (int column = 0; column < sceneFeatureCount; ++column) {
            gaussian.covariance.at(row, column) *= factor * factors[static_cast<std::size_t>(column)];
        }
    }
    return gaussian;
}

/// tr (s t)^1/2 = tr (s^1/2 t s^1/2)^1/2, of a symmetric matrix.
double traceOfRoot(const SquareMatrix& s, const SquareMatrix& t) {
    const SquareMatrix root = squareRoot(s);
    const SquareMatrix inner = product(product(root, t), root);
    return trace(squareRoot(mix(0.5, inner, 0.5, transposed(inner))));
}

} // namespace

SceneGaussian gaussianOf(std::span<const SceneBlock> blocks) {
    if (blocks.empty()) {
        throw std::invalid_argument("gaussianOf: no blocks");
    }
    SceneGaussian gaussian;
    gaussian.blocks = static_cast<std::int64_t>(blocks.size());
    const auto count = static_cast<double>(blocks.size());
    for (const SceneBlock& block : blocks) {
        for (std::size_t i = 0; i < sceneFeatureCount; ++i) {
            gaussian.mean[i] += block.features[i] / count;
        }
    }
    for (const SceneBlock& block : blocks) {
        addOuterProduct(difference(block.features, gaussian.mean), 1 / std::max(count - 1, 1.0), gaussian.covariance);
    }
    return gaussian;
}

std::vector<SceneBlock> sharpBlocks(std::span<const SceneBlock> photo) {
    double sharpest = noTexture;
    for (const SceneBlock& block : photo) {
        sharpest = std::max(sharpest, block.sharpness);
    }
    std::vector<SceneBlock> sharp;
    std::copy_if(photo.begin(), photo.end(), std::back_inserter(sharp),
                 [&](const SceneBlock& block) { return block.sharpness > sharpShare * sharpest; });
    return sharp;
}

double shrinkageOf(std::int64_t blocks) {
    return std::max(0.0, 1.0 - static_cast<double>(blocks) / enoughBlocks);
}

SceneGaussian shrunkTo(const SceneGaussian& pristine, SceneGaussian gaussian) {
    const double share = shrinkageOf(gaussian.blocks);
    gaussian.covariance = mix(1 - share, gaussian.covariance, share, pristine.covariance);
    return gaussian;
}

double niqeDistance(const SceneGaussian& a, const SceneGaussian& b) {
    const SquareMatrix inverse = pseudoInverse(mix(0.5, a.covariance, 0.5, b.covariance));
    return std::sqrt(std::max(quadratic(inverse, difference(a.mean, b.mean)), 0.0));
}

double frechetDistance(const SceneGaussian& gaussian, const SceneGaussian& pristine) {
    const SceneFeatures units = inverseDeviations(pristine.covariance);
    const SceneGaussian a = scaled(gaussian, units), b = scaled(pristine, units);
    const SceneFeatures apart = difference(a.mean, b.mean);
    double squares = 0;
    for (const double value : apart) {
        squares += value * value;
    }
    return std::max(0.0, squares + trace(a.covariance) + trace(b.covariance) - 2 * traceOfRoot(b.covariance, a.covariance));
}

std::optional<Naturalness> naturalnessOf(std::span<const SceneBlock> blocks, const SceneGaussian& pristine) {
    if (blocks.empty()) {
        return std::nullopt;
    }
    const SceneGaussian own = shrunkTo(pristine, gaussianOf(blocks));
    return Naturalness{niqeDistance(own, pristine), frechetDistance(own, pristine), own.blocks, shrinkageOf(own.blocks)};
}

} // namespace casr
