#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace casr {

/// Photos with measured depth in one file: "CASRDPTH", then little-endian uint32 version (1), width, height and count, then for
/// every frame width * height * 3 bytes of 8-bit sRGB and width * height uint16 of depth in millimetres, 0 where nothing was measured.
struct DepthFrames {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> colours; ///< count * height * width * 3, interleaved RGB.
    std::vector<std::uint16_t> depths; ///< count * height * width.

    std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
    int count() const { return pixels() == 0 ? 0 : static_cast<int>(depths.size() / pixels()); }
    const std::uint8_t* colour(int frame) const { return colours.data() + 3 * pixels() * static_cast<std::size_t>(frame); }
    const std::uint16_t* depth(int frame) const { return depths.data() + pixels() * static_cast<std::size_t>(frame); }
};

/// Throws Error when the file cannot be read, is no file of this kind or is cut short.
DepthFrames readDepthFrames(const std::filesystem::path& path);

/// Written beside and renamed; throws Error when that fails.
void writeDepthFrames(const std::filesystem::path& path, const DepthFrames& frames);

} // namespace casr
