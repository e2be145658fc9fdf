#pragma once

#include "core/image/bicubic_region.h"

#include <array>

namespace casr {

/// A symmetry of the square: a picture is mirrored (left to right), then flipped (upside down), then transposed.
struct Symmetry {
    bool mirrors = false;
    bool flips = false;
    bool transposes = false;

    bool operator==(const Symmetry&) const = default;
};

/// All of them. The first one, two, four and all eight are groups: with one of them its inverse is there too.
constexpr std::array<Symmetry, 8> symmetries{{{},
                                              {true, true, false},
                                              {true, false, false},
                                              {false, true, false},
                                              {false, false, true},
                                              {true, true, true},
                                              {true, false, true},
                                              {false, true, true}}};

/// True when the first `count` symmetries are a group.
constexpr bool areGroup(int count) {
    return count == 1 || count == 2 || count == 4 || count == 8;
}

/// The size of a picture of `size` behind `symmetry`.
Size turned(Size size, Symmetry symmetry);

/// Where the part `rect` of a picture of `whole` pixels, which may reach past it, lies behind `symmetry`.
Rect turned(Rect rect, Symmetry symmetry, Size whole);

/// That part itself.
PlacedImage turned(const PlacedImage& part, Symmetry symmetry, Size whole);

} // namespace casr
