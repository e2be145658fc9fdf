#include "core/zoom/photo.h"

#include "core/base/error.h"
#include "core/image/range.h"

namespace casr {

namespace {

Image repeated(const Image& grey) {
    const Image two = joinChannels(grey, grey, {});
    return joinChannels(two, grey, {});
}

/// Grey of a network's result: the mean of its three planes, which differ a little.
Image meanOf(const Image& rgb) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(rgb.size().area()));
    for (std::size_t i = 0; i < rgb.values().size(); i += 3) {
        values.push_back((rgb.values()[i] + rgb.values()[i + 1] + rgb.values()[i + 2]) / 3.0f);
    }
    return Image(rgb.size(), 1, std::move(values));
}

/// The part `out` of `plane` enlarged to `level`.
Image enlarged(const Image& plane, Size level, Rect out) {
    const Axis columns{plane.width(), level.width}, rows{plane.height(), level.height};
    const PlacedImage parent = coveringByBorder({plane, 0, 0}, expanded(cellsOf(columns, rows, out), bicubicReach));
    return bicubicRegion(parent, columns, rows, out);
}

Image blended(const Image& computed, const Image& plain, float share) {
    std::vector<float> values(computed.values().begin(), computed.values().end());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] += share * (plain.values()[i] - values[i]);
    }
    return Image(computed.size(), computed.channels(), std::move(values), computed.encoding());
}

} // namespace

Photo photoOf(const Image& picture) {
    const int colours = picture.colourChannels();
    if (picture.isEmpty() || (colours != 1 && colours != 3)) {
        throw Error("The picture has " + std::to_string(colours) + " colour channels. Convert it to RGB or grey first.");
    }
    Photo photo;
    photo.isGrey = colours == 1;
    photo.encoding = picture.encoding();
    photo.rgb = selectChannels(picture, 0, colours);
    if (photo.isGrey) {
        photo.rgb = repeated(photo.rgb);
    }
    if (picture.encoding().hasAlpha) {
        photo.alpha = selectChannels(picture, colours, 1);
    }
    return photo;
}

Image pictureOf(const Photo& photo, const Image& rgb, Size level, Rect out, float plain) {
    const Image mixed = plain > 0 ? blended(rgb, enlarged(photo.rgb, level, out), plain) : rgb;
    const Image colour = photo.isGrey ? meanOf(mixed) : mixed;
    if (photo.alpha.isEmpty()) {
        return withEncoding(colour, photo.encoding);
    }
    return joinChannels(colour, inRange(enlarged(photo.alpha, level, out)), photo.encoding);
}

} // namespace casr
