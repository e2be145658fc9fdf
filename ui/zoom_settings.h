#pragma once

#include "core/schedule/plan.h"
#include "core/zoom/step_controls.h"

#include <QString>

namespace casr {

/// What decides a result, beside the photo, the region and the weights.
struct ZoomSettings {
    double scale = 8;
    double stepLimit = defaultStepLimit;
    StepControls controls = {};

    bool operator==(const ZoomSettings&) const = default;
};

/// The share of the photo's plain enlargement in what is shown and written: only `level`, the result, has one.
struct Mixture {
    int level = 0;
    float plain = 0;

    float plainOf(int shown) const { return shown == level ? plain : 0; }
};

/// True when every step comes out the same: only what the result mixes them with may differ.
bool haveSameSteps(const ZoomSettings& a, const ZoomSettings& b);

/// True when they differ in nothing but the shares of perceptual detail.
bool differInDetailAlone(const ZoomSettings& a, const ZoomSettings& b);

/// The amounts that `controls` remove: "noise 12 %, JPEG artifacts 40 %"; empty when none.
QString cleaningText(const StepControls& controls);

/// The settings in one line.
QString settingsText(const ZoomSettings& settings);

} // namespace casr
