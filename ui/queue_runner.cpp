#include "ui/queue_runner.h"

#include "ui/guarded.h"

#include <QFileInfo>

#include <algorithm>

namespace casr {

namespace {

std::optional<std::size_t> firstWaiting(const Batch& batch) {
    const auto found =
        std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) { return item.state == ItemState::waiting; });
    return found == batch.items.end() ? std::nullopt : std::optional<std::size_t>(found - batch.items.begin());
}

std::size_t indexOfRunning(const Batch& batch) {
    const auto found =
        std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) { return item.state == ItemState::running; });
    return static_cast<std::size_t>(found - batch.items.begin());
}

/// `batch` with nothing to do but item `index`.
Batch only(Batch batch, std::size_t index) {
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        if (i != index && batch.items[i].state == ItemState::waiting) {
            batch.items[i].state = ItemState::skipped;
        }
    }
    return batch;
}

} // namespace

QueueRunner::QueueRunner(QString file, QObject* parent) : QObject(parent), m_file(std::move(file)) {
    if (!m_file.isEmpty() && QFileInfo::exists(m_file)) {
        guarded([&] { m_batch = loadBatch(std::filesystem::path(m_file.toStdU16String())); });
    }
}

QueueRunner::~QueueRunner() {
    m_isStopping = true;
}

void QueueRunner::change(const std::function<void(Batch&)>& change) {
    change(m_batch);
    if (m_running) {
        m_running = indexOfRunning(m_batch);
    }
    keep();
    Q_EMIT changed();
}

void QueueRunner::keep() {
    if (m_file.isEmpty()) {
        return;
    }
    const GuardedOutcome outcome = guarded([&] { saveBatch(std::filesystem::path(m_file.toStdU16String()), m_batch); });
    if (!outcome.error.isEmpty()) {
        Q_EMIT failed(outcome.error);
    }
}

void QueueRunner::setMeans(const ZoomMeans& means) {
    m_means = means;
    Q_EMIT changed();
}

bool QueueRunner::canStart() const {
    return !isRunning() && m_means.network && firstWaiting(m_batch);
}

void QueueRunner::start() {
    if (canStart()) {
        m_isPausing = false;
        next();
    }
}

void QueueRunner::stop() {
    m_isPausing = true;
    m_isStopping = true;
}

void QueueRunner::next() {
    m_running = m_isPausing ? std::nullopt : firstWaiting(m_batch);
    m_share = 0;
    if (!m_running) {
        Q_EMIT changed();
        return;
    }
    m_isStopping = false;
    const std::size_t index = *m_running;
    Batch work = only(m_batch, index);
    m_batch.items[index].state = ItemState::running;
    Q_EMIT changed();
    m_worker.post([this, work, index, means = m_means](std::stop_token token) mutable {
        const StopCheck stop = [this, token] { return m_isStopping || token.stop_requested(); };
        const auto tell = [this](double share) {
            QMetaObject::invokeMethod(this, [this, share] {
                m_share = share;
                Q_EMIT progressed();
            });
        };
        const auto make = [&](const BatchItem& item, const Recipe& recipe, const std::filesystem::path& output) {
            zoomFile(item.input, recipe, output, means, tell, stop);
        };
        guarded([&] {
            runBatch(
                work, make, [](const Batch&) {}, stop);
        });
        QMetaObject::invokeMethod(this, [this, item = work.items[index]] {
            m_batch.items[*m_running] = item;
            keep();
            next();
        });
    });
}

} // namespace casr
