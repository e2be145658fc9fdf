#include "ui/viewing_plan.h"

#include "core/network/architecture.h"

#include <algorithm>

namespace casr {

namespace {

constexpr double longestSide = 1 << 30;
/// A last step below this shows nothing new.
constexpr double smallestContinuation = 1.2;
/// Rounding in the scale must not ask for the next level.
constexpr double tolerance = 1e-6;

} // namespace

Plan continuedPlan(const Plan& plan) {
    const double longest = std::max(plan.source.width, plan.source.height);
    const double room = std::min(maxScale, (longestSide - 1) / longest) / plan.scale;
    if (room < smallestContinuation) {
        return plan;
    }
    Plan continued = plan;
    Size from = plan.result();
    for (const Step& step : planSchedule({1, 1}, room, plan.stepLimit).steps) {
        const double cumulative = plan.scale * step.cumulative;
        const auto side = [&](int length) { return static_cast<int>(length * cumulative + 0.5); };
        const Size to{side(plan.source.width), side(plan.source.height)};
        continued.steps.push_back({from, to, step.scale, cumulative});
        from = to;
    }
    continued.scale = plan.scale * room;
    return continued;
}

int levelForScale(const Plan& plan, double scale) {
    int level = 0;
    while (level + 1 < plan.levels() && plan.cumulativeOf(level) * (1 + tolerance) < scale) {
        ++level;
    }
    return level;
}

} // namespace casr
