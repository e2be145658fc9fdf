#pragma once

#include "core/base/stop.h"
#include "core/depth/depth_model.h"
#include "core/image/bicubic_region.h"

namespace casr {

/// Relative inverse depth of a photo, made once. Shared and immutable like an Image.
struct DepthMap {
    Image inverse; ///< One channel, 0 (far) .. 1 (near); value (i, j) stands for the photo's square of `cell` pixels a side there.
    int cell = 1;  ///< Photo pixels.
    Size photo;    ///< Of the photo.
};

/// The depth of a photo (RGB), a function of its pixels and the model alone. The photo is averaged over whole squares of pixels to at most
/// 1024 pixels, that copy brought to the model's size, its border repeated to the sides that the model takes; the result is
/// normalised between its 2nd and 98th percentile and brought back to the copy by a guided filter. `stop` is polled. Throws Cancelled, or
/// Error as DepthModel::run does; std::invalid_argument when the photo is empty or has no three channels. Any thread may call it.
DepthMap depthOf(const Image& photo, const DepthModel& model, const StopCheck& stop);

/// How far guidedDepth reads around a pixel, in pixels of the parent.
constexpr int guidedDepthReach = 12;

/// The depth plane of the rectangle `out` of a level: the map brought to its pixels, bilinearly in the photo's coordinates, and made to
/// follow the edges of `parent`, the level's own picture, by a guided filter of fixed radius. The level has columns.to x rows.to pixels,
/// the photo columns.from x rows.from. `parent` (RGB; further channels are not looked at) covers `out` and guidedDepthReach pixels around
/// it, its border repeated where that leaves the level. One channel, 0 (far) .. 1 (near). A value depends on its place, the map and the
/// parent's pixels within guidedDepthReach alone, so any split of a level gives the same. Throws std::invalid_argument when the parent does
/// not cover what is read, `out` is empty or the axes are of another photo. Any number of threads may call it.
Image guidedDepth(const DepthMap& map, const PlacedImage& parent, Axis columns, Axis rows, Rect out);

} // namespace casr
