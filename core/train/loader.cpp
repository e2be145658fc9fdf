#include "core/train/loader.h"

namespace casr {

Loader::Loader(const CropFile& crops, const SampleOptions& options, std::uint64_t first)
    : m_crops(crops), m_options(options), m_iteration(first), m_thread([this](std::stop_token stop) { run(stop); }) {}

Loader::~Loader() {
    m_thread.request_stop();
    m_thread.join();
}

void Loader::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        try {
            Batch batch = makeBatch(m_crops, m_options, m_iteration++);
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, stop, [this] { return m_ready.size() < ahead; });
            m_ready.push_back(std::move(batch));
        } catch (...) {
            const std::scoped_lock lock(m_mutex);
            m_failure = std::current_exception();
            m_changed.notify_all();
            return;
        }
        m_changed.notify_all();
    }
}

Batch Loader::next() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_ready.empty() || m_failure; });
    if (m_ready.empty()) {
        std::rethrow_exception(m_failure);
    }
    Batch batch = std::move(m_ready.front());
    m_ready.pop_front();
    m_changed.notify_all();
    return batch;
}

} // namespace casr
