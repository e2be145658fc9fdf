#pragma once

#include "ui/view_transform.h"

namespace casr {

/// Where a frame looks: the point of the photo in its middle, and its pixels for each pixel of the photo.
struct FilmView {
    Point centre;
    double scale = 1;
};

/// A zoom from one view of a photo to another, in frames of one size.
struct FilmPath {
    Size photo;
    Size frame;
    FilmView from;
    FilmView to;
    int frames = 2;

    /// True when it ends visibly larger than it began.
    bool zoomsIn() const { return to.scale > 1.01 * from.scale; }
    /// The view of frame `index`: the scale grows by the same factor at any time but for its eased ends, and what lies under one point of
    /// the frame at both ends lies there all the time.
    FilmView viewAt(int index) const;
};

/// The path from `start`, an area of the photo that is shown whole, to `scale` around `target`. Its last frame lies on whole pixels of the
/// photo at that scale, so that it can hold them as they are.
FilmPath filmPath(Size photo, Size frame, Area start, Point target, double scale, int frames);

/// The scale at which `area` just fits into a frame.
double scaleToFit(Area area, Size frame);

} // namespace casr
