#pragma once

namespace casr {

/// Shape of the network; read from the weights file, so that one program runs every size.
struct Architecture {
    int channels = 64;    ///< Width of the trunk; a multiple of 16, 16 .. 128.
    int blocks = 8;       ///< Residual blocks of two 3x3 convolutions each, 1 .. maxBlocks.
    int frequencies = 32; ///< Sinusoids of the neural heat field; a multiple of 16, 16 .. 64.

    bool operator==(const Architecture&) const = default;
};

/// What the network reads of each parent pixel, in this order.
struct InputPlanes {
    static constexpr int picture = 3;        ///< RGB, 0 .. 1.
    static constexpr int superpixelMean = 3; ///< Mean colour of the pixel's superpixel, minus the picture.
    static constexpr int depth = 1;          ///< Relative depth, 0 .. 1.
    static constexpr int degradation = 2;    ///< Amounts of noise and JPEG to remove, 0 .. 1.
    static constexpr int guidance = superpixelMean + depth + degradation;
    static constexpr int count = picture + guidance;
};

/// How far one step reads, in parent pixels from the pixel that holds an output sample. The shares add up along the chain
/// superpixels -> trunk -> field -> back-projection; together they stay within `limit`.
struct Reach {
    static constexpr int superpixels = 12;
    static constexpr int trunkLimit = 24;
    static constexpr int backProjection = 4;
    static constexpr int limit = 40;

    /// The trunk: head and tail convolutions and two in each block.
    static constexpr int ofTrunk(const Architecture& architecture) { return 2 + 2 * architecture.blocks; }
    /// The bicubic base beside the field.
    static constexpr int bicubic = 2;
};

constexpr int maxBlocks = (Reach::trunkLimit - 2) / 2;
constexpr double maxStepScale = 4.0;
constexpr double maxScale = 64.0;

static_assert(Reach::superpixels + Reach::trunkLimit + Reach::backProjection <= Reach::limit);

} // namespace casr
