#include "core/image/superpixels.h"

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

} // namespace

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
