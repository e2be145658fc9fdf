#pragma once

#include "core/image/image.h"

#include <QColorTransform>
#include <QImage>

#include <optional>

namespace casr {

/// How values of a photo become screen colours (sRGB). Immutable, any thread.
class DisplayColours {
public:
    DisplayColours() = default;
    /// From the photo's own profile; a profile that Qt cannot use is taken as sRGB.
    explicit DisplayColours(const ColourEncoding& encoding);

    /// 8-bit picture for the screen: grey, RGB, with alpha premultiplied.
    QImage shown(const Image& image) const;

private:
    std::optional<QColorTransform> m_transform; ///< None where the values are sRGB already.
};

/// A picture of the clipboard as values 0 .. 1 (RGB, or RGBA when it has alpha) in sRGB.
Image imageOf(const QImage& picture);

} // namespace casr
