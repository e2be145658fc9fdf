#pragma once

#include "core/network/network.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace casr::cli {

/// A picture of noise.
Image noisePhoto(Size size);

/// Floating point operations of an inference of `cells` x `cells` cells: convolutions that shrink its input step by step.
double operationsOfInference(const Architecture& shape, int cells);

/// What the zoom engine does: seconds a megapixel at 4, 16, 64 (and, when it may take long, 256) megapixels, a view from cached fields,
/// the first tile and all of a view of 1920 x 1080, how fast a cancel takes effect, and what tiles of several sizes cost. Throws Cancelled.
nlohmann::json measureZoom(const std::shared_ptr<const Network>& network, Precision precision, bool isLong);

void printZoom(const nlohmann::json& figures);

} // namespace casr::cli
