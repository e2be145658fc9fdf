#include "app/cli/run_options.h"

#include "app/cli/arguments.h"
#include "core/base/model_location.h"

namespace casr::cli {

void addEnsembleOption(CLI::App& command, int& passes) {
    command
        .add_option(
            "--ensemble", passes,
            "Passes of every step over its turned and mirrored parent, whose mean it is: 1, 2, 4 or 8; better, and as many times as "
            "slow")
        ->check(CLI::IsMember({1, 2, 4, 8}))
        ->capture_default_str();
}

void RunOptions::addTo(CLI::App& command) {
    command.add_option("--weights", weights, "Weights file; the shipped one when not given");
    command
        .add_option("--precision", precision, "auto: bfloat16 where the CPU is fast at it, else float32; cuda: float32 on a CUDA device")
        ->check(CLI::IsMember({"auto", "bf16", "fp32", "cuda"}))
        ->capture_default_str();
    command.add_option("--threads", threads, "Compute threads; 0: all")->check(CLI::Range(0, 1024))->capture_default_str();
    command.add_option("--step-limit", stepLimit, "Largest factor of one step")
        ->check(CLI::Range(smallestStepLimit, largestStepLimit))
        ->capture_default_str();
}

std::shared_ptr<const Network> RunOptions::loadNetwork() const {
    setComputeThreads(threads);
    return Network::load(weights.empty() ? shippedWeights() : std::filesystem::path(weights));
}

Precision RunOptions::resolvedPrecision() const {
    return resolved(precisionNamed(precision).value_or(Precision::automatic));
}

} // namespace casr::cli
