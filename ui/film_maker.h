#pragma once

#include "ui/film_frames.h"
#include "ui/long_task.h"
#include "ui/video_encoder.h"

#include <QTemporaryDir>

namespace casr {

/// Makes films, one at a time: the frames on a thread of its own into a hidden folder beside the target, a video from them when one is
/// wanted, and only then the final name. What is stopped or fails leaves nothing. Lives in the GUI thread.
class FilmMaker : public QObject {
    Q_OBJECT

public:
    explicit FilmMaker(QObject* parent = nullptr);
    /// Stops and waits.
    ~FilmMaker() override;

    /// Nothing may be under way.
    void start(const FilmJob& job, std::shared_ptr<const Document> document, std::shared_ptr<Staircase> staircase);
    void stop();
    bool isRunning() const { return m_stage != Stage::none; }
    /// Since its start; none when no film is made.
    std::optional<double> secondsSpent() const;

Q_SIGNALS:
    /// `share` 0 .. 1 of the frames, or of the video that is made of them.
    void progressed(bool isVideo, double share);
    void finished(const QString& target);
    void failed(const QString& message);
    void stopped();

private:
    enum class Stage { none, frames, video, naming };

    void goOn();
    void encode();
    void name();
    /// Back to rest, the frames removed; then `tell`.
    void end(const std::function<void()>& tell);

    FilmJob m_job;
    Stage m_stage = Stage::none;
    QElapsedTimer m_time;
    std::shared_ptr<QTemporaryDir> m_folder;
    VideoEncoder m_encoder;
    Worker m_disposal; ///< Removes frames without making the window wait.
    LongTask m_task;   ///< Last: stopped before the rest goes.
};

} // namespace casr
