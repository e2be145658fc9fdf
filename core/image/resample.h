#pragma once

#include "core/image/image.h"

#include <vector>

namespace casr {

enum class Kernel { nearest, bicubic, lanczos3 };

/// What one output sample reads along one axis: `weights.size()` neighbours from `first` on (may leave 0 .. length - 1,
/// where the border sample is repeated). The weights sum to 1.
struct Taps {
    int first = 0;
    std::vector<double> weights;
};

/// Taps of output sample `index` when `inLength` samples become `outLength`. The centres of the outermost samples' areas coincide:
/// u = (index + 1/2) * inLength / outLength - 1/2. When shrinking, the kernel is widened by the scale (antialiasing).
Taps tapsOf(int index, int inLength, int outLength, Kernel kernel);

/// Taps of a sample whose centre lies at `centre` (pixel k's centre at k) when there are `scale` samples for each pixel. Kernel::nearest
/// takes the nearest pixel, the right one at equal distance.
Taps tapsAt(double centre, double scale, Kernel kernel);

/// Keys' cubic convolution kernel with a = -1/2 (Keys 1981, the bicubic of MATLAB's imresize); zero from |x| = 2 on.
double cubicKernel(double x);

/// `image` at another size, as MATLAB's imresize with antialiasing, in float: vertical pass first, borders replicated.
Image resized(const Image& image, Size size, Kernel kernel = Kernel::bicubic);

/// Bicubic `resized` as the super-resolution field's protocol does it on 8-bit pictures: every value is brought to the nearest
/// n / 255 first, and each of the two passes rounds half up and clamps to 0 .. 255.
Image resizedTo8Bit(const Image& image, Size size);

/// Every value brought to the nearest n / 255, n in 0 .. 255 (halves up).
Image roundedTo8Bit(const Image& image);

} // namespace casr
