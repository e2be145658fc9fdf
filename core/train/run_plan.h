#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace casr {

/// What every training run has: where it is kept, how long it lasts, how fast it learns.
struct RunPlan {
    std::filesystem::path folder; ///< Holds checkpoint.safetensors, weights.safetensors and, but for DepthNet, log.csv.
    std::int64_t iterations = 0;  ///< The cosine ends here; 0 when `minutes` rules.
    double minutes = 0;           ///< The cosine ends here, over all resumed parts together; 0 when `iterations` rules.
    double rate = 5e-4;           ///< Peak learning rate of Adam.
    int warmUp = 200;             ///< Iterations of linear warm-up.
    double averaging = 0.999;     ///< Decay of the averaged weights, the ones that ship.
    int reportEvery = 50;         ///< Iterations between progress lines.
    int saveEvery = 500;          ///< Iterations between checkpoints with validation.
    int threads = 0;              ///< 0: as many as the machine has.
    std::string record;           ///< Free text for the weights file: data and recipe.

    std::filesystem::path checkpointPath() const { return folder / "checkpoint.safetensors"; }
    std::filesystem::path weightsPath() const { return folder / "weights.safetensors"; }
};

/// Makes the folder and calls `run`, on the plan's threads; what LibTorch throws comes out as Error. Throws Error too when the plan has no
/// length, or two.
void carryOut(const RunPlan& plan, const std::function<void()>& run);

/// Throws Error when the loss of an iteration is no number: its step would spoil weights and checkpoint.
void requireFinite(double loss, std::int64_t iteration);

} // namespace casr
