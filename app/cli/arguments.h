#pragma once

#include "core/image/geometry.h"
#include "core/network/network.h"
#include "core/zoom/step_parts.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace casr::cli {

/// "x,y,w,h" in pixels of the photo; throws CLI::ValidationError (wrong usage) when it is not that or has no area.
Rect parseRegion(const std::string& text);

/// "WxH"; throws CLI::ValidationError otherwise.
Size parseSize(const std::string& text);

/// Numbers parted by commas, each in 1 .. 64; throws CLI::ValidationError otherwise.
std::vector<double> parseScales(const std::string& text);

/// "i/n" with 0 <= i < n; "" is the whole, 0/1. Throws CLI::ValidationError otherwise.
std::pair<int, int> parseShard(const std::string& text);

/// The parts that are left when those named in `text` are out: any of sdam, depth, sarm, backprojection with commas between; "" leaves
/// all. Throws CLI::ValidationError for another name.
StepParts parseStepParts(const std::string& text);

/// A number in 0 .. 1, or nothing for "auto". Throws CLI::ValidationError otherwise.
std::optional<float> parseAmount(const std::string& text);

} // namespace casr::cli
