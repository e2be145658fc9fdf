#pragma once

#include <functional>

namespace casr {

/// Polled by long work; returns true to stop, upon which the work throws Cancelled.
using StopCheck = std::function<bool()>;

} // namespace casr
