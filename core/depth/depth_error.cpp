#include "core/depth/depth_error.h"

#include <cmath>
#include <vector>

namespace casr {

namespace {

struct Pair {
    double predicted = 0;
    double truth = 0;
};

std::vector<Pair> pairsOf(const Image& predicted, const Image& truth, const Image& known, double farthest) {
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < truth.values().size(); ++i) {
        if (known.values()[i] == 1.0f && truth.values()[i] >= 1.0 / farthest) {
            pairs.push_back({predicted.values()[i], truth.values()[i]});
        }
    }
    return pairs;
}

struct Line {
    double scale = 0;
    double shift = 0;
};

/// Least squares; a level line through the mean where the prediction is constant.
Line fitted(const std::vector<Pair>& pairs) {
    Pair mean;
    for (const Pair& pair : pairs) {
        mean.predicted += pair.predicted / static_cast<double>(pairs.size());
        mean.truth += pair.truth / static_cast<double>(pairs.size());
    }
    double squares = 0, products = 0;
    for (const Pair& pair : pairs) {
        squares += (pair.predicted - mean.predicted) * (pair.predicted - mean.predicted);
        products += (pair.predicted - mean.predicted) * (pair.truth - mean.truth);
    }
    const double scale = squares > 0 ? products / squares : 0;
    return {scale, mean.truth - scale * mean.predicted};
}

} // namespace

double absoluteRelativeError(const Image& predicted, const Image& truth, const Image& known, double farthest) {
    const std::vector<Pair> pairs = pairsOf(predicted, truth, known, farthest);
    const Line line = fitted(pairs);
    double sum = 0;
    for (const Pair& pair : pairs) {
        const double inverse = std::max(1.0 / farthest, line.scale * pair.predicted + line.shift);
        sum += std::abs(pair.truth / inverse - 1.0);
    }
    return pairs.empty() ? 0 : sum / static_cast<double>(pairs.size());
}

} // namespace casr
