#pragma once

namespace casr {

/// What a step that a later one reads gets of the share of detail asked for: the rest comes in the last step. What detail makes of a strong
/// edge is a thin line beside it, and a later step enlarges that as if the photo had it: with all of it letters had outlines at x8.
constexpr float earlierDetail = 0.5f;

} // namespace casr
