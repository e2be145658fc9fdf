#pragma once

#include "core/image/bicubic_region.h"

#include <functional>

namespace casr::cli {

/// Makes the pixels of a rectangle from a part of the photo that covers it and what is read around.
using StripMaker = std::function<Image(const PlacedImage& parent, Rect strip)>;

/// A picture of `channels` of the photo's size, made strip by strip to bound the memory, `reach` pixels being read around each.
/// An interrupt between strips throws Cancelled.
Image madeInStrips(const Image& photo, int channels, int reach, const StripMaker& make);

} // namespace casr::cli
