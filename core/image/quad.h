#pragma once

#include <cstddef>
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

/// Sets out[i] to `valueOf.operator()<Value>(i)` for all `count` of them, Value being Quad, which is out[i] .. out[i + 3], and float for
/// the rest.
template <typename ValueOf>
void fillRow(float* out, std::size_t count, const ValueOf& valueOf) {
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        storeQuad(valueOf.template operator()<Quad>(i), out + i);
    }
    for (; i < count; ++i) {
        out[i] = valueOf.template operator()<float>(i);
    }
}

template <typename Value>
Value valueAt(const float* from) {
    Value value;
    std::memcpy(&value, from, sizeof(value));
    return value;
}

} // namespace casr
