#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace casr {

/// SHA-256 (FIPS 180-4) of bytes given in any number of pieces. Our own, because the trainer builds with LibTorch alone.
class Sha256 {
public:
    void add(std::span<const std::byte> bytes);
    void add(const std::string& text) { add(std::as_bytes(std::span(text))); }

    /// 64 lower-case hexadecimal digits; the object is used up.
    std::string hexDigest();

private:
    void addBlock(const std::uint8_t* block);

    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> m_pending{};
    std::size_t m_pendingSize = 0;
    std::uint64_t m_total = 0;
};

/// Digest of one piece.
std::string sha256(std::span<const std::byte> bytes);

} // namespace casr
