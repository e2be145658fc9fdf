#include "core/train/discriminator.h"

#include "core/network/convolution.h"

#include <array>

namespace casr {

namespace {

struct Layer {
    int out, in; ///< In units of the width; 0: one channel out, both pictures in.
    int edge, stride;
};

constexpr std::array<Layer, 7> layers{{{1, 0, 3, 1}, {2, 1, 4, 2}, {4, 2, 4, 2}, {2, 4, 3, 1}, {1, 2, 3, 1}, {1, 1, 3, 1}, {0, 1, 3, 1}}};
constexpr int shownChannels = 6;
constexpr double slope = 0.2;

at::Tensor unitVector(const at::Tensor& vector) {
    return vector / (vector.norm() + 1e-12);
}

at::Tensor active(const at::Tensor& values) {
    return at::leaky_relu(values, slope);
}

at::Tensor doubled(const at::Tensor& features, const at::Tensor& like) {
    return at::upsample_bilinear2d(features, {like.size(2), like.size(3)}, false);
}

} // namespace

Discriminator Discriminator::initialised(int width, std::uint64_t seed) {
    HashRandom random(seed);
    Discriminator made;
    for (const Layer& layer : layers) {
        const int out = layer.out == 0 ? 1 : layer.out * width, in = layer.in == 0 ? shownChannels : layer.in * width;
        made.weight.push_back(convolutionWeight(out, in, layer.edge, 1.0, random));
        made.bias.push_back(at::zeros({out}));
        made.direction.push_back(unitVector(normalTensor({out}, 1.0, random)));
    }
    for (int step = 0; step < 10; ++step) {
        made.refine();
    }
    return made;
}

std::vector<std::pair<std::string, at::Tensor*>> Discriminator::parameters() {
    std::vector<std::pair<std::string, at::Tensor*>> list;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        list.emplace_back("conv" + std::to_string(i) + ".weight", &weight[i]);
        list.emplace_back("conv" + std::to_string(i) + ".bias", &bias[i]);
    }
    return list;
}

std::vector<std::pair<std::string, at::Tensor*>> Discriminator::directions() {
    std::vector<std::pair<std::string, at::Tensor*>> list;
    for (std::size_t i = 0; i < direction.size(); ++i) {
        list.emplace_back("conv" + std::to_string(i) + ".direction", &direction[i]);
    }
    return list;
}

void Discriminator::refine() {
    const at::NoGradGuard noGradient;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const at::Tensor matrix = weight[i].flatten(1);
        direction[i] = unitVector(matrix.mv(unitVector(matrix.t().mv(direction[i]))));
    }
}

void Discriminator::requireGradients(bool wanted) {
    for (const auto& [name, tensor] : parameters()) {
        tensor->mutable_grad() = at::Tensor();
        tensor->set_requires_grad(wanted);
    }
}

at::Tensor Discriminator::layer(std::size_t index, const at::Tensor& input, at::ScalarType type) const {
    const at::Tensor matrix = weight[index].flatten(1);
    const at::Tensor right = unitVector(matrix.detach().t().mv(direction[index]));
    const at::Tensor normalised = weight[index] / direction[index].dot(matrix.mv(right));
    const Layer& shape = layers[index];
    return at::conv2d(input.to(type), normalised.to(type), bias[index].to(type), shape.stride, 1);
}

Discriminator::Judgement Discriminator::of(const at::Tensor& pictures, const at::Tensor& bases, at::ScalarType type) const {
    const at::Tensor shown = at::cat({pictures * 2.0 - 1.0, (pictures - bases) * 4.0}, 1).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor full = active(layer(0, shown, type));
    const at::Tensor half = active(layer(1, full, type));
    const at::Tensor quarter = active(layer(2, half, type));
    const at::Tensor halfAgain = active(layer(3, doubled(quarter, half), type)) + half;
    const at::Tensor fullAgain = active(layer(4, doubled(halfAgain, full), type)) + full;
    const at::Tensor logits = layer(6, active(layer(5, fullAgain, type)), type);
    return {logits.to(at::kFloat), {full.to(at::kFloat), half.to(at::kFloat), quarter.to(at::kFloat)}};
}

} // namespace casr
