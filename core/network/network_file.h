#pragma once

// Speaks LibTorch: include it beside field_network.h only.

#include "core/network/field_network.h"
#include "core/network/tensor_file.h"

namespace casr {

/// The network in `file`: its architecture comes from the metadata, every tensor's shape is checked. Throws Error.
FieldNetwork networkOf(const TensorFile& file, const std::string& origin);

/// The architecture in `file`'s metadata; throws Error when it is missing or outside the limits.
Architecture architectureOf(const TensorFile& file, const std::string& origin);

/// The tensors of `network`, each name preceded by `prefix`.
std::vector<NamedTensor> tensorsOf(FieldNetwork& network, const std::string& prefix = "");

/// The same of some of its tensors.
using NamedParameters = std::vector<std::pair<std::string, at::Tensor*>>;
std::vector<NamedTensor> tensorsOf(const NamedParameters& parameters, const std::string& prefix);

/// Copies the tensors of `file` whose names begin with `prefix` into `network`; throws Error when one is missing or has another shape.
void assignTensors(FieldNetwork& network, const TensorFile& file, const std::string& prefix = "");
void assignTensors(const NamedParameters& parameters, const TensorFile& file, const std::string& prefix);

/// Metadata that says what a weights file holds.
std::map<std::string, std::string> metadataOf(const Architecture& architecture);

} // namespace casr
