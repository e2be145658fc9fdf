#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

namespace casr {

/// Back-projection of square pictures as core/image/back_projection.h does it, as matrices on `device` that gradients pass.
struct Projection {
    at::Tensor shrink;  ///< (parent, child): the antialiased bicubic.
    at::Tensor enlarge; ///< (child, parent): what back-projection enlarges by.

    Projection(int parentEdge, int childEdge, const at::Device& device = at::kCPU);

    /// (N, 3, parent, parent) of (N, 3, child, child).
    at::Tensor shrunk(const at::Tensor& child) const;
    /// The child corrected so that it shrinks to its parent, by shares (N) of the correction.
    at::Tensor applied(const at::Tensor& child, const at::Tensor& parent, const at::Tensor& shares) const;
};

} // namespace casr
