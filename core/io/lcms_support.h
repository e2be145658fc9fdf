#pragma once

// Speaks LittleCMS: for sources alone.

#include <lcms2.h>

#include <memory>
#include <string>

namespace casr {

struct CloseProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
struct DeleteTransform {
    void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using LcmsProfile = std::unique_ptr<void, CloseProfile>;
using LcmsTransform = std::unique_ptr<void, DeleteTransform>;

/// Null when the bytes are no profile.
inline LcmsProfile lcmsProfileOf(const std::string& bytes) {
    return LcmsProfile(cmsOpenProfileFromMem(bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
}

} // namespace casr
