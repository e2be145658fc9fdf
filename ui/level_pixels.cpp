#include "ui/level_pixels.h"

namespace casr {

Image levelPixels(const Document& document, Staircase* staircase, int level, Rect pixels, float plain, const StopCheck& stop) {
    if (level == 0) {
        return cropped(document.picture.image, pixels);
    }
    return pictureOf(document.photo, staircase->region(level, pixels, stop).image, staircase->plan().sizeOf(level), pixels, plain);
}

Image viewPixels(const Document& document, Staircase& staircase, int level, Size whole, Rect out, float plain, const StopCheck& stop) {
    return pictureOf(document.photo, staircase.view(level, whole, out, stop).image, whole, out, plain);
}

} // namespace casr
