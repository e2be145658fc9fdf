#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

#include <vector>

namespace casr {

// All take pictures (N, 3, h, w), RGB 0 .. 1, and give one number.

/// 0 .. 1 for every pixel, (N, 1, h, w): near 1 where `truth` is flat, or holds strong gradients that agree on their direction (edges,
/// strokes, lines), near 0 in texture. There nothing may be invented.
at::Tensor certainty(const at::Tensor& truth);

/// L1 to the truth, weak in texture and strong where the truth is certain; colours count twice, as colour noise is seen at once.
at::Tensor pullLoss(const at::Tensor& made, const at::Tensor& truth);

/// What is locally further from the truth than a fair draw would be: its error is at most twice that of `faithful`, the best guess
/// (in variance; Blau and Michaeli 2018). After the artifact maps of Liang et al. 2022 (LDL).
at::Tensor artifactLoss(const at::Tensor& made, const at::Tensor& faithful, const at::Tensor& truth);

/// Difference of the cosines between all 8 x 8 cells of the luma, described as selfSimilarityDistance() does: texture is to repeat as the
/// truth's does.
at::Tensor affinityLoss(const at::Tensor& made, const at::Tensor& truth);

/// Difference of log10 power in windows of 32 x 32 pixels of the luma, by frequency and direction, above the power of rounding: as much
/// texture of every size as the truth has, and no pattern that the truth does not have.
at::Tensor spectrumLoss(const at::Tensor& made, const at::Tensor& truth);

/// L1 of a discriminator's features, each relative to the size of the truth's.
at::Tensor featureLoss(const std::vector<at::Tensor>& made, const std::vector<at::Tensor>& truth);

} // namespace casr
