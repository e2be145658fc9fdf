#include "core/image/back_projection.h"

#include "core/image/resample.h"

#include <algorithm>
#include <array>
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

/// A row of `child` and the difference, enlarged linearly between two of its rows, into `out`.
void addRow(const float* child, const PlacedImage& missing, const Between& row, const std::vector<Between>& columns, float* out) {
    const int channels = missing.image.channels();
    for (const Between& column : columns) {
        const float* above = missing.pixel(column.first, row.first);
        const float* aboveRight = missing.pixel(column.second, row.first);
        const float* below = missing.pixel(column.first, row.second);
        const float* belowRight = missing.pixel(column.second, row.second);
        for (int channel = 0; channel < channels; ++channel) {
            *out++ = *child++ + mixed(mixed(above[channel], aboveRight[channel], column.share),
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

/// Sums `column` of a row of the child's height sums, which begins at pixel `left`, down to one parent pixel.
template <int Channels>
void subtractColumn(const std::vector<float>& sum, int left, const Shares& column, const float* parent, float* out) {
    std::array<float, Channels> down{};
    for (std::size_t i = 0; i < column.places.size(); ++i) {
        const float* value = sum.data() + static_cast<std::ptrdiff_t>(column.places[i] - left) * Channels;
        for (std::size_t channel = 0; channel < Channels; ++channel) {
            down[channel] += column.weights[i] * value[channel];
        }
    }
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        out[channel] = parent[channel] - down[channel];
    }
}

/// `parent` minus the child taken down to it.
template <int Channels>
PlacedImage missingIn(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect cells) {
    const std::vector<Shares> across = sharesOf(columns, cells.left, cells.right);
    std::vector<float> sum(static_cast<std::size_t>(child.image.width()) * Channels);
    std::vector<float> values(static_cast<std::size_t>(cells.size().area()) * Channels);
    float* out = values.data();
    for (int y = cells.top; y < cells.bottom; ++y) {
        sumRows(child, sharesOf(rows, y), sum);
        for (int x = cells.left; x < cells.right; ++x, out += Channels) {
            subtractColumn<Channels>(sum, child.left, across[static_cast<std::size_t>(x - cells.left)], parent.pixel(x, y), out);
        }
    }
    return {Image(cells.size(), Channels, std::move(values)), cells.left, cells.top};
}

} // namespace

Rect readByBackProjection(Axis columns, Axis rows, Rect out) {
    const Rect cells = parentsOf(columns, rows, out);
    const Shares left = sharesOf(columns, cells.left), right = sharesOf(columns, cells.right - 1);
    const Shares top = sharesOf(rows, cells.top), bottom = sharesOf(rows, cells.bottom - 1);
    return {std::min(out.left, left.places.front()), std::min(out.top, top.places.front()), std::max(out.right, right.places.back() + 1),
            std::max(out.bottom, bottom.places.back() + 1)};
}

void backProjectInto(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values) {
    const Rect cells = parentsOf(columns, rows, out);
    const int channels = child.image.channels();
    if (out.isEmpty() || (channels != 1 && channels != 3) || channels != parent.image.channels() ||
        values.size() != static_cast<std::size_t>(out.size().area()) * channels ||
        !contains(child.rect(), readByBackProjection(columns, rows, out)) || !contains(parent.rect(), cells)) {
        throw std::invalid_argument("backProjected: child or parent do not cover what is read");
    }
    const PlacedImage missing =
        channels == 3 ? missingIn<3>(child, parent, columns, rows, cells) : missingIn<1>(child, parent, columns, rows, cells);
    std::vector<Between> across;
    for (int x = out.left; x < out.right; ++x) {
        across.push_back(betweenOf(columns, x));
    }
    const std::size_t run = static_cast<std::size_t>(out.width()) * channels;
    for (int y = out.top; y < out.bottom; ++y) {
        addRow(child.pixel(out.left, y), missing, betweenOf(rows, y), across, values.data() + static_cast<std::size_t>(y - out.top) * run);
    }
}

Image backProjected(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    std::vector<float> values(static_cast<std::size_t>(std::max<std::int64_t>(0, out.size().area())) * child.image.channels());
    backProjectInto(child, parent, columns, rows, out, values);
    return Image(out.size(), child.image.channels(), std::move(values), child.image.encoding());
}

} // namespace casr
