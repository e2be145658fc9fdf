#pragma once

// Camera RAW files made by hand.

#include "core/image/geometry.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

/// The bytes of a little-endian TIFF structure, directory first, as cameras write it.
class TiffWriter {
public:
    void add(int tag, int type, std::uint32_t count, const std::string& bytes) {
        m_entries += number(tag, 2) + number(type, 2) + number(count, 4);
        m_entries += bytes.size() <= 4 ? bytes + std::string(4 - bytes.size(), '\0') : number(extraStart + m_extra.size(), 4);
        m_extra += bytes.size() <= 4 ? std::string() : bytes + std::string(bytes.size() % 2, '\0');
        ++m_count;
    }
    void addShort(int tag, std::uint64_t value) { add(tag, 3, 1, number(value, 2)); }
    void addLong(int tag, std::uint64_t value) { add(tag, 4, 1, number(value, 4)); }
    void addText(int tag, const std::string& text) { add(tag, 2, static_cast<std::uint32_t>(text.size()) + 1, text + '\0'); }
    void addFractions(int tag, int type, const std::vector<double>& values) {
        std::string bytes;
        for (const double value : values) {
            bytes += number(static_cast<std::uint32_t>(std::lround(value * 10000)), 4) + number(10000, 4);
        }
        add(tag, type, static_cast<std::uint32_t>(values.size()), bytes);
    }

    /// Everything before the pixels, which come at `pixelStart`.
    std::string header() const {
        std::string bytes = std::string("II*\0", 4) + number(8, 4) + number(m_count, 2) + m_entries + number(0, 4);
        bytes.resize(extraStart, '\0');
        bytes += m_extra;
        bytes.resize(pixelStart, '\0');
        return bytes;
    }

    static std::string number(std::uint64_t value, int bytes) {
        std::string text;
        for (int at = 0; at < bytes; ++at) {
            text += static_cast<char>(value >> 8 * at & 0xFF);
        }
        return text;
    }

    static constexpr std::size_t extraStart = 512;
    static constexpr std::size_t pixelStart = 1024;

private:
    std::string m_entries;
    std::string m_extra;
    std::uint32_t m_count = 0;
};

inline const casr::Size sensor{96, 64};

/// What the camera's sensor gives for neutral grey: its white balance.
inline const std::array<double, 3> neutral{0.5, 1.0, 0.8};

inline void addPlainTags(TiffWriter& tiff, casr::Size size, int photometric, int orientation) {
    tiff.addLong(254, 0);
    tiff.addLong(256, static_cast<std::uint64_t>(size.width));
    tiff.addLong(257, static_cast<std::uint64_t>(size.height));
    tiff.addShort(258, 16);
    tiff.addShort(259, 1);
    tiff.addShort(262, static_cast<std::uint64_t>(photometric));
    tiff.addText(271, "Canon");
    tiff.addText(272, "EOS 5D");
    tiff.addLong(273, TiffWriter::pixelStart);
    tiff.addShort(274, static_cast<std::uint64_t>(orientation));
    tiff.addShort(277, 1);
    tiff.addLong(278, static_cast<std::uint64_t>(size.height));
    tiff.addLong(279, static_cast<std::uint64_t>(size.area() * 2));
}

/// A camera that sees the primaries of sRGB, with a Bayer mosaic of red, green, green and blue.
inline void addCameraTags(TiffWriter& tiff) {
    const std::array<double, 9> srgbOfXyz{3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108,
                                          0.0415560, 0.0556434,  -0.2040259, 1.0572252};
    std::vector<double> cameraOfXyz;
    for (std::size_t at = 0; at < srgbOfXyz.size(); ++at) {
        cameraOfXyz.push_back(srgbOfXyz[at] * neutral[at / 3]);
    }
    tiff.add(33421, 3, 2, TiffWriter::number(2, 2) + TiffWriter::number(2, 2));
    tiff.add(33422, 1, 4, std::string("\0\1\1\2", 4));
    tiff.add(50706, 1, 4, std::string("\1\4\0\0", 4));
    tiff.addText(50708, "Lumen One");
    tiff.addLong(50717, 65535);
    tiff.addFractions(50721, 10, cameraOfXyz);
    tiff.addFractions(50728, 5, {neutral.begin(), neutral.end()});
    tiff.addShort(50778, 21);
}

/// Mosaic samples of the linear sRGB colours of the left and of the right half.
inline std::string mosaic(const std::array<double, 3>& left, const std::array<double, 3>& right) {
    std::string bytes;
    for (int y = 0; y < sensor.height; ++y) {
        for (int x = 0; x < sensor.width; ++x) {
            const auto channel = static_cast<std::size_t>(y % 2 + x % 2);
            const double light = (x < sensor.width / 2 ? left : right)[channel] * neutral[channel];
            bytes += TiffWriter::number(static_cast<std::uint64_t>(light * 65535 + 0.5), 2);
        }
    }
    return bytes;
}

inline const std::array<double, 3> orange{0.5, 0.25, 0.1};
inline const std::array<double, 3> grey{0.2, 0.2, 0.2};

inline std::string dng(int orientation = 1, casr::Size size = sensor) {
    TiffWriter tiff;
    addPlainTags(tiff, size, 32803, orientation);
    addCameraTags(tiff);
    return tiff.header() + mosaic(orange, grey);
}
