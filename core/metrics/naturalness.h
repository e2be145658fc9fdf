#pragma once

#include "core/metrics/scene_features.h"
#include "core/metrics/square_matrix.h"

#include <cstdint>
#include <optional>

namespace casr {

/// A Gaussian over scene features and how many blocks it was taken of.
struct SceneGaussian {
    SceneFeatures mean{};
    SquareMatrix covariance{sceneFeatureCount};
    std::int64_t blocks = 0;
};

/// Mean and unbiased covariance of the blocks' features (covariance 0 of a single one). Throws std::invalid_argument without blocks.
SceneGaussian gaussianOf(std::span<const SceneBlock> blocks);

/// The blocks of one photo, given in parts that all have the same focus, whose sharpness exceeds 0.75 of its sharpest one's: what NIQE
/// learns from. A photo without any texture has none.
std::vector<SceneBlock> sharpBlocks(std::span<const SceneBlock> photo);

/// From this many blocks on a covariance stands for itself.
constexpr int enoughBlocks = 200;

/// How far the covariance of `blocks` blocks is drawn to the pristine one: 1 - blocks / 200, 0 from 200 on.
double shrinkageOf(std::int64_t blocks);

/// `gaussian` with the covariance (1 - shrinkage) own + shrinkage pristine, so that few blocks give a distance of means.
SceneGaussian shrunkTo(const SceneGaussian& pristine, SceneGaussian gaussian);

/// The distance of NIQE: sqrt((m - n)' ((S + T) / 2)^-1 (m - n)) of means m, n and covariances S, T.
double niqeDistance(const SceneGaussian& a, const SceneGaussian& b);

/// Frechet's squared distance |m - n|^2 + tr(S + T - 2 (S T)^1/2), every feature being divided by its deviation in `pristine` first: in
/// their own units two or three shape parameters would outweigh all others. Features that do not vary in `pristine` are left out.
double frechetDistance(const SceneGaussian& gaussian, const SceneGaussian& pristine);

/// How far blocks (of a picture or of a set) lie from natural photos. Smaller is better; nothing without blocks.
struct Naturalness {
    double niqe = 0;
    double drift = 0;
    std::int64_t blocks = 0;
    double shrinkage = 0;
};
std::optional<Naturalness> naturalnessOf(std::span<const SceneBlock> blocks, const SceneGaussian& pristine);

} // namespace casr
