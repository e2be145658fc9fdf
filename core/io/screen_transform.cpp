#include "core/io/screen_transform.h"

#include "core/base/error.h"
#include "core/io/lcms_support.h"

namespace casr {

namespace {

/// Null when the bytes are no profile.
LcmsProfile profileOf(const std::string& bytes) {
    return bytes.empty() ? LcmsProfile(cmsCreate_sRGBProfile()) : lcmsProfileOf(bytes);
}

} // namespace

ScreenTransform::ScreenTransform(const std::string& picture, const std::string& screen, int channels) {
    const LcmsProfile from = profileOf(picture), to = profileOf(screen);
    if (!from) {
        throw Error("The colour profile of the picture is damaged. Assign another profile, for example sRGB.");
    }
    if (!to || cmsGetColorSpace(to.get()) != cmsSigRgbData) {
        throw Error("The colour profile of the screen is damaged or not for screens. Choose another one in the preferences.");
    }
    // Any call of LittleCMS that does not get along with the profile gives no transform.
    m_transform.reset(cmsCreateTransform(from.get(), channels == 1 ? TYPE_GRAY_16 : TYPE_RGB_16, to.get(), TYPE_RGB_16,
                                         INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE),
                      [](void* transform) {
                          if (transform) {
                              cmsDeleteTransform(transform);
                          }
                      });
    if (!m_transform) {
        throw Error("The colour profile of the picture is made for other colours. Assign another profile, for example sRGB.");
    }
}

void ScreenTransform::apply(const std::uint16_t* from, std::uint16_t* to, std::size_t pixels) const {
    cmsDoTransform(m_transform.get(), from, to, static_cast<cmsUInt32Number>(pixels));
}

} // namespace casr
