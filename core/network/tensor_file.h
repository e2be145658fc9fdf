#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace casr {

/// float32 values with a shape, row-major.
struct NamedTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// The content of a safetensors file of float32 tensors.
struct TensorFile {
    std::map<std::string, std::string> metadata; ///< The header's __metadata__, without the checksum.
    std::vector<NamedTensor> tensors;            ///< In the order of their offsets.
    std::string checksum;                        ///< SHA-256 of the header (without itself) and the data.

    /// The tensor of this name; throws Error when there is none.
    const NamedTensor& tensor(const std::string& name) const;
};

/// The bytes of a safetensors file: 8-byte little-endian header length, JSON header, data. Throws Error when names repeat or a
/// shape does not fit its values.
std::string writeTensors(const TensorFile& file);

/// Reads such bytes and checks every length, offset, shape, type and the checksum. Throws Error that says what is wrong;
/// never reads outside `bytes`. `origin` names the file in messages.
TensorFile parseTensors(std::span<const std::byte> bytes, const std::string& origin);

/// Throws Error when the file cannot be read, has more than 1 GB, or as parseTensors.
TensorFile readTensorFile(const std::filesystem::path& path);

/// Written beside and renamed.
void writeTensorFile(const std::filesystem::path& path, const TensorFile& file);

} // namespace casr
