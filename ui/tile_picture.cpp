#include "ui/tile_picture.h"

#include <algorithm>
#include <new>

namespace casr {

namespace {

constexpr int mostHalves = 3;
constexpr int smallestSide = 16;

/// Means of four bytes each, two bytes of every word at a time.
quint32 meanOf(quint32 a, quint32 b, quint32 c, quint32 d) {
    constexpr quint32 even = 0x00ff00ff, round = 0x00020002;
    const quint32 low = ((a & even) + (b & even) + (c & even) + (d & even) + round) >> 2;
    const quint32 high = ((a >> 8 & even) + (b >> 8 & even) + (c >> 8 & even) + (d >> 8 & even) + round) >> 2;
    return (low & even) | (high & even) << 8;
}

} // namespace

QImage halved(const QImage& picture) {
    QImage half((picture.width() + 1) / 2, (picture.height() + 1) / 2, picture.format());
    if (half.isNull()) {
        throw std::bad_alloc();
    }
    for (int y = 0; y < half.height(); ++y) {
        const auto* above = reinterpret_cast<const quint32*>(picture.constScanLine(2 * y));
        const auto* below = reinterpret_cast<const quint32*>(picture.constScanLine(std::min(2 * y + 1, picture.height() - 1)));
        auto* to = reinterpret_cast<quint32*>(half.scanLine(y));
        for (int x = 0; x < half.width(); ++x) {
            const int right = std::min(2 * x + 1, picture.width() - 1);
            to[x] = meanOf(above[2 * x], above[right], below[2 * x], below[right]);
        }
    }
    return half;
}

TilePicture::TilePicture(Rect place, QImage picture) : m_place(place), m_sizes{std::move(picture)} {
    for (int i = 0; i < mostHalves && std::min(m_sizes.back().width(), m_sizes.back().height()) >= smallestSide; ++i) {
        m_sizes.push_back(halved(m_sizes.back()));
    }
}

const QImage& TilePicture::forScale(double scale) const {
    std::size_t index = 0;
    for (double size = 0.5; index + 1 < m_sizes.size() && size >= scale; size /= 2) {
        ++index;
    }
    return m_sizes[index];
}

std::size_t TilePicture::bytes() const {
    std::size_t sum = 0;
    for (const QImage& picture : m_sizes) {
        sum += static_cast<std::size_t>(picture.sizeInBytes());
    }
    return sum;
}

} // namespace casr
