#include "ui/region_tool.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

/// -1 near `first`, 1 near `last`, 0 elsewhere.
int sideAt(double place, double first, double last, double reach) {
    const double toFirst = std::abs(place - first), toLast = std::abs(place - last);
    if (std::min(toFirst, toLast) > reach) {
        return 0;
    }
    return toFirst < toLast ? -1 : 1;
}

bool isWithin(double place, double first, double last, double reach) {
    return place >= first - reach && place <= last + reach;
}

int rounded(double value) {
    return static_cast<int>(std::lround(value));
}

Rect ordered(Rect rect) {
    return {std::min(rect.left, rect.right), std::min(rect.top, rect.bottom), std::max(rect.left, rect.right),
            std::max(rect.top, rect.bottom)};
}

Rect moved(Rect start, int dx, int dy, Size photo) {
    const int x = std::clamp(dx, -start.left, photo.width - start.right);
    const int y = std::clamp(dy, -start.top, photo.height - start.bottom);
    return translated(start, x, y);
}

/// The moving corner of `rect` brought to equal sides.
Rect squared(Rect rect, RegionGrip grip) {
    const int side = std::max(std::abs(rect.width()), std::abs(rect.height()));
    const int width = rect.width() < 0 ? -side : side, height = rect.height() < 0 ? -side : side;
    if (grip.x < 0) {
        rect.left = rect.right - width;
    } else {
        rect.right = rect.left + width;
    }
    if (grip.y < 0) {
        rect.top = rect.bottom - height;
    } else {
        rect.bottom = rect.top + height;
    }
    return rect;
}

Rect stretched(Rect rect, RegionGrip grip, int dx, int dy) {
    rect.left += grip.x < 0 ? dx : 0;
    rect.right += grip.x > 0 ? dx : 0;
    rect.top += grip.y < 0 ? dy : 0;
    rect.bottom += grip.y > 0 ? dy : 0;
    return rect;
}

} // namespace

std::array<RegionGrip, 8> RegionTool::handles() {
    return {{{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}}};
}

Point placeOf(RegionGrip grip, Rect region) {
    return {(region.left + region.right) / 2.0 + grip.x * region.width() / 2.0,
            (region.top + region.bottom) / 2.0 + grip.y * region.height() / 2.0};
}

void RegionTool::set(std::optional<Rect> region, Size photo) {
    m_region = region ? std::optional<Rect>(intersection(*region, rectOf(photo))) : std::nullopt;
    if (m_region && m_region->isEmpty()) {
        m_region.reset();
    }
}

RegionGrip RegionTool::gripAt(Point place, double reach) const {
    if (!m_region || !isWithin(place.x, m_region->left, m_region->right, reach) ||
        !isWithin(place.y, m_region->top, m_region->bottom, reach)) {
        return {};
    }
    RegionGrip grip{sideAt(place.x, m_region->left, m_region->right, reach), sideAt(place.y, m_region->top, m_region->bottom, reach),
                    false};
    grip.whole = grip.x == 0 && grip.y == 0;
    return grip;
}

void RegionTool::press(Point place, double reach) {
    m_grip = gripAt(place, reach);
    m_pressed = place;
    m_isDragging = true;
    if (m_grip.isNone()) {
        m_grip = {1, 1, false};
        m_start = {rounded(place.x), rounded(place.y), rounded(place.x), rounded(place.y)};
        m_region.reset();
    } else {
        m_start = *m_region;
    }
}

void RegionTool::drag(Point place, Size photo, bool square) {
    const int dx = rounded(place.x - m_pressed.x), dy = rounded(place.y - m_pressed.y);
    if (m_grip.whole) {
        m_region = moved(m_start, dx, dy, photo);
        return;
    }
    const Rect rect = stretched(m_start, m_grip, dx, dy);
    set(ordered(square && m_grip.x != 0 && m_grip.y != 0 ? squared(rect, m_grip) : rect), photo);
}

bool RegionTool::release() {
    m_isDragging = false;
    return m_region.has_value();
}

} // namespace casr
