#pragma once

#include "core/network/tensor_file.h"

namespace casr {

/// Weights between those of two runs that began from the same weights: (1 - share) * first + share * second, value by value in double.
/// The mean of such runs is often better than either (Wortsman et al. 2022, "Model soups", arXiv 2203.05482). `share` is in 0 .. 1; the
/// training records of both are kept. Throws Error when the files are not of one architecture.
TensorFile weightMean(const TensorFile& first, const TensorFile& second, double share);

} // namespace casr
