#pragma once

// Speaks LibTorch: include it beside depth_network.h only.

#include <ATen/ATen.h>

namespace casr {

/// The loss of MiDaS (Ranftl et al. 2020, equations 5 to 11) between inverse depths (N, 1, H, W), invariant to a positive scale and a
/// shift of either: both are brought to median 0 and mean absolute deviation 1 over the pixels where `known` (N, 1, H, W) is 1;
/// then the mean absolute difference, in picture i without the largest trimmed[i] (0 .. 1) of the differences, plus half the
/// differences' gradients over four scales. Pictures with a flat truth or nothing known do not count.
at::Tensor depthLoss(const at::Tensor& predicted, const at::Tensor& truth, const at::Tensor& known, const std::vector<double>& trimmed);

/// absoluteRelativeError (core/depth/depth_error.h) of the same tensors as a loss: the mean over the pictures, picture i up to farthest[i]
/// metres. Pixels guessed beyond that have no gradient. Pictures with a flat guess or truth do not count.
at::Tensor relativeDepthLoss(const at::Tensor& predicted, const at::Tensor& truth, const at::Tensor& known,
                             const std::vector<double>& farthest);

} // namespace casr
