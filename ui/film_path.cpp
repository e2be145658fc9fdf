#include "ui/film_path.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

/// 0 .. 1, slow at both ends.
double eased(double time) {
    return time * time * (3 - 2 * time);
}

/// Of the middle of `frame` pixels, so that the first of them begins with a pixel of the photo at that scale.
double onWholePixels(double centre, double scale, int frame) {
    const double first = std::floor(centre * scale - frame / 2.0 + 1e-6);
    return (first + frame / 2.0) / scale;
}

} // namespace

FilmView FilmPath::viewAt(int index) const {
    const double way = eased(static_cast<double>(index) / std::max(1, frames - 1));
    const double scale = from.scale * std::pow(to.scale / from.scale, way);
    // The length of photo in a frame goes by 1 / scale; the centre goes with it.
    const double span = 1 / to.scale - 1 / from.scale;
    const double share = std::abs(span) < 1e-12 ? way : (1 / scale - 1 / from.scale) / span;
    return {{from.centre.x + share * (to.centre.x - from.centre.x), from.centre.y + share * (to.centre.y - from.centre.y)}, scale};
}

double scaleToFit(Area area, Size frame) {
    return std::min(frame.width / area.width(), frame.height / area.height());
}

FilmPath filmPath(Size photo, Size frame, Area start, Point target, double scale, int frames) {
    ViewTransform view;
    view.setView(frame);
    view.setPhoto(photo);
    view.fitArea(start);
    FilmPath path{photo, frame, {view.centre(), view.scale()}, {}, std::max(frames, 2)};
    view.setScale(scale, {frame.width / 2.0, frame.height / 2.0});
    view.setCentre(target);
    path.to.scale = view.scale();
    path.to.centre = {onWholePixels(view.centre().x, view.scale(), frame.width),
                      onWholePixels(view.centre().y, view.scale(), frame.height)};
    return path;
}

} // namespace casr
