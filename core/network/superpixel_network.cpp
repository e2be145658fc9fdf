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

/// Squared distances of colour, (N, 1, H, W). The sum is written out: its order must not depend on where a pixel lies in the tensor.
at::Tensor colourDistance(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor square = (a - b).square();
    return square.narrow(1, 0, 1) + square.narrow(1, 1, 1) + square.narrow(1, 2, 1);
}

/// The colour (N, 3, h, w) of every cell of `pixels` (N, 3, 4 h, 4 w): the mean of those of its pixels that are no nearer to the mean of
/// one of the three cells on their side, or of all when there are none. So one star, or one line, in a cell is what the cell stands for:
/// half a round of k-means, within 4 pixels of the cell.
at::Tensor coloursOf(const at::Tensor& pixels) {
    const at::Tensor means = at::avg_pool2d(pixels, {cell, cell});
    const at::Tensor own = colourDistance(pixels, meansAtPixels(means, false, false));
    at::Tensor stays = own <= colourDistance(pixels, meansAtPixels(means, true, true));
    stays = stays.logical_and(own <= colourDistance(pixels, meansAtPixels(means, true, false)));
    stays = stays.logical_and(own <= colourDistance(pixels, meansAtPixels(means, false, true)));
    const at::Tensor staying = stays.to(pixels.scalar_type()), share = at::avg_pool2d(staying, {cell, cell});
    return at::where(share > 0.0, at::avg_pool2d(pixels * staying, {cell, cell}) / share, means);
}

/// Colours (N, 3, H - 22, W - 22) of the cells that lie (down, right) cells from each pixel's own.
class CellColours {
public:
    CellColours(const at::Tensor& picture, int phaseLeft, int phaseTop)
        : m_left((cell - phaseLeft) % cell), m_top((cell - phaseTop) % cell), m_height(picture.size(2) - 2 * reach),
          m_width(picture.size(3) - 2 * reach) {
        const std::int64_t rows = (picture.size(2) - m_top) / cell, columns = (picture.size(3) - m_left) / cell;
        m_colours = coloursOf(picture.narrow(2, m_top, rows * cell).narrow(3, m_left, columns * cell).contiguous());
    }

    at::Tensor beside(std::int64_t down, std::int64_t right) const {
        const at::Tensor pixels = at::upsample_nearest2d(m_colours, {m_colours.size(2) * cell, m_colours.size(3) * cell});
        // Pixel `reach` of the picture is pixel reach - m_top of whole cells; a neighbour's colour stands `down` cells further.
        return pixels.narrow(2, reach - m_top + down * cell, m_height).narrow(3, reach - m_left + right * cell, m_width);
    }

private:
    std::int64_t m_left, m_top, m_height, m_width;
    at::Tensor m_colours;
};

/// Squared distance in cells to the middle of the cell (down, right) cells away; `places` (1, 2, h, w).
at::Tensor placeDistance(const at::Tensor& places, std::int64_t down, std::int64_t right) {
    return (places.narrow(1, 0, 1) - static_cast<double>(down)).square() + (places.narrow(1, 1, 1) - static_cast<double>(right)).square();
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
    const std::int64_t height = own.size(2), width = own.size(3);
    const at::Tensor down = placesInCell(picture.size(2), phaseTop, picture.options()).narrow(0, reach, height);
    const at::Tensor right = placesInCell(picture.size(3), phaseLeft, picture.options()).narrow(0, reach, width);
    const at::Tensor places = at::stack({down.view({height, 1}).expand({height, width}), right.view({1, width}).expand({height, width})});
    const CellColours colours(picture, phaseLeft, phaseTop);
    at::Tensor features = convolution(picture * 4.0 - 2.0, weight[0], bias[0], at::kFloat, 0).relu();
    features = convolution(features, weight[1], bias[1], at::kFloat, 0).relu();
    std::vector<at::Tensor> inputs{covered(features, 2), places.unsqueeze(0).expand({picture.size(0), 2, height, width})}, rule;
    for (std::int64_t i = 0; i < neighbours; ++i) {
        const at::Tensor difference = own - colours.beside(i / 3 - 1, i % 3 - 1);
        inputs.push_back(difference * 4.0);
        rule.push_back(difference.square().sum(1, true) * sharpness[0].exp() +
                       placeDistance(places.unsqueeze(0), i / 3 - 1, i % 3 - 1) * sharpness[1].exp());
    }
    const at::Tensor hidden = convolution(at::cat(inputs, 1), weight[2], bias[2], at::kFloat, 0).relu();
    return convolution(hidden, weight[3], bias[3], at::kFloat, 0) - at::cat(rule, 1);
}

} // namespace casr
