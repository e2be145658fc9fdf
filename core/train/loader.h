#pragma once

#include "core/train/sample.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace casr {

/// Makes the batches of iterations `first`, first + 1, ... on its own thread, a few ahead, so that the network never waits.
class Loader {
public:
    Loader(const CropFile& crops, const SampleOptions& options, std::uint64_t first);
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;
    ~Loader();

    /// The next batch; waits for it. Rethrows what went wrong on the thread.
    Batch next();

private:
    void run(std::stop_token stop);

    static constexpr std::size_t ahead = 4;

    const CropFile& m_crops;
    SampleOptions m_options;
    std::uint64_t m_iteration;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Batch> m_ready;
    std::exception_ptr m_failure;
    std::jthread m_thread;
};

} // namespace casr
