#pragma once

#include "core/image/bicubic_region.h"

#include <cstdint>
#include <span>
#include <vector>

namespace casr {

/// The superpixel of every pixel of a rectangle: the one that started in cell (column, row) of `cell` x `cell` pixels, counted from the
/// whole picture's corner. A pixel belongs to one of the nine around its own cell.
struct SuperpixelLabels {
    struct Label {
        int column = 0;
        int row = 0;

        bool operator==(const Label&) const = default;
    };

    Rect rect;
    int cell = 4;
    std::vector<Label> labels; ///< Rows from top to bottom.

    Label at(int x, int y) const { return labels[static_cast<std::size_t>(y - rect.top) * rect.width() + (x - rect.left)]; }
};

/// The most likely superpixel of each pixel of `rect`: `logits` holds nine planes of its size, neighbours in rows from the top left; the
/// first of equals wins. Throws std::invalid_argument when the sizes do not fit.
SuperpixelLabels mostLikelySuperpixels(std::span<const float> logits, Rect rect, int cell);

/// The mean of every block of `factor` x `factor` pixels, counted from the whole picture's corner: `blocks` of them, all of whose pixels
/// `picture` covers. Throws std::invalid_argument when it does not.
PlacedImage meansOfBlocks(const PlacedImage& picture, Rect blocks, int factor);

/// The blocks that upsampledSuperpixels reads for `rect`.
Rect blocksAround(Rect rect, int factor);

/// The most likely superpixel of each pixel of `rect` where `logits` are those of blocks of `factor` x `factor` pixels: as
/// mostLikelySuperpixels(logits, blocks, cell) has them, their probabilities (softmax) taken bilinearly to the pixels. Cells are `factor`
/// times as large in pixels. Throws std::invalid_argument when the sizes do not fit or `blocks` do not cover blocksAround(...).
SuperpixelLabels upsampledSuperpixels(std::span<const float> logits, Rect blocks, int cell, int factor, Rect rect);

/// Every pixel of `out` replaced by the plain mean of its superpixel, C_r = sum of I_i over r / |r| (Guo et al., arXiv 2602.22159).
/// `picture` and `labels` cover `out` and 3 * cell - 1 pixels around it: all that its superpixels may hold. A value depends on what
/// lies within that distance alone. Throws std::invalid_argument when they do not cover it.
Image superpixelMeans(const PlacedImage& picture, const SuperpixelLabels& labels, Rect out);

} // namespace casr
