#pragma once

#include "ui/guarded.h"
#include "ui/worker.h"

#include "core/base/stop.h"

#include <QElapsedTimer>
#include <QObject>

#include <atomic>
#include <optional>

namespace casr {

/// One piece of long work at a time on a thread of its own, with progress, which ends by itself, by an error or by stop(). Lives in the
/// GUI thread, as its signals do.
class LongTask : public QObject {
    Q_OBJECT

public:
    /// Called by the work with the share of it that is done, 0 .. 1.
    using Report = std::function<void(double share)>;
    /// Runs on the worker; may throw Error or Cancelled.
    using Work = std::function<void(const StopCheck&, const Report&)>;

    using QObject::QObject;
    /// Stops and waits.
    ~LongTask() override;

    /// Nothing may be under way.
    void start(Work work);
    void stop() { m_stopRequested = true; }
    bool isRunning() const { return m_isRunning; }
    /// Since its start; none when nothing is under way.
    std::optional<double> secondsSpent() const;

Q_SIGNALS:
    void progressed(double share);
    void done();
    void failed(const QString& message);
    void stopped();

private:
    void end(const GuardedOutcome& outcome);

    bool m_isRunning = false;
    QElapsedTimer m_time;
    std::atomic<bool> m_stopRequested = false;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
