#pragma once

#include "ui/film_job.h"

#include <QProcess>

namespace casr {

/// Makes a video of numbered pictures by the program ffmpeg, in a process of its own. Lives in the GUI thread and never waits but at its
/// end. Exactly one of finished and failed follows a start, none after stop().
class VideoEncoder : public QObject {
    Q_OBJECT

public:
    explicit VideoEncoder(QObject* parent = nullptr);
    /// Stops and waits.
    ~VideoEncoder() override;

    /// The program; empty when it is not installed.
    static QString program();
    /// Of the pictures that it reads, in its folder: a pattern, counted from 1.
    static constexpr const char* pictures = "frame-%05d.png";

    /// Writes `name` in `folder`, where the pictures are.
    void start(const QString& folder, const QString& name, FilmFormat format, int framesPerSecond);
    void stop();

Q_SIGNALS:
    /// So many frames are in the video.
    void progressed(int frames);
    void finished();
    void failed(const QString& message);

private:
    void readProgress();
    void end(int code, QProcess::ExitStatus status);
    void fail(const QString& why);

    QProcess m_process;
    bool m_isActive = false;
};

} // namespace casr
