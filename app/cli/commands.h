#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace casr::cli {

/// What a command does once its arguments are parsed; throws casr::Error or casr::Cancelled.
using Action = std::function<void()>;

/// Each adds one command to `app` and returns its action.
Action addUpscale(CLI::App& app);
Action addBatch(CLI::App& app);
Action addEvaluate(CLI::App& app);
Action addFitNiqe(CLI::App& app);
Action addPlan(CLI::App& app);
Action addInfo(CLI::App& app);
Action addBench(CLI::App& app);
Action addDepth(CLI::App& app);
Action addSheet(CLI::App& app);
Action addSuperpixels(CLI::App& app);

} // namespace casr::cli
