#pragma once

// A small photo and small networks to climb with.

#include "core/zoom/staircase.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

namespace casr {

inline const Architecture small{16, 2, 16};
inline const Architecture full{16, 2, 16, 16, 8};
inline constexpr Size photoSize{37, 53};
inline constexpr std::size_t plenty = std::size_t{1} << 28;

/// Grey enough for most of what is made of it to stay between black and white, where any difference shows.
inline Image photo() {
    const Image noise = noisePicture(photoSize, 3, 1);
    std::vector<float> values(noise.values().begin(), noise.values().end());
    std::transform(values.begin(), values.end(), values.begin(), [](float value) { return 0.3f + 0.4f * value; });
    return Image(photoSize, 3, std::move(values));
}

inline Plan threeSteps() {
    return planSchedule(photoSize, 8.0, 2.05);
}

inline std::shared_ptr<const Network> sharedNetwork() {
    static const std::shared_ptr<const Network> network = strongNetwork(small, 2);
    return network;
}

inline Staircase staircaseOf(Precision precision, std::size_t cacheBytes = plenty) {
    return Staircase(photo(), sharedNetwork(), threeSteps(), precision, cacheBytes);
}

inline Image wholeLevel(Staircase& staircase, int level) {
    return staircase.region(level, rectOf(staircase.plan().sizeOf(level))).image;
}

/// What the step to `level` of a method without a memory and controls knows beside its parent: at 4 times the photo and beyond all is 1.
inline StepInputs inputsOf(const Plan& plan, int level) {
    StepInputs inputs;
    inputs.enlarged = static_cast<float>(std::clamp(std::log(plan.cumulativeOf(level - 1)) / std::log(4.0), 0.0, 1.0));
    return inputs;
}

/// A row for float32 and one for this machine's own precision, bfloat16 where it has that.
inline void addPrecisions() {
    QTest::addColumn<int>("precision");
    QTest::newRow("float32") << static_cast<int>(Precision::float32);
    QTest::newRow("this machine's own") << static_cast<int>(resolved(Precision::automatic));
}

} // namespace casr
