#include "core/io/output_colours.h"

#include "core/io/lcms_support.h"
#include "core/io/vips_support.h"

#include <algorithm>

namespace casr {

namespace {

Image repeatedThreeTimes(const Image& grey) {
    return joinChannels(joinChannels(grey, grey, {}), grey, {});
}

/// Grey or RGB without alpha, from one profile to another of RGB. In float32, where LittleCMS takes no short cut through a table.
Image throughProfiles(const Image& colours, const std::string& from, const std::string& to) {
    const LcmsProfile source = lcmsProfileOf(from), target = lcmsProfileOf(to);
    const LcmsTransform transform(source && target
                                      ? cmsCreateTransform(source.get(), colours.channels() == 1 ? TYPE_GRAY_FLT : TYPE_RGB_FLT,
                                                           target.get(), TYPE_RGB_FLT, INTENT_RELATIVE_COLORIMETRIC,
                                                           cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE)
                                      : nullptr);
    if (!transform) {
        throw Error("The colour profile of the picture cannot be used (it is damaged or made for other colours). Export with the photo's "
                    "own colours.");
    }
    std::vector<float> inside(colours.values().begin(), colours.values().end());
    std::transform(inside.begin(), inside.end(), inside.begin(), [](float value) { return std::clamp(value, 0.0f, 1.0f); });
    const auto convert = [&](std::span<float> values) {
        cmsDoTransform(transform.get(), inside.data(), values.data(), static_cast<cmsUInt32Number>(colours.size().area()));
    };
    return Image::written(colours.size(), 3, convert);
}

} // namespace

ColourEncoding encodingIn(OutputColours output, const ColourEncoding& encoding) {
    if (output == OutputColours::asPicture) {
        return encoding;
    }
    return {std::make_shared<const std::string>(builtInProfile(output == OutputColours::srgb ? "srgb" : "p3")), encoding.hasAlpha};
}

Image convertedTo(OutputColours output, const Image& image) {
    if (output == OutputColours::asPicture) {
        return image;
    }
    const int channels = image.colourChannels();
    const auto& own = image.encoding().iccProfile;
    const ColourEncoding encoding = encodingIn(output, image.encoding());
    const Image plain = selectChannels(image, 0, channels);
    const Image colours = !own && channels == 1 ? repeatedThreeTimes(plain) : plain;
    const bool isThereAlready = !own && output == OutputColours::srgb;
    const Image converted = isThereAlready ? colours : throughProfiles(colours, own ? *own : builtInProfile("srgb"), *encoding.iccProfile);
    return encoding.hasAlpha ? joinChannels(converted, selectChannels(image, channels, 1), encoding) : withEncoding(converted, encoding);
}

} // namespace casr
