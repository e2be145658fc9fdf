#pragma once

#include "core/image/bicubic_region.h"

#include <algorithm>

namespace casr {

/// The two parent pixels around an output sample along one axis, and the second one's share; the picture's border is repeated.
struct Between {
    int first = 0;
    int second = 0;
    float share = 0;
};

inline Between betweenOf(Axis axis, int index) {
    const double offset = axis.offsetOf(index);
    const int first = axis.cellOf(index) - (offset < 0.0 ? 1 : 0);
    const double share = offset < 0.0 ? offset + 1.0 : offset;
    return {std::max(first, 0), std::min(first + 1, axis.from - 1), static_cast<float>(share)};
}

template <typename Value>
Value mixed(Value first, Value second, float share) {
    return first + (second - first) * share;
}

} // namespace casr
