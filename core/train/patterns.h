#pragma once

#include "core/train/crop_file.h"

namespace casr {

/// Appends `count` drawn crops (lettering, grids, facades, hatching, rings at random angles, sizes and colours): sharp man-made
/// structure that landscape photos lack. A function of its arguments alone.
void appendPatterns(CropFile& crops, int count, std::uint64_t seed);

} // namespace casr
