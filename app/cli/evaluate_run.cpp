#include "app/cli/evaluate_run.h"

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/image/degrade.h"
#include "core/image/resample.h"
#include "core/metrics/degradation_estimate.h"
#include "core/zoom/photo.h"
#include "core/zoom/staircase.h"

#include <algorithm>
#include <cmath>

namespace casr::cli {

namespace {

/// Notes where the tiles of `grid` meet.
void markTiles(const LevelGrid& grid, EnlargedStep& step) {
    for (int column = 1; column < grid.columns(); ++column) {
        step.columns.push_back(grid.pixelsOf(column, 0).left);
    }
    for (int row = 1; row < grid.rows(); ++row) {
        step.rows.push_back(grid.pixelsOf(0, row).top);
    }
}

Image wholeLevel(Staircase& staircase, int level) {
    return staircase.region(level, rectOf(staircase.plan().sizeOf(level)), isInterrupted).image;
}

EnlargedStep stepOf(const Photo& photo, Staircase& staircase, int level) {
    const Size size = staircase.plan().sizeOf(level);
    EnlargedStep step{staircase.plan().cumulativeOf(level), pictureOf(photo, wholeLevel(staircase, level), size, rectOf(size)), {}, {}};
    markTiles(staircase.gridOf(level), step);
    return step;
}

StepControls controlsOf(const EvaluationMethod& method, const Image& low) {
    const Degradation found = method.noise && method.jpeg && method.blur ? Degradation() : estimatedDegradation(low);
    StepControls controls;
    controls.noise = method.noise.value_or(static_cast<float>(found.noise));
    controls.jpeg = method.jpeg.value_or(static_cast<float>(found.jpeg));
    controls.blur = method.blur.value_or(static_cast<float>(found.blur));
    controls.parts = method.parts;
    controls.ensemble = method.ensemble;
    controls.detail = controls.lastDetail = method.detail;
    return controls;
}

Enlargement climbed(const EvaluationMethod& method, const Image& low, const Plan& plan) {
    const Photo photo = photoOf(low);
    Staircase staircase(photo.rgb, method.network, plan, method.precision, TileCache::defaultBudget(), controlsOf(method, low));
    const double start = now();
    wholeLevel(staircase, plan.levels() - 1);
    Enlargement result{{}, now() - start};
    for (int level = 1; level < plan.levels(); ++level) {
        result.steps.push_back(stepOf(photo, staircase, level));
    }
    return result;
}

Enlargement resampled(const Image& low, double scale, Size size, Kernel kernel) {
    const double start = now();
    EnlargedStep step{scale, resized(low, size, kernel), {}, {}};
    return {{std::move(step)}, now() - start};
}

Enlargement jumped(const EvaluationMethod& method, const Image& low, double scale, Size size) {
    Enlargement result = climbed(method, low, planSchedule(low.size(), std::min(scale, largestStepLimit), largestStepLimit));
    if (scale > largestStepLimit) {
        Enlargement rest = resampled(result.steps.back().picture, scale, size, Kernel::bicubic);
        result.steps.push_back(std::move(rest.steps.front()));
        result.seconds += rest.seconds;
    }
    return result;
}

} // namespace

TestPair pairOf(const Image& picture, double scale) {
    const auto shrunk = [&](int length) { return static_cast<int>(std::floor(length / scale + 1e-9)); };
    const auto grown = [&](int length) { return static_cast<int>(std::floor(length * scale + 0.5)); };
    const Size low{shrunk(picture.width()), shrunk(picture.height())};
    if (low.isEmpty()) {
        throw Error("A test picture is smaller than the scale. Leave it out of the folder.");
    }
    const Image truth = roundedTo8Bit(cropped(picture, rectOf({grown(low.width), grown(low.height)})));
    return {truth, resizedTo8Bit(truth, low)};
}

TestPair spoilt(TestPair pair, Degradation amount, std::uint64_t seed) {
    HashRandom random(seed);
    const Image result = degraded(photoOf(pair.low).rgb, amount, random);
    return {std::move(pair.truth), pair.low.channels() == 1 ? selectChannels(result, 1, 1) : result};
}

Enlargement enlarge(const EvaluationMethod& method, const Image& low, double scale, Size size) {
    if (scale == 1.0) {
        return {{{1.0, low, {}, {}}}, 0};
    }
    if (method.name != "casr") {
        return resampled(low, scale, size, method.name == "lanczos" ? Kernel::lanczos3 : Kernel::bicubic);
    }
    return method.oneJump ? jumped(method, low, scale, size) : climbed(method, low, planSchedule(low.size(), scale, method.stepLimit));
}

} // namespace casr::cli
