#pragma once

// DepthNet, shared by inference and training. It speaks LibTorch: include it in the few sources that run tensors, never in a
// header that others read.

#include "core/network/tensor_file.h"

#include <ATen/ATen.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// A small fully convolutional encoder and decoder: five strided 3x3 convolutions down to 1/32, residual blocks on the way, then
/// up again by bilinear steps with the encoder's features added (Lin et al. 2017, feature pyramid). Two planes beside RGB tell where
/// in the picture a pixel lies, because the ground is mostly below and near. Zero padding throughout: it sees the picture as a whole.
struct DepthNetwork {
    /// Called between levels; may throw to stop.
    using Checkpoint = std::function<void()>;

    struct Convolution {
        at::Tensor weight; ///< (out, in, edge, edge)
        at::Tensor bias;   ///< (out)
    };

    static constexpr int levels = 5;

    /// Sides of the input are multiples of this.
    static constexpr int granule = 1 << levels;

    std::vector<Convolution> down;                ///< levels
    std::vector<std::vector<Convolution>> blocks; ///< For every level pairs of convolutions; may be empty.
    std::vector<Convolution> lateral;             ///< levels - 1: 1x1, from the width of the next coarser level.
    std::vector<Convolution> merge;               ///< levels - 1
    Convolution out;                              ///< To one plane.

    /// Fresh weights, He-normal; a function of the seed.
    static DepthNetwork initialised(std::uint64_t seed);

    /// Every tensor with its name in the weights file, in a fixed order.
    std::vector<std::pair<std::string, at::Tensor*>> parameters();

    /// Relative inverse depth (N, 1, H / 2, W / 2), up to scale and shift, of pictures (N, 3, H, W), RGB 0 .. 1, both float32. On the CPU
    /// without gradients oneDNN is called directly, and the bits do not depend on the number of threads.
    at::Tensor inverseDepth(const at::Tensor& pictures, const Checkpoint& checkpoint = {}) const;
};

/// The network in `file`; every tensor's shape is checked. Throws Error.
DepthNetwork depthNetworkOf(const TensorFile& file, const std::string& origin);

/// Metadata that says what a weights file holds.
std::map<std::string, std::string> depthMetadata();

/// The tensors of `network`, each name preceded by `prefix`.
std::vector<NamedTensor> tensorsOf(DepthNetwork& network, const std::string& prefix = "");

/// Copies the tensors of `file` whose names begin with `prefix` into `network`; throws Error when one is missing or has another shape.
void assignTensors(DepthNetwork& network, const TensorFile& file, const std::string& origin, const std::string& prefix = "");

} // namespace casr
