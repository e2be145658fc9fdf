#pragma once

#include "core/image/image.h"

#include <algorithm>
#include <cmath>

namespace casr {

/// Puts `values` into the range of a picture, 0 .. 1. What is no finite number stays, so that it is still noticed.
inline void keepInRange(std::span<float> values) {
    std::transform(values.begin(), values.end(), values.begin(),
                   [](float value) { return std::isfinite(value) ? std::clamp(value, 0.0f, 1.0f) : value; });
}

/// The same of a whole picture.
inline Image inRange(const Image& image) {
    std::vector<float> values(image.values().begin(), image.values().end());
    keepInRange(values);
    return Image(image.size(), image.channels(), std::move(values), image.encoding());
}

} // namespace casr
