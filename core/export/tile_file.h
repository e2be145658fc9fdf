#pragma once

#include "core/image/image.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace casr {

/// How the values of a tile are kept on disk.
enum class SampleType {
    integer8,  ///< n / 255, rounded half up after clamping: what an 8-bit picture file will hold.
    integer16, ///< n / 65535, likewise.
    float32    ///< As they are.
};

/// No tile file has more bytes: a file that does is none, and is not read.
constexpr std::uintmax_t mostBytesOfTile = std::uintmax_t{64} << 20;

/// The bytes of a tile file: "CASRTILE", version, type, width, height, channels, SHA-256 of the samples, samples.
std::string encodeTile(const Image& tile, SampleType type);

/// The tile in `bytes`. Throws Error, naming `origin`, when they are cut short, altered or of another kind; never reads outside.
Image decodeTile(std::span<const std::byte> bytes, const std::string& origin);

} // namespace casr
