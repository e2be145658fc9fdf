#include "ui/photo_opener.h"

#include "core/io/guarded_picture.h"
#include "ui/guarded.h"

#include <QFileInfo>
#include <QMetaMethod>

namespace casr {

namespace {

/// A preview that takes longer is none.
constexpr double previewSeconds = 60;

Picture halfSizeOf(const std::filesystem::path& path, const StopCheck& stop) {
    ReadOptions options;
    options.halfSize = true;
    DecodingLimits limits;
    limits.seconds = previewSeconds;
    return readPictureGuarded(path, options, limits, stop);
}

} // namespace

void PhotoOpener::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const std::filesystem::path file(absolute.toStdU16String());
    const bool isPreviewWanted = isSignalConnected(QMetaMethod::fromSignal(&PhotoOpener::previewed));
    Q_EMIT started(QFileInfo(path).fileName());
    prepare(absolute, [file, isPreviewWanted](const StopCheck& stop, const Preview& preview) {
        if (isPreviewWanted && looksLikeRaw(file)) {
            // What is wrong with the file, the whole of it will tell.
            guarded([&] { preview(halfSizeOf(file, stop).image); });
        }
        return readPictureGuarded(file, {}, {}, stop);
    });
}

void PhotoOpener::paste(const QImage& picture) {
    Q_EMIT started(tr("pasted picture"));
    prepare({}, [picture](const StopCheck&, const Preview&) { return Picture{imageOf(picture), 8, {}}; });
}

void PhotoOpener::showPreview(quint64 id, const QImage& picture) {
    QMetaObject::invokeMethod(this, [this, id, picture] {
        if (id == m_newest) {
            Q_EMIT previewed(picture);
        }
    });
}

void PhotoOpener::prepare(const QString& path, Read read) {
    m_busy = true;
    const quint64 id = ++m_newest;
    m_worker.post([this, id, path, screen = m_screen, read = std::move(read)](std::stop_token token) {
        const StopCheck stop = [this, id, token] { return token.stop_requested() || id != m_newest; };
        const Preview preview = [&](const Image& image) {
            showPreview(id, DisplayColours(image.encoding(), image.colourChannels(), screen).shown(image));
        };
        std::shared_ptr<const Document> document;
        const GuardedOutcome outcome = guarded([&] { document = documentOf(path, read(stop, preview), screen, stop); });
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
