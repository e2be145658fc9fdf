#include "core/schedule/plan.h"

#include "core/base/error.h"
#include "core/network/architecture.h"

#include <charconv>
#include <cmath>

namespace casr {

namespace {

constexpr std::int64_t longestSide = std::int64_t{1} << 30;

std::string numberText(double value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6);
    return {text, end.ptr};
}

std::string sizeText(Size size) {
    return std::to_string(size.width) + " x " + std::to_string(size.height);
}

/// Written so that NaN is refused too.
void requireWithin(const std::string& what, double value, double smallest, double largest) {
    if (!(value >= smallest && value <= largest)) {
        throw Error("The " + what + " " + numberText(value) + " is not possible. Choose a number from " + numberText(smallest) + " to " +
                    numberText(largest) + ".");
    }
}

void requireSizes(Size size, double scale) {
    if (size.isEmpty()) {
        throw Error("A picture of " + sizeText(size) + " pixels cannot be enlarged. Choose a picture with at least one pixel.");
    }
    const int side = std::max(size.width, size.height);
    if (std::floor(side * scale + 0.5) > static_cast<double>(longestSide)) {
        throw Error("A picture of " + sizeText(size) + " pixels becomes too large at x" + numberText(scale) + ": a side may have " +
                    std::to_string(longestSide) + " pixels. Choose a smaller scale or a region.");
    }
}

/// The smallest number of steps of at most `limit` that reach `scale`. The tolerance keeps a scale such as 1.7 * 1.7 * 1.7 that
/// was rounded up at three steps.
int stepCount(double scale, double limit) {
    int count = 0;
    for (double reached = 1.0; scale > reached * (count == 0 ? 1.0 : 1.0 + 1e-14); reached *= limit) {
        ++count;
    }
    return count;
}

/// Later steps are no smaller than this for the sake of a whole factor before them.
constexpr double smallestBesideWhole = 1.5;
/// Where no whole factor fits, later steps are no larger than this.
constexpr double largestBesideReal = 2.0;
constexpr double rounding = 1e-12;

/// The first of `count` > 1 steps to `scale`: the next whole number above an even share, which leaves the others no larger; where that is
/// too much, as large as can be.
double firstFactor(double scale, int count, double limit) {
    const double even = std::pow(scale, 1.0 / count), whole = std::ceil(even * (1.0 - rounding));
    if (whole <= limit && std::pow(scale / whole, 1.0 / (count - 1)) >= smallestBesideWhole) {
        return whole;
    }
    const double largest = scale / std::pow(std::min(even, largestBesideReal), count - 1);
    return std::min(std::max(even, largest), limit);
}

/// The factors from the photo to every level but level 0. The last one is the scale to the bit.
std::vector<double> cumulativeFactors(double scale, double limit) {
    std::vector<double> factors;
    double reached = 1.0;
    for (int count = stepCount(scale, limit); count > 0; --count) {
        reached = count == 1 ? scale : reached * firstFactor(scale / reached, count, limit);
        factors.push_back(reached);
    }
    return factors;
}

Size scaledSize(Size size, double factor) {
    const auto side = [factor](int length) { return static_cast<int>(std::floor(length * factor + 0.5)); };
    return {side(size.width), side(size.height)};
}

/// Half-open columns (or rows) of a level of `to` pixels whose areas meet columns first .. last - 1 of the photo's `from`.
struct Range {
    int first;
    int last;
};

Range scaledRange(int first, int last, int from, int to) {
    return {static_cast<int>(std::int64_t{first} * to / from), static_cast<int>((std::int64_t{last} * to + from - 1) / from)};
}

} // namespace

Plan planSchedule(Size size, double scale, double stepLimit) {
    requireWithin("scale", scale, 1.0, maxScale);
    requireWithin("step limit", stepLimit, smallestStepLimit, largestStepLimit);
    requireSizes(size, scale);
    Plan plan{size, scale, stepLimit, {}};
    double largest = stepLimit;
    for (const double factor : cumulativeFactors(scale, stepLimit)) {
        // Equal steps differ in their last bits after the divisions; none may pass the one before it.
        largest = std::min(largest, factor / plan.cumulativeOf(plan.levels() - 1));
        plan.steps.push_back({plan.result(), scaledSize(size, factor), largest, factor});
    }
    return plan;
}

Plan planUpTo(const Plan& plan, int level) {
    Plan shorter{plan.source, plan.cumulativeOf(level), plan.stepLimit, plan.steps};
    shorter.steps.resize(static_cast<std::size_t>(level));
    return shorter;
}

Rect regionAt(const Plan& plan, int level, Rect region) {
    const Rect inside = intersection(region, rectOf(plan.source));
    if (inside.isEmpty()) {
        return {};
    }
    const Size size = plan.sizeOf(level);
    const Range columns = scaledRange(inside.left, inside.right, plan.source.width, size.width);
    const Range rows = scaledRange(inside.top, inside.bottom, plan.source.height, size.height);
    return {columns.first, rows.first, columns.last, rows.last};
}

std::string describe(const Plan& plan) {
    std::string text;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const Step& step = plan.steps[i];
        text += (i == 0 ? "step " : "\nstep ") + std::to_string(i + 1) + " of " + std::to_string(plan.steps.size()) + ": x" +
                numberText(step.scale) + ", " + sizeText(step.from) + " -> " + sizeText(step.to);
    }
    return text;
}

} // namespace casr
