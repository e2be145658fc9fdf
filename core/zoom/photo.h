#pragma once

#include "core/image/bicubic_region.h"
#include "core/image/image.h"

namespace casr {

/// A picture as the staircase takes it: three colour planes for the network, alpha apart.
struct Photo {
    Image rgb;   ///< Three channels; grey is repeated.
    Image alpha; ///< One channel; empty when the picture has none.
    bool isGrey = false;
    ColourEncoding encoding; ///< Of the original picture, for results.

    Size size() const { return rgb.size(); }
};

/// Throws Error when the picture is empty or has neither grey nor RGB.
Photo photoOf(const Image& picture);

/// A result in the photo's own channels: `rgb` is the part `out` of a level of `level` pixels; alpha is interpolated bicubically
/// straight from the photo and clamped to 0 .. 1. `plain`: the share, 0 .. 1, that the photo's bicubic enlargement takes in the colours.
Image pictureOf(const Photo& photo, const Image& rgb, Size level, Rect out, float plain = 0);

} // namespace casr
