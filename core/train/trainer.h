#pragma once

#include "core/network/architecture.h"
#include "core/train/sample.h"

#include <filesystem>
#include <functional>
#include <string>

namespace casr {

struct TrainOptions {
    Architecture architecture;
    SampleOptions sample;
    std::filesystem::path folder; ///< Holds checkpoint.safetensors, weights.safetensors and log.csv.
    std::filesystem::path
        start; ///< Weights to start from; fresh ones when empty. Fewer blocks than asked for are grown, and so is a memory.
    std::int64_t iterations = 0; ///< The cosine ends here; 0 when `minutes` rules.
    double minutes = 0;          ///< The cosine ends here, over all resumed parts together; 0 when `iterations` rules.
    double rate = 5e-4;          ///< Peak learning rate of Adam.
    int warmUp = 200;            ///< Iterations of linear warm-up.
    double averaging = 0.999;    ///< Decay of the averaged weights, the ones that ship.
    int reportEvery = 50;        ///< Iterations between progress lines.
    int saveEvery = 500;         ///< Iterations between checkpoints with validation.
    int validationCrops = 24;
    int threads = 0; ///< 0: as many as the machine has.
    bool bfloat16 = true;
    std::string device = "cpu"; ///< "cpu" or "cuda".
    std::string record;         ///< Free text for the weights file: data and recipe.
};

/// Trains the network by Adam (Kingma and Ba 2015) on an L1 loss over RGB and luma, learning rate warmed up and then falling by a
/// cosine to nothing. Patches of one photo remember each other; part of the inputs are outputs of the network's own earlier step, or
/// degraded. Goes on from folder/checkpoint.safetensors when there is one: by iterations, exactly as if it had never stopped. `report` gets
/// one line of text at a time. `isStopped` is polled every iteration; a stopped run leaves a checkpoint. Throws Error.
void train(const CropFile& crops, const CropFile& validation, const TrainOptions& options,
           const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

/// `run` after a check of what every run needs, its failures as errors. Throws Error.
void runTraining(const CropFile& crops, const TrainOptions& options, const std::function<void()>& run);

} // namespace casr
