#pragma once

// Speaks LibTorch, as field_network.h does.

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// Says of every pixel to which of the nine superpixels around its cell it belongs: a small convolutional network after Superpixel
/// Segmentation with Fully Convolutional Networks (Yang et al. 2020), on cells of superpixelCell pixels. It adds what it learnt to the
/// rule of SLIC (Achanta et al. 2012): the nearer the cell's colour and its middle, the likelier. A cell's colour is the mean of those of
/// its pixels that are like no cell beside them.
struct SuperpixelNetwork {
    std::vector<at::Tensor> weight; ///< Two of (out, in, 3, 3) on the picture, two of (out, in, 1, 1) on that and the comparisons.
    std::vector<at::Tensor> bias;
    at::Tensor sharpness; ///< (2): logarithms of the factors on squared distances of colour (RGB) and of place (cells).

    static SuperpixelNetwork initialised(int width, std::uint64_t seed);

    /// Every tensor with its name in the weights file.
    std::vector<std::pair<std::string, at::Tensor*>> parameters();

    /// Logits (N, 9, H - 22, W - 22) float32 of pictures (N, 3, H, W), RGB 0 .. 1: neighbours in rows from the top left. `phaseLeft`
    /// and `phaseTop`: column and row of the input's first pixel within its cell, 0 .. superpixelCell - 1.
    at::Tensor logits(const at::Tensor& picture, int phaseLeft, int phaseTop) const;
};

} // namespace casr
