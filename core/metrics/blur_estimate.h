#pragma once

#include "core/image/image.h"

namespace casr {

/// How blurred `picture` (grey or RGB, 0 .. 1; further channels are not looked at) seems to be, 0 .. 1 as Degradation::blur: how much its
/// strong edges lose of their slope under another Gaussian (Zhuo and Sim 2011), at the sharpest tenth of them, as out of focus is not
/// blurred by the lens. Mapped by what degraded() makes of photos that were made smaller by half; what they have of their own counts as
/// sharp, and so does a picture with few edges. Noise and JPEG artifacts look like sharp edges: less is found than there is.
double estimatedBlur(const Image& picture);

} // namespace casr
