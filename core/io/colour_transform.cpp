#include "core/io/colour_transform.h"

#include "core/image/quantise.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <cstdint>

namespace casr {

namespace {

std::vector<std::uint16_t> in16Bits(const Image& image) {
    std::vector<std::uint16_t> samples(image.values().size());
    std::transform(image.values().begin(), image.values().end(), samples.begin(),
                   [](float value) { return static_cast<std::uint16_t>(quantised(value, 65535)); });
    return samples;
}

Image fromSamples(Size size, int channels, const std::uint16_t* samples) {
    std::vector<float> values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    std::transform(samples, samples + values.size(), values.begin(),
                   [](std::uint16_t sample) { return static_cast<float>(sample) / 65535.0f; });
    return Image(size, channels, std::move(values));
}

[[noreturn]] void failToTransform(const std::string& reason) {
    throw Error("The colour profile of the picture cannot be used (" + reason + "). Assign another profile, for example sRGB.");
}

/// libvips would take a fallback of its own for a profile that is broken or of another colour space.
void checkProfile(const vips::VImage& image, const std::string& profile) {
    std::string copy = profile;
    if (!vips_icc_is_compatible_profile(image.get_image(), copy.data(), copy.size())) {
        failToTransform("it is damaged or made for other colours");
    }
}

/// The colours (no alpha) through the profile.
Image throughProfile(const Image& colours, const std::string& profile) {
    startPictureLibrary();
    std::vector<std::uint16_t> samples = in16Bits(colours);
    try {
        vips::VImage image = vips::VImage::new_from_memory(samples.data(), samples.size() * sizeof(std::uint16_t), colours.width(),
                                                           colours.height(), colours.channels(), VIPS_FORMAT_USHORT)
                                 .copy(vips::VImage::option()->set("interpretation", interpretationOf(colours.channels(), 16)));
        checkProfile(image, profile);
        setMetadata(image, {}, profile);
        const vips::VImage srgb = image.icc_transform("srgb", vips::VImage::option()
                                                                  ->set("embedded", true)
                                                                  ->set("depth", 16)
                                                                  ->set("intent", VIPS_INTENT_RELATIVE)
                                                                  ->set("black_point_compensation", true));
        const vips::VImage memory = srgb.copy_memory();
        return fromSamples(colours.size(), memory.bands(), static_cast<const std::uint16_t*>(memory.data()));
    } catch (const vips::VError&) {
        failToTransform(takeVipsError());
    }
}

Image repeatedThreeTimes(const Image& grey) {
    return joinChannels(joinChannels(grey, grey, {}), grey, {});
}

Image coloursAsSrgb(const Image& colours, const ColourEncoding& encoding) {
    const Image converted = encoding.iccProfile ? throughProfile(colours, *encoding.iccProfile) : colours;
    return converted.channels() == 1 ? repeatedThreeTimes(converted) : converted;
}

} // namespace

Image convertedToSrgb(const Image& image) {
    const int colours = image.colourChannels();
    if (!image.encoding().iccProfile && colours == 3) {
        return image;
    }
    const Image srgb = coloursAsSrgb(selectChannels(image, 0, colours), image.encoding());
    return image.encoding().hasAlpha ? joinChannels(srgb, selectChannels(image, colours, 1), {nullptr, true}) : srgb;
}

} // namespace casr
