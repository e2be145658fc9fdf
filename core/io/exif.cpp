#include "core/io/exif.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace casr {

namespace {

constexpr std::string_view prefix("Exif\0\0", 6);
constexpr unsigned orientationTag = 0x0112;
constexpr unsigned shortType = 3;
constexpr std::size_t entryBytes = 12;

/// Reads numbers of a TIFF structure; everything outside the bytes is 0.
class TiffBytes {
public:
    TiffBytes(std::string& bytes, std::size_t start)
        : m_bytes(bytes), m_start(start), m_bigEndian(start < bytes.size() && bytes[start] == 'M') {}

    unsigned byte(std::size_t offset) const {
        const std::size_t at = m_start + offset;
        return at < m_bytes.size() ? static_cast<std::uint8_t>(m_bytes[at]) : 0;
    }
    unsigned number16(std::size_t offset) const {
        const unsigned first = byte(offset), second = byte(offset + 1);
        return m_bigEndian ? first << 8 | second : second << 8 | first;
    }
    std::size_t number32(std::size_t offset) const {
        const std::size_t first = number16(offset), second = number16(offset + 2);
        return m_bigEndian ? first << 16 | second : second << 16 | first;
    }
    void set16(std::size_t offset, unsigned value) {
        m_bytes.at(m_start + offset + (m_bigEndian ? 1 : 0)) = static_cast<char>(value & 0xFF);
        m_bytes.at(m_start + offset + (m_bigEndian ? 0 : 1)) = static_cast<char>(value >> 8);
    }
    bool holds(std::size_t offset, std::size_t count) const { return m_start + offset + count <= m_bytes.size(); }

private:
    std::string& m_bytes;
    std::size_t m_start;
    bool m_bigEndian;
};

/// Sets the digit that follows `key` to 1, wherever it stands.
void setDigitAfter(std::string& text, std::string_view key) {
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
        const std::size_t digit = at + key.size();
        if (digit < text.size() && text[digit] >= '1' && text[digit] <= '8') {
            text[digit] = '1';
        }
    }
}

} // namespace

std::string withUprightOrientation(std::string exif) {
    TiffBytes tiff(exif, std::string_view(exif).substr(0, prefix.size()) == prefix ? prefix.size() : 0);
    const std::size_t directory = tiff.number32(4);
    const std::size_t count = tiff.number16(directory);
    for (std::size_t index = 0; index < count; ++index) {
        const std::size_t entry = directory + 2 + index * entryBytes;
        if (!tiff.holds(entry, entryBytes)) {
            break;
        }
        if (tiff.number16(entry) == orientationTag && tiff.number16(entry + 2) == shortType) {
            tiff.set16(entry + 8, 1);
        }
    }
    return exif;
}

std::string withUprightOrientationInXmp(std::string xmp) {
    for (const std::string_view key : {"tiff:Orientation=\"", "tiff:Orientation='", "<tiff:Orientation>"}) {
        setDigitAfter(xmp, key);
    }
    return xmp;
}

std::string withExifPrefix(const std::string& exif) {
    return std::string_view(exif).substr(0, prefix.size()) == prefix ? exif : std::string(prefix) + exif;
}

} // namespace casr
