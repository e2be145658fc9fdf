#pragma once

namespace casr {

/// What a step that a later one reads gets of the share of detail asked for: the rest comes in the last step. What detail makes of a strong
/// edge is a thin line beside it, and a later step enlarges that as if the photo had it: with all of it letters had outlines at x8. A step
/// on the photo's own pixels gets more than one on pixels that a step made, where lines and mottles of the step before are stronger
/// already. Level 1 is the first step. Any thread.
constexpr float earlierDetail(int level) {
    return level == 1 ? 0.75f : 0.5f;
}

} // namespace casr
