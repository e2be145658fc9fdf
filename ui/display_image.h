#pragma once

#include "core/image/image.h"
#include "core/io/screen_transform.h"

#include <QImage>

#include <optional>

namespace casr {

/// Bytes of the screen's ICC profile; null or empty: sRGB.
using ScreenProfile = std::shared_ptr<const std::string>;

/// How values of a photo become screen colours. Immutable, any thread.
class DisplayColours {
public:
    DisplayColours() = default;
    /// From the photo's own profile (one that cannot be used for `colourChannels` is taken as sRGB) to the screen's.
    DisplayColours(const ColourEncoding& encoding, int colourChannels, const ScreenProfile& screen);

    /// 8-bit picture for the screen: RGB, with alpha premultiplied.
    QImage shown(const Image& image) const;

private:
    std::optional<ScreenTransform> m_transform; ///< None where the values are the screen's already.
    int m_inputs = 3;                           ///< Colours that the transform reads.
};

/// What is seen on a screen of that profile, in sRGB and tagged so. Any thread.
QImage fromScreen(const QImage& seen, const ScreenProfile& screen);

/// A picture of the clipboard as values 0 .. 1 (RGB, or RGBA when it has alpha) in sRGB.
Image imageOf(const QImage& picture);

} // namespace casr
