#pragma once

#include "ui/document.h"

#include "core/zoom/staircase.h"

namespace casr {

// The computed pixels as they leave the window, in files, on paper and in films: values in the photo's own channels and encoding, computed
// as far as they are not there yet. Any thread. They throw as the Staircase does.

/// The rectangle of a level, with the share `plain` of the plain enlargement. Level 0 is the photo and needs no staircase.
Image levelPixels(const Document& document, Staircase* staircase, int level, Rect pixels, float plain, const StopCheck& stop);

/// The part `out` of the photo at `whole` pixels, a size from that of the level below `level` to that of `level`; `plain` likewise.
Image viewPixels(const Document& document, Staircase& staircase, int level, Size whole, Rect out, float plain, const StopCheck& stop);

} // namespace casr
