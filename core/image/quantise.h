#pragma once

namespace casr {

/// The integer of 0 .. largest that stands for `value` (0 .. 1) in a file: rounded half up after clamping; NaN becomes 0. Everything
/// that writes pixels uses this one function, so that pixels kept on the way to a file are the file's.
inline int quantised(float value, int largest) {
    const double inside = value > 0.0f ? (value < 1.0f ? static_cast<double>(value) : 1.0) : 0.0;
    return static_cast<int>(inside * largest + 0.5);
}

} // namespace casr
