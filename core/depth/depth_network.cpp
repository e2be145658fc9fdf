#include "core/depth/depth_network.h"

#include "core/base/error.h"
#include "core/network/convolution.h"

#include <array>

namespace casr {

namespace {

constexpr const char* formatName = "casr-depth-network";
constexpr const char* formatVersion = "1";
constexpr int inputPlanes = 5; // RGB and the place
constexpr std::array<int, DepthNetwork::levels> widths{16, 32, 48, 64, 64};
constexpr std::array<int, DepthNetwork::levels> blocksOfLevel{0, 1, 1, 0, 2};

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("'" + origin + "' holds no depth network of this version: " + what + ". Use the weights shipped with this version.");
}

DepthNetwork::Convolution fresh(int out, int in, int edge, double gain, HashRandom& random) {
    return {convolutionWeight(out, in, edge, gain, random), at::zeros({out})};
}

std::vector<DepthNetwork::Convolution> freshBlocks(int count, int width, HashRandom& random) {
    std::vector<DepthNetwork::Convolution> list;
    for (int i = 0; i < count; ++i) {
        list.push_back(fresh(width, width, 3, 1.0, random));
        list.push_back(fresh(width, width, 3, 0.3, random));
    }
    return list;
}

at::Tensor convolved(const at::Tensor& input, const DepthNetwork::Convolution& layer, int stride = 1) {
    return convolution(input, layer.weight, layer.bias, at::kFloat, static_cast<int>(layer.weight.size(2) / 2), stride);
}

at::Tensor throughBlocks(at::Tensor x, const std::vector<DepthNetwork::Convolution>& convolutions) {
    for (std::size_t i = 0; i < convolutions.size(); i += 2) {
        x = (x + convolved(convolved(x, convolutions[i]).relu(), convolutions[i + 1])).relu();
    }
    return x;
}

/// Values -1 .. 1 along one side of the picture.
at::Tensor ramp(std::int64_t length, const at::Tensor& like) {
    return (at::arange(length, like.options()) + 0.5) * (2.0 / static_cast<double>(length)) - 1.0;
}

at::Tensor withPlace(const at::Tensor& pictures) {
    const std::int64_t count = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
    const at::Tensor down = ramp(height, pictures).view({1, 1, height, 1}).expand({count, 1, height, width});
    const at::Tensor right = ramp(width, pictures).view({1, 1, 1, width}).expand({count, 1, height, width});
    return at::cat({pictures * 2.0 - 1.0, down, right}, 1);
}

at::Tensor doubled(const at::Tensor& x) {
    return at::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, false);
}

void append(std::vector<std::pair<std::string, at::Tensor*>>& list, const std::string& name, DepthNetwork::Convolution& layer) {
    list.emplace_back(name + ".weight", &layer.weight);
    list.emplace_back(name + ".bias", &layer.bias);
}

} // namespace

DepthNetwork DepthNetwork::initialised(std::uint64_t seed) {
    HashRandom random(seed);
    DepthNetwork network;
    for (std::size_t level = 0; level < levels; ++level) {
        network.down.push_back(fresh(widths[level], level == 0 ? inputPlanes : widths[level - 1], 3, 1.0, random));
        network.blocks.push_back(freshBlocks(blocksOfLevel[level], widths[level], random));
    }
    for (std::size_t level = 0; level + 1 < levels; ++level) {
        network.lateral.push_back(fresh(widths[level], widths[level + 1], 1, 0.7, random));
        network.merge.push_back(fresh(widths[level], widths[level], 3, 1.0, random));
    }
    network.out = fresh(1, widths[0], 3, 0.3, random);
    return network;
}

std::vector<std::pair<std::string, at::Tensor*>> DepthNetwork::parameters() {
    std::vector<std::pair<std::string, at::Tensor*>> list;
    for (std::size_t level = 0; level < down.size(); ++level) {
        const std::string name = "level" + std::to_string(level);
        append(list, name + ".down", down[level]);
        for (std::size_t i = 0; i < blocks[level].size(); ++i) {
            append(list, name + ".block" + std::to_string(i / 2) + ".conv" + std::to_string(i % 2), blocks[level][i]);
        }
    }
    for (std::size_t level = 0; level < merge.size(); ++level) {
        append(list, "level" + std::to_string(level) + ".lateral", lateral[level]);
        append(list, "level" + std::to_string(level) + ".merge", merge[level]);
    }
    append(list, "out", out);
    return list;
}

at::Tensor DepthNetwork::inverseDepth(const at::Tensor& pictures, const Checkpoint& checkpoint) const {
    std::vector<at::Tensor> features;
    at::Tensor x = withPlace(pictures);
    for (std::size_t level = 0; level < down.size(); ++level) {
        if (checkpoint) {
            checkpoint();
        }
        x = throughBlocks(convolved(x, down[level], 2).relu(), blocks[level]);
        features.push_back(x);
    }
    for (std::size_t level = merge.size(); level-- > 0;) {
        x = features[level] + doubled(convolved(x, lateral[level]));
        x = convolved(x, merge[level]).relu();
    }
    return convolved(x, out);
}

DepthNetwork depthNetworkOf(const TensorFile& file, const std::string& origin) {
    const auto field = [&](const char* key) { return file.metadata.contains(key) ? file.metadata.at(key) : std::string(); };
    if (field("format") != formatName || field("version") != formatVersion) {
        refuse(origin, "it is of another format or version");
    }
    DepthNetwork network = DepthNetwork::initialised(0);
    assignTensors(network, file, origin);
    return network;
}

std::map<std::string, std::string> depthMetadata() {
    return {{"format", formatName}, {"version", formatVersion}};
}

std::vector<NamedTensor> tensorsOf(DepthNetwork& network, const std::string& prefix) {
    std::vector<NamedTensor> list;
    for (const auto& [name, tensor] : network.parameters()) {
        const at::Tensor plain = tensor->detach().to(at::kCPU, at::kFloat).contiguous(at::MemoryFormat::Contiguous);
        const float* values = plain.data_ptr<float>();
        list.push_back({prefix + name, plain.sizes().vec(), {values, values + plain.numel()}});
    }
    return list;
}

void assignTensors(DepthNetwork& network, const TensorFile& file, const std::string& origin, const std::string& prefix) {
    for (const auto& [name, tensor] : network.parameters()) {
        const NamedTensor& named = file.tensor(prefix + name);
        if (tensor->sizes() != at::IntArrayRef(named.shape)) {
            refuse(origin, "tensor '" + name + "' has another shape");
        }
        const at::Tensor values = at::from_blob(const_cast<float*>(named.values.data()), named.shape, at::kFloat).clone();
        *tensor = values.contiguous(tensor->dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
    }
}

} // namespace casr
