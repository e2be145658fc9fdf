#pragma once

#include "ui/worker.h"

#include "core/batch/batch.h"
#include "core/batch/zoom_file.h"

#include <QElapsedTimer>
#include <QLockFile>
#include <QObject>

#include <atomic>
#include <memory>
#include <optional>

namespace casr {

/// Works through a queue of files on a thread of its own, one after another; one bad file never stops the rest. The queue is kept in a
/// file after every change and comes back at the next start; while another window keeps its queue there, this one's is not kept. Lives in
/// the GUI thread, which waits for no disk but at the end.
class QueueRunner : public QObject {
    Q_OBJECT

public:
    /// `file` keeps the queue; empty: it is not kept.
    explicit QueueRunner(QString file, QObject* parent = nullptr);
    /// Stops and waits.
    ~QueueRunner() override;

    const Batch& batch() const { return m_batch; }
    /// Items may be added, moved and removed at any time, but for the running one, which must stay in the list as it is.
    void change(const std::function<void(Batch&)>& change);

    bool isRunning() const { return m_running.has_value(); }
    std::optional<std::size_t> running() const { return m_running; }
    /// Since its start; none while nothing runs.
    std::optional<double> secondsSpent() const;
    /// Share of the running item that is written.
    double share() const { return m_share; }

    void setMeans(const ZoomMeans& means);
    bool canStart() const;
    /// Begins with the first item that waits.
    void start();
    /// The running item is finished, no other is begun.
    void pause() { m_isPausing = true; }
    /// The running item waits again.
    void stop();

Q_SIGNALS:
    void changed();
    void progressed();
    void failed(const QString& message);

private:
    void load();
    void take(const Batch& kept);
    void keep();
    void next();
    void saveTo(const QString& file, const Batch& batch);

    QString m_file;
    Batch m_batch;
    ZoomMeans m_means;
    std::optional<std::size_t> m_running;
    QElapsedTimer m_time;
    double m_share = 0;
    bool m_isPausing = false;
    std::atomic<bool> m_isStopping = false;
    std::unique_ptr<QLockFile> m_lock;
    bool m_isLoaded = false;
    std::unique_ptr<Worker> m_keeper;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
