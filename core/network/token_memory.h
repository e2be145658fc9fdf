#pragma once

// Speaks LibTorch, as field_network.h does.

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// What tokens attend to. G groups of M tokens; the last one is the empty token, which lets a pixel borrow nothing.
struct TokenMemory {
    at::Tensor keys;   ///< (G, M + 1, D + 1) float32.
    at::Tensor values; ///< (G, M + 1, V) float32.
};

/// Self-similarity: cells of 2 x 2 pixels of the trunk's features attend to such cells of the photo, near or far, and take up what the
/// similar ones hold (cross-attention, Vaswani et al. 2017, with normalised keys and a learnt sharpness).
struct TokenAttention {
    at::Tensor key;       ///< (D, 4 C)
    at::Tensor value;     ///< (V, 4 C)
    at::Tensor output;    ///< (4 C, V); zero in a fresh network.
    at::Tensor sharpness; ///< (1): logarithm of the factor on the cosine of two keys.
    at::Tensor empty;     ///< (1): logit of the empty token.

    static constexpr int keyWidth = 32;

    static TokenAttention initialised(int channels, int valueWidth, std::uint64_t seed);

    /// Every tensor with its name in the weights file.
    std::vector<std::pair<std::string, at::Tensor*>> parameters();

    /// Cells (N, T, 4 C) of features (N, C, 2 h, 2 w), rows from top to bottom, T = h w.
    static at::Tensor cellsOf(const at::Tensor& features);

    /// The memory of cells (G, M, 4 C).
    TokenMemory remember(const at::Tensor& cells) const;

    /// Weights (G, T, M + 1) with which cells (G, T, 4 C) look at the memory's tokens; each row sums to 1.
    at::Tensor weights(const at::Tensor& cells, const TokenMemory& memory) const;

    /// Features (N, C, H, W), H and W even, with what their cells take from `memory`; N is a multiple of its groups, consecutive
    /// pictures share one. At inference on the CPU keys and values are read in `type`.
    at::Tensor attended(const at::Tensor& features, const TokenMemory& memory, at::ScalarType type) const;
};

} // namespace casr
