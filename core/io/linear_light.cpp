#include "core/io/linear_light.h"

#include "core/io/lcms_support.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace casr {

namespace {

constexpr float knee = 0.8f;

constexpr cmsCIExyY d65{0.3127, 0.3290, 1};
constexpr cmsCIExyYTRIPLE srgbPrimaries{{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
constexpr cmsCIExyYTRIPLE p3Primaries{{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};

LcmsProfile linearRgb(const cmsCIExyYTRIPLE& primaries) {
    cmsToneCurve* straight = cmsBuildGamma(nullptr, 1.0);
    const std::array<cmsToneCurve*, 3> curves{straight, straight, straight};
    LcmsProfile profile(cmsCreateRGBProfile(&d65, &primaries, curves.data()));
    cmsFreeToneCurve(straight);
    return profile;
}

LcmsProfile linearGrey() {
    cmsToneCurve* straight = cmsBuildGamma(nullptr, 1.0);
    LcmsProfile profile(cmsCreateGrayProfile(cmsD50_xyY(), straight));
    cmsFreeToneCurve(straight);
    return profile;
}

LcmsProfile sourceProfile(const std::string& bytes, bool isGrey) {
    if (bytes.empty()) {
        return isGrey ? linearGrey() : linearRgb(srgbPrimaries);
    }
    return lcmsProfileOf(bytes);
}

/// The colours in linear light of P3 primaries (grey: linear grey), unclamped.
std::vector<float> inWorkingSpace(const Image& colours, const std::string& profile) {
    const bool isGrey = colours.channels() == 1;
    const LcmsProfile from = sourceProfile(profile, isGrey), to = isGrey ? linearGrey() : linearRgb(p3Primaries);
    const cmsUInt32Number type = isGrey ? TYPE_GRAY_FLT : TYPE_RGB_FLT;
    const LcmsTransform transform(from ? cmsCreateTransform(from.get(), type, to.get(), type, INTENT_RELATIVE_COLORIMETRIC, 0) : nullptr);
    if (!transform) {
        throw Error("The colour profile of the picture cannot be used (it is damaged or made for other colours). Assign another profile, "
                    "for example sRGB.");
    }
    std::vector<float> in(colours.values().begin(), colours.values().end()), out(in.size());
    std::replace_if(
        in.begin(), in.end(), [](float value) { return !std::isfinite(value); }, 0.0f);
    cmsDoTransform(transform.get(), in.data(), out.data(), static_cast<cmsUInt32Number>(colours.size().area()));
    return out;
}

float encoded(float light) {
    const float inside = std::clamp(light, 0.0f, 1.0f);
    return inside <= 0.0031308f ? 12.92f * inside : 1.055f * std::pow(inside, 1 / 2.4f) - 0.055f;
}

/// Puts the curve on one pixel in place, and then the encoding.
void showPixel(float* pixel, int channels, ToneCurve curve) {
    const float largest = *std::max_element(pixel, pixel + channels);
    const float factor = largest > 0 ? underToneCurve(largest, curve) / largest : 0.0f;
    std::transform(pixel, pixel + channels, pixel, [&](float light) { return encoded(light * factor); });
}

} // namespace

float underToneCurve(float light, ToneCurve curve) {
    if (curve == ToneCurve::clip || light <= knee) {
        return std::clamp(light, 0.0f, 1.0f);
    }
    // The slope is 1 at the knee and falls to 0 at white.
    return knee + (1 - knee) * (1 - std::exp((knee - light) / (1 - knee)));
}

std::string displayP3Profile() {
    return builtInProfile("p3");
}

Image displayedLab(const Image& lab) {
    const auto profile = std::make_shared<const std::string>(displayP3Profile());
    const LcmsProfile from(cmsCreateLab4Profile(nullptr)), to = sourceProfile(*profile, false);
    const LcmsTransform transform(cmsCreateTransform(from.get(), TYPE_Lab_FLT, to.get(), TYPE_RGB_FLT, INTENT_RELATIVE_COLORIMETRIC, 0));
    const Image in = selectChannels(lab, 0, 3);
    std::vector<float> out(in.values().size());
    cmsDoTransform(transform.get(), in.values().data(), out.data(), static_cast<cmsUInt32Number>(lab.size().area()));
    std::transform(out.begin(), out.end(), out.begin(), [](float value) { return std::clamp(value, 0.0f, 1.0f); });
    const Image colours(lab.size(), 3, std::move(out), {profile, false});
    return lab.channels() == 3 ? colours : joinChannels(colours, selectChannels(lab, 3, 1), {profile, true});
}

Image displayed(const Image& light, const std::string& profile, ToneCurve curve) {
    const int channels = light.colourChannels();
    const bool hasAlpha = light.encoding().hasAlpha;
    std::vector<float> values = inWorkingSpace(selectChannels(light, 0, channels), profile);
    for (std::size_t at = 0; at < values.size(); at += static_cast<std::size_t>(channels)) {
        showPixel(values.data() + at, channels, curve);
    }
    ColourEncoding encoding{channels == 3 ? std::make_shared<const std::string>(displayP3Profile()) : nullptr, false};
    const Image colours(light.size(), channels, std::move(values), encoding);
    encoding.hasAlpha = hasAlpha;
    return hasAlpha ? joinChannels(colours, selectChannels(light, channels, 1), encoding) : colours;
}

} // namespace casr
