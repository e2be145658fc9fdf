#pragma once

#include "core/image/image.h"

namespace casr {

/// A grey or RGB picture as RGB in sRGB (values 0 .. 1, relative colorimetric, in 16-bit steps when it has a profile), alpha
/// kept as it is. Without a profile RGB comes back unchanged and grey is repeated. Throws Error when the profile cannot be used.
/// Any number of threads may call it.
Image convertedToSrgb(const Image& image);

} // namespace casr
