#pragma once

#include "core/image/detail_bands.h"

#include <algorithm>
#include <cmath>

namespace casr {

/// Shape of the network; read from the weights file, so that one program runs every size.
struct Architecture {
    int channels = 64;    ///< Width of the trunk; a multiple of 16, 16 .. 128.
    int blocks = 8;       ///< Residual blocks of two 3x3 convolutions each, 1 .. maxBlocks.
    int frequencies = 32; ///< Sinusoids of the neural heat field; a multiple of 16, 16 .. 64.
    int memory = 0;       ///< Width of what a token of the photo's memory holds; a multiple of 16 up to 128, 0: no memory.
    int superpixels = 0;  ///< Width of the superpixel network; a multiple of 8 up to 64, 0: no superpixels.
    int detail = 0;       ///< Residual blocks of the perceptual detail's branch, up to maxDetailBlocks, 0: no detail.
    int hidden = 0;       ///< Width between the two convolutions of a trunk's block; a multiple of 16 up to 256, 0: `channels`.

    int widthInBlocks() const { return hidden > 0 ? hidden : channels; }

    bool operator==(const Architecture&) const = default;
};

/// Edge of a superpixel's cell in parent pixels.
constexpr int superpixelCell = 4;
/// Edge of the cell of features that makes one token of the memory, in parent pixels.
constexpr int memoryCell = 2;

/// What the network reads of each parent pixel, in this order.
struct InputPlanes {
    static constexpr int picture = 3;        ///< RGB, 0 .. 1.
    static constexpr int superpixelMean = 3; ///< Mean colour of the pixel's superpixel, minus the picture.
    static constexpr int depth = 1;          ///< Relative depth, 0 .. 1.
    static constexpr int degradation = 3;    ///< Amounts of noise, JPEG and blur to remove, 0 .. 1.
    static constexpr int enlargement = 1;    ///< How far the parent is from the photo, see enlargementOf().
    static constexpr int guidance = superpixelMean + depth + degradation + enlargement;
    static constexpr int firstDegradation = picture + superpixelMean + depth;
    static constexpr int count = picture + guidance;
};

/// How far one step reads, in parent pixels from the pixel that holds an output sample. The shares add up along the chain
/// superpixels -> trunk -> detail -> field -> bands of the detail -> back-projection; together they stay within `limit`.
struct Reach {
    /// The superpixel network: a pixel is compared with the cells around its own, whose pixels were compared with the cells beside them.
    static constexpr int superpixelNetwork = 3 * superpixelCell - 1;
    /// A pixel's superpixel lies in the 3 x 3 cells around its own, and so do that superpixel's pixels around it.
    static constexpr int superpixelMean = 3 * superpixelCell - 1;
    static constexpr int superpixels = superpixelNetwork + superpixelMean;
    static constexpr int trunkLimit = 19;
    static constexpr int detailLimit = 2;
    /// How far around a pixel the parent is looked at for how much detail it has room for: beside the trunk, not behind it.
    static constexpr int detailRoom = 5;
    static constexpr int detailBands = bandReach;
    static constexpr int backProjection = 3;
    static constexpr int limit = 48;

    /// The trunk: head and tail convolutions and two in each block, and the other pixels of a memory cell.
    static constexpr int ofTrunk(const Architecture& architecture) {
        return 2 + 2 * architecture.blocks + (architecture.memory > 0 ? memoryCell - 1 : 0);
    }
    /// The trunk and the superpixels that it reads.
    static constexpr int ofStep(const Architecture& architecture) {
        return ofTrunk(architecture) + (architecture.superpixels > 0 ? superpixels : 0);
    }
    /// Superpixels of cells of `cell` pixels, a multiple of superpixelCell: larger ones are found in blocks of pixels, for display.
    static constexpr int ofSuperpixels(int cell) {
        const int factor = cell / superpixelCell;
        return factor == 1 ? superpixels : 3 * cell - 1 + (superpixelNetwork + 2) * factor;
    }
    /// What the detail's branch reads beyond the step's own reach: two convolutions in each block.
    static constexpr int ofDetail(const Architecture& architecture) { return 2 * architecture.detail; }
    /// How far around its own cells the field of a tile is needed.
    static constexpr int ofField(bool withDetail) { return backProjection + (withDetail ? detailBands : 0); }
    /// The bicubic base beside the field.
    static constexpr int bicubic = 2;
};

constexpr double maxStepScale = 4.0;
constexpr double maxScale = 64.0;

/// What a step is told of a parent that is `scale` times as large as the photo, 0 (the photo itself) .. 1: what is soft there is not the
/// photo's own softness. All beyond one step's largest scale look alike.
inline float enlargementOf(double scale) {
    return static_cast<float>(std::clamp(std::log(scale) / std::log(maxStepScale), 0.0, 1.0));
}

constexpr int maxBlocks = (Reach::trunkLimit - memoryCell - 1) / 2;
constexpr int maxDetailBlocks = Reach::detailLimit / 2;

static_assert(Reach::superpixels + Reach::trunkLimit + Reach::detailLimit + Reach::ofField(true) <= Reach::limit);

} // namespace casr
