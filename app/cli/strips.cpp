#include "app/cli/strips.h"

#include "app/cli/console.h"
#include "core/base/error.h"

#include <algorithm>

namespace casr::cli {

namespace {

constexpr int stripHeight = 256; ///< The guided filter needs some thirty planes of what it works on.

} // namespace

Image madeInStrips(const Image& photo, int channels, int reach, const StripMaker& make) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(photo.size().area()) * static_cast<std::size_t>(channels));
    for (int top = 0; top < photo.height(); top += stripHeight) {
        if (isInterrupted()) {
            throw Cancelled();
        }
        const Rect strip{0, top, photo.width(), std::min(photo.height(), top + stripHeight)};
        const Image made = make(coveringByBorder({photo, 0, 0}, expanded(strip, reach)), strip);
        values.insert(values.end(), made.values().begin(), made.values().end());
    }
    return Image(photo.size(), channels, std::move(values));
}

} // namespace casr::cli
