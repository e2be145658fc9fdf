#include "app/cli/evaluate_report.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

std::string numberText(const Score::Value& value, int decimals) {
    if (!value) {
        return "-";
    }
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, *value);
    return text;
}

std::string factorText(double factor) {
    char text[32];
    std::snprintf(text, sizeof text, "x%.4g", factor);
    return text;
}

Json jsonOf(const Score::Value& value) {
    return value ? Json(*value) : Json();
}

/// What --without takes; empty when everything is in.
std::vector<std::string> missingParts(const StepParts& parts) {
    std::vector<std::string> names;
    const auto note = [&](bool isIn, const char* name) {
        if (!isIn) {
            names.emplace_back(name);
        }
    };
    note(parts.superpixels, "sdam");
    note(parts.depth, "depth");
    note(parts.memory, "sarm");
    note(parts.backProjection, "backprojection");
    return names;
}

Json jsonOf(const StepScore& step) {
    return {{"cumulative", step.cumulative},
            {"parent_child_psnr", step.parentChildPsnr},
            {"seam_energy", jsonOf(step.seamEnergy)},
            {"niqe", jsonOf(step.niqe)},
            {"drift", jsonOf(step.drift)},
            {"blocks", step.blocks.size()},
            {"shrinkage", shrinkageOf(static_cast<std::int64_t>(step.blocks.size()))}};
}

Json jsonOf(const Score& score) {
    Json json{{"name", score.name}, {"steps", Json::array()}};
    for (const ScoreColumn& column : scoreColumns()) {
        json[column.key] = jsonOf(score.*column.value);
    }
    for (const StepScore& step : score.steps) {
        json["steps"].push_back(jsonOf(step));
    }
    return json;
}

std::string amountText(const std::optional<float>& amount) {
    return amount ? numberText(*amount, 2) : "auto";
}

/// What the low-resolution sides got, and what is removed; empty when neither is anything.
std::string inputTitleOf(const EvaluationMethod& method) {
    std::string title;
    if (!method.spoiling.isNone()) {
        title += ", spoilt by noise " + numberText(method.spoiling.noise, 2) + ", JPEG " + numberText(method.spoiling.jpeg, 2) +
                 " and blur " + numberText(method.spoiling.blur, 2);
    }
    if (method.network && method.cleans()) {
        title += ", noise " + amountText(method.noise) + ", JPEG " + amountText(method.jpeg) + " and blur " + amountText(method.blur) +
                 " removed";
    }
    return title;
}

std::string titleOf(const EvaluationMethod& method) {
    std::string title = method.name;
    if (method.network) {
        title += method.oneJump ? ", one jump (x4 at most), then bicubic" : ", steps of " + factorText(method.stepLimit) + " at most";
        title += ", " + numericProfile(method.precision) + ", weights " + method.network->checksum().substr(0, 12);
    }
    if (method.detail > 0) {
        title += ", detail " + numberText(method.detail, 2);
    }
    if (method.ensemble > 1) {
        title += ", mean of " + std::to_string(method.ensemble) + " passes";
    }
    for (const std::string& name : missingParts(method.parts)) {
        title += ", without " + name;
    }
    return title + inputTitleOf(method);
}

std::string rowOf(const std::vector<std::string>& cells) {
    std::string row = "|";
    for (const std::string& cell : cells) {
        row += " " + cell + " |";
    }
    return row + "\n";
}

std::string headOf(const std::vector<std::string>& cells) {
    return rowOf(cells) + rowOf(std::vector<std::string>(cells.size(), "---"));
}

std::vector<std::string> columnHeadings(std::vector<std::string> first) {
    for (const ScoreColumn& column : scoreColumns()) {
        first.emplace_back(column.heading);
    }
    return first;
}

std::string meansRow(std::vector<std::string> first, const Score& mean) {
    for (const ScoreColumn& column : scoreColumns()) {
        first.push_back(numberText(mean.*column.value, column.decimals));
    }
    return rowOf(first);
}

std::string meansTable(const std::vector<ScaleScores>& scales) {
    std::string table = headOf(columnHeadings({"scale", "pictures"}));
    for (const ScaleScores& scores : scales) {
        table += meansRow({factorText(scores.scale), std::to_string(scores.pictures.size())}, scores.mean);
    }
    return table;
}

/// The methods beside each other at every scale.
std::string comparisonTable(const std::vector<MethodScores>& measured) {
    std::string table = headOf(columnHeadings({"scale", "method"}));
    for (std::size_t scale = 0; scale < measured.front().scales.size(); ++scale) {
        for (const MethodScores& scores : measured) {
            table += meansRow({factorText(scores.scales[scale].scale), labelOf(scores.method)}, scores.scales[scale].mean);
        }
    }
    return table;
}

std::string stepsTable(const std::vector<ScaleScores>& scales) {
    std::string table = headOf({"scale", "step", "after it", "PC-PSNR", "seams", "NIQE", "drift", "blocks"});
    for (const ScaleScores& scores : scales) {
        for (std::size_t i = 0; i < scores.mean.steps.size(); ++i) {
            const StepScore& step = scores.mean.steps[i];
            table += rowOf({factorText(scores.scale), std::to_string(i + 1), factorText(step.cumulative),
                            numberText(step.parentChildPsnr, 2), numberText(step.seamEnergy, 3), numberText(step.niqe, 3),
                            numberText(step.drift, 2), std::to_string(step.blocks.size())});
        }
    }
    return table;
}

Json amountOf(const std::optional<float>& amount) {
    return amount ? Json(*amount) : Json("auto");
}

Json jsonOf(const EvaluationMethod& method, const std::vector<ScaleScores>& scales) {
    Json report{{"method", method.name},
                {"step_limit", method.stepLimit},
                {"one_jump", method.oneJump},
                {"detail", method.detail},
                {"ensemble", method.ensemble},
                {"without", missingParts(method.parts)},
                {"spoilt", {{"noise", method.spoiling.noise}, {"jpeg", method.spoiling.jpeg}, {"blur", method.spoiling.blur}}},
                {"removed", {{"noise", amountOf(method.noise)}, {"jpeg", amountOf(method.jpeg)}, {"blur", amountOf(method.blur)}}},
                {"scales", Json::array()}};
    for (const ScaleScores& scores : scales) {
        Json entry{{"scale", scores.scale}, {"mean", jsonOf(scores.mean)}, {"pictures", Json::array()}};
        for (const Score& score : scores.pictures) {
            entry["pictures"].push_back(jsonOf(score));
        }
        report["scales"].push_back(entry);
    }
    if (method.network) {
        report["profile"] = numericProfile(method.precision);
        report["weights_sha256"] = method.network->checksum();
    }
    return report;
}

} // namespace

void printHeadings() {
    std::printf("%-6s %-14s", "scale", "picture");
    for (const ScoreColumn& column : scoreColumns()) {
        if (column.onTerminal) {
            std::printf(" %8s", column.heading);
        }
    }
    std::printf("\n");
}

void printScore(double scale, const Score& score) {
    std::printf("%-6s %-14s", factorText(scale).c_str(), score.name.c_str());
    for (const ScoreColumn& column : scoreColumns()) {
        if (column.onTerminal) {
            std::printf(" %8s", numberText(score.*column.value, column.decimals).c_str());
        }
    }
    std::printf("\n");
    std::fflush(stdout);
}

std::string labelOf(const EvaluationMethod& method) {
    if (!method.network) {
        return method.name;
    }
    std::string label = method.oneJump ? "one jump, then bicubic" : "";
    for (const std::string& name : missingParts(method.parts)) {
        label += (label.empty() ? "without " : ", ") + name;
    }
    return label.empty() ? "everything" : label;
}

Json jsonOf(const std::vector<MethodScores>& measured) {
    if (measured.size() == 1) {
        return jsonOf(measured.front().method, measured.front().scales);
    }
    Json report{{"methods", Json::array()}};
    for (const MethodScores& scores : measured) {
        report["methods"].push_back(jsonOf(scores.method, scores.scales));
    }
    return report;
}

std::string markdownOf(const std::vector<MethodScores>& measured) {
    const MethodScores& first = measured.front();
    const std::string title = titleOf(first.method) + "\n\n";
    return measured.size() == 1 ? title + meansTable(first.scales) + "\nStep by step:\n\n" + stepsTable(first.scales)
                                : title + comparisonTable(measured);
}

} // namespace casr::cli
