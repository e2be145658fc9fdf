#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace casr {

/// The nearest matrix to `matrix` with singular values near 1, by five rounds of a quintic Newton-Schulz iteration (Jordan et al. 2024):
/// they end between 0.7 and 1.2. Rows at most as many as columns make it cheapest.
inline at::Tensor orthogonalised(const at::Tensor& matrix) {
    constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
    at::Tensor x = matrix / (matrix.norm() + 1e-12);
    for (int round = 0; round < 5; ++round) {
        const at::Tensor square = x.mm(x.t());
        x = a * x + (b * square + c * square.mm(square)).mm(x);
    }
    return x;
}

/// One step of Muon (Jordan et al. 2024) on a convolution's `weight` by its gradient, every kernel one row: the averaged gradient with all
/// its directions at equal strength. Scaled so that a rate means what it means to Adam (Liu et al. 2025). `first` is its moment.
inline void muonStep(at::Tensor& weight, at::Tensor& first, double rate) {
    constexpr double momentum = 0.95, adamLike = 0.2;
    const at::Tensor gradient = weight.grad();
    first.mul_(momentum).add_(gradient, 1.0 - momentum);
    const at::Tensor ahead = (gradient * (1.0 - momentum) + first * momentum).reshape({weight.size(0), -1});
    const double scale = adamLike * std::sqrt(static_cast<double>(std::max(ahead.size(0), ahead.size(1))));
    at::Tensor raw = weight.detach();
    raw.add_(orthogonalised(ahead).reshape(weight.sizes()), -rate * scale);
}

} // namespace casr
