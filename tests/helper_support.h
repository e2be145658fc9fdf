#pragma once

// Whether helpers that never end by themselves were ended.

#include "file_support.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/wait.h>

/// A shell script that writes its process id beside itself and then never ends.
inline const std::string endlessScript = R"(echo $$ > "${0%/*}/p"; mv "${0%/*}/p" "${0%/*}/pid"; while true; do :; done)";

/// True once the endless script in `folder` runs.
inline bool hasBegun(const std::filesystem::path& folder) {
    return std::filesystem::exists(folder / "pid");
}

/// True when the endless script in `folder` ran and its process is gone, its end waited for.
inline bool hasEnded(const std::filesystem::path& folder) {
    const int process = std::atoi(bytesOf(folder / "pid").c_str());
    return process > 0 && ::kill(process, 0) == -1 && errno == ESRCH;
}

/// True when no process that this one started is left, running or waiting to be waited for.
inline bool hasNoChild() {
    siginfo_t ignored{};
    return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}
