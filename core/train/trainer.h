#pragma once

#include "core/network/architecture.h"
#include "core/train/run_plan.h"
#include "core/train/sample.h"

#include <string>
#include <vector>

namespace casr {

struct TrainOptions : RunPlan {
    Architecture architecture;
    SampleOptions sample;
    std::filesystem::path
        start;     ///< Weights to start from; fresh ones when empty. Fewer or narrower blocks than asked for are grown, and so is a memory.
    int parts = 1; ///< Parts of equal size that a batch is computed in, each on a thread of its own: faster than many threads in one.
    int validationCrops = 24;
    bool bfloat16 = true;
    bool muon = false;          ///< The trunk's convolutions learn by Muon instead of Adam.
    bool squared = false;       ///< The loss is the root of a picture's mean squared error, not L1; of later steps it always is.
    std::string device = "cpu"; ///< "cpu" or "cuda".
    std::vector<std::string>
        learning; ///< Beginnings of the names of the tensors that learn, the others staying as they are; all when empty.
};

/// Trains the network by Adam (Kingma and Ba 2015) on a loss over RGB and luma, learning rate warmed up and then falling by a
/// cosine to nothing. Patches of one photo remember each other; part of the inputs are outputs of the network's own earlier step, or
/// degraded. Dense batches are compared after back-projection, as a step ends with it. Goes on from
/// folder/checkpoint.safetensors when there is one: by iterations, exactly as if it had never stopped. `report` gets one line of text at a
/// time. `isStopped` is polled every iteration; a stopped run leaves a checkpoint. Throws Error.
void train(const CropFile& crops, const CropFile& validation, const TrainOptions& options,
           const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

/// Carries out `run` after a check of what every run on crops needs. Throws Error.
void runTraining(const CropFile& crops, const TrainOptions& options, const std::function<void()>& run);

} // namespace casr
