#pragma once

#include "core/train/crop_file.h"

#include <array>
#include <vector>

namespace casr {

/// Training crops as textures of rendered scenes: each a square pyramid (Williams 1983, mip map), mirrored without end in both
/// directions. Immutable; any number of threads may read one.
class TextureSet {
public:
    /// Level 0 has at most 128 texels a side. Throws Error when there is no crop.
    explicit TextureSet(const CropFile& crops);

    int count() const { return m_count; }
    /// Texels a side of level 0.
    int edge() const { return m_edge; }

    /// Colour (RGB, 0 .. 1) at the texel position (u, v) of level 0, smoothed over `footprint` texels.
    std::array<float, 3> at(int texture, double u, double v, double footprint) const;

private:
    const std::uint8_t* level(int texture, int number) const;

    int m_count = 0;
    int m_edge = 0;
    int m_levels = 0;
    std::vector<std::size_t> m_offsets; ///< Of every level inside one texture.
    std::size_t m_bytes = 0;            ///< Of one texture.
    std::vector<std::uint8_t> m_texels;
};

} // namespace casr
