#pragma once

#include <bit>
#include <cstdint>

namespace casr {

/// The float32 of a bfloat16's bits: exact.
inline float fromBfloat16(std::uint16_t bits) {
    return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

/// The bits of the nearest bfloat16, halves to even, as LibTorch rounds; NaN stays NaN. Without a branch, so that loops become vector code.
inline std::uint16_t toBfloat16(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const auto rounded = static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    const bool isNumber = (bits & 0x7FFFFFFF) <= 0x7F800000;
    return isNumber ? rounded : std::uint16_t{0x7FC0};
}

} // namespace casr
