#pragma once

#include <algorithm>
#include <array>
#include <span>

namespace casr {

/// What was measured, rising, and the amount that made it.
using CalibrationPoint = std::array<double, 2>;

/// The amount, 0 .. 1, that `measured` tells of, linear between the points: 0 up to the first, 1 from the last on. Any thread.
inline double amountOf(std::span<const CalibrationPoint> points, double measured) {
    for (std::size_t i = 1; i < points.size(); ++i) {
        const auto& [above, amountAbove] = points[i];
        if (measured < above) {
            const auto& [below, amountBelow] = points[i - 1];
            return std::max(0.0, amountBelow + (amountAbove - amountBelow) * (measured - below) / (above - below));
        }
    }
    return 1.0;
}

} // namespace casr
