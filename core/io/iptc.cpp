#include "core/io/iptc.h"

#include <cstdint>
#include <string_view>

namespace casr {

namespace {

constexpr std::string_view wrapper("Photoshop 3.0\0", 14);
constexpr std::string_view resourceMark = "8BIM";
constexpr std::uint32_t iptcResource = 0x0404;
constexpr char datasetMark = 0x1C;

/// Big-endian; 0 beyond the end.
std::uint32_t number(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int index = 0; index < count; ++index) {
        const std::size_t place = at + static_cast<std::size_t>(index);
        value = value << 8 | (place < bytes.size() ? static_cast<std::uint8_t>(bytes[place]) : 0u);
    }
    return value;
}

std::size_t even(std::size_t count) {
    return count + count % 2;
}

} // namespace

std::string iimOf(const std::string& block) {
    const std::string_view bytes = block;
    if (bytes.substr(0, 1) == std::string_view(&datasetMark, 1)) {
        return block;
    }
    std::size_t at = wrapper.size();
    while (bytes.substr(0, wrapper.size()) == wrapper && at < bytes.size() && bytes.substr(at, 4) == resourceMark) {
        const std::size_t nameBytes = even(1 + number(bytes, at + 6, 1));
        const std::size_t size = number(bytes, at + 6 + nameBytes, 4), data = at + 10 + nameBytes;
        if (data > bytes.size() || size > bytes.size() - data) {
            return {};
        }
        if (number(bytes, at + 4, 2) == iptcResource) {
            return std::string(bytes.substr(data, size));
        }
        at = data + even(size);
    }
    return {};
}

std::string photoshopBlockOf(const std::string& block) {
    const std::string iim = iimOf(block);
    if (iim.empty() || std::string_view(block).substr(0, wrapper.size()) == wrapper) {
        return block;
    }
    const auto size = static_cast<std::uint32_t>(iim.size());
    const std::string length{static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                             static_cast<char>(size)};
    return std::string(wrapper) + std::string(resourceMark) + std::string("\x04\x04\0\0", 4) + length + iim + std::string(size % 2, '\0');
}

} // namespace casr
