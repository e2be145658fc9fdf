#include "ui/photo_opener.h"

#include "ui/guarded.h"

#include <QFileInfo>

namespace casr {

void PhotoOpener::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    Q_EMIT started(QFileInfo(path).fileName());
    prepare(absolute, [absolute] { return readPicture(std::filesystem::path(absolute.toStdU16String())); });
}

void PhotoOpener::paste(const QImage& picture) {
    Q_EMIT started(tr("pasted picture"));
    prepare({}, [picture] { return Picture{imageOf(picture), 8, {}}; });
}

void PhotoOpener::prepare(const QString& path, std::function<Picture()> read) {
    m_busy = true;
    const quint64 id = ++m_newest;
    m_worker.post([this, id, path, screen = m_screen, read = std::move(read)](std::stop_token stop) {
        std::shared_ptr<const Document> document;
        const GuardedOutcome outcome =
            guarded([&] { document = documentOf(path, read(), screen, [stop] { return stop.stop_requested(); }); });
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
