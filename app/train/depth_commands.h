#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace casr::training {

/// True when someone asked for a stop.
using StopQuery = std::function<bool()>;

/// Adds `depth` with `run` and `evaluate` to `app` and returns what does the one that was chosen; it returns the exit code and
/// throws casr::Error.
std::function<int(const StopQuery&)> addDepth(CLI::App& app);

} // namespace casr::training
