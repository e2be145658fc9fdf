#pragma once

#include "core/image/image.h"

#include <cstddef>
#include <vector>

namespace casr {

/// A part of the photo that its memory is made of, and which of its cells become tokens.
struct MemoryWindow {
    Rect rect;              ///< memoryWindowEdge a side; may reach past the photo, whose border is repeated there.
    std::vector<int> cells; ///< Of memoryCell pixels, counted in rows from the top left; in order.
};

constexpr int memoryWindowEdge = 32; ///< Pixels, a multiple of memoryCell.
constexpr int mostMemoryWindows = 64;
constexpr std::size_t mostMemoryTokens = 4096;

/// What of `photo` (RGB) is remembered: up to mostMemoryWindows windows spread evenly over it, each where gradients are strongest
/// nearby, and of their cells mostMemoryTokens, drawn by a hash of their places as training draws them. Only the strongest cells, which
/// no training had shown, were worse. A function of the photo's pixels alone.
std::vector<MemoryWindow> memoryWindowsOf(const Image& photo);

} // namespace casr
