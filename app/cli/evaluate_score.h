#pragma once

#include "app/cli/evaluate_run.h"
#include "core/metrics/naturalness.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace casr::cli {

/// What is measured of one step.
struct StepScore {
    double cumulative = 1;
    double parentChildPsnr = 0; ///< dB; infinity for equal pictures.
    std::optional<double> seamEnergy, niqe, drift;
    std::vector<SceneBlock> blocks; ///< For the drift of a whole set.
};

/// What is measured of one enlarged picture, or on average of a set. Nothing where a picture is too small for a measure.
struct Score {
    using Value = std::optional<double>;

    std::string name;
    Value psnr, ssim, lowResolutionPsnr, parentChildPsnr, niqe, drift, spectrum, selfSimilarity, seamEnergy, colour, sharpness;
    Value niqeOfTruth, driftOfTruth, blocks, shrinkage, seconds;
    std::vector<StepScore> steps;
    std::vector<SceneBlock> blocksOfTruth;
};

/// A measure as reports name it.
struct ScoreColumn {
    const char* key;     ///< In JSON.
    const char* heading; ///< In tables, at most 8 letters.
    int decimals;
    bool onTerminal;
    Score::Value Score::*value;
};
const std::vector<ScoreColumn>& scoreColumns();

/// Measures the last step against the truth, and every step against its parent; all pictures rounded to 8 bit.
Score scoreOf(const std::string& name, const TestPair& pair, double scale, const Enlargement& enlargement, const SceneGaussian& pristine);

/// The averages of a set; drift, its blocks and shrinkage are those of all blocks of the set together, at every step too, and LR-PSNR is
/// that of the mean squared error.
Score meanOf(const std::vector<Score>& scores, const SceneGaussian& pristine);

} // namespace casr::cli
