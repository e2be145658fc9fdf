#pragma once

#include <string>

namespace casr::cli {

/// A progress line on standard error when that is a terminal; silent otherwise. Never goes backwards.
class ProgressBar {
public:
    ProgressBar();
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `share` 0 .. 1 of the work is done; `text` says of what.
    void show(double share, const std::string& text);

private:
    bool m_isTerminal;
    double m_share = 0;
    double m_started;
};

/// From now on the first interrupt (Ctrl+C, SIGTERM) asks for a stop; a second one ends the program at once.
void catchInterrupts();
bool isInterrupted();

/// Seconds of a clock that never jumps.
double now();

/// Largest resident memory of this process so far, bytes.
long long peakMemory();

} // namespace casr::cli
