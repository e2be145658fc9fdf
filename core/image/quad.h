#pragma once

#include <cstring>

namespace casr {

/// Four neighbouring values of a row, handled as one: an RGB pixel and a value more. Arithmetic is by element, with the bits that one
/// value after another would give.
using Quad = float __attribute__((vector_size(16)));

inline Quad quadAt(const float* from) {
    Quad quad;
    std::memcpy(&quad, from, sizeof(quad));
    return quad;
}

/// One pixel where no value may be behind it.
inline Quad pixelAt(const float* from) {
    return Quad{from[0], from[1], from[2], 0.0f};
}

/// Writes one pixel and a value more, which the next pixel then replaces.
inline void storeQuad(Quad quad, float* out) {
    std::memcpy(out, &quad, sizeof(quad));
}

inline void storePixel(Quad quad, float* out) {
    std::memcpy(out, &quad, 3 * sizeof(float));
}

} // namespace casr
