#pragma once

#include <algorithm>
#include <cstdint>

namespace casr {

/// Width and height in pixels.
struct Size {
    int width = 0;
    int height = 0;

    bool operator==(const Size&) const = default;
    bool isEmpty() const { return width <= 0 || height <= 0; }
    std::int64_t area() const { return std::int64_t{width} * height; }
};

/// Half-open rectangle in pixels: columns left .. right - 1, rows top .. bottom - 1.
struct Rect {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;

    bool operator==(const Rect&) const = default;
    int width() const { return right - left; }
    int height() const { return bottom - top; }
    Size size() const { return {width(), height()}; }
    bool isEmpty() const { return right <= left || bottom <= top; }
};

inline Rect rectOf(Size size) {
    return {0, 0, size.width, size.height};
}

inline Rect rectAt(int left, int top, Size size) {
    return {left, top, left + size.width, top + size.height};
}

/// The rectangle grown by `margin` pixels on every side; a negative margin shrinks it.
inline Rect expanded(Rect rect, int margin) {
    return {rect.left - margin, rect.top - margin, rect.right + margin, rect.bottom + margin};
}

inline Rect translated(Rect rect, int dx, int dy) {
    return {rect.left + dx, rect.top + dy, rect.right + dx, rect.bottom + dy};
}

/// What both rectangles cover; empty (isEmpty) where they do not meet.
inline Rect intersection(Rect a, Rect b) {
    return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)};
}

inline bool contains(Rect outer, Rect inner) {
    return inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right && inner.bottom <= outer.bottom;
}

} // namespace casr
