#pragma once

#include "core/train/crop_file.h"

#include <cstdint>
#include <vector>

namespace casr {

/// Training samples of one iteration. Each of `count` low-resolution patches has `points` samples of its high-resolution side.
struct Batch {
    int count = 0;
    int patch = 0; ///< Low-resolution pixels a side.
    int points = 0;
    std::vector<float> low;          ///< count * patch * patch * 3, interleaved, n / 255.
    std::vector<std::int64_t> cells; ///< count * points: index of the parent pixel in count * patch * patch.
    std::vector<float> offsets;      ///< count * points * 2: (down, right) from that pixel's centre, parent pixels.
    std::vector<float> inverseScale; ///< count * points: parent pixels between two samples.
    std::vector<float> base;         ///< count * points * 3: bicubic interpolation there.
    std::vector<float> target;       ///< count * points * 3: the truth there.
};

struct SampleOptions {
    int batch = 8;
    int patch = 48;
    std::uint64_t seed = 1;
};

/// The batch of `iteration`, a function of its arguments alone, so that a resumed run sees what an uninterrupted one would.
/// Scales are uniform over [1, 4] as far as the crops are large enough.
Batch makeBatch(const CropFile& crops, const SampleOptions& options, std::uint64_t iteration);

/// Every pixel (but a border of `scale`) of crop `index`, shrunk by the whole number `scale`: for validation.
Batch makeValidation(const CropFile& crops, int index, int scale);

} // namespace casr
