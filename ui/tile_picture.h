#pragma once

#include "core/image/geometry.h"

#include <QImage>

#include <vector>

namespace casr {

/// A rectangle of one level, ready for the screen: itself and its halves, for drawing smaller without flicker. Immutable, any thread.
class TilePicture {
public:
    TilePicture() = default;
    /// `place`: pixels of the level that `picture` shows.
    TilePicture(Rect place, QImage picture);

    Rect place() const { return m_place; }
    const QImage& full() const { return m_sizes.front(); }
    /// The smallest stored size that still has at least `scale` of the full one's pixels along a side.
    const QImage& forScale(double scale) const;
    std::size_t bytes() const;

private:
    Rect m_place;
    std::vector<QImage> m_sizes;
};

/// `picture` at half its size (rounded up), every pixel the mean of four.
QImage halved(const QImage& picture);

} // namespace casr
