#pragma once

#include "core/train/run_plan.h"

#include <CLI/CLI.hpp>

namespace casr::training {

/// The options that every run takes, whatever it trains.
void addRunPlanOptions(CLI::App& command, RunPlan& plan);

} // namespace casr::training
