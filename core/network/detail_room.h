#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

namespace casr {

/// How much detail there is room for around every pixel of parents (N, 3, h, w), RGB 0 .. 1: (N, 1, h - 2 r, w - 2 r), the deviation
/// that detail may reach, r being Reach::detailRoom. What a parent of natural texture lacks is about as strong as what it has
/// in its own highest octave: on training photos shrunk by 2 and 4 the logarithms of the two local deviations correlate at 0.94 and 0.89.
/// A parent that is soft at its own pixels has little there; what rounding and faint grain would make room for is taken away. Square roots
/// are averaged instead of squares, on the calmest side of a pixel, so that a lone edge opens no room in the flats beside it (correlations
/// 0.90 and 0.85). Where all goes one way, as in stripes, there is little: what is not along them in the finest bands is mostly what the
/// grid of parent pixels left behind, and a later step would make dots of it.
at::Tensor detailRoomOf(const at::Tensor& parents);

} // namespace casr
