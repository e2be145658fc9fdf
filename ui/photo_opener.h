#pragma once

#include "ui/document.h"
#include "ui/worker.h"

#include <QObject>

namespace casr {

/// Opens photos on a thread of its own. Only the newest request answers; an older one that is still on its way is forgotten.
class PhotoOpener : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    void open(const QString& path);
    void paste(const QImage& picture);
    /// For the photos that are opened from now on.
    void setScreen(ScreenProfile screen) { m_screen = std::move(screen); }
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void started(const QString& name);
    void opened(std::shared_ptr<const casr::Document> document);
    void failed(const QString& message);

private:
    void prepare(const QString& path, std::function<Picture(const StopCheck&)> read);

    ScreenProfile m_screen;
    quint64 m_newest = 0;
    bool m_busy = false;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
