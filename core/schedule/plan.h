#pragma once

#include "core/image/geometry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace casr {

constexpr double smallestStepLimit = 1.5;
constexpr double largestStepLimit = 4.0;
constexpr double defaultStepLimit = 4.0;

/// One step of the staircase: the picture of `from` pixels becomes one of `to` pixels.
struct Step {
    Size from;
    Size to;
    double scale = 1.0;      ///< This step's factor, > 1.
    double cumulative = 1.0; ///< Factor from the photo to `to`.
};

/// The whole way from a photo to a scale. Level 0 is the photo, level k what step k (counted from 1) makes.
struct Plan {
    Size source;
    double scale = 1.0;
    double stepLimit = defaultStepLimit;
    std::vector<Step> steps;

    int levels() const { return static_cast<int>(steps.size()) + 1; }
    Size sizeOf(int level) const { return level == 0 ? source : steps[static_cast<std::size_t>(level) - 1].to; }
    Size result() const { return sizeOf(levels() - 1); }
    /// Factor from the photo to `level`.
    double cumulativeOf(int level) const { return level == 0 ? 1.0 : steps[static_cast<std::size_t>(level) - 1].cumulative; }
};

/// The fewest steps that take a picture of `size` to `scale` times its size. The scale is any real number in 1 .. 64, every step is in
/// (1, stepLimit], larger steps come first, and none is below 1.2 unless the whole scale is. All but the last are whole numbers near their
/// even share where that leaves the later ones 1.5 or more; else they are as large as can be while later ones stay at 2. Sizes are the
/// exact product with the cumulative factor, halves rounded up. Throws Error for an empty size, a scale outside 1 .. 64, a limit outside
/// 1.5 .. 4, or a result whose side exceeds 2^30 pixels.
Plan planSchedule(Size size, double scale, double stepLimit = defaultStepLimit);

/// The plan whose result is `level` of `plan`.
Plan planUpTo(const Plan& plan, int level);

/// The part of `level` that shows `region` of the photo: every pixel whose area meets it.
Rect regionAt(const Plan& plan, int level, Rect region);

/// The plan in words, one line a step: "step 1 of 2: x2.05, 640 x 480 -> 1312 x 984".
std::string describe(const Plan& plan);

} // namespace casr
