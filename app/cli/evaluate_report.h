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

/// What was measured of one method.
struct MethodScores {
    EvaluationMethod method;
    std::vector<ScaleScores> scales;
};

/// What sets a method apart from the whole: "everything", "without sdam", "one jump, then bicubic", "bicubic".
std::string labelOf(const EvaluationMethod& method);

/// The line of headings on the terminal, and that of one picture or mean.
void printHeadings();
void printScore(double scale, const Score& score);

/// Everything that was measured: of one method itself, of several a list under "methods". What does not exist, and infinity, is null.
nlohmann::json jsonOf(const std::vector<MethodScores>& measured);

/// Of one method its name, a table of the means, and one of the steps; of several one table of all means.
std::string markdownOf(const std::vector<MethodScores>& measured);

} // namespace casr::cli
