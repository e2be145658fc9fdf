#pragma once

#include "core/image/geometry.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace casr {

/// What the header of a Windows bitmap says.
struct BmpHeader {
    Size size;
    int channels = 3; ///< 1 (a palette of greys), 3, or 4 with alpha.
};

/// An 8-bit picture: rows from top to bottom, channels interleaved.
struct BmpPicture {
    BmpHeader header;
    std::vector<std::uint8_t> samples;
};

/// The header of a bitmap of 1, 4, 8, 16, 24 or 32 bits a pixel with a BITMAPINFOHEADER or one of its successors, plain, run-length
/// coded or with bit fields; `bytes` needs to hold header and palette alone. Nothing for everything else, never throws for what the
/// bytes are.
std::optional<BmpHeader> bmpHeader(std::string_view bytes);

/// The picture; nothing when the bytes are no such bitmap or end before its last pixel.
std::optional<BmpPicture> decodedBmp(std::string_view bytes);

} // namespace casr
