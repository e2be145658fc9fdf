#include "ui/display_image.h"

#include "ui/guarded.h"

#include <QColorSpace>

#include <algorithm>
#include <new>

namespace casr {

namespace {

constexpr float largestCode = 65535.0f;

/// Written so that NaN becomes 0.
quint16 codeOf(float value) {
    return value > 0.0f ? static_cast<quint16>(std::min(value, 1.0f) * largestCode + 0.5f) : quint16{0};
}

void fillRow(const float* from, int width, int channels, bool hasAlpha, quint16* to) {
    const int colours = channels - (hasAlpha ? 1 : 0);
    for (int x = 0; x < width; ++x, from += channels, to += 4) {
        to[0] = codeOf(from[0]);
        to[1] = colours == 1 ? to[0] : codeOf(from[1]);
        to[2] = colours == 1 ? to[0] : codeOf(from[2]);
        to[3] = hasAlpha ? codeOf(from[colours]) : quint16{0xffff};
    }
}

/// Four codes a pixel, the last one left as it is.
void transformRow(const ScreenTransform& transform, int inputs, quint16* row, int width) {
    std::vector<quint16> from(static_cast<std::size_t>(width) * inputs), to(static_cast<std::size_t>(width) * 3);
    for (int x = 0; x < width; ++x) {
        std::copy_n(row + 4 * x, inputs, from.data() + static_cast<std::size_t>(x) * inputs);
    }
    transform.apply(from.data(), to.data(), static_cast<std::size_t>(width));
    for (int x = 0; x < width; ++x) {
        std::copy_n(to.data() + static_cast<std::size_t>(x) * 3, 3, row + 4 * x);
    }
}

/// Qt answers a lack of memory with an empty picture.
void requireMemory(const QImage& picture) {
    if (picture.isNull()) {
        throw std::bad_alloc();
    }
}

} // namespace

DisplayColours::DisplayColours(const ColourEncoding& encoding, int colourChannels, const ScreenProfile& screen) {
    const std::string own = encoding.iccProfile ? *encoding.iccProfile : std::string(), target = screen ? *screen : std::string();
    if (own.empty() && target.empty()) {
        return;
    }
    m_inputs = own.empty() ? 3 : colourChannels;
    const GuardedOutcome outcome = guarded([&] { m_transform.emplace(own, target, m_inputs); });
    if (!outcome.error.isEmpty() && !target.empty()) {
        m_inputs = 3;
        guarded([&] { m_transform.emplace(std::string(), target, m_inputs); });
    }
}

QImage DisplayColours::shown(const Image& image) const {
    const bool hasAlpha = image.encoding().hasAlpha;
    QImage picture(image.width(), image.height(), hasAlpha ? QImage::Format_RGBA64 : QImage::Format_RGBX64);
    requireMemory(picture);
    for (int y = 0; y < image.height(); ++y) {
        auto* row = reinterpret_cast<quint16*>(picture.scanLine(y));
        fillRow(image.row(y), image.width(), image.channels(), hasAlpha, row);
        if (m_transform) {
            transformRow(*m_transform, m_inputs, row, image.width());
        }
    }
    picture.convertTo(hasAlpha ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32);
    requireMemory(picture);
    return picture;
}

QImage fromScreen(const QImage& seen, const ScreenProfile& screen) {
    ColourEncoding encoding;
    encoding.iccProfile = screen;
    QImage picture = screen && !screen->empty() ? DisplayColours(encoding, 3, nullptr).shown(imageOf(seen)) : seen;
    picture.setColorSpace(QColorSpace::SRgb);
    return picture;
}

Image imageOf(const QImage& picture) {
    const bool hasAlpha = picture.hasAlphaChannel();
    const QImage codes = picture.convertToFormat(QImage::Format_RGBA64);
    const int channels = hasAlpha ? 4 : 3;
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(codes.width()) * codes.height() * channels);
    for (int y = 0; y < codes.height(); ++y) {
        const auto* row = reinterpret_cast<const quint16*>(codes.constScanLine(y));
        for (int x = 0; x < codes.width(); ++x) {
            std::transform(row + 4 * x, row + 4 * x + channels, std::back_inserter(values),
                           [](quint16 code) { return code / largestCode; });
        }
    }
    ColourEncoding encoding;
    encoding.hasAlpha = hasAlpha;
    return Image({codes.width(), codes.height()}, channels, std::move(values), encoding);
}

} // namespace casr
