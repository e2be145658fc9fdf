#pragma once

#include "core/image/image.h"
#include "core/io/picture_file.h"

#include <string>

namespace casr {

/// A value of linear light (1 is white) under the curve: 0 .. 1, monotonous.
float underToneCurve(float light, ToneCurve curve);

/// A picture of linear light, values 0 and up, as one of Display P3 with its profile (grey: with the curve of sRGB and no profile), values
/// 0 .. 1. `profile` holds the primaries and the curve of the values; empty means linear sRGB primaries. The curve is put on the largest
/// of the three channels and the others keep their ratio to it, so that hues stay. Not finite values become 0. Alpha is clamped and kept.
/// Throws Error when the profile cannot be used.
Image displayed(const Image& light, const std::string& profile, ToneCurve curve);

/// A picture of CIE Lab values of D50 (L 0 .. 100, a and b around 0; alpha, when there is one, 0 .. 1) as one of Display P3, relative
/// colorimetric, with its profile; what lies outside is clipped.
Image displayedLab(const Image& lab);

/// The bytes of the Display P3 profile that wide pictures get.
std::string displayP3Profile();

} // namespace casr
