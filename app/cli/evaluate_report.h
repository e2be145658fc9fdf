#pragma once

#include "app/cli/evaluate_score.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace casr::cli {

/// What was measured at one scale.
struct ScaleScores {
    double scale = 1;
    std::vector<Score> pictures;
    Score mean;
};

/// The line of headings on the terminal, and that of one picture or mean.
void printHeadings();
void printScore(double scale, const Score& score);

/// Everything that was measured. What does not exist, and infinity, is null.
nlohmann::json jsonOf(const EvaluationMethod& method, const std::vector<ScaleScores>& scales);

/// The method, a table of the means, and one of the steps.
std::string markdownOf(const EvaluationMethod& method, const std::vector<ScaleScores>& scales);

} // namespace casr::cli
