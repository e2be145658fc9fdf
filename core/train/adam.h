#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

#include <cmath>

namespace casr {

/// Decays of the averages of gradients and of their squares.
struct AdamDecays {
    double first = 0.9;
    double second = 0.99;
};

/// One step of Adam (Kingma and Ba 2015) on `weight` by its gradient; `step` counts from 1. `first` and `second` are its moments.
inline void adamStep(at::Tensor& weight, at::Tensor& first, at::Tensor& second, std::int64_t step, double rate, AdamDecays decays = {}) {
    constexpr double epsilon = 1e-8;
    const at::Tensor gradient = weight.grad();
    first.mul_(decays.first).add_(gradient, 1.0 - decays.first);
    second.mul_(decays.second).addcmul_(gradient, gradient, 1.0 - decays.second);
    const auto steps = static_cast<double>(step);
    const double unbiased = std::sqrt(1.0 - std::pow(decays.second, steps)) / (1.0 - std::pow(decays.first, steps));
    at::Tensor raw = weight.detach();
    raw.addcdiv_(first, second.sqrt().add_(epsilon), -rate * unbiased);
}

/// Moves `average` towards `weight` after `step` steps: by a decay that rises to `most`, so that the first steps are soon forgotten.
inline void averageStep(at::Tensor& average, const at::Tensor& weight, std::int64_t step, double most) {
    const auto steps = static_cast<double>(step);
    const double decay = std::min(most, (steps + 1.0) / (steps + 10.0));
    average.mul_(decay).add_(weight.detach(), 1.0 - decay);
}

} // namespace casr
