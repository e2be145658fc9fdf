#include "core/train/field_batch.h"

#include "core/base/random.h"
#include "core/image/back_projection.h"
#include "core/image/detail_bands.h"
#include "core/image/range.h"
#include "core/image/superpixels.h"

#include <array>
#include <cmath>

namespace casr {

namespace {

at::Tensor asTensor(std::vector<float>& values, at::IntArrayRef shape, const at::Device& device) {
    return at::from_blob(values.data(), shape, at::kFloat).to(device);
}

/// Shares of the tokens of a group that make its memory: at use a photo's memory holds few of a place's own cells, the fewer the larger
/// the photo is.
constexpr double leastRemembered = 0.1, mostRemembered = 0.6;

/// Small shares are as frequent as large ones.
double drawRemembered(std::uint64_t seed) {
    return leastRemembered * std::pow(mostRemembered / leastRemembered, HashRandom(seed, 1).uniform());
}

/// Pictures (N, 3, h, w) with `reach` pixels of their border repeated around.
at::Tensor withBorder(const at::Tensor& pictures, std::int64_t reach) {
    return at::replication_pad2d(pictures, {reach, reach, reach, reach});
}

Image imageOf(const at::Tensor& picture) {
    const at::Tensor plain = picture.detach().permute({1, 2, 0}).to(at::kCPU, at::kFloat).contiguous();
    const float* values = plain.data_ptr<float>();
    return Image({static_cast<int>(picture.size(2)), static_cast<int>(picture.size(1))}, static_cast<int>(picture.size(0)),
                 {values, values + plain.numel()});
}

at::Tensor tensorOf(const Image& image, const at::Device& device) {
    return at::from_blob(const_cast<float*>(image.values().data()), {image.height(), image.width(), image.channels()}, at::kFloat)
        .permute({2, 0, 1})
        .to(device, at::kFloat, false, true);
}

/// Superpixel means minus the picture, (N, 3, h, w), of pictures whose border was repeated Reach::superpixels pixels around.
at::Tensor superpixelPlanes(const SuperpixelNetwork& network, const at::Tensor& bordered) {
    const int reach = Reach::superpixels, mean = Reach::superpixelMean;
    const int phase = (superpixelCell - reach % superpixelCell) % superpixelCell;
    const at::Tensor logits = network.logits(bordered, phase, phase).to(at::kCPU).contiguous();
    std::vector<at::Tensor> planes;
    for (std::int64_t i = 0; i < bordered.size(0); ++i) {
        const PlacedImage picture{imageOf(bordered[i]), -reach, -reach};
        const Rect out = expanded(picture.rect(), -reach), read = expanded(out, mean);
        const std::size_t values = 9 * static_cast<std::size_t>(read.size().area());
        const SuperpixelLabels labels = mostLikelySuperpixels({logits[i].data_ptr<float>(), values}, read, superpixelCell);
        planes.push_back(tensorOf(superpixelMeans(picture, labels, out), bordered.device()));
    }
    const std::int64_t height = bordered.size(2) - 2 * reach, width = bordered.size(3) - 2 * reach;
    return at::stack(planes) - bordered.narrow(2, reach, height).narrow(3, reach, width);
}

/// Input planes of pictures (N, 3, h, w) with their `amounts` (N): noise, JPEG, blur and enlargement.
at::Tensor planesOf(const FieldNetwork& network, const at::Tensor& pictures, const std::array<at::Tensor, 4>& amounts) {
    const at::NoGradGuard noGradient;
    const std::int64_t count = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
    const at::Tensor means = network.architecture.superpixels > 0
                                 ? superpixelPlanes(network.superpixels, withBorder(pictures, Reach::superpixels))
                                 : at::zeros_like(pictures);
    const at::Tensor depth = at::zeros({count, InputPlanes::depth, height, width}, pictures.options());
    std::vector<at::Tensor> planes{pictures, means, depth};
    for (const at::Tensor& amount : amounts) {
        planes.push_back(amount.view({count, 1, 1, 1}).expand({count, 1, height, width}));
    }
    return at::cat(planes, 1);
}

/// A random choice of `kept` of `count` tokens, in order.
at::Tensor chosenTokens(std::int64_t count, std::int64_t kept, std::uint64_t seed) {
    HashRandom random(seed);
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = 0; i < count; ++i) {
        if (random.below(static_cast<int>(count - i)) < kept - static_cast<std::int64_t>(chosen.size())) {
            chosen.push_back(i);
        }
    }
    return at::tensor(chosen, at::kLong);
}

/// What the groups of pictures remember: part of the tokens of all of them.
TokenMemory memoryOf(const FieldNetwork& network, const at::Tensor& features, std::int64_t group, std::uint64_t seed) {
    const at::Tensor cells = TokenAttention::cellsOf(features);
    const at::Tensor grouped = cells.reshape({cells.size(0) / group, -1, cells.size(2)});
    const auto kept = static_cast<std::int64_t>(drawRemembered(seed) * static_cast<double>(grouped.size(1)));
    return network.attention.remember(grouped.index_select(1, chosenTokens(grouped.size(1), kept, seed).to(features.device())));
}

} // namespace

FieldBatch::FieldBatch(const FieldNetwork& network, Batch& batch, const at::Device& device, std::uint64_t choice)
    : group(batch.group), seed(choice) {
    const std::int64_t samples = static_cast<std::int64_t>(batch.cells.size());
    const at::Tensor low = asTensor(batch.low, {batch.count, batch.patch, batch.patch, InputPlanes::picture}, device);
    enlarged = asTensor(batch.enlarged, {batch.count}, device);
    planes = planesOf(network, low.permute({0, 3, 1, 2}).contiguous(),
                      {asTensor(batch.noise, {batch.count}, device), asTensor(batch.jpeg, {batch.count}, device),
                       asTensor(batch.blur, {batch.count}, device), enlarged});
    cells = at::from_blob(batch.cells.data(), {samples}, at::kLong).to(device);
    offsets = asTensor(batch.offsets, {samples, 2}, device);
    inverseScale = asTensor(batch.inverseScale, {samples}, device);
    base = asTensor(batch.base, {samples, 3}, device);
    target = asTensor(batch.target, {samples, 3}, device);
}

at::Tensor FieldBatch::isClean() const {
    return planes.narrow(1, InputPlanes::firstDegradation, InputPlanes::degradation).abs().amax({1, 2, 3}) == 0.0;
}

at::Tensor FieldBatch::projection() const {
    const at::Tensor onto =
        at::where(enlarged > 0.0, at::full_like(enlarged, projectionOnto(false)), at::full_like(enlarged, projectionOnto(true)));
    return at::where(isClean(), onto, at::zeros_like(onto));
}

at::Tensor featuresOf(const FieldNetwork& network, const FieldBatch& batch, at::ScalarType type) {
    FieldNetwork::Middle middle = network.middle(batch.planes, FieldNetwork::Border::zero(), type);
    if (network.architecture.memory > 0 && batch.planes.size(2) % memoryCell == 0) {
        middle = network.remembering(middle, memoryOf(network, middle.x.sum, batch.group, batch.seed), type, 0, 0);
    }
    return network.features(middle, type);
}

at::Tensor detailMapOf(const FieldNetwork& network, const at::Tensor& features, const FieldBatch& batch, at::ScalarType type) {
    const at::Tensor parents = withBorder(batch.planes.narrow(1, 0, InputPlanes::picture), Reach::detailRoom);
    return network.detailMap(features, parents, FieldNetwork::Border::zero(), type);
}

at::Tensor fieldAt(const FieldNetwork& network, const at::Tensor& coefficients, const FieldBatch& batch) {
    const at::Tensor ofCells = coefficients.permute({0, 2, 3, 1}).flatten(0, 2);
    const at::Tensor basis = network.basis(batch.offsets, batch.inverseScale).unsqueeze(1);
    const at::Tensor chosen = ofCells.index_select(0, batch.cells).view({batch.cells.size(0), -1, basis.size(2)});
    return (chosen * basis).sum(2);
}

at::Tensor wholeField(const FieldNetwork& network, const at::Tensor& coefficients, int whole) {
    const std::int64_t count = coefficients.size(0), height = coefficients.size(2), width = coefficients.size(3);
    const at::Tensor places = (at::arange(whole, coefficients.options()) + 0.5) / whole - 0.5;
    const at::Tensor down = places.repeat_interleave(whole), across = places.repeat({whole});
    const at::Tensor basis = network.basis(at::stack({down, across}, 1), at::full({whole * whole}, 1.0 / whole, coefficients.options()));
    const at::Tensor ofCells = coefficients.reshape({count, -1, basis.size(1), height * width}).transpose(2, 3);
    const at::Tensor samples = ofCells.matmul(basis.t()).view({count, -1, height, width, whole, whole});
    return samples.permute({0, 1, 2, 4, 3, 5}).reshape({count, -1, height * whole, width * whole});
}

at::Tensor picturesOf(const at::Tensor& samples, std::int64_t count) {
    const auto edge = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(samples.size(0) / count))));
    return samples.view({count, edge, edge, -1}).permute({0, 3, 1, 2}).contiguous();
}

at::Tensor predict(const FieldNetwork& network, const FieldBatch& batch, at::ScalarType type) {
    const at::Tensor features = featuresOf(network, batch, type);
    return batch.base + fieldAt(network, network.coefficients(features), batch);
}

namespace {

/// The samples of every pixel of an `edge` x `edge` enlargement of a square picture.
Batch everyPixelOf(const Image& picture, int edge) {
    const Axis axis{picture.width(), edge};
    Batch batch;
    batch.count = 1;
    batch.patch = picture.width();
    batch.points = edge * edge;
    batch.low.assign(picture.values().begin(), picture.values().end());
    batch.noise = batch.jpeg = batch.blur = batch.enlarged = {0.0f};
    for (int y = 0; y < edge; ++y) {
        for (int x = 0; x < edge; ++x) {
            batch.cells.push_back(std::int64_t{axis.cellOf(y)} * picture.width() + axis.cellOf(x));
            batch.offsets.insert(batch.offsets.end(), {static_cast<float>(axis.offsetOf(y)), static_cast<float>(axis.offsetOf(x))});
            batch.inverseScale.push_back(static_cast<float>(picture.width()) / static_cast<float>(edge));
        }
    }
    batch.base.resize(static_cast<std::size_t>(3 * batch.points));
    batch.target = batch.base;
    batch.replaceLow(0, picture);
    return batch;
}

std::vector<float> valuesOf(const at::Tensor& tensor) {
    const at::Tensor plain = tensor.to(at::kCPU).contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

/// A square picture enlarged to `edge` pixels a side as a step does it, remembering tokens of its own by `choice`, with a share of the
/// detail.
Image stepOf(const FieldNetwork& network, const Image& picture, int edge, const at::Device& device, at::ScalarType type, double detail,
             std::uint64_t choice) {
    const at::NoGradGuard noGradient;
    Batch batch = everyPixelOf(picture, edge);
    const FieldBatch tensors(network, batch, device, choice);
    const at::Tensor features = featuresOf(network, tensors, type);
    const at::Tensor faithful = tensors.base + fieldAt(network, network.coefficients(features), tensors);
    Image child({edge, edge}, 3, valuesOf(faithful));
    const Axis axis{picture.width(), edge};
    if (detail != 0.0) {
        const at::Tensor map = detailMapOf(network, features, tensors, type)[0].permute({1, 2, 0});
        std::vector<float> detailed(child.values().size());
        addDetailInto({child, 0, 0}, {rectOf(picture.size()), valuesOf(map)}, static_cast<float>(detail), axis, axis, rectOf(child.size()),
                      detailed);
        child = Image(child.size(), 3, std::move(detailed));
    }
    const PlacedImage parent = coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), bicubicReach));
    return inRange(backProjected({child, 0, 0}, parent, axis, axis, rectOf(child.size())));
}

} // namespace

void unroll(const FieldNetwork& network, Batch& batch, const at::Device& device, at::ScalarType type, double detail) {
    for (const Batch::Ancestor& ancestor : batch.ancestors) {
        const auto choice = static_cast<std::uint64_t>(ancestor.patch);
        const Image enlarged = stepOf(network, ancestor.image, ancestor.edge, device, type, detail, choice);
        batch.replaceLow(ancestor.patch, cropped(enlarged, rectAt(ancestor.left, ancestor.top, {batch.patch, batch.patch})));
    }
}

at::Tensor luma(const at::Tensor& rgb) {
    const at::Tensor weights = at::tensor({0.299f, 0.587f, 0.114f}, rgb.options());
    return rgb.matmul(weights);
}

FieldNetwork copyOf(FieldNetwork network, const at::Device& device, bool zero) {
    for (const auto& [name, tensor] : network.parameters()) {
        *tensor = (zero ? at::zeros_like(*tensor) : tensor->clone()).to(device);
    }
    return network;
}

} // namespace casr
