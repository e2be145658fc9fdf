#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

#include <array>

namespace casr {

/// Detail of square pictures as core/image/detail_bands.h adds it, as matrices that gradients pass.
struct DetailPicture {
    std::array<at::Tensor, 2> smooth; ///< (child, child): the averages of the bands.
    at::Tensor between;               ///< (child, parent): the map at every sample.

    DetailPicture(int parentEdge, int childEdge);

    /// What is added to every colour of `child` (N, 3, child, child) by the map (N, DetailMap::values, parent, parent): (N, 1, child,
    /// child).
    at::Tensor of(const at::Tensor& child, const at::Tensor& map) const;
};

} // namespace casr
