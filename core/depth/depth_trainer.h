#pragma once

#include "core/depth/depth_sample.h"
#include "core/train/run_plan.h"

namespace casr {

struct DepthTrainOptions : RunPlan {
    DepthTrainOptions() {
        rate = 1e-3;
        warmUp = 100;
        averaging = 0.998;
    }

    DepthSampleOptions sample;
    std::filesystem::path start; ///< Weights to start from; fresh ones when empty.
    bool muon = false;           ///< The convolutions inside learn by Muon instead of Adam.
    double relative = 0;         ///< Weight of relativeDepthLoss beside depthLoss.
    int validationRenders = 40;  ///< Held-out scenes of the validation on the way.
};

/// Mean absolute relative errors (absoluteRelativeError) over held-out pictures.
struct DepthScores {
    int pictures = 0;
    double network = 0;
    double ramp = 0;     ///< Of an inverse depth that grows linearly from the top to the bottom.
    double constant = 0; ///< Of one depth everywhere.
};

struct DepthEvaluation {
    DepthScores frames;  ///< The last heldOutFrames of the depth file, up to 10 m.
    DepthScores renders; ///< Rendered scenes with other textures, up to 80 m.
};

/// Trains DepthNet by Adam (Kingma and Ba 2015), or by Muon (Jordan et al. 2024) and Adam, learning rate warmed up and then falling by a
/// cosine to nothing, on scenes textured with `crops` and on `frames`; `validation` textures the held-out scenes. Goes on from
/// folder/checkpoint.safetensors when there is one: by iterations, exactly as if it had never stopped. `report` gets one line of text at a
/// time. `isStopped` is polled every iteration; a stopped run leaves a checkpoint. Throws Error.
void trainDepth(const CropFile& crops, const CropFile& validation, const DepthFrames& frames, const DepthTrainOptions& options,
                const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

/// Measures a weights file on held-out frames and `renders` held-out scenes. Throws Error.
DepthEvaluation evaluateDepth(const std::filesystem::path& weights, const CropFile& validation, const DepthFrames& frames, int renders,
                              int threads);

/// One line: the errors and how far the network's lies below the better of the two others.
std::string describe(const std::string& name, const DepthScores& scores);

} // namespace casr
