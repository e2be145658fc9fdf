#include "app/cli/console.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

#include <sys/resource.h>
#include <unistd.h>

namespace casr::cli {

namespace {

constexpr int barWidth = 30;

volatile std::sig_atomic_t interrupted = 0;

void onInterrupt(int signal) {
    interrupted = 1;
    std::signal(signal, SIG_DFL);
}

} // namespace

void catchInterrupts() {
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
}

bool isInterrupted() {
    return interrupted != 0;
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

long long peakMemory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<long long>(usage.ru_maxrss) * 1024;
}

ProgressBar::ProgressBar() : m_isTerminal(isatty(STDERR_FILENO) != 0), m_started(now()) {}

ProgressBar::~ProgressBar() {
    if (m_isTerminal) {
        std::fputs("\r\033[K", stderr);
    }
}

void ProgressBar::show(double share, const std::string& text) {
    m_share = std::clamp(share, m_share, 1.0);
    if (!m_isTerminal) {
        return;
    }
    const double elapsed = now() - m_started;
    const double left = m_share > 0 ? elapsed * (1.0 / m_share - 1.0) : 0.0;
    const std::string bar(static_cast<std::size_t>(m_share * barWidth), '#');
    std::fprintf(stderr, "\r\033[K[%-*s] %3.0f %%  %s, %.0f s to go", barWidth, bar.c_str(), 100.0 * m_share, text.c_str(), left);
    std::fflush(stderr);
}

} // namespace casr::cli
