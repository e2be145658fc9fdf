#pragma once

#include "core/image/image.h"
#include "core/train/crop_file.h"

#include <cstdint>
#include <vector>

namespace casr {

/// Training samples of one iteration. Each of `count` low-resolution patches has `points` samples of its high-resolution side. The
/// patches of one group are parts of one photo.
struct Batch {
    int count = 0;
    int patch = 0; ///< Low-resolution pixels a side.
    int points = 0;
    int group = 1;
    bool dense = false;              ///< Every sample of the high-resolution side is here, in rows, and all patches have one scale.
    int whole = 0;                   ///< That scale where it is a whole number that was asked for; else 0.
    std::vector<float> low;          ///< count * patch * patch * 3, interleaved, n / 255.
    std::vector<std::int64_t> cells; ///< count * points: index of the parent pixel in count * patch * patch.
    std::vector<float> offsets;      ///< count * points * 2: (down, right) from that pixel's centre, parent pixels.
    std::vector<float> inverseScale; ///< count * points: parent pixels between two samples.
    std::vector<float> base;         ///< count * points * 3: bicubic interpolation there.
    std::vector<float> target;       ///< count * points * 3: the truth there.
    std::vector<float> noise;        ///< count: amount of noise in the low-resolution patch, 0 .. 1.
    std::vector<float> jpeg;         ///< count: amount of JPEG, 0 .. 1.
    std::vector<float> blur;         ///< count: amount of blur, 0 .. 1.
    std::vector<float> enlarged;     ///< count: enlargementOf() the low-resolution patch.

    /// A patch whose place in `low` a part of the network's own enlargement of `image` is to take: the input of a later step of the
    /// staircase, with as much of the photo around it as the crop holds.
    struct Ancestor {
        int patch = 0;
        Image image;
        int edge = 0; ///< Of the enlargement, low-resolution pixels.
        int left = 0; ///< The patch's place in it.
        int top = 0;
    };
    std::vector<Ancestor> ancestors;

    /// Puts `image` (patch x patch, RGB) in the place of low-resolution patch `index`, and its bicubic interpolation into `base`.
    void replaceLow(int index, const Image& image);
};

struct SampleOptions {
    int batch = 8;
    int patch = 48; ///< Low-resolution pixels a side; fewer where the crops do not hold a sharp batch of them.
    std::uint64_t seed = 1;
    int group = 1;         ///< Consecutive patches of one photo; divides `batch`.
    double unrolled = 0.0; ///< Share of the patches that are the output of an earlier step.
    double worn = 0.0;     ///< Share of those whose photo has some noise, JPEG or both left in it that the truth has not.
    double degraded = 0.0; ///< Share of the others with noise, JPEG, blur or several of them, whose amounts are told.
    double soft = 0.0;     ///< Share of all whose truth is itself enlarged by up to 2, as photos are soft at their own pixels.
    double sharp = 0.0;    ///< Share of all whose truth is reduced by up to 2, which makes it sharper at its own pixels; of batches at a
                           ///< whole scale the share whose truths are, all by one factor.
    double whole = 0.0;    ///< Share of the batches that are dense and at one whole scale, 2, 3 or 4.
    double real = 0.0;     ///< Share of the batches that are dense and at one real scale, 1.5 .. 4.
    bool dense = false;    ///< Every sample of the high-resolution side, in rows, and one scale, 1.5 .. 4, for all patches of the batch.
};

/// The batch of `iteration`, a function of its arguments alone, so that a resumed run sees what an uninterrupted one would.
/// Scales are uniform over [1, 4] (of dense batches [1.5, 4]) as far as the crops are large enough.
Batch makeBatch(const CropFile& crops, const SampleOptions& options, std::uint64_t iteration);

/// Every pixel of crop `index`, in rows, the crop shrunk by the whole number `scale`, for validation; the input being what an earlier step
/// makes of the crop shrunk `earlier` times as much, where that is not 1.
Batch makeValidation(const CropFile& crops, int index, int scale, int earlier = 1);

} // namespace casr
