#include "ui/queue_runner.h"

#include "ui/guarded.h"

#include <QFileInfo>

#include <algorithm>

namespace casr {

namespace {

std::filesystem::path fileOf(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

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

QueueRunner::QueueRunner(QString file, QObject* parent) : QObject(parent), m_file(std::move(file)), m_keeper(std::make_unique<Worker>()) {
    if (!m_file.isEmpty()) {
        m_lock = std::make_unique<QLockFile>(m_file + ".lock");
        m_lock->setStaleLockTime(0);
        m_lock->tryLock(0) ? load() : m_file.clear();
    }
}

QueueRunner::~QueueRunner() {
    m_isStopping = true;
    m_keeper.reset();
    if (m_isLoaded) {
        guarded([&] { saveBatch(fileOf(m_file), m_batch); });
    }
}

void QueueRunner::load() {
    m_keeper->post([this, file = m_file](std::stop_token) {
        Batch kept;
        const GuardedOutcome outcome = guarded([&] { kept = QFileInfo::exists(file) ? loadBatch(fileOf(file)) : Batch(); });
        if (!outcome.error.isEmpty()) {
            QFile::remove(file + ".damaged");
            QFile::rename(file, file + ".damaged");
        }
        QMetaObject::invokeMethod(this, [this, kept, file, error = outcome.error] {
            take(kept);
            if (!error.isEmpty()) {
                Q_EMIT failed(tr("The queue of last time cannot be read; it is kept as %1. %2").arg(file + ".damaged", error));
            }
        });
    });
}

/// What was added in the meantime comes behind.
void QueueRunner::take(const Batch& kept) {
    const std::vector<BatchItem> added = m_batch.items;
    const Recipe recipe = m_batch.recipe;
    m_batch = kept;
    if (kept.items.empty()) {
        m_batch.recipe = recipe;
    }
    m_batch.items.insert(m_batch.items.end(), added.begin(), added.end());
    if (m_running) {
        m_running = *m_running + kept.items.size();
    }
    m_isLoaded = true;
    keep();
    Q_EMIT changed();
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
    if (m_isLoaded) {
        m_keeper->post([this, file = m_file, batch = m_batch](std::stop_token) { saveTo(file, batch); });
    }
}

/// On the keeper's thread.
void QueueRunner::saveTo(const QString& file, const Batch& batch) {
    const GuardedOutcome outcome = guarded([&] { saveBatch(fileOf(file), batch); });
    if (!outcome.error.isEmpty()) {
        QMetaObject::invokeMethod(this, [this, error = outcome.error] { Q_EMIT failed(error); });
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
        m_time.start();
        next();
    }
}

std::optional<double> QueueRunner::secondsSpent() const {
    return isRunning() ? std::optional(static_cast<double>(m_time.elapsed()) / 1000) : std::nullopt;
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
