#include "core/image/symmetry.h"

#include <algorithm>

namespace casr {

namespace {

/// Where a picture's pixels lie that are read one after another behind a symmetry: the first one, and the steps to the next one to the
/// right and below, in pixels.
struct Walk {
    std::ptrdiff_t first, right, down;
};

Walk walkThrough(Size size, Symmetry symmetry) {
    const std::ptrdiff_t width = size.width, height = size.height;
    const std::ptrdiff_t across = symmetry.mirrors ? -1 : 1, along = symmetry.flips ? -width : width;
    const std::ptrdiff_t first = (symmetry.mirrors ? width - 1 : 0) + (symmetry.flips ? (height - 1) * width : 0);
    return symmetry.transposes ? Walk{first, along, across} : Walk{first, across, along};
}

Image turned(const Image& image, Symmetry symmetry) {
    const Walk walk = walkThrough(image.size(), symmetry);
    const Size size = turned(image.size(), symmetry);
    const auto channels = static_cast<std::size_t>(image.channels());
    const auto write = [&](std::span<float> values) {
        float* to = values.data();
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x, to += channels) {
                const std::ptrdiff_t pixel = walk.first + x * walk.right + y * walk.down;
                std::copy_n(image.values().data() + pixel * static_cast<std::ptrdiff_t>(channels), channels, to);
            }
        }
    };
    return Image::written(size, image.channels(), write, image.encoding());
}

} // namespace

Size turned(Size size, Symmetry symmetry) {
    return symmetry.transposes ? Size{size.height, size.width} : size;
}

Rect turned(Rect rect, Symmetry symmetry, Size whole) {
    const int left = symmetry.mirrors ? whole.width - rect.right : rect.left;
    const int top = symmetry.flips ? whole.height - rect.bottom : rect.top;
    return symmetry.transposes ? rectAt(top, left, {rect.height(), rect.width()}) : rectAt(left, top, rect.size());
}

PlacedImage turned(const PlacedImage& part, Symmetry symmetry, Size whole) {
    if (symmetry == Symmetry()) {
        return part;
    }
    const Rect place = turned(part.rect(), symmetry, whole);
    return {turned(part.image, symmetry), place.left, place.top};
}

} // namespace casr
