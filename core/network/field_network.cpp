#include "core/network/field_network.h"

#include "core/base/random.h"

#include <cmath>
#include <numbers>

namespace casr {

namespace {

constexpr double initialHeat = 0.08;
constexpr double highestInitialFrequency = 2.0 * std::numbers::pi;

/// Standard normal numbers from hashed uniforms (Box and Muller 1958): the same everywhere, unlike a library's generator.
at::Tensor normal(at::IntArrayRef shape, double deviation, HashRandom& random) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    float* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
        values[i] = static_cast<float>(deviation * radius * std::cos(2.0 * std::numbers::pi * random.uniform()));
    }
    return tensor;
}

at::Tensor convolutionWeight(int out, int in, int edge, double gain, HashRandom& random) {
    return normal({out, in, edge, edge}, gain * std::sqrt(2.0 / (in * edge * edge)), random).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor initialFrequencies(int count, HashRandom& random) {
    at::Tensor tensor = at::empty({count, 2}, at::kFloat);
    float* values = tensor.data_ptr<float>();
    for (int k = 0; k < count; ++k) {
        const double radius = highestInitialFrequency * (k + random.uniform()) / count;
        const double angle = std::numbers::pi * random.uniform();
        values[2 * k] = static_cast<float>(radius * std::sin(angle));
        values[2 * k + 1] = static_cast<float>(radius * std::cos(angle));
    }
    return tensor;
}

/// One convolution in `type`. Inference on the CPU calls oneDNN itself: at::conv2d changes its backend, and so the last bit,
/// with the input's size.
at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type, int padding) {
    const at::Tensor x = input.to(type);
    const at::Tensor w = weight.to(type);
    const at::Tensor b = bias.to(type);
    const bool training = at::GradMode::is_enabled() && weight.requires_grad();
    if (training || !x.is_cpu()) {
        return at::conv2d(x, w, b, 1, padding);
    }
    return at::mkldnn_convolution(x.contiguous(at::MemoryFormat::ChannelsLast), w, b, {padding, padding}, {1, 1}, {1, 1}, 1);
}

at::Tensor inner(const at::Tensor& tensor, int margin) {
    if (margin == 0) {
        return tensor;
    }
    return tensor.narrow(2, margin, tensor.size(2) - 2 * margin).narrow(3, margin, tensor.size(3) - 2 * margin);
}

} // namespace

FieldNetwork FieldNetwork::initialised(const Architecture& architecture, std::uint64_t seed) {
    HashRandom random(seed);
    const int width = architecture.channels;
    FieldNetwork network;
    network.architecture = architecture;
    network.headWeight = convolutionWeight(width, InputPlanes::count, 3, 1.0, random);
    network.headWeight.narrow(1, InputPlanes::picture, InputPlanes::guidance).zero_();
    network.headBias = at::zeros({width});
    for (int block = 0; block < architecture.blocks; ++block) {
        network.blockWeight.push_back(convolutionWeight(width, width, 3, 1.0, random));
        network.blockWeight.push_back(convolutionWeight(width, width, 3, 0.1, random));
        network.blockBias.push_back(at::zeros({width}));
        network.blockBias.push_back(at::zeros({width}));
    }
    network.tailWeight = convolutionWeight(width, width, 3, 0.5, random);
    network.tailBias = at::zeros({width});
    network.fieldWeight = convolutionWeight(6 * architecture.frequencies, width, 1, 0.02, random);
    network.fieldBias = at::zeros({6 * architecture.frequencies});
    network.frequencies = initialFrequencies(architecture.frequencies, random);
    network.heat = at::full({1}, initialHeat);
    return network;
}

std::vector<std::pair<std::string, at::Tensor*>> FieldNetwork::parameters() {
    std::vector<std::pair<std::string, at::Tensor*>> list{{"head.weight", &headWeight}, {"head.bias", &headBias}};
    for (std::size_t i = 0; i < blockWeight.size(); ++i) {
        const std::string name = "block" + std::to_string(i / 2) + ".conv" + std::to_string(i % 2);
        list.emplace_back(name + ".weight", &blockWeight[i]);
        list.emplace_back(name + ".bias", &blockBias[i]);
    }
    list.emplace_back("tail.weight", &tailWeight);
    list.emplace_back("tail.bias", &tailBias);
    list.emplace_back("field.weight", &fieldWeight);
    list.emplace_back("field.bias", &fieldBias);
    list.emplace_back("field.frequencies", &frequencies);
    list.emplace_back("field.heat", &heat);
    return list;
}

at::Tensor FieldNetwork::features(const at::Tensor& planes, Border border, at::ScalarType type, const Checkpoint& checkpoint) const {
    const int padding = border == Border::zero ? 1 : 0;
    const int lost = 1 - padding;
    const at::Tensor head = convolution(planes, headWeight, headBias, type, padding).to(at::kFloat);
    at::Tensor x = head;
    for (std::size_t i = 0; i < blockWeight.size(); i += 2) {
        if (checkpoint) {
            checkpoint();
        }
        const at::Tensor hidden = convolution(x, blockWeight[i], blockBias[i], type, padding).relu_();
        const at::Tensor change = convolution(hidden, blockWeight[i + 1], blockBias[i + 1], type, padding);
        x = inner(x, 2 * lost) + change;
    }
    const at::Tensor tail = convolution(x, tailWeight, tailBias, type, padding);
    return inner(head, lost * (2 * architecture.blocks + 1)) + tail;
}

at::Tensor FieldNetwork::coefficients(const at::Tensor& features) const {
    return convolution(features, fieldWeight, fieldBias, at::kFloat, 0);
}

at::Tensor FieldNetwork::basis(const at::Tensor& offsets, const at::Tensor& inverseScale) const {
    const at::Tensor phase = offsets.matmul(frequencies.t());
    const at::Tensor energy = frequencies.square().sum(1);
    const at::Tensor calm = (-heat * energy * inverseScale.square().unsqueeze(1)).exp();
    return at::cat({phase.cos() * calm, phase.sin() * calm}, 1);
}

} // namespace casr
