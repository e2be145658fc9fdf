#include "ui/photo_opener.h"

#include "core/io/guarded_picture.h"
#include "ui/guarded.h"

#include <QFileInfo>

namespace casr {

void PhotoOpener::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    Q_EMIT started(QFileInfo(path).fileName());
    prepare(absolute, [absolute](const StopCheck& stop) {
        return readPictureGuarded(std::filesystem::path(absolute.toStdU16String()), {}, {}, stop);
    });
}

void PhotoOpener::paste(const QImage& picture) {
    Q_EMIT started(tr("pasted picture"));
    prepare({}, [picture](const StopCheck&) { return Picture{imageOf(picture), 8, {}}; });
}

void PhotoOpener::prepare(const QString& path, std::function<Picture(const StopCheck&)> read) {
    m_busy = true;
    const quint64 id = ++m_newest;
    m_worker.post([this, id, path, screen = m_screen, read = std::move(read)](std::stop_token stop) {
        std::shared_ptr<const Document> document;
        const StopCheck stopped = [stop] { return stop.stop_requested(); };
        const GuardedOutcome outcome = guarded([&] { document = documentOf(path, read(stopped), screen, stopped); });
        QMetaObject::invokeMethod(this, [this, id, document, outcome] {
            if (id != m_newest) {
                return;
            }
            m_busy = false;
            if (document) {
                Q_EMIT opened(document);
            } else if (!outcome.isCancelled) {
                Q_EMIT failed(outcome.error);
            }
        });
    });
}

} // namespace casr
