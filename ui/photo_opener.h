#pragma once

#include "ui/document.h"
#include "ui/worker.h"

#include <QImage>
#include <QObject>

#include <atomic>

namespace casr {

/// Opens photos on a thread of its own. Only the newest request answers; an older one that is still on its way is stopped.
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
    /// A camera RAW file in half its size, ready for the screen; `opened` or `failed` follows. Made only when somebody listens.
    void previewed(const QImage& picture);
    void opened(std::shared_ptr<const casr::Document> document);
    void failed(const QString& message);

private:
    /// Takes a picture that may be shown until the one that is read is there.
    using Preview = std::function<void(const Image&)>;
    /// Runs on the worker; may throw Error or Cancelled.
    using Read = std::function<Picture(const StopCheck&, const Preview&)>;

    void prepare(const QString& path, Read read);
    void showPreview(quint64 id, const QImage& picture);

    ScreenProfile m_screen;
    std::atomic<quint64> m_newest = 0;
    bool m_busy = false;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
