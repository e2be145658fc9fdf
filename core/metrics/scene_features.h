#pragma once

#include "core/image/image.h"

#include <array>
#include <span>
#include <vector>

namespace casr {

/// A generalised Gaussian density, proportional to exp(-(|x| / scale)^shape).
struct GeneralGaussian {
    double shape = 0;
    double scale = 0;
};

/// A generalised Gaussian with a scale of its own on either side of 0.
struct AsymmetricGaussian {
    double shape = 0;
    double mean = 0;
    double left = 0;
    double right = 0;
};

/// Both fits match moments (Sharifi and Leon-Garcia 1995; Lasmar, Stitou and Berthoumieu 2009). Shapes are kept in 0.2 .. 10. Values whose
/// mean square is below 1e-10 have no spread: shape 10 and scales of 0. A side without values has the scale 0.
GeneralGaussian fitGeneralGaussian(std::span<const double> values);
AsymmetricGaussian fitAsymmetricGaussian(std::span<const double> values);

/// The statistics of natural scenes of NIQE (Mittal, Soundararajan and Bovik, "Making a Completely Blind Image Quality Analyzer", 2013),
/// 18 at full size and then the same at half size: shape and scale of the normalised values, and for the products of neighbours to the
/// right, below, below right and below left the shape, mean, left and right scale.
constexpr int sceneFeatureCount = 36;
using SceneFeatures = std::array<double, sceneFeatureCount>;

/// Pixels a side of what features are taken of.
constexpr int sceneBlockEdge = 96;

struct SceneBlock {
    SceneFeatures features{};
    double sharpness = 0; ///< Mean local deviation, 8-bit codes.
};

/// The blocks of a picture (grey or RGB of 0 .. 1, alpha not looked at), row by row from the top left; what is left over at the right
/// and bottom is not used, so a picture smaller than a block has none. Grey is 0.299 R + 0.587 G + 0.114 B in 8-bit codes, not
/// rounded; it is normalised by the mean and deviation under a 7 x 7 Gaussian of deviation 7/6, borders repeated, and halved by the
/// bicubic of `resized`. Neighbours are looked for inside the block.
std::vector<SceneBlock> sceneBlocks(const Image& image);

/// Mean deviation under the same window over all pixels of the picture, 8-bit codes: 0 where it is flat.
double sharpnessOf(const Image& image);

} // namespace casr
