#pragma once

// EXIF blocks, byte by byte.

#include <cstdint>
#include <string>

inline std::string number(std::uint64_t value, int bytes, bool bigEndian) {
    std::string text;
    for (int at = 0; at < bytes; ++at) {
        text += static_cast<char>(value >> 8 * (bigEndian ? bytes - 1 - at : at) & 0xFF);
    }
    return text;
}

/// Make, the exposure time of 1/125 s, f/2.8, a maker note and a latitude of 48 degrees north.
inline std::string exifBlock(bool bigEndian) {
    const auto two = [&](std::uint64_t value) { return number(value, 2, bigEndian); };
    const auto four = [&](std::uint64_t value) { return number(value, 4, bigEndian); };
    const auto entry = [&](int tag, int type, int count, const std::string& value) {
        return two(static_cast<std::uint64_t>(tag)) + two(static_cast<std::uint64_t>(type)) + four(static_cast<std::uint64_t>(count)) +
               value;
    };
    const std::string start = (bigEndian ? "MM" : "II") + two(42) + four(8);
    const std::string main = two(3) + entry(271, 2, 6, four(50)) + entry(34665, 4, 1, four(56)) + entry(34853, 4, 1, four(140)) + four(0);
    const std::string make("Lumen\0", 6);
    const std::string photo = two(4) + entry(33434, 5, 1, four(116)) + entry(33437, 5, 1, four(124)) +
                              entry(34855, 3, 1, two(400) + two(0)) + entry(37500, 7, 8, four(132)) + four(0) + std::string(6, '\0') +
                              four(1) + four(125) + four(28) + four(10) + "the note";
    const std::string position = two(2) + entry(1, 2, 2, std::string("N\0\0\0", 4)) + entry(2, 5, 3, four(170)) + four(0);
    return std::string("Exif\0\0", 6) + start + main + make + photo + position + four(48) + four(1) + four(0) + four(1) + four(0) + four(1);
}

/// Make, and behind it the directory of a thumbnail of these bytes.
inline std::string exifWithThumbnail(const std::string& thumbnail) {
    const auto two = [](std::uint64_t value) { return number(value, 2, false); };
    const auto four = [](std::uint64_t value) { return number(value, 4, false); };
    const std::string main = two(1) + two(271) + two(2) + four(6) + four(26) + four(32) + std::string("Lumen\0", 6);
    const std::string second = two(3) + two(259) + two(3) + four(1) + four(6) + two(513) + two(4) + four(1) + four(74) + two(514) + two(4) +
                               four(1) + four(thumbnail.size()) + four(0);
    return std::string("Exif\0\0II", 8) + two(42) + four(8) + main + second + thumbnail;
}
