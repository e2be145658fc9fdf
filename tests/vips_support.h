#pragma once

// Pictures and profiles as libvips has them, for the tests of picture files.

#include "picture_support.h"

#include <vips/vips8>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>

inline const casr::Size oddSize{37, 23};

inline vips::VImage opened(const std::filesystem::path& path) {
    return vips::VImage::new_from_file(path.c_str());
}

/// The pixels as libvips decodes them, in their own codes.
template <typename Sample>
std::vector<int> codesOf(const vips::VImage& image) {
    const vips::VImage memory = image.copy_memory();
    const auto* first = static_cast<const Sample*>(memory.data());
    return {first, first + static_cast<std::ptrdiff_t>(memory.width()) * memory.height() * memory.bands()};
}

inline std::vector<int> codesOf(const casr::Image& image, int largest) {
    std::vector<int> codes;
    for (const float value : image.values()) {
        codes.push_back(static_cast<int>(std::lround(value * static_cast<float>(largest))));
    }
    return codes;
}

/// A libvips picture of 8-bit noise.
inline vips::VImage noise(casr::Size size, int bands, VipsInterpretation interpretation) {
    casr::HashRandom random(7);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(bands));
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random.below(256));
    }
    return vips::VImage::new_from_memory(bytes.data(), bytes.size(), size.width, size.height, bands, VIPS_FORMAT_UCHAR)
        .copy(vips::VImage::option()->set("interpretation", interpretation))
        .copy_memory(); // Last: a picture that is in memory already would go on pointing at these bytes.
}

inline VipsInterpretation interpretation(int bits) {
    return bits == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

inline vips::VImage flat(casr::Size size, const std::vector<double>& colour, VipsInterpretation interpretation) {
    const vips::VImage black =
        vips::VImage::black(size.width, size.height, vips::VImage::option()->set("bands", static_cast<int>(colour.size())));
    const vips::VImage filled = black.linear(std::vector<double>(colour.size(), 1.0), colour);
    return filled.copy(vips::VImage::option()->set("interpretation", interpretation));
}

inline std::string wideProfile() {
    VipsBlob* profile = nullptr;
    if (vips_profile_load("p3", &profile, nullptr)) {
        return {};
    }
    std::size_t size = 0;
    const auto* data = static_cast<const char*>(vips_blob_get(profile, &size));
    const std::string bytes(data, size);
    vips_area_unref(VIPS_AREA(profile));
    return bytes;
}

inline std::string bigEndian(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// An ICC profile of grey in linear light: D50 white and a tone curve of gamma 1, nothing else.
inline std::string linearGreyProfile() {
    const std::string white = bigEndian(0xF6D6) + bigEndian(0x10000) + bigEndian(0xD32D);
    const std::string tags = bigEndian(2) + "wtpt" + bigEndian(156) + bigEndian(20) + "kTRC" + bigEndian(176) + bigEndian(14);
    // Some noise at the end, because libpng refuses profiles that deflate to next to nothing.
    casr::HashRandom random(3);
    std::string data = "XYZ " + bigEndian(0) + white + "curv" + bigEndian(0) + bigEndian(1) + std::string("\1\0\0\0", 4);
    std::generate_n(std::back_inserter(data), 320, [&] { return static_cast<char>(random.below(256)); });
    std::string header = bigEndian(512) + "none" + bigEndian(0x02100000) + "mntrGRAYXYZ " + std::string(12, '\0') + "acsp";
    header += std::string(28, '\0') + white;
    return header + std::string(128 - header.size(), '\0') + tags + data;
}

inline casr::Picture withProfile(const casr::Picture& picture, const std::string& profile) {
    casr::Picture result = picture;
    const casr::ColourEncoding encoding{std::make_shared<const std::string>(profile), picture.image.encoding().hasAlpha};
    result.image = withEncoding(picture.image, encoding);
    return result;
}
