#include "core/image/back_projection.h"

#include "core/image/quad.h"
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

constexpr int channels = 3;

std::vector<Around> aroundOf(Axis axis, int first, int last) {
    std::vector<Around> list;
    for (int index = first; index < last; ++index) {
        list.push_back(aroundOf(axis, index));
    }
    return list;
}

/// Three rows of the difference mixed into one; `row` holds one value more than is set.
void mixRows(const PlacedImage& missing, const Around& around, std::vector<float>& row) {
    const auto lineOf = [&](std::size_t i) { return missing.pixel(missing.left, around.parents[i]); };
    const float *above = lineOf(0), *here = lineOf(1), *below = lineOf(2);
    const std::array<float, 3> shares = around.shares;
    fillRow(row.data(), row.size() - 1, [&]<typename Value>(std::size_t i) {
        return shares[0] * valueAt<Value>(above + i) + shares[1] * valueAt<Value>(here + i) + shares[2] * valueAt<Value>(below + i);
    });
}

/// A row of `child` plus a row of the difference, whose first pixel is `left`, enlarged.
void addRow(const float* child, const std::vector<float>& row, int left, const std::vector<Around>& columns, float* out) {
    const float* values = row.data() - static_cast<std::ptrdiff_t>(left) * channels;
    const auto partOf = [&](const Around& column, std::size_t i) {
        return column.shares[i] * quadAt(values + static_cast<std::ptrdiff_t>(column.parents[i]) * channels);
    };
    const auto changeAt = [&](const Around& column) { return partOf(column, 0) + partOf(column, 1) + partOf(column, 2); };
    for (std::size_t i = 0; i + 1 < columns.size(); ++i, child += channels, out += channels) {
        storeQuad(quadAt(child) + changeAt(columns[i]), out);
    }
    storePixel(pixelAt(child) + changeAt(columns.back()), out);
}

/// The child's pixels summed down to a parent row, columns of `child`. `sum` holds one value more than is set.
void sumRows(const PlacedImage& child, const Shares& row, std::vector<float>& sum) {
    std::vector<const float*> lines;
    for (const int place : row.places) {
        lines.push_back(child.pixel(child.left, place));
    }
    fillRow(sum.data(), sum.size() - 1, [&]<typename Value>(std::size_t at) {
        Value total{};
        for (std::size_t i = 0; i < lines.size(); ++i) {
            total += row.weights[i] * valueAt<Value>(lines[i] + at);
        }
        return total;
    });
}

/// Sums `column` of a row of the child's height sums, which begins at pixel `left`, down to one parent pixel.
Quad columnOf(const std::vector<float>& sum, int left, const Shares& column) {
    Quad down{};
    for (std::size_t i = 0; i < column.places.size(); ++i) {
        down += column.weights[i] * quadAt(sum.data() + static_cast<std::size_t>(column.places[i] - left) * channels);
    }
    return down;
}

/// `parent` minus the child taken down to it.
PlacedImage missingIn(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect cells) {
    const std::vector<Shares> across = sharesOf(columns, cells.left, cells.right);
    std::vector<float> sum(static_cast<std::size_t>(child.image.width()) * channels + 1);
    std::vector<float> values(static_cast<std::size_t>(cells.size().area()) * channels);
    float* out = values.data();
    for (int y = cells.top; y < cells.bottom; ++y) {
        sumRows(child, sharesOf(rows, y), sum);
        const float* pixel = parent.pixel(cells.left, y);
        for (const Shares& column : across) {
            storePixel(pixelAt(pixel) - columnOf(sum, child.left, column), out);
            pixel += channels;
            out += channels;
        }
    }
    return {Image(cells.size(), channels, std::move(values)), cells.left, cells.top};
}

constexpr double sharpness = 0.35;

Around multiplied(Around around, float share) {
    for (float& part : around.shares) {
        part *= share;
    }
    return around;
}

} // namespace

Around aroundOf(Axis axis, int index) {
    const int cell = axis.cellOf(index);
    const double offset = axis.offsetOf(index), squared = (1.0 + 2.0 * sharpness) * offset * offset - sharpness / 2.0;
    const auto at = [&](int parent) { return std::clamp(parent, 0, axis.from - 1); };
    const auto share = [](double value) { return static_cast<float>(value); };
    return {{at(cell - 1), cell, at(cell + 1)}, {share(squared - offset / 2.0), share(1.0 - 2.0 * squared), share(squared + offset / 2.0)}};
}

Rect readByBackProjection(Axis columns, Axis rows, Rect out) {
    const Rect cells = parentsOf(columns, rows, out);
    const Shares left = sharesOf(columns, cells.left), right = sharesOf(columns, cells.right - 1);
    const Shares top = sharesOf(rows, cells.top), bottom = sharesOf(rows, cells.bottom - 1);
    return {std::min(out.left, left.places.front()), std::min(out.top, top.places.front()), std::max(out.right, right.places.back() + 1),
            std::max(out.bottom, bottom.places.back() + 1)};
}

void backProjectInto(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values,
                     float share) {
    const Rect cells = parentsOf(columns, rows, out);
    if (out.isEmpty() || child.image.channels() != channels || parent.image.channels() != channels ||
        values.size() != static_cast<std::size_t>(out.size().area()) * channels ||
        !contains(child.rect(), readByBackProjection(columns, rows, out)) || !contains(parent.rect(), cells)) {
        throw std::invalid_argument("backProjected: child or parent do not cover what is read, or are not RGB");
    }
    const PlacedImage missing = missingIn(child, parent, columns, rows, cells);
    const std::vector<Around> across = aroundOf(columns, out.left, out.right);
    std::vector<float> row(static_cast<std::size_t>(cells.width()) * channels + 1);
    float* to = values.data();
    for (int y = out.top; y < out.bottom; ++y, to += static_cast<std::size_t>(out.width()) * channels) {
        mixRows(missing, multiplied(aroundOf(rows, y), share), row);
        addRow(child.pixel(out.left, y), row, cells.left, across, to);
    }
}

Image backProjected(const PlacedImage& child, const PlacedImage& parent, Axis columns, Axis rows, Rect out, float share) {
    std::vector<float> values(static_cast<std::size_t>(std::max<std::int64_t>(0, out.size().area())) * channels);
    backProjectInto(child, parent, columns, rows, out, values, share);
    return Image(out.size(), channels, std::move(values), child.image.encoding());
}

} // namespace casr
