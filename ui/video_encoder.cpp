#include "ui/video_encoder.h"

#include <QStandardPaths>

namespace casr {

namespace {

QStringList codecOf(FilmFormat format) {
    if (format == FilmFormat::webm) {
        return {"-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1"};
    }
    return {"-c:v", "libx264", "-preset", "medium", "-crf", "16", "-movflags", "+faststart"};
}

/// Players take large pictures for BT.709, while ffmpeg turns RGB into BT.601 unless it is told.
QStringList colours() {
    return {"-vf",
            "scale=out_color_matrix=bt709:out_range=tv",
            "-pix_fmt",
            "yuv420p",
            "-colorspace",
            "bt709",
            "-color_trc",
            "iec61966-2-1",
            "-color_primaries",
            "bt709",
            "-color_range",
            "tv"};
}

/// Names stay relative to the folder: a '%' in its path would be taken for a pattern.
QStringList argumentsFor(const QString& name, FilmFormat format, int framesPerSecond) {
    const QStringList input{
        "-nostdin", "-loglevel",           "error", "-progress", "pipe:1", "-framerate", QString::number(framesPerSecond),
        "-i",       VideoEncoder::pictures};
    return input + codecOf(format) + colours() + QStringList{"-y", name};
}

QString lastLine(const QByteArray& text) {
    return QString::fromLocal8Bit(text).trimmed().section('\n', -1).trimmed();
}

} // namespace

QString VideoEncoder::program() {
    return QStandardPaths::findExecutable("ffmpeg");
}

VideoEncoder::VideoEncoder(QObject* parent) : QObject(parent) {
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &VideoEncoder::readProgress);
    connect(&m_process, &QProcess::finished, this, &VideoEncoder::end);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            fail(m_process.errorString());
        }
    });
}

VideoEncoder::~VideoEncoder() {
    m_process.disconnect(this);
    stop();
}

void VideoEncoder::start(const QString& folder, const QString& name, FilmFormat format, int framesPerSecond) {
    m_isActive = true;
    m_process.setWorkingDirectory(folder);
    m_process.start(program(), argumentsFor(name, format, framesPerSecond), QIODevice::ReadOnly);
}

void VideoEncoder::stop() {
    m_isActive = false;
    if (m_process.state() != QProcess::NotRunning) {
        // It writes into a folder that goes now.
        m_process.kill();
        m_process.waitForFinished();
    }
}

void VideoEncoder::readProgress() {
    while (m_process.canReadLine()) {
        const QByteArray line = m_process.readLine().trimmed();
        if (m_isActive && line.startsWith("frame=")) {
            Q_EMIT progressed(line.mid(6).toInt());
        }
    }
}

void VideoEncoder::end(int code, QProcess::ExitStatus status) {
    if (!m_isActive) {
        return;
    }
    if (code != 0 || status != QProcess::NormalExit) {
        fail(lastLine(m_process.readAllStandardError()));
        return;
    }
    m_isActive = false;
    Q_EMIT finished();
}

void VideoEncoder::fail(const QString& why) {
    if (m_isActive) {
        m_isActive = false;
        const QString reason = why.isEmpty() ? tr("it ended without a word") : why;
        Q_EMIT failed(tr("ffmpeg could not make the video (%1). Choose the other kind of video, or pictures.").arg(reason));
    }
}

} // namespace casr
