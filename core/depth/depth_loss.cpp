#include "core/depth/depth_loss.h"

namespace casr {

namespace {

constexpr double leastDeviation = 1e-6;
constexpr double gradientWeight = 0.5;
constexpr int gradientScales = 4;

struct Normaliser {
    at::Tensor median;
    at::Tensor deviation;

    explicit Normaliser(const at::Tensor& values)
        : median(values.median()), deviation((values - median).abs().mean().clamp_min(leastDeviation)) {}
    at::Tensor operator()(const at::Tensor& values) const { return (values - median) / deviation; }
};

at::Tensor meanOfSmallest(const at::Tensor& values, double share) {
    const std::int64_t count = std::max<std::int64_t>(1, static_cast<std::int64_t>(share * static_cast<double>(values.numel())));
    return count == values.numel() ? values.mean() : std::get<0>(values.topk(count, 0, false, false)).mean();
}

/// Mean absolute differences of neighbours along `axis` where both are known.
at::Tensor slope(const at::Tensor& values, const at::Tensor& known, std::int64_t axis) {
    const std::int64_t length = values.size(axis) - 1;
    const at::Tensor both = known.narrow(axis, 0, length) * known.narrow(axis, 1, length);
    const at::Tensor change = (values.narrow(axis, 1, length) - values.narrow(axis, 0, length)).abs() * both;
    return change.sum() / both.sum().clamp_min(1.0);
}

/// Of differences (N, H, W).
at::Tensor gradientTerm(at::Tensor difference, at::Tensor known) {
    at::Tensor sum = at::zeros({}, difference.options());
    for (int scale = 0; scale < gradientScales && std::min(difference.size(1), difference.size(2)) > 1; ++scale) {
        sum = sum + slope(difference, known, 1) + slope(difference, known, 2);
        difference = difference.slice(1, 0, c10::nullopt, 2).slice(2, 0, c10::nullopt, 2);
        known = known.slice(1, 0, c10::nullopt, 2).slice(2, 0, c10::nullopt, 2);
    }
    return sum / gradientScales;
}

/// Mean of |truth / guess - 1| over values (P), the guess brought to the truth by least squares.
at::Tensor relativeError(const at::Tensor& guess, const at::Tensor& truth, double farthest) {
    const at::Tensor centred = guess - guess.mean();
    const at::Tensor scale = (centred * (truth - truth.mean())).mean() / centred.square().mean().clamp_min(leastDeviation * leastDeviation);
    const at::Tensor aligned = (scale * centred + truth.mean()).clamp_min(1.0 / farthest);
    return (truth / aligned - 1.0).abs().mean();
}

/// The mean; without any, nothing that still belongs to the graph of `predicted`.
at::Tensor meanOf(const std::vector<at::Tensor>& errors, const at::Tensor& predicted) {
    return errors.empty() ? predicted.sum() * 0.0 : at::stack(errors).mean();
}

bool isUsable(const at::Tensor& truth) {
    return truth.numel() > 0 && (truth - truth.median()).abs().mean().item<double>() > leastDeviation;
}

} // namespace

at::Tensor depthLoss(const at::Tensor& predicted, const at::Tensor& truth, const at::Tensor& known, const std::vector<double>& trimmed) {
    std::vector<at::Tensor> errors, differences, masks;
    for (std::int64_t i = 0; i < predicted.size(0); ++i) {
        const at::Tensor mask = known[i][0], selected = mask > 0.5;
        const at::Tensor goal = truth[i][0].masked_select(selected);
        if (!isUsable(goal)) {
            continue;
        }
        const Normaliser ofGoal(goal), ofGuess(predicted[i][0].masked_select(selected));
        const at::Tensor difference = (ofGuess(predicted[i][0]) - ofGoal(truth[i][0])) * mask;
        errors.push_back(meanOfSmallest(difference.masked_select(selected).abs(), 1.0 - trimmed[static_cast<std::size_t>(i)]));
        differences.push_back(difference);
        masks.push_back(mask);
    }
    const at::Tensor mean = meanOf(errors, predicted);
    return errors.empty() ? mean : mean + gradientWeight * gradientTerm(at::stack(differences), at::stack(masks));
}

at::Tensor relativeDepthLoss(const at::Tensor& predicted, const at::Tensor& truth, const at::Tensor& known,
                             const std::vector<double>& farthest) {
    std::vector<at::Tensor> errors;
    for (std::int64_t i = 0; i < predicted.size(0); ++i) {
        const double limit = farthest[static_cast<std::size_t>(i)];
        const at::Tensor selected = (known[i] > 0.5).logical_and(truth[i] >= 1.0 / limit);
        const at::Tensor goal = truth[i].masked_select(selected), guess = predicted[i].masked_select(selected);
        if (isUsable(goal) && isUsable(guess)) {
            errors.push_back(relativeError(guess, goal, limit));
        }
    }
    return meanOf(errors, predicted);
}

} // namespace casr
