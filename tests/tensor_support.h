#pragma once

#include "core/image/image.h"

#include <ATen/ATen.h>

/// An RGB image as (1, 3, h, w).
inline at::Tensor tensorOf(const casr::Image& image) {
    float* values = const_cast<float*>(image.values().data());
    return at::from_blob(values, {1, image.height(), image.width(), 3}, at::kFloat).permute({0, 3, 1, 2}).clone();
}
