#pragma once

#include <array>
#include <cstdint>

namespace casr {

/// Red, green and blue for depths from far (0) to near (255): OpenCV's Inferno, whose steps look equally large (van der Walt and Smith
/// 2015).
using DepthColours = std::array<std::array<std::uint8_t, 3>, 256>;
const DepthColours& depthColours();

} // namespace casr
