#include "core/train/superpixel_trainer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/network/network_file.h"
#include "core/train/adam.h"
#include "core/train/text.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <numbers>
#include <thread>

namespace casr {

namespace {

constexpr std::int64_t cell = superpixelCell;
constexpr int reportEvery = 200;
constexpr AdamDecays decays{0.9, 0.999};
constexpr double lastHardness = 8.0; ///< In the end a pixel belongs to one superpixel nearly, as it does wholly at use.
constexpr double leastSquare = 1e-6; ///< of Lab / 100

/// CIE Lab / 100 of sRGB pictures (N, 3, H, W), D65.
at::Tensor labOf(const at::Tensor& rgb) {
    const at::Tensor linear = at::where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).pow(2.4));
    const at::Tensor toXyz = at::tensor({0.4339f, 0.3762f, 0.1899f, 0.2126f, 0.7152f, 0.0722f, 0.0178f, 0.1095f, 0.8727f}).view({3, 3});
    const at::Tensor xyz = at::einsum("ij,njhw->nihw", {toXyz, linear});
    const at::Tensor f = at::where(xyz > 0.008856, xyz.clamp_min(1e-6).pow(1.0 / 3.0), 7.787 * xyz + 16.0 / 116.0);
    const at::Tensor x = f.select(1, 0), y = f.select(1, 1), z = f.select(1, 2);
    return at::stack({1.16 * y - 0.16, 5.0 * (x - y), 2.0 * (y - z)}, 1);
}

/// Row and column in cells, (1, 2, H, W).
at::Tensor places(std::int64_t height, std::int64_t width) {
    const at::Tensor down = (at::arange(height, at::kFloat) + 0.5) / cell, across = (at::arange(width, at::kFloat) + 0.5) / cell;
    return at::stack({down.view({height, 1}).expand({height, width}), across.view({1, width}).expand({height, width})}).unsqueeze(0);
}

/// `cells` (N, F, h, w) moved so that what stood at a cell's neighbour (down, right) stands at the cell; zeros move in.
at::Tensor moved(const at::Tensor& cells, std::int64_t down, std::int64_t right) {
    const at::Tensor padded = at::constant_pad_nd(cells, {1, 1, 1, 1});
    return padded.narrow(2, 1 + down, cells.size(2)).narrow(3, 1 + right, cells.size(3));
}

at::Tensor sumOverCells(const at::Tensor& pixels) {
    return at::avg_pool2d(pixels, {cell, cell}) * static_cast<double>(cell * cell);
}

at::Tensor spread(const at::Tensor& cells) {
    return at::upsample_nearest2d(cells, {cells.size(2) * cell, cells.size(3) * cell});
}

/// `values` (N, F, H, W) rebuilt from the means of the superpixels that `belonging` (N, 9, H, W) says.
at::Tensor rebuilt(const at::Tensor& values, const at::Tensor& belonging) {
    const at::Tensor withOne = at::cat({values, at::ones_like(values.narrow(1, 0, 1))}, 1);
    at::Tensor sums;
    for (std::int64_t i = 0; i < 9; ++i) {
        const at::Tensor part = moved(sumOverCells(withOne * belonging.narrow(1, i, 1)), 1 - i / 3, 1 - i % 3);
        sums = i == 0 ? part : sums + part;
    }
    const std::int64_t features = values.size(1);
    const at::Tensor means = sums.narrow(1, 0, features) / (sums.narrow(1, features, 1) + 1e-6);
    at::Tensor result;
    for (std::int64_t i = 0; i < 9; ++i) {
        const at::Tensor part = spread(moved(means, i / 3 - 1, i % 3 - 1)) * belonging.narrow(1, i, 1);
        result = i == 0 ? part : result + part;
    }
    return result;
}

/// Random patches (N, 3, edge, edge), each reduced by 1, 2 or 4 as far as the crop is large enough.
at::Tensor patchesOf(const CropFile& crops, int count, int edge, HashRandom& random) {
    at::Tensor batch = at::empty({count, 3, edge, edge});
    for (int i = 0; i < count; ++i) {
        const int reduction = std::min(1 << random.below(3), crops.edge / edge), read = edge * reduction;
        const int left = random.below(crops.edge - read + 1), top = random.below(crops.edge - read + 1);
        const at::Tensor crop =
            at::from_blob(const_cast<std::uint8_t*>(crops.crop(random.below(crops.count()))), {crops.edge, crops.edge, 3}, at::kByte);
        const at::Tensor part = crop.narrow(0, top, read).narrow(1, left, read).permute({2, 0, 1}).to(at::kFloat) / 255.0;
        batch[i] = at::avg_pool2d(part.unsqueeze(0), {reduction, reduction}).squeeze(0);
    }
    return batch;
}

/// The logarithm of the error of what is rebuilt, in the mean over patches, so that a calm one counts as a lively one, and the distance of
/// places. `hardness`: how many times as sure as the network a pixel is of its superpixel.
at::Tensor lossOf(const SuperpixelNetwork& network, const at::Tensor& patches, double placeWeight, double hardness) {
    const int reach = Reach::superpixelNetwork, phase = (superpixelCell - reach % superpixelCell) % superpixelCell;
    const at::Tensor padded = at::replication_pad2d(patches, {reach, reach, reach, reach});
    const at::Tensor belonging = (hardness * network.logits(padded, phase, phase)).softmax(1);
    const at::Tensor colour = labOf(patches), place = places(patches.size(2), patches.size(3)).expand({patches.size(0), 2, -1, -1});
    const at::Tensor error = rebuilt(at::cat({colour, place}, 1), belonging) - at::cat({colour, place}, 1);
    // Superpixels at the patch's border have lost pixels; they do not count.
    const at::Tensor inner = error.narrow(2, cell, error.size(2) - 2 * cell).narrow(3, cell, error.size(3) - 2 * cell);
    const at::Tensor squares = inner.narrow(1, 0, 3).square().mean({1, 2, 3});
    return 0.5 * (squares + leastSquare).log().mean() + placeWeight * inner.narrow(1, 3, 2).norm(2, 1).mean();
}

/// A weight and what Adam remembers of it.
struct Learnt {
    at::Tensor weight, first, second;
};

void learn(std::vector<Learnt>& parameters, std::int64_t step, double rate) {
    const at::NoGradGuard noGradient;
    for (Learnt& learnt : parameters) {
        adamStep(learnt.weight, learnt.first, learnt.second, step, rate, decays);
        learnt.weight.mutable_grad() = at::Tensor();
    }
}

SuperpixelNetwork trained(const CropFile& crops, const SuperpixelTrainOptions& options,
                          const std::function<void(const std::string&)>& report) {
    SuperpixelNetwork network = SuperpixelNetwork::initialised(options.width, options.seed);
    std::vector<Learnt> parameters;
    for (const auto& [name, tensor] : network.parameters()) {
        parameters.push_back({tensor->set_requires_grad(true), at::zeros_like(*tensor), at::zeros_like(*tensor)});
    }
    double sum = 0.0;
    for (std::int64_t iteration = 0; iteration < options.iterations; ++iteration) {
        HashRandom random(options.seed, static_cast<std::uint64_t>(iteration));
        const double progress = static_cast<double>(iteration) / static_cast<double>(options.iterations);
        const at::Tensor loss = lossOf(network, patchesOf(crops, options.batch, options.patch, random), options.placeWeight,
                                       1.0 + (lastHardness - 1.0) * progress);
        loss.backward();
        learn(parameters, iteration + 1, options.rate * 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
        sum += loss.item<double>();
        if ((iteration + 1) % reportEvery == 0) {
            report(formatted("iteration %lld  loss %.5f", static_cast<long long>(iteration + 1), sum / reportEvery));
            sum = 0.0;
        }
    }
    for (const Learnt& learnt : parameters) {
        learnt.weight.detach().set_requires_grad(false);
    }
    return network;
}

} // namespace

void trainSuperpixels(const CropFile& crops, const SuperpixelTrainOptions& options, const std::function<void(const std::string&)>& report) {
    if (crops.count() == 0 || crops.edge < options.patch || options.patch % cell != 0) {
        throw Error("Training needs crops of at least the patch a side. Pack larger crops or choose a smaller --patch.");
    }
    at::set_num_threads(options.threads > 0 ? options.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    const TensorFile before = readTensorFile(options.weights);
    FieldNetwork network = networkOf(before, options.weights.string());
    network.architecture.superpixels = options.width;
    network.superpixels = trained(crops, options, report);
    TensorFile after{metadataOf(network.architecture), tensorsOf(network), {}};
    const auto record = before.metadata.find("training");
    after.metadata["training"] = record == before.metadata.end() ? "" : record->second;
    writeTensorFile(options.out, after);
}

} // namespace casr
