#include "core/image/back_projection.h"

#include "core/image/resample.h"

#include <algorithm>
#include <stdexcept>

namespace casr {

namespace {

/// What parent pixel `index` takes of the child along one axis, the child's border repeated.
struct Shares {
    std::vector<int> places;
    std::vector<float> weights;
};

Shares sharesOf(Axis axis, int index) {
    const Taps taps = tapsOf(index, axis.to, axis.from, Kernel::bicubic);
    Shares shares;
    for (std::size_t i = 0; i < taps.weights.size(); ++i) {
        if (taps.weights[i] != 0.0) {
            shares.places.push_back(std::clamp(taps.first + static_cast<int>(i), 0, axis.to - 1));
            shares.weights.push_back(static_cast<float>(taps.weights[i]));
        }
    }
    return shares;
}

std::vector<Shares> sharesOf(Axis axis, int first, int last) {
    std::vector<Shares> list;
    for (int index = first; index < last; ++index) {
        list.push_back(sharesOf(axis, index));
    }
    return list;
}

/// Parent pixels whose difference is read: those next to the cells of `out`, inside the picture.
Rect parentsOf(Axis columns, Axis rows, Rect out) {
    return intersection(expanded(cellsOf(columns, rows, out), 1), {0, 0, columns.from, rows.from});
}

/// The two parent pixels around an output sample along one axis, and the second one's share.
struct Between {
    int first = 0;
    int second = 0;
    float share = 0;
};

Between betweenOf(Axis axis, int index) {
    const double offset = axis.offsetOf(index);
    const int first = axis.cellOf(index) - (offset < 0.0 ? 1 : 0);
    const double share = offset < 0.0 ? offset + 1.0 : offset;
    return {std::max(first, 0), std::min(first + 1, axis.from - 1), static_cast<float>(share)};
}

float mixed(float first, float second, float share) {
    return first + (second - first) * share;
}

/// Adds to the row `out` the difference enlarged linearly between two of its rows.
void addRow(const PlacedImage& missing, const Between& row, const std::vector<Between>& columns, float* out) {
    for (const Between& column : columns) {
        const float* above = missing.pixel(column.first, row.first);
        const float* aboveRight = missing.pixel(column.second, row.first);
        const float* below = missing.pixel(column.first, row.second);
        const float* belowRight = missing.pixel(column.second, row.second);
        for (int channel = 0; channel < missing.image.channels(); ++channel) {
            *out++ += mixed(mixed(above[channel], aboveRight[channel], column.share),
                            mixed(below[channel], belowRight[channel], column.share), row.share);
        }
    }
}

/// Row `row` of the child's pixels summed down to a parent row, columns of `child`.
void sumRows(const PlacedImage& child, const Shares& row, std::vector<float>& sum) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (std::size_t i = 0; i < row.places.size(); ++i) {
        const float* line = child.pixel(child.left, row.places[i]);
        for (std::size_t j = 0; j < sum.size(); ++j) {
            sum[j] += row.weights[i] * line[j];
        }
    }
}

/// `parent` minus the child taken down to it.
PlacedImage missingIn(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect cells) {
    const int channels = child.image.channels();
    const std::vector<Shares> across = sharesOf(columns, cells.left, cells.right);
    std::vector<float> sum(static_cast<std::size_t>(child.image.width()) * channels), values;
    values.reserve(static_cast<std::size_t>(cells.size().area()) * channels);
    for (int y = cells.top; y < cells.bottom; ++y) {
        sumRows(child, sharesOf(rows, y), sum);
        for (int x = cells.left; x < cells.right; ++x) {
            const Shares& column = across[static_cast<std::size_t>(x - cells.left)];
            for (int channel = 0; channel < channels; ++channel) {
                float down = 0.0f;
                for (std::size_t i = 0; i < column.places.size(); ++i) {
                    down += column.weights[i] * sum[static_cast<std::size_t>(column.places[i] - child.left) * channels + channel];
                }
                values.push_back(parent.pixel(x, y)[channel] - down);
            }
        }
    }
    return {Image(cells.size(), channels, std::move(values)), cells.left, cells.top};
}

} // namespace

Rect readByBackProjection(Axis columns, Axis rows, Rect out) {
    const Rect cells = parentsOf(columns, rows, out);
    const Shares left = sharesOf(columns, cells.left), right = sharesOf(columns, cells.right - 1);
    const Shares top = sharesOf(rows, cells.top), bottom = sharesOf(rows, cells.bottom - 1);
    return {std::min(out.left, left.places.front()), std::min(out.top, top.places.front()), std::max(out.right, right.places.back() + 1),
            std::max(out.bottom, bottom.places.back() + 1)};
}

Image backProjected(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    const Rect cells = parentsOf(columns, rows, out);
    if (out.isEmpty() || child.image.channels() != parent.image.channels() ||
        !contains(child.rect(), readByBackProjection(columns, rows, out)) || !contains(parent.rect(), cells)) {
        throw std::invalid_argument("backProjected: child or parent do not cover what is read");
    }
    const PlacedImage missing = missingIn(child, parent, columns, rows, cells);
    const Image part = cropped(child.image, translated(out, -child.left, -child.top));
    std::vector<float> values(part.values().begin(), part.values().end());
    std::vector<Between> across;
    for (int x = out.left; x < out.right; ++x) {
        across.push_back(betweenOf(columns, x));
    }
    const std::size_t run = static_cast<std::size_t>(out.width()) * part.channels();
    for (int y = out.top; y < out.bottom; ++y) {
        addRow(missing, betweenOf(rows, y), across, values.data() + static_cast<std::size_t>(y - out.top) * run);
    }
    return Image(out.size(), part.channels(), std::move(values), child.image.encoding());
}

} // namespace casr
