#pragma once

#include "core/image/image.h"

namespace casr {

/// OpenCV's guided filter (He et al. 2013) of `plane` (one channel, 0 .. 1) against the luma of `guide` (RGB, same size, clamped to
/// 0 .. 1; with three colours OpenCV loses the edges of grey pictures, whose covariance is singular): over windows of `radius` pixels the
/// result is a linear function of the guide, so its edges are the guide's; variances below `noise` count as flat. Guide and plane are
/// brought to 12 bits first and the result to 16: then the filter's running sums are exact, or differ by less than shows, wherever they
/// start, and a pixel depends on those within 2 radius alone, not on how the picture is cut. The outer 2 radius pixels are reflections'
/// work. Result 0 .. 1. Any number of threads may call it.
Image guidedFiltered(const Image& guide, const Image& plane, int radius, double noise);

} // namespace casr
