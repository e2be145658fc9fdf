#pragma once

#include "core/network/network.h"
#include "core/schedule/plan.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace casr::cli {

/// The option --ensemble, for commands that take the steps in several passes.
void addEnsembleOption(CLI::App& command, int& passes);

/// Options that every command which runs the network takes.
struct RunOptions {
    std::string weights;
    std::string precision = "auto";
    int threads = 0;
    double stepLimit = defaultStepLimit;

    void addTo(CLI::App& command);

    /// Sets the threads and loads the weights. Throws Error.
    std::shared_ptr<const Network> loadNetwork() const;

    /// The precision that runs. Throws Error when the CPU cannot.
    Precision resolvedPrecision() const;
};

} // namespace casr::cli
