#include "ui/view_picture.h"

#include "core/image/sampling.h"

#include <cmath>

namespace casr {

namespace {

constexpr double sameSize = 0.01;

/// The device pixels whose centres lie in the photo.
Rect photoPixels(const ViewTransform& view) {
    const Point first = view.toDevice({0, 0}), last = view.toDevice({double(view.photo().width), double(view.photo().height)});
    const Rect box{static_cast<int>(std::ceil(first.x - 0.5)), static_cast<int>(std::ceil(first.y - 0.5)),
                   static_cast<int>(std::ceil(last.x - 0.5)), static_cast<int>(std::ceil(last.y - 0.5))};
    return intersection(box, rectOf(view.view()));
}

} // namespace

void paintViewPicture(QPainter& painter, const ViewPicture& picture, const ViewTransform& view) {
    const Point first = view.toDevice({picture.area.left, picture.area.top});
    const Point last = view.toDevice({picture.area.right, picture.area.bottom});
    const QRectF target(QPointF(first.x, first.y), QPointF(last.x, last.y));
    if (std::abs(target.width() - picture.image.width()) < sameSize && std::abs(target.height() - picture.image.height()) < sameSize) {
        painter.drawImage(target.topLeft().toPoint(), picture.image);
    } else {
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(target, picture.image);
    }
}

ViewPicture enlarged(const Document& document, Kernel kernel, const ViewTransform& view) {
    const Rect box = photoPixels(view);
    if (box.isEmpty()) {
        return {};
    }
    const Point first = view.toSource({double(box.left), double(box.top)}), last = view.toSource({double(box.right), double(box.bottom)});
    const Image image =
        weightedRegion({document.picture.image, 0, 0}, document.size(), tapsFrom(first.x, view.scale(), box.width(), kernel),
                       tapsFrom(first.y, view.scale(), box.height(), kernel));
    return {document.colours.shown(image), {first.x, first.y, last.x, last.y}};
}

PlainEnlargement::PlainEnlargement(Kernel kernel, QObject* parent) : QObject(parent), m_kernel(kernel) {}

void PlainEnlargement::paint(QPainter& painter, const std::shared_ptr<const Document>& document, const ViewTransform& view) {
    if (document != m_document) {
        m_document = document;
        m_asked.reset();
        m_hasPicture = false;
    }
    if (m_asked != view) {
        m_asked = view;
        m_job.post([this, document, view](const StopCheck&) -> NewestJob::Show {
            const ViewPicture picture = enlarged(*document, m_kernel, view);
            return [this, picture] {
                m_picture = picture;
                m_hasPicture = true;
                Q_EMIT ready();
            };
        });
    }
    if (m_hasPicture) {
        paintViewPicture(painter, m_picture, view);
    }
}

} // namespace casr
