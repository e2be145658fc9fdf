#pragma once

#include "core/image/image.h"

namespace casr {

/// Luma of BT.601 YCbCr in its 16 .. 235 range, from RGB (or grey, taken as RGB) of 0 .. 1; one channel, in units of 8-bit codes.
Image lumaOf(const Image& image);

/// The inner part of `image`: `border` pixels less on every side.
Image shaved(const Image& image, int border);

/// Peak signal-to-noise ratio in dB of two pictures of the same size and channels, `peak` being the largest value. Infinity
/// for equal pictures.
double psnr(const Image& a, const Image& b, double peak);

/// Structural similarity (Wang et al. 2004): 11 x 11 Gaussian window of deviation 1.5, K1 = 0.01, K2 = 0.03, only where the window
/// fits, averaged over the pixels; single-channel pictures of the same size with `peak` as the largest value.
double ssim(const Image& a, const Image& b, double peak);

/// The field's protocol: both pictures rounded to 8 bit, luma, ceil(scale) pixels shaved, PSNR and SSIM with peak 255.
struct Fidelity {
    double psnr = 0;
    double ssim = 0;
};
Fidelity fidelityOfLuma(const Image& result, const Image& truth, double scale);

/// PSNR in dB between `result` brought down to the size of `source` (antialiased bicubic) and `source`, both rounded to 8 bit, over
/// all colour channels: LR-PSNR when `source` is the photo, parent-child PSNR when it is the step that `result` was made from.
double lowResolutionPsnr(const Image& result, const Image& source);

} // namespace casr
