#pragma once

#include "core/image/geometry.h"

namespace casr {

/// A point or a distance; the comment of its user says in which coordinates.
struct Point {
    double x = 0;
    double y = 0;

    bool operator==(const Point&) const = default;
};

/// Half-open rectangle of real coordinates.
struct Area {
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;

    double width() const { return right - left; }
    double height() const { return bottom - top; }
};

/// Where the photo lies in the view. Everything shown (steps, overlays, compared pictures) goes through this one transform, in source
/// coordinates: pixel (i, j) of the photo covers i .. i + 1, j .. j + 1. Device coordinates are physical pixels from the view's top left.
class ViewTransform {
public:
    static constexpr double largestScale = 256.0; ///< x64 at 400 %.
    static constexpr double smallestScale = 1.0 / 1024.0;
    /// Eighth-degree units of a wheel notch, as Qt counts them.
    static constexpr double unitsPerNotch = 120.0;

    /// Device pixels for each pixel of the photo.
    double scale() const { return m_scale; }
    /// The source point in the middle of the view.
    Point centre() const { return m_centre; }
    Size photo() const { return m_photo; }
    Size view() const { return m_view; }

    Point toDevice(Point source) const;
    Point toSource(Point device) const;
    /// The part of the photo in view, cut at its borders.
    Area visible() const;

    /// Scale at which the whole photo just fits.
    double fitScale() const;
    bool isFitted() const;

    /// Another photo, shown whole.
    void setPhoto(Size size);
    /// Another size of the view, in device pixels; a photo that was shown whole stays whole.
    void setView(Size size);

    void fit();
    /// Shows `area` of the photo as large as it fits, at most at `limit` device pixels for each pixel.
    void fitArea(Area area, double limit = largestScale);
    /// Sets the scale; the source point under `anchor` (device) stays there unless the photo would leave the view.
    void setScale(double scale, Point anchor);
    void zoom(double factor, Point anchor) { setScale(m_scale * factor, anchor); }
    /// Moves the photo by device pixels.
    void pan(Point delta);
    void setCentre(Point source);

    bool operator==(const ViewTransform&) const = default;

private:
    void settle();

    Size m_photo;
    Size m_view;
    double m_scale = 1.0;
    Point m_centre;
};

/// The factor of wheel movement in Qt's units: 2^(1/3) a notch, a fifth of that (in the exponent) when `fine`. Factors of parts multiply to
/// that of the whole, so the small deltas of touch pads add up.
double wheelFactor(double units, bool fine);

} // namespace casr
