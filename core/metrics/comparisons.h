#pragma once

#include "core/image/image.h"

#include <optional>
#include <vector>

namespace casr {

// Pictures are grey or RGB of 0 .. 1 (alpha not looked at), taken as sRGB; two that are compared have the same size, or
// std::invalid_argument is thrown. Nothing is returned where a picture is too small for a measure to exist.

/// Mean power on rings of equal frequency (radialPower) over square tiles, whose side is the largest power of two (up to 4096) that
/// fits into the picture; as few tiles as cover it, spread evenly. Throws std::invalid_argument below 2 x 2 pixels.
std::vector<double> tiledRadialPower(const Image& image);

/// The power on a ring that rounding to 8 bit alone gives: its variance 1 / (12 * 255^2) times the mean square 9/64 of the window.
constexpr double roundingPower = 9.0 / 64.0 / (12.0 * 255.0 * 255.0);

/// Mean |log10 a - log10 b| of the radial power of two pictures, over the rings from 1 on where one of them exceeds roundingPower (which
/// lower powers are raised to). 0 when there is no such ring; nothing below 2 x 2 pixels.
std::optional<double> spectrumDistance(const Image& a, const Image& b);

/// Mean |R - S| over all pairs of different cells. R and S are the Gram matrices (cosines) of what describes the 8 x 8 cells of each
/// picture: the 63 AC coefficients of the DCT of Rec. 601 luma in 8-bit codes, each times its frequency sqrt(u^2 + v^2), so that structure
/// of every size counts alike; over its length, to which the energy of 8-bit rounding is added so that flat cells are like nothing. Cells
/// lie on a grid from the top left; of more than 1024 as many are drawn by hashing, the same for every picture of a size. Nothing below 2
/// cells.
std::optional<double> selfSimilarityDistance(const Image& a, const Image& b);

/// How much stronger gradients jump at the given borders than elsewhere: mean |g(b) - (g(b-1) + g(b+1)) / 2| there over the mean of the
/// same at all other places, g(b) being the step of luma from pixel b - 1 to b across columns and rows. 1 without seams (and for flat
/// pictures), infinity where only the borders jump. A border counts where two pixels lie on both of its sides; nothing without any border
/// or any other place.
std::optional<double> seamEnergy(const Image& image, const std::vector<int>& columns, const std::vector<int>& rows);

/// Mean distance in CIE L*a*b* (CIE 1976, D65) between two pictures brought to `size` (antialiased bicubic, clamped to 0 .. 1): their
/// difference in colour without their detail.
double colourDifference(const Image& a, const Image& b, Size size);

} // namespace casr
