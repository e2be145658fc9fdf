#include "ui/display_image.h"

#include <QColorSpace>

#include <algorithm>

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

} // namespace

DisplayColours::DisplayColours(const ColourEncoding& encoding) {
    if (!encoding.iccProfile || encoding.iccProfile->empty()) {
        return;
    }
    const QColorSpace from = QColorSpace::fromIccProfile(QByteArray::fromStdString(*encoding.iccProfile));
    const QColorSpace screen(QColorSpace::SRgb);
    if (from.isValid() && from != screen) {
        m_transform = from.transformationToColorSpace(screen);
    }
}

QImage DisplayColours::shown(const Image& image) const {
    const bool hasAlpha = image.encoding().hasAlpha;
    QImage picture(image.width(), image.height(), hasAlpha ? QImage::Format_RGBA64 : QImage::Format_RGBX64);
    for (int y = 0; y < image.height(); ++y) {
        fillRow(image.row(y), image.width(), image.channels(), hasAlpha, reinterpret_cast<quint16*>(picture.scanLine(y)));
    }
    if (m_transform) {
        picture.applyColorTransform(*m_transform);
    }
    return picture.convertToFormat(hasAlpha ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32);
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
