#include "core/image/superpixels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace casr {

namespace {

constexpr std::size_t neighbours = 9;

int cellOf(int place, int cell) {
    return place >= 0 ? place / cell : -((cell - 1 - place) / cell);
}

std::size_t mostLikely(std::span<const float> logits, std::size_t index, std::size_t pixels) {
    std::size_t best = 0;
    for (std::size_t neighbour = 1; neighbour < neighbours; ++neighbour) {
        if (logits[neighbour * pixels + index] > logits[best * pixels + index]) {
            best = neighbour;
        }
    }
    return best;
}

/// Sums of the superpixels that pixels of `labels` may belong to.
class RegionSums {
public:
    RegionSums(const SuperpixelLabels& labels, int channels)
        : m_left(cellOf(labels.rect.left, labels.cell) - 1), m_top(cellOf(labels.rect.top, labels.cell) - 1),
          m_columns(cellOf(labels.rect.right - 1, labels.cell) + 2 - m_left), m_channels(static_cast<std::size_t>(channels)),
          m_sums(static_cast<std::size_t>(cellOf(labels.rect.bottom - 1, labels.cell) + 2 - m_top) * static_cast<std::size_t>(m_columns) *
                 (m_channels + 1)) {}

    void add(SuperpixelLabels::Label label, const float* pixel) {
        double* sum = of(label);
        for (std::size_t channel = 0; channel < m_channels; ++channel) {
            sum[channel] += pixel[channel];
        }
        sum[m_channels] += 1.0;
    }

    void appendMean(SuperpixelLabels::Label label, std::vector<float>& values) {
        const double* sum = of(label);
        for (std::size_t channel = 0; channel < m_channels; ++channel) {
            values.push_back(static_cast<float>(sum[channel] / sum[m_channels]));
        }
    }

private:
    double* of(SuperpixelLabels::Label label) {
        const std::size_t index = static_cast<std::size_t>(label.row - m_top) * static_cast<std::size_t>(m_columns) +
                                  static_cast<std::size_t>(label.column - m_left);
        return m_sums.data() + index * (m_channels + 1);
    }

    int m_left, m_top, m_columns;
    std::size_t m_channels;
    std::vector<double> m_sums; ///< For each superpixel its channels, then its pixels.
};

using Likelihoods = std::array<double, neighbours>;

/// The softmax of the logits of every pixel.
std::vector<Likelihoods> likelihoodsOf(std::span<const float> logits, std::size_t pixels) {
    std::vector<Likelihoods> list(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        const double largest = logits[mostLikely(logits, i, pixels) * pixels + i];
        double sum = 0;
        for (std::size_t neighbour = 0; neighbour < neighbours; ++neighbour) {
            list[i][neighbour] = std::exp(logits[neighbour * pixels + i] - largest);
            sum += list[i][neighbour];
        }
        for (double& likelihood : list[i]) {
            likelihood /= sum;
        }
    }
    return list;
}

/// The block whose middle is before a pixel's along one axis, and the share of the one behind.
struct BlockPlace {
    int first;
    double share;

    BlockPlace(int pixel, int factor) {
        const double place = (pixel + 0.5) / factor - 0.5;
        first = static_cast<int>(std::floor(place));
        share = place - first;
    }
};

/// Likelihoods of blocks as pixels see them.
struct BlockLikelihoods {
    std::vector<Likelihoods> of;
    Rect blocks;
    int cell;

    /// Adds those of a block to those of a pixel in the cell `own`, of the superpixels that both may belong to.
    void addTo(Likelihoods& sum, int x, int y, double share, SuperpixelLabels::Label own) const {
        const Likelihoods& block = of[static_cast<std::size_t>(y - blocks.top) * blocks.width() + (x - blocks.left)];
        for (int neighbour = 0; neighbour < static_cast<int>(neighbours); ++neighbour) {
            const int column = cellOf(x, cell) + neighbour % 3 - own.column, row = cellOf(y, cell) + neighbour / 3 - own.row;
            if (column >= 0 && column < 3 && row >= 0 && row < 3) {
                sum[3 * static_cast<std::size_t>(row) + static_cast<std::size_t>(column)] +=
                    share * block[static_cast<std::size_t>(neighbour)];
            }
        }
    }

    SuperpixelLabels::Label labelAt(const BlockPlace& column, const BlockPlace& row, SuperpixelLabels::Label own) const {
        Likelihoods sum{};
        addTo(sum, column.first, row.first, (1 - column.share) * (1 - row.share), own);
        addTo(sum, column.first + 1, row.first, column.share * (1 - row.share), own);
        addTo(sum, column.first, row.first + 1, (1 - column.share) * row.share, own);
        addTo(sum, column.first + 1, row.first + 1, column.share * row.share, own);
        const auto best = static_cast<int>(std::max_element(sum.begin(), sum.end()) - sum.begin());
        return {own.column + best % 3 - 1, own.row + best / 3 - 1};
    }
};

} // namespace

PlacedImage meansOfBlocks(const PlacedImage& picture, Rect blocks, int factor) {
    const Rect read{blocks.left * factor, blocks.top * factor, blocks.right * factor, blocks.bottom * factor};
    if (blocks.isEmpty() || factor < 1 || !contains(picture.rect(), read)) {
        throw std::invalid_argument("meansOfBlocks: the picture does not cover the blocks");
    }
    const int channels = picture.image.channels(), run = blocks.width() * channels;
    std::vector<double> sums(static_cast<std::size_t>(blocks.size().area()) * static_cast<std::size_t>(channels));
    for (int y = read.top; y < read.bottom; ++y) {
        double* row = sums.data() + static_cast<std::size_t>((y - read.top) / factor) * static_cast<std::size_t>(run);
        const float* pixel = picture.pixel(read.left, y);
        for (int i = 0; i < run * factor; ++i) {
            row[i / (factor * channels) * channels + i % channels] += pixel[i];
        }
    }
    std::vector<float> values(sums.size());
    std::transform(sums.begin(), sums.end(), values.begin(), [&](double sum) { return static_cast<float>(sum / (factor * factor)); });
    return {Image(blocks.size(), channels, std::move(values)), blocks.left, blocks.top};
}

Rect blocksAround(Rect rect, int factor) {
    const auto first = [&](int pixel) { return BlockPlace(pixel, factor).first; };
    return {first(rect.left), first(rect.top), first(rect.right - 1) + 2, first(rect.bottom - 1) + 2};
}

SuperpixelLabels upsampledSuperpixels(std::span<const float> logits, Rect blocks, int cell, int factor, Rect rect) {
    const std::size_t count = static_cast<std::size_t>(blocks.size().area());
    if (rect.isEmpty() || cell < 1 || factor < 1 || logits.size() != neighbours * count || !contains(blocks, blocksAround(rect, factor))) {
        throw std::invalid_argument("upsampledSuperpixels: nine planes of blocks around the rectangle are needed");
    }
    const BlockLikelihoods likelihoods{likelihoodsOf(logits, count), blocks, cell};
    SuperpixelLabels result{rect, cell * factor, {}};
    result.labels.reserve(static_cast<std::size_t>(rect.size().area()));
    for (int y = rect.top; y < rect.bottom; ++y) {
        const BlockPlace row(y, factor);
        for (int x = rect.left; x < rect.right; ++x) {
            const SuperpixelLabels::Label own{cellOf(x, result.cell), cellOf(y, result.cell)};
            result.labels.push_back(likelihoods.labelAt(BlockPlace(x, factor), row, own));
        }
    }
    return result;
}

SuperpixelLabels mostLikelySuperpixels(std::span<const float> logits, Rect rect, int cell) {
    const std::size_t pixels = static_cast<std::size_t>(rect.size().area());
    if (rect.isEmpty() || cell < 1 || logits.size() != neighbours * pixels) {
        throw std::invalid_argument("mostLikelySuperpixels: nine planes of the rectangle's size are needed");
    }
    SuperpixelLabels result{rect, cell, {}};
    result.labels.reserve(pixels);
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            const auto neighbour = static_cast<int>(mostLikely(logits, result.labels.size(), pixels));
            result.labels.push_back({cellOf(x, cell) + neighbour % 3 - 1, cellOf(y, cell) + neighbour / 3 - 1});
        }
    }
    return result;
}

Image superpixelMeans(const PlacedImage& picture, const SuperpixelLabels& labels, Rect out) {
    const Rect read = expanded(out, 3 * labels.cell - 1);
    if (out.isEmpty() || !contains(picture.rect(), read) || !contains(labels.rect, read)) {
        throw std::invalid_argument("superpixelMeans: picture or labels do not cover what is read");
    }
    RegionSums sums(labels, picture.image.channels());
    for (int y = labels.rect.top; y < labels.rect.bottom; ++y) {
        for (int x = labels.rect.left; x < labels.rect.right; ++x) {
            sums.add(labels.at(x, y), picture.pixel(x, y));
        }
    }
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(out.size().area()) * picture.image.channels());
    for (int y = out.top; y < out.bottom; ++y) {
        for (int x = out.left; x < out.right; ++x) {
            sums.appendMean(labels.at(x, y), values);
        }
    }
    return Image(out.size(), picture.image.channels(), std::move(values));
}

} // namespace casr
