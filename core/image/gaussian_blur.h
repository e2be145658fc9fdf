#pragma once

#include "core/image/image.h"

namespace casr {

/// `image`, any channels, under a Gaussian of a deviation above 0, pixels, cut off at four deviations; the border is repeated. Any thread.
Image blurred(const Image& image, double deviation);

} // namespace casr
