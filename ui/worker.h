#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace casr {

/// One thread of low priority that runs posted jobs in order, so that the window never waits. A job looks at the token and ends early when
/// it says so; it must not throw. Results travel back by queued signals or calls. Any thread may post.
class Worker {
public:
    using Job = std::function<void(std::stop_token)>;

    Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Drops what has not started, asks the running job to stop, waits for it.
    ~Worker();

    void post(Job job);

private:
    void run(std::stop_token stop);

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Job> m_jobs;
    std::jthread m_thread; ///< Last, so that it starts when the rest exists.
};

} // namespace casr
