#include "core/network/superpixel_network.h"

#include "core/network/architecture.h"
#include "core/network/convolution.h"

#include <cmath>

namespace casr {

namespace {

constexpr std::int64_t neighbours = 9;
constexpr std::int64_t cell = superpixelCell;
constexpr std::int64_t reach = Reach::superpixelNetwork;
/// Differences of colour to nine cells, and the pixel's place in its own.
constexpr int comparisons = 3 * neighbours + 2;
constexpr double initialColourFactor = 100.0;
constexpr double initialPlaceFactor = 0.3;

/// The part of `tensor` (N, C, H, W) that the logits cover, `lost` pixels of every side being gone already.
at::Tensor covered(const at::Tensor& tensor, std::int64_t lost) {
    const std::int64_t margin = reach - lost;
    return tensor.narrow(2, margin, tensor.size(2) - 2 * margin).narrow(3, margin, tensor.size(3) - 2 * margin);
}

/// Where a pixel lies in its cell along one axis, -1/2 .. 1/2.
at::Tensor placesInCell(std::int64_t length, int phase, const at::TensorOptions& options) {
    return (at::arange(phase, phase + length, options).remainder(cell) + 0.5) / cell - 0.5;
}

/// Which cell each pixel of a line of whole cells lies in, or the one beside it on the pixel's side; at the ends the outermost.
at::Tensor cellsAlong(std::int64_t cells, bool beside, const at::Device& device) {
    const at::Tensor pixel = at::arange(cells * cell, at::TensorOptions(at::kLong).device(device));
    const at::Tensor own = pixel.div(cell, "floor");
    return beside ? (own + (pixel.remainder(cell) < cell / 2).to(at::kLong) * -2 + 1).clamp(0, cells - 1) : own;
}

/// (N, 3, 4 h, 4 w): the mean of each pixel's cell, or of the one on its side along each axis that is asked for; `means` (N, 3, h, w).
at::Tensor meansAtPixels(const at::Tensor& means, bool above, bool beside) {
    return means.index_select(2, cellsAlong(means.size(2), above, means.device()))
        .index_select(3, cellsAlong(means.size(3), beside, means.device()));
}

/// Squared distances of colour, (N, n, h, w), of `differences` (N, 3 n, h, w). The sum is written out: its order must not depend on where a
/// pixel lies in the tensor.
at::Tensor colourDistances(const at::Tensor& differences) {
    const at::Tensor squares = differences.square().unflatten(1, {differences.size(1) / 3, 3});
    return squares.select(2, 0) + squares.select(2, 1) + squares.select(2, 2);
}

/// The colour (N, 3, h, w) of every cell of `pixels` (N, 3, 4 h, 4 w): the mean of those of its pixels that are no nearer to the mean of
/// one of the three cells on their side, or of all when there are none. So one star, or one line, in a cell is what the cell stands for:
/// half a round of k-means, within 4 pixels of the cell.
at::Tensor coloursOf(const at::Tensor& pixels) {
    const at::Tensor means = at::avg_pool2d(pixels, {cell, cell});
    const auto distanceTo = [&](bool above, bool beside) { return colourDistances(pixels - meansAtPixels(means, above, beside)); };
    const at::Tensor own = distanceTo(false, false);
    const at::Tensor nearest = at::minimum(distanceTo(true, true), at::minimum(distanceTo(true, false), distanceTo(false, true)));
    const at::Tensor staying = (own <= nearest).to(pixels.scalar_type()), share = at::avg_pool2d(staying, {cell, cell});
    return at::where(share > 0.0, at::avg_pool2d(pixels * staying, {cell, cell}) / share, means);
}

/// The cells (N, 3, h, w) around every cell but the outermost, neighbours in rows from the top left: (N, 27, h - 2, w - 2).
at::Tensor neighboursOf(const at::Tensor& cells) {
    std::vector<at::Tensor> around;
    for (std::int64_t i = 0; i < neighbours; ++i) {
        around.push_back(cells.narrow(2, i / 3, cells.size(2) - 2).narrow(3, i % 3, cells.size(3) - 2));
    }
    return at::cat(around, 1);
}

/// Colours (N, 27, H - 22, W - 22) of the nine cells around each pixel of `picture` (N, 3, H, W).
at::Tensor coloursAround(const at::Tensor& picture, int phaseLeft, int phaseTop) {
    const std::int64_t left = (cell - phaseLeft) % cell, top = (cell - phaseTop) % cell;
    const std::int64_t rows = (picture.size(2) - top) / cell, columns = (picture.size(3) - left) / cell;
    const at::Tensor whole = picture.narrow(2, top, rows * cell).narrow(3, left, columns * cell).contiguous();
    const at::Tensor cells = neighboursOf(coloursOf(whole));
    const at::Tensor pixels = at::upsample_nearest2d(cells, {cells.size(2) * cell, cells.size(3) * cell});
    // The outermost cells are gone: pixel `reach` of the picture is pixel reach - top - 4.
    return pixels.narrow(2, reach - top - cell, picture.size(2) - 2 * reach).narrow(3, reach - left - cell, picture.size(3) - 2 * reach);
}

/// Squared distances in cells to the middles of the nine cells around, (1, 9, h, w); `down` (h) and `right` (w) are places in a cell.
at::Tensor placeDistances(const at::Tensor& down, const at::Tensor& right) {
    const at::Tensor cells = at::arange(-1, 2, down.options());
    const at::Tensor squareDown = (down.unsqueeze(0) - cells.unsqueeze(1)).square();
    const at::Tensor squareRight = (right.unsqueeze(0) - cells.unsqueeze(1)).square();
    return (squareDown.view({1, 3, 1, -1, 1}) + squareRight.view({1, 1, 3, 1, -1})).flatten(1, 2);
}

} // namespace

SuperpixelNetwork SuperpixelNetwork::initialised(int width, std::uint64_t seed) {
    HashRandom random(seed);
    SuperpixelNetwork network;
    network.weight = {convolutionWeight(width, 3, 3, 1.0, random), convolutionWeight(width, width, 3, 1.0, random),
                      convolutionWeight(width, width + comparisons, 1, 1.0, random),
                      convolutionWeight(static_cast<int>(neighbours), width, 1, 0.1, random)};
    for (const at::Tensor& tensor : network.weight) {
        network.bias.push_back(at::zeros({tensor.size(0)}));
    }
    network.sharpness = at::tensor({static_cast<float>(std::log(initialColourFactor)), static_cast<float>(std::log(initialPlaceFactor))});
    return network;
}

std::vector<std::pair<std::string, at::Tensor*>> SuperpixelNetwork::parameters() {
    std::vector<std::pair<std::string, at::Tensor*>> list;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        list.emplace_back("superpixel.conv" + std::to_string(i) + ".weight", &weight[i]);
        list.emplace_back("superpixel.conv" + std::to_string(i) + ".bias", &bias[i]);
    }
    list.emplace_back("superpixel.sharpness", &sharpness);
    return list;
}

at::Tensor SuperpixelNetwork::logits(const at::Tensor& picture, int phaseLeft, int phaseTop) const {
    const at::Tensor own = covered(picture, 0);
    const std::int64_t count = own.size(0), height = own.size(2), width = own.size(3);
    const at::Tensor down = placesInCell(picture.size(2), phaseTop, picture.options()).narrow(0, reach, height);
    const at::Tensor right = placesInCell(picture.size(3), phaseLeft, picture.options()).narrow(0, reach, width);
    at::Tensor features = convolution(picture * 4.0 - 2.0, weight[0], bias[0], at::kFloat, 0).relu();
    features = convolution(features, weight[1], bias[1], at::kFloat, 0).relu();
    const at::Tensor differences = own.repeat({1, neighbours, 1, 1}) - coloursAround(picture, phaseLeft, phaseTop);
    const at::Tensor inputs = at::cat({covered(features, 2), down.view({1, 1, height, 1}).expand({count, 1, height, width}),
                                       right.view({1, 1, 1, width}).expand({count, 1, height, width}), differences * 4.0},
                                      1);
    const at::Tensor hidden = convolution(inputs, weight[2], bias[2], at::kFloat, 0).relu();
    const at::Tensor rule = colourDistances(differences) * sharpness[0].exp() + placeDistances(down, right) * sharpness[1].exp();
    return convolution(hidden, weight[3], bias[3], at::kFloat, 0) - rule;
}

} // namespace casr
