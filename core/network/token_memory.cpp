#include "core/network/token_memory.h"

#include "core/network/architecture.h"
#include "core/network/convolution.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double initialSharpness = 10.0;
constexpr double initialEmpty = 8.0;
constexpr std::int64_t cellPixels = std::int64_t{memoryCell} * memoryCell;
/// Rows of the attention matrix that are in work at once, so that it stays in the cache.
constexpr std::int64_t rowsAtOnce = 512;

/// rows (G, T, K) times the transpose of `weight` (G, O, K). Inference on the CPU takes a 1x1 convolution: the last bits of a row of a
/// matrix product depend on its place.
at::Tensor product(const at::Tensor& rows, const at::Tensor& weight) {
    if (!isPlainInference(rows) || weight.size(0) != 1 || at::GradMode::is_enabled()) {
        return rows.matmul(weight.transpose(1, 2));
    }
    const at::Tensor picture = rows.transpose(1, 2).unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor kernel = weight[0].unsqueeze(2).unsqueeze(3).contiguous(at::MemoryFormat::ChannelsLast);
    return at::mkldnn_convolution(picture, kernel, {}, {0, 0}, {1, 1}, {1, 1}, 1).squeeze(2).transpose(1, 2);
}

at::Tensor normalised(const at::Tensor& vectors) {
    return vectors / (vectors.square().sum(-1, true) + 1e-8).sqrt();
}

at::Tensor featuresOf(const at::Tensor& cells, std::int64_t height, std::int64_t width) {
    const std::int64_t channels = cells.size(2) / cellPixels;
    return at::pixel_shuffle(cells.transpose(1, 2).reshape({cells.size(0), channels * cellPixels, height, width}), memoryCell);
}

} // namespace

TokenAttention TokenAttention::initialised(int channels, int valueWidth, std::uint64_t seed) {
    HashRandom random(seed);
    const std::int64_t cell = cellPixels * channels;
    const double deviation = 1.0 / std::sqrt(static_cast<double>(cell));
    return {normalTensor({keyWidth, cell}, deviation, random), normalTensor({valueWidth, cell}, deviation, random),
            at::zeros({cell, valueWidth}), at::full({1}, std::log(initialSharpness)), at::full({1}, initialEmpty)};
}

std::vector<std::pair<std::string, at::Tensor*>> TokenAttention::parameters() {
    return {{"memory.key", &key},
            {"memory.value", &value},
            {"memory.output", &output},
            {"memory.sharpness", &sharpness},
            {"memory.empty", &empty}};
}

at::Tensor TokenAttention::cellsOf(const at::Tensor& features) {
    return at::pixel_unshuffle(features.contiguous(), memoryCell).flatten(2).transpose(1, 2).contiguous();
}

TokenMemory TokenAttention::remember(const at::Tensor& cells) const {
    const std::int64_t groups = cells.size(0);
    const at::Tensor keys = at::constant_pad_nd(normalised(product(cells, key.unsqueeze(0))), {0, 1});
    const at::Tensor emptyKey = at::constant_pad_nd(empty.view({1, 1, 1}), {keyWidth, 0}).expand({groups, 1, keyWidth + 1});
    return {at::cat({keys, emptyKey}, 1), at::constant_pad_nd(product(cells, value.unsqueeze(0)), {0, 0, 0, 1})};
}

at::Tensor TokenAttention::weights(const at::Tensor& cells, const TokenMemory& memory) const {
    const at::Tensor queries = at::constant_pad_nd(normalised(product(cells, key.unsqueeze(0))) * sharpness.exp(), {0, 1}, 1.0);
    return product(queries, memory.keys).softmax(-1);
}

/// What `rows` (G, T, 4 C) take from the memory, (G, T, 4 C).
at::Tensor TokenAttention::taken(const at::Tensor& rows, const TokenMemory& memory) const {
    return product(product(weights(rows, memory), memory.values.transpose(1, 2)), output.unsqueeze(0));
}

at::Tensor TokenAttention::attended(const at::Tensor& features, const TokenMemory& memory) const {
    const at::Tensor cells = cellsOf(features);
    const at::Tensor grouped = cells.reshape({memory.keys.size(0), -1, cells.size(2)});
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < grouped.size(1); first += rowsAtOnce) {
        const std::int64_t rows = std::min(rowsAtOnce, grouped.size(1) - first);
        parts.push_back(taken(grouped.narrow(1, first, rows), memory));
    }
    const at::Tensor change = at::cat(parts, 1).view(cells.sizes());
    return features + featuresOf(change, features.size(2) / memoryCell, features.size(3) / memoryCell);
}

} // namespace casr
