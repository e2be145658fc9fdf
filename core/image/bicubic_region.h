#pragma once

#include "core/image/image.h"

#include <vector>

namespace casr {

/// How one axis of a picture of `from` pixels becomes one of `to` >= from pixels.
struct Axis {
    int from = 1;
    int to = 1;

    /// The parent pixel (cell) that holds the centre of output sample `index`: floor((index + 1/2) * from / to), exact.
    int cellOf(int index) const { return static_cast<int>((2 * std::int64_t{index} + 1) * from / (2 * std::int64_t{to})); }

    /// Where the centre of output sample `index` lies from the centre of its cell, in parent pixels, -1/2 .. 1/2.
    double offsetOf(int index) const {
        const std::int64_t numerator = (2 * std::int64_t{index} + 1) * from - (2 * std::int64_t{cellOf(index)} + 1) * to;
        return static_cast<double>(numerator) / (2.0 * to);
    }

    /// The first output sample whose cell is `cell` or beyond; 0 for negative cells, `to` or more from `from` on.
    int firstIn(int cell) const {
        const std::int64_t least = 2 * std::int64_t{cell} * to - from;
        return least <= 0 ? 0 : static_cast<int>((least + 2 * std::int64_t{from} - 1) / (2 * std::int64_t{from}));
    }
};

/// The parent's cells that hold the centres of the output samples `out`.
inline Rect cellsOf(Axis columns, Axis rows, Rect out) {
    return {columns.cellOf(out.left), rows.cellOf(out.top), columns.cellOf(out.right - 1) + 1, rows.cellOf(out.bottom - 1) + 1};
}

/// A part of a picture with the place of its top left pixel in the whole.
struct PlacedImage {
    Image image;
    int left = 0;
    int top = 0;

    Rect rect() const { return rectAt(left, top, image.size()); }
    const float* pixel(int x, int y) const { return image.row(y - top) + static_cast<std::size_t>(x - left) * image.channels(); }
};

/// `image` grown to cover `rect` (whole-picture coordinates) by repeating its border pixels.
PlacedImage coveringByBorder(const PlacedImage& image, Rect rect);

/// How far bicubicRegion reads around a cell, in parent pixels.
constexpr int bicubicReach = 2;

/// The part `out` of the picture that the bicubic of `resized` makes of a parent of (columns.from, rows.from) pixels when
/// it becomes (columns.to, rows.to) >= that. `parent` covers the cells of `out` and bicubicReach pixels around them.
/// A value depends on its own place alone, so any split of `out` gives the same bits. Throws std::invalid_argument when the parent
/// does not cover what is read, or `out` is empty.
Image bicubicRegion(const PlacedImage& parent, Axis columns, Axis rows, Rect out);

/// The same into `values`, which has room for exactly that.
void bicubicRegionInto(const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values);

} // namespace casr
