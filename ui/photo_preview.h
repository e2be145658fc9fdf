#pragma once

#include "core/image/geometry.h"

#include <QImage>
#include <QPainter>
#include <QPixmap>

namespace casr {

/// A quick picture of the photo that is being opened, shown until the photo itself is there.
class PhotoPreview {
public:
    /// A null picture: none.
    void set(const QImage& picture);
    bool isShown() const { return !m_picture.isNull(); }

    /// Fills a view of `view` device pixels, the picture fitted in its middle. `unit`: device pixels of a logical one.
    void paint(QPainter& painter, Size view, double unit);

    /// What is said of it.
    static QString text();

private:
    QImage m_picture;
    QPixmap m_scaled; ///< As it was painted last: scaling a large picture takes too long for every paint.
};

} // namespace casr
