#pragma once

#include <QString>

#include <functional>

namespace casr {

/// What became of guarded work: empty `error` when it was done.
struct GuardedOutcome {
    QString error;
    bool isCancelled = false;
};

/// Runs `work` and turns what it throws into an outcome; the one place of the window where exceptions end.
GuardedOutcome guarded(const std::function<void()>& work);

} // namespace casr
