#include "ui/newest_job.h"

#include "ui/guarded.h"

namespace casr {

void NewestJob::post(Work work) {
    const quint64 id = ++m_newest;
    m_worker.post([this, id, work = std::move(work)](std::stop_token token) {
        const StopCheck stop = [this, id, token] { return token.stop_requested() || id != m_newest; };
        if (stop()) {
            return;
        }
        Show show;
        const GuardedOutcome outcome = guarded([&] { show = work(stop); });
        QMetaObject::invokeMethod(this, [this, id, show, outcome] {
            if (id != m_newest) {
                return;
            }
            m_finished = id;
            if (!outcome.error.isEmpty()) {
                Q_EMIT failed(outcome.error);
            } else if (show) {
                show();
            }
        });
    });
}

} // namespace casr
