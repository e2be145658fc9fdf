#pragma once

// The one definition of the network, shared by inference and training. It speaks LibTorch: include it in the few sources
// that run tensors, never in a header that others read.

#include "core/base/random.h"
#include "core/image/geometry.h"
#include "core/network/architecture.h"
#include "core/network/superpixel_network.h"
#include "core/network/token_memory.h"

#include <ATen/ATen.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// A residual trunk of 3x3 convolutions (Lim et al. 2017, EDSR without batch normalisation) and the coefficients of a neural
/// heat field (Becker et al., Thera, arXiv 2311.17643). Each parent pixel carries, per colour, 2K numbers: the amplitudes of
/// cos(w_k . d) and sin(w_k . d), K frequencies w_k being shared. That is the paper's a sin(w . d + p) in Cartesian form, and
/// linear in what the network predicts, so a sample is one dot product.
struct FieldNetwork {
    /// What convolutions read beyond a tensor of pictures (N, ..., h, w) and beyond the end of a picture: zeros in both cases, so that what
    /// is learnt at the border of a patch holds at the border of a photo.
    class Border {
    public:
        /// The tensor is whole pictures: zero padding, the same size.
        static Border zero() { return Border(true, {}); }
        /// The tensor is parts of pictures with what is read around them: no padding, every 3x3 convolution loses a pixel on each side.
        /// `pictures` tells for each part where its whole picture lies, counted from the tensor's first pixel; none: without an end.
        static Border shrink(std::vector<Rect> pictures = {}) { return Border(false, std::move(pictures)); }

        int padding() const { return m_pads ? 1 : 0; }
        /// What `convolutions` lose on each side.
        int lostBy(int convolutions) const { return m_pads ? 0 : convolutions; }
        /// The border of what `convolutions` leave.
        Border behind(int convolutions) const;
        /// Zeros outside of the pictures, in place. Returns `tensor`.
        at::Tensor cleared(const at::Tensor& tensor) const;
        /// True where `tensor` reaches beyond the end of a picture.
        bool isCrossedBy(const at::Tensor& tensor) const;
        /// Repeats the last column and row of the pictures once behind them, in place: the rest of a cell that the end cuts.
        void completeCells(const at::Tensor& tensor) const;

    private:
        Border(bool pads, std::vector<Rect> pictures) : m_pads(pads), m_pictures(std::move(pictures)) {}

        bool m_pads;
        std::vector<Rect> m_pictures;
    };

    /// Called between blocks; may throw to stop.
    using Checkpoint = std::function<void()>;

    Architecture architecture;
    at::Tensor headWeight, headBias;           ///< (C, planes, 3, 3), (C)
    std::vector<at::Tensor> blockWeight;       ///< 2 * blocks of (C, C, 3, 3)
    std::vector<at::Tensor> blockBias;         ///< 2 * blocks of (C)
    at::Tensor tailWeight, tailBias;           ///< (C, C, 3, 3), (C)
    at::Tensor fieldWeight, fieldBias;         ///< (3 * 2K, C, 1, 1), (3 * 2K)
    at::Tensor frequencies;                    ///< (K, 2): radians per parent pixel, (down, right)
    at::Tensor heat;                           ///< (1): kappa of the heat equation, parent pixels squared
    std::vector<at::Tensor> detailBlockWeight; ///< 2 * detail of (C, C, 3, 3)
    std::vector<at::Tensor> detailBlockBias;   ///< 2 * detail of (C)
    at::Tensor detailWeight, detailBias;       ///< (bands, C, 1, 1), (bands), when the architecture has detail.
    TokenAttention attention;                  ///< In the middle of the trunk, when the architecture has a memory.
    SuperpixelNetwork superpixels;             ///< When the architecture has them.

    /// Fresh weights: He-normal, small second convolutions, zero guidance planes and a field that starts at nothing.
    static FieldNetwork initialised(const Architecture& architecture, std::uint64_t seed);

    /// The same network with the weights of the trunk kept in `type`, so that features() in that type need not convert them.
    FieldNetwork withTrunkIn(at::ScalarType type) const;

    /// The same network on a device.
    FieldNetwork on(const at::Device& device) const;

    /// Every tensor with its name in the weights file, in a fixed order.
    std::vector<std::pair<std::string, at::Tensor*>> parameters();

    /// Those of the detail's branch alone.
    std::vector<std::pair<std::string, at::Tensor*>> detailParameters();

    /// The residual sum in float32, and the same values in the type that the next convolution reads.
    struct Stream {
        at::Tensor sum;
        at::Tensor input;
    };

    /// The trunk where the memory is read: behind the first half of the blocks.
    struct Middle {
        at::Tensor head; ///< The head's features, as far as `x` reaches: (N, C, h, w) float32.
        Stream x;        ///< (N, C, h, w)
        Border border;   ///< Of both.
    };

    /// The first half of the trunk on input planes (N, planes, H, W) float32. Convolutions run in `type` (float32 or bfloat16); sums
    /// of residuals stay float32. With Border::shrink every side loses reachOfMiddle() pixels.
    Middle middle(const at::Tensor& planes, const Border& border, at::ScalarType type, const Checkpoint& checkpoint = {}) const;
    int reachOfMiddle() const { return 1 + 2 * (architecture.blocks / 2); }

    /// `middle` with what it takes from `memory`. With Border::shrink it loses memoryCell - 1 more pixels on every side; `left` and `top`
    /// then are the absolute place of its first pixel, as cells are counted from the picture's corner.
    Middle remembering(const Middle& middle, const TokenMemory& memory, at::ScalarType type, int left, int top) const;

    /// Trunk features (N, C, h, w) float32: the second half.
    at::Tensor features(const Middle& middle, at::ScalarType type, const Checkpoint& checkpoint = {}) const;

    /// Field coefficients (N, 3 * 2K, h, w) float32 of the features.
    at::Tensor coefficients(const at::Tensor& features) const;

    /// What DetailMap holds, (N, DetailMap::values, h, w) float32, of the trunk's features: gains of the bands within -largestGain ..
    /// largestGain, and the room that `parents` (N, 3, ...) leave, see detailRoomOf(). With Border::shrink every side loses
    /// Reach::ofDetail pixels; `parents` hold Reach::detailRoom more than the result. The architecture has detail.
    at::Tensor detailMap(const at::Tensor& features, const at::Tensor& parents, const Border& border, at::ScalarType type,
                         const Checkpoint& checkpoint = {}) const;

    /// (n, 2K) values of the shared sinusoids at `offsets` (n, 2), parent pixels (down, right) from the pixel's centre, smoothed
    /// for samples `inverseScale` (n) parent pixels apart.
    at::Tensor basis(const at::Tensor& offsets, const at::Tensor& inverseScale) const;

private:
    Stream behindBlock(int block, const Stream& x, const Border& border, at::ScalarType type) const;
    void addDetail(HashRandom& random);
};

} // namespace casr
