#pragma once

#include "ui/document.h"
#include "ui/newest_job.h"
#include "ui/view_transform.h"

#include "core/image/resample.h"

#include <QPainter>

#include <optional>

namespace casr {

/// A picture made for one view, in its device pixels, and the part of the photo that it shows.
struct ViewPicture {
    QImage image;
    Area area;
};

/// Draws it where its part of the photo lies now: pixel for pixel in the view it was made for, stretched in another one.
void paintViewPicture(QPainter& painter, const ViewPicture& picture, const ViewTransform& view);

/// The photo in `view` under a kernel, computed for its device pixels.
ViewPicture enlarged(const Document& document, Kernel kernel, const ViewTransform& view);

/// The photo enlarged by one kernel for the view that is painted; made on a thread of its own, the one before shown until then.
class PlainEnlargement : public QObject {
    Q_OBJECT

public:
    explicit PlainEnlargement(Kernel kernel, QObject* parent = nullptr);

    void paint(QPainter& painter, const std::shared_ptr<const Document>& document, const ViewTransform& view);
    /// True when what paint drew last was made for that view.
    bool isCurrent() const { return m_hasPicture && !m_job.isBusy(); }

Q_SIGNALS:
    void ready();

private:
    Kernel m_kernel;
    std::shared_ptr<const Document> m_document;
    std::optional<ViewTransform> m_asked;
    ViewPicture m_picture;
    bool m_hasPicture = false;
    NewestJob m_job;
};

} // namespace casr
