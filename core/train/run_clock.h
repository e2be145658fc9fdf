#pragma once

#include "core/train/run_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace casr {

/// Where a training run stands between its start and its end, over all its resumed parts.
class RunClock {
public:
    explicit RunClock(const RunPlan& plan) : m_plan(plan) {}

    /// Goes on, `seconds` having passed in earlier parts.
    void start(double seconds) {
        m_before = seconds;
        m_started = Clock::now();
    }
    double elapsed() const { return m_before + sinceStart(); }
    double sinceStart() const { return std::chrono::duration<double>(Clock::now() - m_started).count(); }

    /// 0 .. 1.
    double progress(std::int64_t iteration) const {
        const double done = m_plan.iterations > 0 ? static_cast<double>(iteration) / static_cast<double>(m_plan.iterations)
                                                  : elapsed() / (60.0 * m_plan.minutes);
        return std::min(done, 1.0);
    }

    /// The learning rate: warmed up, then falling by a cosine to nothing.
    double rate(std::int64_t iteration) const {
        const double warmUp = std::min(1.0, static_cast<double>(iteration + 1) / m_plan.warmUp);
        return m_plan.rate * warmUp * 0.5 * (1.0 + std::cos(std::numbers::pi * progress(iteration)));
    }

    double minutesLeft(std::int64_t iteration) const { return elapsed() * (1.0 / std::max(progress(iteration), 1e-6) - 1.0) / 60.0; }

private:
    using Clock = std::chrono::steady_clock;

    const RunPlan& m_plan;
    double m_before = 0;
    Clock::time_point m_started = Clock::now();
};

} // namespace casr
