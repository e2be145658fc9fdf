#pragma once

#include "core/image/image.h"

namespace casr {

/// A picture rebuilt from the mean colours of superpixels.
struct SuperpixelPicture {
    Image mean;
    int count = 0; ///< Superpixels.
};

/// `picture` (RGB, 0 .. 1, at least two cells a side) from SLIC superpixels (Achanta et al. 2012) that began as squares of `cell` pixels:
/// OpenCV's, on CIE Lab, ten rounds, `ruler` being the weight of places. What the network's superpixels are measured against. Any thread.
SuperpixelPicture slicPicture(const Image& picture, int cell, float ruler);

} // namespace casr
