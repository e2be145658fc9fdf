#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace casr {

/// How the codes of a picture become those of a screen: relative colorimetric with black point compensation, by LittleCMS. Immutable, any
/// number of threads may use one.
class ScreenTransform {
public:
    /// Bytes of ICC profiles; empty ones mean sRGB. `channels`: colours of the picture, 1 or 3; a grey one needs a profile of its own.
    /// Throws Error when a profile cannot be used for that.
    ScreenTransform(const std::string& picture, const std::string& screen, int channels);

    /// 16-bit codes: `channels` for each pixel in, three out.
    void apply(const std::uint16_t* from, std::uint16_t* to, std::size_t pixels) const;

private:
    std::shared_ptr<void> m_transform;
};

} // namespace casr
