#include "ui/worker.h"

#include "core/base/thread_priority.h"

namespace casr {

Worker::Worker() : m_thread([this](std::stop_token stop) { run(stop); }) {}

Worker::~Worker() {
    m_thread.request_stop();
    m_thread.join();
}

void Worker::post(Job job) {
    const std::scoped_lock lock(m_mutex);
    m_jobs.push_back(std::move(job));
    m_changed.notify_one();
}

void Worker::run(std::stop_token stop) {
    giveWay();
    for (;;) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, stop, [this] { return !m_jobs.empty(); });
        if (stop.stop_requested()) {
            return;
        }
        const Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        lock.unlock();
        job(stop);
    }
}

} // namespace casr
