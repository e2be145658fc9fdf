#pragma once

// Speaks LibTorch: for the sources that define networks.

#include "core/base/random.h"

#include <ATen/ATen.h>

namespace casr {

/// Standard normal numbers times `deviation`, from hashed uniforms: the same everywhere, unlike a library's generator.
at::Tensor normalTensor(at::IntArrayRef shape, double deviation, HashRandom& random);

/// He-normal weights (out, in, edge, edge) times `gain`, channels last.
at::Tensor convolutionWeight(int out, int in, int edge, double gain, HashRandom& random);

/// True where `tensor` lies on the CPU and no gradient is to reach it: fast code may then read it as it lies.
bool isPlainInference(const at::Tensor& tensor);

/// One convolution in `type`. Inference on the CPU calls oneDNN itself: at::conv2d changes its backend, and so the last bit,
/// with the input's size.
at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type, int padding,
                       int stride = 1);

} // namespace casr
