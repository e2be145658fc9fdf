#include "ui/long_task.h"

namespace casr {

LongTask::~LongTask() {
    m_stopRequested = true;
}

void LongTask::start(Work work) {
    m_isRunning = true;
    m_time.start();
    m_stopRequested = false;
    m_worker.post([this, work = std::move(work)](std::stop_token token) {
        const StopCheck stop = [this, token] { return m_stopRequested || token.stop_requested(); };
        const Report report = [this](double share) { QMetaObject::invokeMethod(this, [this, share] { Q_EMIT progressed(share); }); };
        const GuardedOutcome outcome = guarded([&] { work(stop, report); });
        QMetaObject::invokeMethod(this, [this, outcome] { end(outcome); });
    });
}

std::optional<double> LongTask::secondsSpent() const {
    return m_isRunning ? std::optional(static_cast<double>(m_time.elapsed()) / 1000) : std::nullopt;
}

void LongTask::end(const GuardedOutcome& outcome) {
    m_isRunning = false;
    if (outcome.isCancelled) {
        Q_EMIT stopped();
    } else if (!outcome.error.isEmpty()) {
        Q_EMIT failed(outcome.error);
    } else {
        Q_EMIT done();
    }
}

} // namespace casr
