#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace casr {

/// Square 8-bit sRGB crops in one file, the only input of training: "CASRCROP", then little-endian uint32 version (1), edge and
/// count, then for every crop a uint32 photo number (crops of one photo share it) and edge * edge * 3 bytes.
struct CropFile {
    int edge = 0;                      ///< Pixels a side.
    std::vector<std::uint32_t> photos; ///< Photo number of every crop.
    std::vector<std::uint8_t> pixels;  ///< count * edge * edge * 3, interleaved RGB.

    int count() const { return static_cast<int>(photos.size()); }
    std::size_t bytesOfCrop() const { return static_cast<std::size_t>(edge) * edge * 3; }
    const std::uint8_t* crop(int index) const { return pixels.data() + bytesOfCrop() * static_cast<std::size_t>(index); }
};

/// Throws Error when the file cannot be read, is no crop file or is cut short.
CropFile readCropFile(const std::filesystem::path& path);

/// Written beside and renamed; throws Error when that fails.
void writeCropFile(const std::filesystem::path& path, const CropFile& crops);

} // namespace casr
