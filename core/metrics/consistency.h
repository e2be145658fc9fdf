#pragma once

#include "core/image/bicubic_region.h"

#include <cstdint>

namespace casr {

// How true a step is to what it was made of: the child taken back down to its parent's pixels, and what it holds beyond a plain
// enlargement. `columns` and `rows` say how the parent's axes become the child's; cells are the parent's pixels.

/// The child's pixels that `reducedRegion` reads for `cells` (inside the parent).
Rect readForReduced(Axis columns, Axis rows, Rect cells);

/// The part `cells` of what the antialiased bicubic of `resized` makes of the child at its parent's size. `child` covers readForReduced
/// (std::invalid_argument otherwise); a value depends on its own place alone.
Image reducedRegion(const PlacedImage& child, Axis columns, Axis rows, Rect cells);

/// A pixel is reproduced when each of its channels comes back within this.
constexpr double reproducedWithin = 2.0 / 255.0;

/// How well pixels came back.
struct Agreement {
    std::int64_t pixels = 0;
    std::int64_t reproduced = 0;
    double meanSquare = 0; ///< Of the differences of all channels, in units of the value 1.

    /// 0 .. 1; 1 when there are no pixels.
    double share() const { return pixels == 0 ? 1.0 : static_cast<double>(reproduced) / static_cast<double>(pixels); }
    /// In dB with 1 as the peak; infinite for equal pictures.
    double psnr() const;
};

/// Pictures of the same size and channels (std::invalid_argument otherwise).
Agreement agreementOf(const Image& reduced, const Image& original);

/// `reduced` less `original`, the mean of the channels: one channel, signed.
Image meanDifference(const Image& reduced, const Image& original);

/// For each of `cells` the root of the mean square, over its pixels and channels, of the child less the parent's bicubic enlargement: one
/// channel, 0 where nothing was added. `parent` covers the cells and bicubicReach around, `child` the pixels in them (std::invalid_argument
/// otherwise).
Image addedDetail(const PlacedImage& parent, const PlacedImage& child, Axis columns, Axis rows, Rect cells);

/// For the first column and row of `cells`, a tile's, how much more the child changes from the pixel before the tile to its first one than
/// one pixel before and after that, mean of the channels and of the border pixels in a cell: one channel, below 0 where less. 0 in other
/// cells and where the child begins. `child` covers the pixels of the cells and two more to the left and above, as far as the whole child
/// has them (std::invalid_argument otherwise).
Image seamJumps(const PlacedImage& child, Axis columns, Axis rows, Rect cells);

/// The middle of the square of `side` pixels (or what there is) with the largest mean of a one-channel picture, on a grid of half a side.
struct Peak {
    double x = 0;
    double y = 0;
    double mean = 0;
};
Peak peakOf(const Image& plane, int side);

} // namespace casr
