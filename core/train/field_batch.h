#pragma once

// Speaks LibTorch: batches as tensors, and what a network makes of them, for the sources that train.

#include "core/network/field_network.h"
#include "core/train/sample.h"

#include <ATen/ATen.h>

namespace casr {

/// A batch as tensors on the device that trains.
struct FieldBatch {
    at::Tensor planes;       ///< (N, planes, h, w)
    at::Tensor cells;        ///< (samples): index of the parent pixel
    at::Tensor offsets;      ///< (samples, 2)
    at::Tensor inverseScale; ///< (samples)
    at::Tensor base, target; ///< (samples, 3)
    at::Tensor enlarged;     ///< (N): enlargementOf() the parents.
    std::int64_t group;
    std::uint64_t seed; ///< Of the choice of tokens.

    /// (N): which parents have nothing to be removed.
    at::Tensor isClean() const;
    /// (N): projectionOnto() the parents; 0 where they are to be cleaned, as in a step.
    at::Tensor projection() const;

    /// Superpixels are those of `network`. On the CPU it shares the memory of `batch`, which must outlive it.
    FieldBatch(const FieldNetwork& network, Batch& batch, const at::Device& device, std::uint64_t choice);
};

/// The trunk's features (N, C, h, w); groups of pictures remember part of each other.
at::Tensor featuresOf(const FieldNetwork& network, const FieldBatch& batch, at::ScalarType type);

/// The detail's map, (N, DetailMap::values, h, w), of those features.
at::Tensor detailMapOf(const FieldNetwork& network, const at::Tensor& features, const FieldBatch& batch, at::ScalarType type);

/// Coefficients (N, colours * 2K, h, w) at the batch's samples: (samples, colours).
at::Tensor fieldAt(const FieldNetwork& network, const at::Tensor& coefficients, const FieldBatch& batch);

/// The same at every sample of an enlargement by a whole number: (N, colours, whole * h, whole * w).
at::Tensor wholeField(const FieldNetwork& network, const at::Tensor& coefficients, int whole);

/// Values at every sample of square pictures in rows, (samples, colours), as pictures (N, colours, edge, edge).
at::Tensor picturesOf(const at::Tensor& samples, std::int64_t count);

/// The picture's colours at the batch's samples, (samples, 3), without detail.
at::Tensor predict(const FieldNetwork& network, const FieldBatch& batch, at::ScalarType type);

/// Puts the network's own enlargements, without a memory and with this share of the detail, where the batch wants them.
void unroll(const FieldNetwork& network, Batch& batch, const at::Device& device, at::ScalarType type, double detail = 0.0);

/// BT.601 luma of colours in the last dimension, scaled so that its weights sum to one.
at::Tensor luma(const at::Tensor& rgb);

/// The same network on `device`, its tensors copied or zero.
FieldNetwork copyOf(FieldNetwork network, const at::Device& device, bool zero);

} // namespace casr
