#include "ui/photo_preview.h"

#include "ui/overlays.h"

#include <QCoreApplication>

namespace casr {

void PhotoPreview::set(const QImage& picture) {
    m_picture = picture;
    m_scaled = {};
}

void PhotoPreview::paint(QPainter& painter, Size view, double unit) {
    const QSize fitted = m_picture.size().scaled(view.width, view.height, Qt::KeepAspectRatio).expandedTo({1, 1});
    if (m_scaled.size() != fitted) {
        m_scaled = QPixmap::fromImage(m_picture.scaled(fitted, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
    }
    painter.drawPixmap((view.width - fitted.width()) / 2, (view.height - fitted.height()) / 2, m_scaled);
    paintLabel(painter, text(), QRectF(0, 0, view.width, view.height), Qt::AlignHCenter, unit);
}

QString PhotoPreview::text() {
    return QCoreApplication::translate("PhotoPreview", "Preview: developing the RAW file\u2026");
}

} // namespace casr
