#pragma once

namespace casr {

/// Raised when the same weights and controls come to give other pixels.
constexpr int methodVersion = 18;

} // namespace casr
