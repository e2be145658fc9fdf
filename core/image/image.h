#pragma once

#include "core/image/geometry.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace casr {

/// How the numbers of a picture become colours.
struct ColourEncoding {
    /// Bytes of the ICC profile that the values are encoded in; empty means sRGB (or its grey).
    std::shared_ptr<const std::string> iccProfile;
    /// True when the last channel is alpha (not premultiplied).
    bool hasAlpha = false;

    bool operator==(const ColourEncoding& other) const;
};

/// A picture of float32 values, interleaved, rows from top to bottom, nominally 0 .. 1 (values outside are kept).
/// Shared and immutable: copies are cheap, and any number of threads may read one. Channels: 1 grey, 2 grey and alpha,
/// 3 RGB, 4 RGB and alpha; other counts are planes of numbers without colour.
class Image {
public:
    Image() = default;

    /// Takes `values` (size.width * size.height * channels of them; throws std::invalid_argument otherwise).
    Image(Size size, int channels, std::vector<float> values, ColourEncoding encoding = {});

    /// Lets `write` set all values, which hold nothing before: cheaper where several threads write a large picture.
    static Image written(Size size, int channels, const std::function<void(std::span<float>)>& write, ColourEncoding encoding = {});

    Size size() const { return m_size; }
    int width() const { return m_size.width; }
    int height() const { return m_size.height; }
    int channels() const { return m_channels; }
    int colourChannels() const { return m_channels - (m_encoding.hasAlpha ? 1 : 0); }
    bool isEmpty() const { return m_size.isEmpty(); }
    const ColourEncoding& encoding() const { return m_encoding; }

    std::span<const float> values() const;
    const float* row(int y) const { return m_values.get() + static_cast<std::size_t>(y) * m_size.width * m_channels; }
    float at(int x, int y, int channel) const { return row(y)[x * m_channels + channel]; }

private:
    Size m_size;
    int m_channels = 0;
    ColourEncoding m_encoding;
    std::shared_ptr<const float> m_values;
};

/// The part of `image` inside `rect`; where `rect` leaves the picture, the nearest border pixel is repeated. Throws
/// std::invalid_argument for an empty picture or a rectangle of negative width or height.
Image cropped(const Image& image, Rect rect);

/// `count` channels of `image` from `first` on. The result has no alpha unless `alpha` says so.
Image selectChannels(const Image& image, int first, int count, bool alpha = false);

/// The channels of `a` followed by those of `b` (same size); alpha as in `encoding`.
Image joinChannels(const Image& a, const Image& b, ColourEncoding encoding);

/// The same values under another encoding.
Image withEncoding(const Image& image, ColourEncoding encoding);

/// True when size, channels and every bit of every value agree (encodings are not looked at).
bool sameBits(const Image& a, const Image& b);

} // namespace casr
