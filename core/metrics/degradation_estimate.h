#pragma once

#include "core/image/degradation.h"
#include "core/image/image.h"

namespace casr {

/// How noisy `picture` (grey or RGB, 0 .. 1; further channels are not looked at) seems to be, 0 .. 1 as Degradation::noise. Sensor noise
/// differs from channel to channel where texture hardly does: the residual of a second difference (Immerkaer 1996) at two pixels'
/// distance, which correlated noise survives, of G - (R + B) / 2, in the calmest blocks. Grey pictures have no such difference: there the
/// texture of the calmest blocks counts as noise. 0 where the picture is too small or too dark or light everywhere to tell.
double estimatedNoise(const Image& picture);

/// How strongly `picture` seems to have been compressed by JPEG, 0 .. 1 as Degradation::jpeg: steps of the luma that are larger than
/// both their neighbours, on the line of an 8 x 8 grid where they are strongest against the other seven, mapped by what degraded() makes
/// of photos. A picture resized after compression has no such grid and gives about 0, and so does a smaller one than two blocks.
double estimatedJpeg(const Image& picture);

/// Both and estimatedBlur(), of the middle of the picture where it is larger than 2048 pixels a side.
Degradation estimatedDegradation(const Image& picture);

} // namespace casr
