#pragma once

#include "ui/view_transform.h"

#include <array>
#include <optional>

namespace casr {

/// What a press takes hold of: an edge or a corner by the signs of its direction, the whole region, or nothing.
struct RegionGrip {
    int x = 0; ///< -1 left, 0 none, 1 right.
    int y = 0; ///< -1 top, 0 none, 1 bottom.
    bool whole = false;

    bool isNone() const { return x == 0 && y == 0 && !whole; }
};

/// The rectangle of the photo that the user chooses, in whole pixels, and how a drag changes it. Source coordinates throughout.
class RegionTool {
public:
    const std::optional<Rect>& region() const { return m_region; }
    bool isDragging() const { return m_isDragging; }

    /// Cut at the photo's borders; nothing is left of a rectangle outside.
    void set(std::optional<Rect> region, Size photo);

    /// What lies within `reach` source pixels of `place`.
    RegionGrip gripAt(Point place, double reach) const;
    void press(Point place, double reach);
    /// `square` keeps both sides equal while a corner or a new region is drawn.
    void drag(Point place, Size photo, bool square);
    /// True when a region is left; a click without a drag clears it.
    bool release();

    /// Handles in the order of reading: eight places on the border.
    static std::array<RegionGrip, 8> handles();

private:
    std::optional<Rect> m_region;
    Rect m_start;
    RegionGrip m_grip;
    Point m_pressed;
    bool m_isDragging = false;
};

/// Where `grip` lies on the border of `region`.
Point placeOf(RegionGrip grip, Rect region);

} // namespace casr
