#include "ui/film_maker.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"

#include <QDir>
#include <QFileInfo>
#include <QImageWriter>

#include <algorithm>
#include <utility>

namespace casr {

namespace {

/// In the hidden folder; renamed as a whole, so that it has the rights of any new folder.
constexpr const char* framesFolder = "frames";
/// Of PNG in Qt's terms: frames of a video live shortly, and time is worth more than space.
constexpr int quickQuality = 90;
constexpr int usualQuality = -1;

Error cannotWrite(const QString& path) {
    const QString words = "'%1' cannot be written. Choose a new name in a folder with room that may be written to.";
    return Error(words.arg(QDir::toNativeSeparators(path)).toStdString());
}

QString frameName(int index) {
    return QString::asprintf(VideoEncoder::pictures, index + 1);
}

void writeFrame(const QImage& frame, const QString& path, int quality) {
    QImageWriter writer(path, "png");
    writer.setQuality(quality);
    if (!writer.write(frame)) {
        throw cannotWrite(path);
    }
}

void writeFrames(FilmFrames& frames, const QDir& folder, int quality, const StopCheck& stop, const LongTask::Report& report) {
    for (int index = 0; index < frames.count(); ++index) {
        if (stop()) {
            throw Cancelled();
        }
        writeFrame(frames.frame(index, stop), folder.filePath(frameName(index)), quality);
        report((index + 1.0) / frames.count());
    }
}

std::filesystem::path fileOf(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

QString videoName(FilmFormat format) {
    return "film." + extensionOf(format);
}

/// The finished film under its final name.
void putInPlace(const QDir& folder, const FilmJob& job) {
    if (job.format != FilmFormat::pictures) {
        commitFile(fileOf(folder.filePath(videoName(job.format))), fileOf(job.target));
        return;
    }
    QDir().rmdir(job.target); // an empty one gives way
    if (!QDir().rename(folder.path(), job.target)) {
        throw cannotWrite(job.target);
    }
}

} // namespace

FilmMaker::FilmMaker(QObject* parent) : QObject(parent) {
    connect(&m_task, &LongTask::progressed, this, [this](double share) {
        if (m_stage == Stage::frames) {
            Q_EMIT progressed(false, share);
        }
    });
    connect(&m_task, &LongTask::done, this, &FilmMaker::goOn);
    connect(&m_task, &LongTask::failed, this, [this](const QString& message) { end([&] { Q_EMIT failed(message); }); });
    connect(&m_task, &LongTask::stopped, this, [this] { end([&] { Q_EMIT stopped(); }); });
    connect(&m_encoder, &VideoEncoder::progressed, this,
            [this](int frames) { Q_EMIT progressed(true, std::min(1.0, static_cast<double>(frames) / m_job.path.frames)); });
    connect(&m_encoder, &VideoEncoder::finished, this, &FilmMaker::name);
    connect(&m_encoder, &VideoEncoder::failed, this, [this](const QString& message) { end([&] { Q_EMIT failed(message); }); });
}

FilmMaker::~FilmMaker() = default;

void FilmMaker::start(const FilmJob& job, std::shared_ptr<const Document> document, std::shared_ptr<Staircase> staircase) {
    m_job = job;
    m_stage = Stage::frames;
    m_time.start();
    const QFileInfo target(job.target);
    m_folder = std::make_shared<QTemporaryDir>(QDir(target.absolutePath()).filePath(".casr-film-XXXXXX"));
    m_task.start([job, document, staircase, folder = m_folder](const StopCheck& stop, const LongTask::Report& report) {
        if (!folder->isValid() || !QDir(folder->path()).mkdir(framesFolder)) {
            throw cannotWrite(job.target);
        }
        FilmFrames frames(document, staircase, job.path, job.mixture);
        const int quality = job.format == FilmFormat::pictures ? usualQuality : quickQuality;
        writeFrames(frames, QDir(folder->filePath(framesFolder)), quality, stop, report);
    });
}

std::optional<double> FilmMaker::secondsSpent() const {
    return isRunning() ? std::optional(static_cast<double>(m_time.elapsed()) / 1000) : std::nullopt;
}

void FilmMaker::goOn() {
    if (m_stage == Stage::naming) {
        end([this] { Q_EMIT finished(m_job.target); });
    } else if (m_job.format == FilmFormat::pictures) {
        name();
    } else {
        encode();
    }
}

void FilmMaker::encode() {
    m_stage = Stage::video;
    Q_EMIT progressed(true, 0);
    m_encoder.start(m_folder->filePath(framesFolder), videoName(m_job.format), m_job.format, m_job.framesPerSecond);
}

void FilmMaker::name() {
    m_stage = Stage::naming;
    m_task.start([job = m_job, folder = m_folder](const StopCheck&, const LongTask::Report&) {
        putInPlace(QDir(folder->filePath(framesFolder)), job);
    });
}

void FilmMaker::stop() {
    if (m_stage == Stage::video) {
        m_encoder.stop();
        end([this] { Q_EMIT stopped(); });
    } else {
        m_task.stop();
    }
}

void FilmMaker::end(const std::function<void()>& tell) {
    m_stage = Stage::none;
    m_disposal.post([folder = std::exchange(m_folder, nullptr)](std::stop_token) mutable { folder.reset(); });
    tell();
}

} // namespace casr
