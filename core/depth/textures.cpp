#include "core/depth/textures.h"

#include "core/base/error.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace casr {

namespace {

constexpr int largestEdge = 128;

/// Means of `factor` x `factor` texels, `edge` of them a side; rows of `from` are `fromEdge` texels long.
void reduce(const std::uint8_t* from, int fromEdge, int factor, int edge, std::uint8_t* to) {
    for (int y = 0; y < edge; ++y) {
        for (int x = 0; x < 3 * edge; ++x) {
            int sum = 0;
            for (int i = 0; i < factor * factor; ++i) {
                const int column = x / 3 * factor + i % factor, row = y * factor + i / factor;
                sum += from[3 * (row * fromEdge + column) + x % 3];
            }
            to[3 * edge * y + x] = static_cast<std::uint8_t>((sum + factor * factor / 2) / (factor * factor));
        }
    }
}

/// 0, 1, .. edge - 1, edge - 1, .. 1, 0, 0, 1, ..
int mirrored(int index, int edge) {
    const int period = index & (2 * edge - 1);
    return period < edge ? period : 2 * edge - 1 - period;
}

} // namespace

TextureSet::TextureSet(const CropFile& crops) : m_count(crops.count()) {
    if (m_count == 0) {
        throw Error("Scenes need textures, and the crop file holds none. Make one with: casr-train pack FOLDER FILE");
    }
    m_edge = static_cast<int>(std::bit_floor(static_cast<unsigned>(std::min(crops.edge, largestEdge))));
    for (int edge = m_edge; edge >= 1; edge /= 2) {
        m_offsets.push_back(m_bytes);
        m_bytes += std::size_t{3} * edge * edge;
        ++m_levels;
    }
    m_texels.resize(m_bytes * static_cast<std::size_t>(m_count));
    for (int texture = 0; texture < m_count; ++texture) {
        std::uint8_t* out = m_texels.data() + m_bytes * static_cast<std::size_t>(texture);
        reduce(crops.crop(texture), crops.edge, crops.edge / m_edge, m_edge, out);
        for (std::size_t number = 1; number < m_offsets.size(); ++number) {
            const int edge = m_edge >> number;
            reduce(out + m_offsets[number - 1], 2 * edge, 2, edge, out + m_offsets[number]);
        }
    }
}

const std::uint8_t* TextureSet::level(int texture, int number) const {
    return m_texels.data() + m_bytes * static_cast<std::size_t>(texture) + m_offsets[static_cast<std::size_t>(number)];
}

std::array<float, 3> TextureSet::at(int texture, double u, double v, double footprint) const {
    const int number = footprint < 2.0 ? 0 : std::min(std::ilogb(footprint), m_levels - 1);
    const int edge = m_edge >> number;
    const std::uint8_t* texels = level(texture, number);
    const double x = std::ldexp(u, -number) - 0.5, y = std::ldexp(v, -number) - 0.5;
    const double left = std::floor(x), top = std::floor(y);
    const float right = static_cast<float>(x - left), below = static_cast<float>(y - top);
    // A far point of a large surface may lie beyond the whole numbers; where it repeats is of no matter there.
    const int column = static_cast<int>(std::fmod(left, 2.0 * edge)), row = static_cast<int>(std::fmod(top, 2.0 * edge));
    const int x0 = mirrored(column, edge), x1 = mirrored(column + 1, edge), y0 = mirrored(row, edge), y1 = mirrored(row + 1, edge);
    std::array<float, 3> colour{};
    for (int c = 0; c < 3; ++c) {
        const auto texel = [&](int i, int j) { return static_cast<float>(texels[3 * (j * edge + i) + c]); };
        const float upper = texel(x0, y0) + right * (texel(x1, y0) - texel(x0, y0));
        const float lower = texel(x0, y1) + right * (texel(x1, y1) - texel(x0, y1));
        colour[static_cast<std::size_t>(c)] = (upper + below * (lower - upper)) / 255.0f;
    }
    return colour;
}

} // namespace casr
