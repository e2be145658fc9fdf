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
/// Rows of the attention matrix that are in work at once, so that it stays small.
constexpr std::int64_t rowsAtOnce = 1024;

/// Multiplies rows (G, T, K) with the transpose of a matrix (G, O, K). Inference on the CPU takes a 1x1 convolution in `type`: the last
/// bits of a row of a matrix product depend on its place.
class Product {
public:
    Product(const at::Tensor& matrix, at::ScalarType type) : m_matrix(matrix) {
        if (isPlainInference(matrix) && matrix.size(0) == 1 && !at::GradMode::is_enabled()) {
            m_kernel = matrix[0].unsqueeze(2).unsqueeze(3).to(type).contiguous(at::MemoryFormat::ChannelsLast);
        }
    }

    at::Tensor with(const at::Tensor& rows) const {
        if (!m_kernel.defined()) {
            return rows.matmul(m_matrix.transpose(1, 2));
        }
        const at::Tensor picture = rows.to(m_kernel.scalar_type()).transpose(1, 2).unsqueeze(2).contiguous(at::MemoryFormat::ChannelsLast);
        return at::mkldnn_convolution(picture, m_kernel, {}, {0, 0}, {1, 1}, {1, 1}, 1).squeeze(2).transpose(1, 2);
    }

private:
    at::Tensor m_matrix;
    at::Tensor m_kernel;
};

at::Tensor normalised(const at::Tensor& vectors) {
    return vectors / (vectors.square().sum(-1, true) + 1e-8).sqrt();
}

/// How rows of cells (G, T, 4 C) read a memory: all that is the same for every row is made ready once. Keys, weights and values meet in
/// `type`.
class Reading {
public:
    Reading(const TokenAttention& attention, const TokenMemory& memory, at::ScalarType type)
        : m_key(attention.key.unsqueeze(0), at::kFloat), m_keys(memory.keys, type), m_values(memory.values.transpose(1, 2), type),
          m_output(attention.output.unsqueeze(0), at::kFloat), m_factor(attention.sharpness.exp()) {}

    /// (G, T, M + 1)
    at::Tensor weights(const at::Tensor& rows) const {
        const at::Tensor queries = at::constant_pad_nd(normalised(m_key.with(rows)) * m_factor, {0, 1}, 1.0);
        return m_keys.with(queries).softmax(-1);
    }

    /// What rows take from the memory, (G, T, 4 C).
    at::Tensor taken(const at::Tensor& rows) const { return m_output.with(m_values.with(weights(rows))); }

private:
    Product m_key, m_keys, m_values, m_output;
    at::Tensor m_factor;
};

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
    const at::Tensor keys = at::constant_pad_nd(normalised(Product(key.unsqueeze(0), at::kFloat).with(cells)), {0, 1});
    const at::Tensor emptyKey = at::constant_pad_nd(empty.view({1, 1, 1}), {keyWidth, 0}).expand({groups, 1, keyWidth + 1});
    return {at::cat({keys, emptyKey}, 1), at::constant_pad_nd(Product(value.unsqueeze(0), at::kFloat).with(cells), {0, 0, 0, 1})};
}

at::Tensor TokenAttention::weights(const at::Tensor& cells, const TokenMemory& memory) const {
    return Reading(*this, memory, at::kFloat).weights(cells);
}

at::Tensor TokenAttention::attended(const at::Tensor& features, const TokenMemory& memory, at::ScalarType type) const {
    const at::Tensor cells = cellsOf(features);
    const at::Tensor grouped = cells.reshape({memory.keys.size(0), -1, cells.size(2)});
    const Reading reading(*this, memory, type);
    std::vector<at::Tensor> parts;
    for (std::int64_t first = 0; first < grouped.size(1); first += rowsAtOnce) {
        const std::int64_t rows = std::min(rowsAtOnce, grouped.size(1) - first);
        parts.push_back(reading.taken(grouped.narrow(1, first, rows)));
    }
    const at::Tensor change = at::cat(parts, 1).view(cells.sizes());
    return features + featuresOf(change, features.size(2) / memoryCell, features.size(3) / memoryCell);
}

} // namespace casr
