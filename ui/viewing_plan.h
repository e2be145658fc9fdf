#pragma once

#include "core/schedule/plan.h"

namespace casr {

/// `plan` continued to x64 (or to the largest possible side), so that the wheel can go on past the chosen scale. The levels of
/// `plan` stay what they are, pixel by pixel, because a level depends on those before it only.
Plan continuedPlan(const Plan& plan);

/// The level to show at `scale` device pixels for each pixel of the photo: the coarsest that has at least as many, else the last.
int levelForScale(const Plan& plan, double scale);

} // namespace casr
