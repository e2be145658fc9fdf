#pragma once

#include "core/image/image.h"

namespace casr {

/// Mean of |d - d*| / d* over the known pixels that are at most `farthest` metres away: d* = 1 / truth, and d is the depth that
/// `predicted` gives after the scale and shift that fit its values to the truth's by least squares (Ranftl et al. 2020, MiDaS); fitted
/// values below 1 / farthest count as that. `truth` and `predicted` hold inverse depth, `known` 1 or 0; all one channel, same size. 0 when
/// no pixel counts.
double absoluteRelativeError(const Image& predicted, const Image& truth, const Image& known, double farthest);

} // namespace casr
