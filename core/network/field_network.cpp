#include "core/network/field_network.h"

#include "core/base/random.h"
#include "core/network/bfloat16.h"
#include "core/network/convolution.h"
#include "core/network/detail_room.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace casr {

namespace {

constexpr double initialHeat = 0.08;
constexpr double largestGain = 11.0;
constexpr double highestInitialFrequency = 2.0 * std::numbers::pi;

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

at::Tensor inner(const at::Tensor& tensor, int margin) {
    if (margin == 0) {
        return tensor;
    }
    return tensor.narrow(2, margin, tensor.size(2) - 2 * margin).narrow(3, margin, tensor.size(3) - 2 * margin);
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
            out[i] = sum[i] + fromBfloat16(change[i]);
            narrow[i] = toBfloat16(out[i]);
        }
    }
}

using Stream = FieldNetwork::Stream;
using Named = std::vector<std::pair<std::string, at::Tensor*>>;

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
Stream added(const at::Tensor& sum, const at::Tensor& change, int margin) {
    if (!isPlainInference(sum) || !isPlainInference(change)) {
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

/// One residual block: two convolutions beside the sum.
struct Block {
    const at::Tensor *firstWeight, *firstBias, *secondWeight, *secondBias;

    Block(const std::vector<at::Tensor>& weight, const std::vector<at::Tensor>& bias, std::size_t index)
        : firstWeight(&weight[2 * index]), firstBias(&bias[2 * index]), secondWeight(&weight[2 * index + 1]),
          secondBias(&bias[2 * index + 1]) {}

    Stream behind(const Stream& x, const FieldNetwork::Border& border, at::ScalarType type) const {
        const FieldNetwork::Border afterFirst = border.behind(1), afterBoth = border.behind(2);
        const at::Tensor hidden = afterFirst.cleared(convolution(x.input, *firstWeight, *firstBias, type, border.padding()).relu_());
        const at::Tensor change = convolution(hidden, *secondWeight, *secondBias, type, border.padding());
        const Stream next = added(x.sum, change, border.lostBy(2));
        return {afterBoth.cleared(next.sum), afterBoth.cleared(next.input)};
    }
};

void addBlock(int width, int inside, std::vector<at::Tensor>& weight, std::vector<at::Tensor>& bias, HashRandom& random) {
    weight.push_back(convolutionWeight(inside, width, 3, 1.0, random));
    weight.push_back(convolutionWeight(width, inside, 3, 0.1, random));
    bias.push_back(at::zeros({inside}));
    bias.push_back(at::zeros({width}));
}

void nameBlocks(const std::string& prefix, std::vector<at::Tensor>& weight, std::vector<at::Tensor>& bias, Named& list) {
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const std::string name = prefix + "block" + std::to_string(i / 2) + ".conv" + std::to_string(i % 2);
        list.emplace_back(name + ".weight", &weight[i]);
        list.emplace_back(name + ".bias", &bias[i]);
    }
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
        addBlock(width, architecture.widthInBlocks(), network.blockWeight, network.blockBias, random);
    }
    network.tailWeight = convolutionWeight(width, width, 3, 0.5, random);
    network.tailBias = at::zeros({width});
    network.fieldWeight = convolutionWeight(6 * architecture.frequencies, width, 1, 0.02, random);
    network.fieldBias = at::zeros({6 * architecture.frequencies});
    network.frequencies = initialFrequencies(architecture.frequencies, random);
    network.heat = at::full({1}, initialHeat);
    if (architecture.memory > 0) {
        network.attention = TokenAttention::initialised(width, architecture.memory, seed + 1);
    }
    if (architecture.superpixels > 0) {
        network.superpixels = SuperpixelNetwork::initialised(architecture.superpixels, seed + 2);
    }
    HashRandom forDetail(seed + 3);
    network.addDetail(forDetail);
    return network;
}

void FieldNetwork::addDetail(HashRandom& random) {
    for (int block = 0; block < architecture.detail; ++block) {
        addBlock(architecture.channels, architecture.channels, detailBlockWeight, detailBlockBias, random);
    }
    if (architecture.detail > 0) {
        detailWeight = convolutionWeight(detailBands, architecture.channels, 1, 0.02, random);
        detailBias = at::zeros({detailBands});
    }
}

FieldNetwork FieldNetwork::withTrunkIn(at::ScalarType type) const {
    FieldNetwork copy = *this;
    for (auto* tensor : {&copy.headWeight, &copy.headBias, &copy.tailWeight, &copy.tailBias}) {
        *tensor = tensor->to(type);
    }
    for (auto* list : {&copy.blockWeight, &copy.blockBias, &copy.detailBlockWeight, &copy.detailBlockBias}) {
        for (at::Tensor& tensor : *list) {
            tensor = tensor.to(type);
        }
    }
    return copy;
}

FieldNetwork FieldNetwork::on(const at::Device& device) const {
    FieldNetwork copy = *this;
    for (const auto& [name, tensor] : copy.parameters()) {
        *tensor = tensor->to(device);
    }
    return copy;
}

std::vector<std::pair<std::string, at::Tensor*>> FieldNetwork::parameters() {
    std::vector<std::pair<std::string, at::Tensor*>> list{{"head.weight", &headWeight}, {"head.bias", &headBias}};
    nameBlocks("", blockWeight, blockBias, list);
    list.emplace_back("tail.weight", &tailWeight);
    list.emplace_back("tail.bias", &tailBias);
    list.emplace_back("field.weight", &fieldWeight);
    list.emplace_back("field.bias", &fieldBias);
    list.emplace_back("field.frequencies", &frequencies);
    list.emplace_back("field.heat", &heat);
    for (const auto& parts : {architecture.memory > 0 ? attention.parameters() : Named(),
                              architecture.superpixels > 0 ? superpixels.parameters() : Named(), detailParameters()}) {
        list.insert(list.end(), parts.begin(), parts.end());
    }
    return list;
}

Named FieldNetwork::detailParameters() {
    Named list;
    if (architecture.detail > 0) {
        nameBlocks("detail.", detailBlockWeight, detailBlockBias, list);
        list.emplace_back("detail.weight", &detailWeight);
        list.emplace_back("detail.bias", &detailBias);
    }
    return list;
}

namespace {

/// The parts of `tensor` (N, ..., h, w) around `inside`, a rectangle of its picture `index`.
std::vector<at::Tensor> around(const at::Tensor& tensor, std::int64_t index, Rect inside) {
    const at::Tensor picture = tensor[index];
    const std::int64_t height = picture.size(1), width = picture.size(2);
    const auto rows = [&](std::int64_t first, std::int64_t last) { return picture.narrow(1, first, last - first); };
    const auto columns = [&](std::int64_t first, std::int64_t last) { return picture.narrow(2, first, last - first); };
    return {rows(0, inside.top), rows(inside.bottom, height), columns(0, inside.left), columns(inside.right, width)};
}

/// The part of a tensor that is within `picture`; may be empty.
Rect partWithin(const at::Tensor& tensor, Rect picture) {
    const int width = static_cast<int>(tensor.size(3)), height = static_cast<int>(tensor.size(2));
    const auto within = [](int place, int length) { return std::clamp(place, 0, length); };
    return {within(picture.left, width), within(picture.top, height), within(picture.right, width), within(picture.bottom, height)};
}

} // namespace

FieldNetwork::Border FieldNetwork::Border::behind(int convolutions) const {
    Border next = *this;
    for (Rect& picture : next.m_pictures) {
        picture = translated(picture, -lostBy(convolutions), -lostBy(convolutions));
    }
    return next;
}

at::Tensor FieldNetwork::Border::cleared(const at::Tensor& tensor) const {
    for (std::size_t i = 0; i < m_pictures.size(); ++i) {
        for (at::Tensor& part : around(tensor, static_cast<std::int64_t>(i), partWithin(tensor, m_pictures[i]))) {
            part.zero_();
        }
    }
    return tensor;
}

bool FieldNetwork::Border::isCrossedBy(const at::Tensor& tensor) const {
    const Rect whole{0, 0, static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2))};
    return std::any_of(m_pictures.begin(), m_pictures.end(), [&](Rect picture) { return partWithin(tensor, picture) != whole; });
}

void FieldNetwork::Border::completeCells(const at::Tensor& tensor) const {
    for (std::size_t i = 0; i < m_pictures.size(); ++i) {
        const at::Tensor picture = tensor[static_cast<std::int64_t>(i)];
        const Rect inside = partWithin(tensor, m_pictures[i]);
        if (inside.right > 0 && inside.right < picture.size(2)) {
            picture.select(2, inside.right).copy_(picture.select(2, inside.right - 1));
        }
        if (inside.bottom > 0 && inside.bottom < picture.size(1)) {
            picture.select(1, inside.bottom).copy_(picture.select(1, inside.bottom - 1));
        }
    }
}

Stream FieldNetwork::behindBlock(int block, const Stream& x, const Border& border, at::ScalarType type) const {
    return Block(blockWeight, blockBias, static_cast<std::size_t>(block)).behind(x, border, type);
}

FieldNetwork::Middle FieldNetwork::middle(const at::Tensor& planes, const Border& border, at::ScalarType type,
                                          const Checkpoint& checkpoint) const {
    const at::Tensor read = border.isCrossedBy(planes) ? border.cleared(planes.clone()) : planes;
    Border at = border.behind(1);
    const at::Tensor head = at.cleared(convolution(read, headWeight, headBias, type, border.padding()));
    const at::Tensor first = head.to(at::kFloat);
    Stream x{first, isPlainInference(head) ? head : first};
    for (int block = 0; block < architecture.blocks / 2; ++block) {
        if (checkpoint) {
            checkpoint();
        }
        x = behindBlock(block, x, at, type);
        at = at.behind(2);
    }
    return {inner(first, border.lostBy(reachOfMiddle() - 1)), x, at};
}

FieldNetwork::Middle FieldNetwork::remembering(const Middle& middle, const TokenMemory& memory, at::ScalarType type, int left,
                                               int top) const {
    const auto streamOf = [&](const at::Tensor& sum) {
        return Stream{sum, isPlainInference(sum) ? sum.to(type, false, false, at::MemoryFormat::ChannelsLast) : sum};
    };
    const Border border = middle.border.behind(1);
    if (middle.border.lostBy(1) == 0) {
        return {middle.head, streamOf(attention.attended(middle.x.sum, memory, type)), border};
    }
    // Whole cells take part; then both sides have lost one pixel, whether it was in a whole cell or not.
    const std::int64_t oddTop = top & 1, oddLeft = left & 1;
    const std::int64_t height = middle.x.sum.size(2), width = middle.x.sum.size(3);
    middle.border.completeCells(middle.x.sum);
    const at::Tensor whole = middle.x.sum.narrow(2, oddTop, (height - oddTop) / 2 * 2).narrow(3, oddLeft, (width - oddLeft) / 2 * 2);
    const at::Tensor attended = attention.attended(whole, memory, type);
    const at::Tensor kept = attended.narrow(2, 1 - oddTop, height - 2).narrow(3, 1 - oddLeft, width - 2);
    return {inner(middle.head, 1), streamOf(border.cleared(kept.contiguous(at::MemoryFormat::ChannelsLast))), border};
}

at::Tensor FieldNetwork::features(const Middle& middle, at::ScalarType type, const Checkpoint& checkpoint) const {
    Stream x = middle.x;
    Border at = middle.border;
    for (int block = architecture.blocks / 2; block < architecture.blocks; ++block) {
        if (checkpoint) {
            checkpoint();
        }
        x = behindBlock(block, x, at, type);
        at = at.behind(2);
    }
    const at::Tensor tail = convolution(x.input, tailWeight, tailBias, type, at.padding());
    const int blocksLeft = architecture.blocks - architecture.blocks / 2;
    return at.behind(1).cleared(added(middle.head, tail, at.lostBy(2 * blocksLeft + 1)).sum);
}

at::Tensor FieldNetwork::coefficients(const at::Tensor& features) const {
    return convolution(features, fieldWeight, fieldBias, at::kFloat, 0);
}

at::Tensor FieldNetwork::detailMap(const at::Tensor& features, const at::Tensor& parents, const Border& border, at::ScalarType type,
                                   const Checkpoint& checkpoint) const {
    Stream x{features, isPlainInference(features) ? features.to(type, false, false, at::MemoryFormat::ChannelsLast) : features};
    Border at = border;
    for (std::size_t block = 0; block < detailBlockWeight.size() / 2; ++block) {
        if (checkpoint) {
            checkpoint();
        }
        x = Block(detailBlockWeight, detailBlockBias, block).behind(x, at, type);
        at = at.behind(2);
    }
    const at::Tensor free = convolution(x.sum, detailWeight, detailBias, at::kFloat, 0);
    return at::cat({largestGain * free / (largestGain + free.abs()), detailRoomOf(parents)}, 1);
}

at::Tensor FieldNetwork::basis(const at::Tensor& offsets, const at::Tensor& inverseScale) const {
    const at::Tensor phase = offsets.matmul(frequencies.t());
    const at::Tensor energy = frequencies.square().sum(1);
    const at::Tensor calm = (-heat * energy * inverseScale.square().unsqueeze(1)).exp();
    return at::cat({phase.cos() * calm, phase.sin() * calm}, 1);
}

} // namespace casr
