#pragma once

#include "ui/worker.h"

#include "core/base/stop.h"

#include <QObject>

#include <atomic>

namespace casr {

/// Work on a thread of its own of which only the newest counts: older work that waits or runs is dropped. Lives in the GUI thread.
class NewestJob : public QObject {
    Q_OBJECT

public:
    /// What shows the result, called in the GUI thread; may be empty.
    using Show = std::function<void()>;
    /// Runs on the worker; may throw Error or Cancelled.
    using Work = std::function<Show(const StopCheck&)>;

    using QObject::QObject;

    void post(Work work);
    /// Nothing that was posted shows any more.
    void drop() { m_finished = ++m_newest; }
    bool isBusy() const { return m_finished != m_newest; }

Q_SIGNALS:
    void failed(const QString& message);

private:
    std::atomic<quint64> m_newest = 0;
    quint64 m_finished = 0;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
