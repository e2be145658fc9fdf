#pragma once

// Speaks LibTorch.

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// Tells enlargements from photos, pixel by pixel: a small U-Net (Schoenfeld et al., arXiv 2002.12655) with spectral normalisation
/// (Miyato et al., arXiv 1802.05957) that sees the bicubic enlargement of the parent beside the picture, so that it judges what was added.
/// Used in training alone.
struct Discriminator {
    std::vector<at::Tensor> weight;    ///< (out, in, edge, edge)
    std::vector<at::Tensor> bias;      ///< (out)
    std::vector<at::Tensor> direction; ///< (out): towards the largest singular value of each weight.

    /// `width` channels at full size, twice and four times as many at half and a quarter.
    static Discriminator initialised(int width, std::uint64_t seed);

    /// What is learnt.
    std::vector<std::pair<std::string, at::Tensor*>> parameters();
    /// What is kept between steps beside it.
    std::vector<std::pair<std::string, at::Tensor*>> directions();

    /// One step of the power method for every weight; once before each step of training.
    void refine();
    void requireGradients(bool wanted);

    struct Judgement {
        at::Tensor logits;                ///< (N, 1, h, w): above 0 for a photo.
        std::vector<at::Tensor> features; ///< At full, half and a quarter of the size.
    };

    /// Of pictures and bases (N, 3, h, w), RGB 0 .. 1, at least 8 pixels a side. Convolutions run in `type`.
    Judgement of(const at::Tensor& pictures, const at::Tensor& bases, at::ScalarType type) const;

private:
    at::Tensor layer(std::size_t index, const at::Tensor& input, at::ScalarType type) const;
};

} // namespace casr
