#include "core/network/convolution.h"

#include <cmath>
#include <numbers>

namespace casr {

at::Tensor normalTensor(at::IntArrayRef shape, double deviation, HashRandom& random) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) { // Box and Muller 1958
        const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
        values[i] = static_cast<float>(deviation * radius * std::cos(2.0 * std::numbers::pi * random.uniform()));
    }
    return tensor;
}

at::Tensor convolutionWeight(int out, int in, int edge, double gain, HashRandom& random) {
    const double deviation = gain * std::sqrt(2.0 / (in * edge * edge));
    return normalTensor({out, in, edge, edge}, deviation, random).contiguous(at::MemoryFormat::ChannelsLast);
}

bool isPlainInference(const at::Tensor& tensor) {
    return tensor.is_cpu() && !(at::GradMode::is_enabled() && tensor.requires_grad());
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type, int padding,
                       int stride) {
    const at::Tensor x = input.to(type);
    const at::Tensor w = weight.to(type);
    const at::Tensor b = bias.to(type);
    if (!isPlainInference(weight) || !isPlainInference(x)) {
        return at::conv2d(x, w, b, stride, padding);
    }
    return at::mkldnn_convolution(x.contiguous(at::MemoryFormat::ChannelsLast), w, b, {padding, padding}, {stride, stride}, {1, 1}, 1);
}

} // namespace casr
