#include "app/cli/evaluate_score.h"

#include "core/image/resample.h"
#include "core/metrics/comparisons.h"
#include "core/metrics/metrics.h"

#include <cmath>

namespace casr::cli {

namespace {

StepScore stepScoreOf(const EnlargedStep& step, const Image& parent, const SceneGaussian& pristine) {
    const Image picture = roundedTo8Bit(step.picture);
    StepScore score{step.cumulative, lowResolutionPsnr(picture, parent), seamEnergy(picture, step.columns, step.rows), {}, {}, {}};
    score.blocks = sceneBlocks(picture);
    if (const auto naturalness = naturalnessOf(score.blocks, pristine)) {
        score.niqe = naturalness->niqe;
        score.drift = naturalness->drift;
    }
    return score;
}

std::vector<StepScore> stepScoresOf(const std::vector<EnlargedStep>& steps, const Image& low, const SceneGaussian& pristine) {
    std::vector<StepScore> scores;
    Image parent = low;
    for (const EnlargedStep& step : steps) {
        scores.push_back(stepScoreOf(step, parent, pristine));
        parent = step.picture;
    }
    return scores;
}

/// The mean of what `value` finds in the items; nothing when it finds nothing.
template <typename Items, typename Function>
Score::Value average(const Items& items, Function value) {
    double sum = 0;
    int count = 0;
    for (const auto& item : items) {
        if (const Score::Value found = value(item)) {
            sum += *found;
            ++count;
        }
    }
    return count == 0 ? Score::Value() : sum / count;
}

/// Of a set, by its mean squared error: some pictures come back exactly, and a mean of decibels would say so of all of them.
Score::Value setPsnr(const std::vector<Score>& scores, Score::Value Score::*value) {
    const Score::Value error = average(
        scores, [&](const Score& score) { return score.*value ? Score::Value(std::pow(10.0, -0.1 * *(score.*value))) : Score::Value(); });
    return error ? Score::Value(-10.0 * std::log10(*error)) : Score::Value();
}

/// Enters NIQE and drift of `blocks` and of the truth's.
void enterNaturalness(std::span<const SceneBlock> blocks, const SceneGaussian& pristine, Score& score) {
    if (const auto naturalness = naturalnessOf(blocks, pristine)) {
        score.niqe = naturalness->niqe;
        score.drift = naturalness->drift;
        score.blocks = static_cast<double>(naturalness->blocks);
        score.shrinkage = naturalness->shrinkage;
    }
    if (const auto ofTruth = naturalnessOf(score.blocksOfTruth, pristine)) {
        score.niqeOfTruth = ofTruth->niqe;
        score.driftOfTruth = ofTruth->drift;
    }
}

Score::Value ratio(double a, double b) {
    return b > 0 ? Score::Value(a / b) : Score::Value();
}

void append(const std::vector<SceneBlock>& from, std::vector<SceneBlock>& to) {
    to.insert(to.end(), from.begin(), from.end());
}

/// Step `index` of a set of pictures.
StepScore meanOfStep(const std::vector<Score>& scores, std::size_t index, const SceneGaussian& pristine) {
    const auto mean = [&](auto value) { return average(scores, [&](const Score& score) { return value(score.steps[index]); }); };
    StepScore result{scores.front().steps[index].cumulative, 0, {}, {}, {}, {}};
    result.parentChildPsnr = *mean([](const StepScore& step) { return Score::Value(step.parentChildPsnr); });
    result.seamEnergy = mean([](const StepScore& step) { return step.seamEnergy; });
    result.niqe = mean([](const StepScore& step) { return step.niqe; });
    for (const Score& score : scores) {
        append(score.steps[index].blocks, result.blocks);
    }
    if (const auto naturalness = naturalnessOf(result.blocks, pristine)) {
        result.drift = naturalness->drift;
    }
    return result;
}

} // namespace

const std::vector<ScoreColumn>& scoreColumns() {
    static const std::vector<ScoreColumn> columns{
        {"psnr_y", "PSNR-Y", 3, true, &Score::psnr},
        {"ssim_y", "SSIM-Y", 4, true, &Score::ssim},
        {"lr_psnr", "LR-PSNR", 2, true, &Score::lowResolutionPsnr},
        {"parent_child_psnr", "PC-PSNR", 2, true, &Score::parentChildPsnr},
        {"niqe", "NIQE", 3, true, &Score::niqe},
        {"drift", "drift", 2, true, &Score::drift},
        {"rapsd", "RAPSD", 4, true, &Score::spectrum},
        {"self_similarity", "self-sim", 4, true, &Score::selfSimilarity},
        {"seam_energy", "seams", 3, true, &Score::seamEnergy},
        {"delta_e", "delta E", 3, true, &Score::colour},
        {"sharpness", "sharp", 3, true, &Score::sharpness},
        {"niqe_truth", "NIQE of truth", 3, false, &Score::niqeOfTruth},
        {"drift_truth", "drift of truth", 2, false, &Score::driftOfTruth},
        {"blocks", "blocks", 0, false, &Score::blocks},
        {"shrinkage", "shrinkage", 3, false, &Score::shrinkage},
        {"seconds", "seconds", 3, true, &Score::seconds},
    };
    return columns;
}

Score scoreOf(const std::string& name, const TestPair& pair, double scale, const Enlargement& enlargement, const SceneGaussian& pristine) {
    const Image result = roundedTo8Bit(enlargement.steps.back().picture);
    const Fidelity fidelity = fidelityOfLuma(result, pair.truth, scale);
    Score score;
    score.name = name;
    score.psnr = fidelity.psnr;
    score.ssim = fidelity.ssim;
    score.lowResolutionPsnr = lowResolutionPsnr(result, pair.low);
    score.steps = stepScoresOf(enlargement.steps, pair.low, pristine);
    score.parentChildPsnr = average(score.steps, [](const StepScore& step) { return Score::Value(step.parentChildPsnr); });
    score.spectrum = spectrumDistance(result, pair.truth);
    score.selfSimilarity = selfSimilarityDistance(result, pair.truth);
    score.seamEnergy = score.steps.back().seamEnergy;
    score.colour = colourDifference(result, pair.truth, pair.low.size());
    score.sharpness = ratio(sharpnessOf(result), sharpnessOf(pair.truth));
    score.blocksOfTruth = sceneBlocks(pair.truth);
    score.seconds = enlargement.seconds;
    enterNaturalness(score.steps.back().blocks, pristine, score);
    return score;
}

Score meanOf(const std::vector<Score>& scores, const SceneGaussian& pristine) {
    Score mean;
    mean.name = "mean";
    for (std::size_t step = 0; step < scores.front().steps.size(); ++step) {
        mean.steps.push_back(meanOfStep(scores, step, pristine));
    }
    for (const Score& score : scores) {
        append(score.blocksOfTruth, mean.blocksOfTruth);
    }
    enterNaturalness(mean.steps.back().blocks, pristine, mean);
    for (const ScoreColumn& column : scoreColumns()) {
        const bool isOfSet = column.value == &Score::drift || column.value == &Score::driftOfTruth || column.value == &Score::blocks ||
                             column.value == &Score::shrinkage;
        if (!isOfSet) {
            mean.*column.value = average(scores, [&](const Score& score) { return score.*column.value; });
        }
    }
    mean.lowResolutionPsnr = setPsnr(scores, &Score::lowResolutionPsnr);
    return mean;
}

} // namespace casr::cli
