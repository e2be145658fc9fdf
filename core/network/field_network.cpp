#include "core/network/field_network.h"

#include "core/base/random.h"

#include <ATen/Parallel.h>

#include <bit>
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

/// Inference on the CPU; else gradients or another device are in play.
bool isPlainInference(const at::Tensor& weight) {
    return weight.is_cpu() && !(at::GradMode::is_enabled() && weight.requires_grad());
}

/// One convolution in `type`. Inference on the CPU calls oneDNN itself: at::conv2d changes its backend, and so the last bit,
/// with the input's size.
at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type, int padding) {
    const at::Tensor x = input.to(type);
    const at::Tensor w = weight.to(type);
    const at::Tensor b = bias.to(type);
    if (!isPlainInference(weight)) {
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

float widened(std::uint16_t bfloat16) {
    return std::bit_cast<float>(std::uint32_t{bfloat16} << 16);
}

/// To the nearest bfloat16, halves to even, as LibTorch rounds; NaN stays NaN.
std::uint16_t narrowed(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const auto rounded = static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    return value == value ? rounded : 0x7FC0;
}

/// Channels are a multiple of this; loops of a fixed length become vector code.
constexpr std::int64_t chunk = 16;

void addRow(const float* __restrict sum, const float* __restrict change, std::int64_t count, float* __restrict out, float*) {
    for (std::int64_t first = 0; first < count; first += chunk) {
        for (std::int64_t i = first; i < first + chunk; ++i) {
            out[i] = sum[i] + change[i];
        }
    }
}

void addRow(const float* __restrict sum, const std::uint16_t* __restrict change, std::int64_t count, float* __restrict out,
            std::uint16_t* __restrict narrow) {
    for (std::int64_t first = 0; first < count; first += chunk) {
        for (std::int64_t i = first; i < first + chunk; ++i) {
            out[i] = sum[i] + widened(change[i]);
            narrow[i] = narrowed(out[i]);
        }
    }
}

/// The residual sum in float32, and the same values in the type that the next convolution reads.
struct Stream {
    at::Tensor sum;
    at::Tensor input;
};

template <typename Value>
void addRows(const at::Tensor& sum, const at::Tensor& change, int margin, const Stream& next) {
    const std::int64_t channels = change.size(1), height = change.size(2), run = change.size(3) * channels;
    const auto add = [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            const std::int64_t from = (row / height * sum.size(2) + row % height + margin) * sum.size(3) + margin;
            addRow(static_cast<const float*>(sum.data_ptr()) + from * channels, static_cast<const Value*>(change.data_ptr()) + row * run,
                   run, static_cast<float*>(next.sum.data_ptr()) + row * run, static_cast<Value*>(next.input.data_ptr()) + row * run);
        }
    };
    at::parallel_for(0, change.size(0) * height, std::max<std::int64_t>(1, at::internal::GRAIN_SIZE / run), add);
}

/// The inner part of `sum` plus `change`. Memory is what limits this, so inference goes over it once; values are the plain sum's.
Stream added(const at::Tensor& sum, const at::Tensor& change, int margin, bool isPlain) {
    if (!isPlain) {
        const at::Tensor next = inner(sum, margin) + change;
        return {next, next};
    }
    const at::Tensor from = sum.contiguous(at::MemoryFormat::ChannelsLast), plus = change.contiguous(at::MemoryFormat::ChannelsLast);
    Stream next;
    next.sum = at::empty_like(plus, plus.options().dtype(at::kFloat));
    next.input = plus.scalar_type() == at::kFloat ? next.sum : at::empty_like(plus);
    if (plus.scalar_type() == at::kFloat) {
        addRows<float>(from, plus, margin, next);
    } else {
        addRows<std::uint16_t>(from, plus, margin, next);
    }
    return next;
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

FieldNetwork FieldNetwork::withTrunkIn(at::ScalarType type) const {
    FieldNetwork copy = *this;
    for (auto* tensor : {&copy.headWeight, &copy.headBias, &copy.tailWeight, &copy.tailBias}) {
        *tensor = tensor->to(type);
    }
    for (auto* list : {&copy.blockWeight, &copy.blockBias}) {
        for (at::Tensor& tensor : *list) {
            tensor = tensor.to(type);
        }
    }
    return copy;
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
    const bool isPlain = isPlainInference(headWeight);
    const at::Tensor head = convolution(planes, headWeight, headBias, type, padding);
    const at::Tensor first = head.to(at::kFloat);
    Stream x{first, isPlain ? head : first};
    for (std::size_t i = 0; i < blockWeight.size(); i += 2) {
        if (checkpoint) {
            checkpoint();
        }
        const at::Tensor hidden = convolution(x.input, blockWeight[i], blockBias[i], type, padding).relu_();
        const at::Tensor change = convolution(hidden, blockWeight[i + 1], blockBias[i + 1], type, padding);
        x = added(x.sum, change, 2 * lost, isPlain);
    }
    const at::Tensor tail = convolution(x.input, tailWeight, tailBias, type, padding);
    return added(first, tail, lost * (2 * architecture.blocks + 1), isPlain).sum;
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
