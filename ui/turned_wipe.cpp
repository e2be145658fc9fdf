#include "ui/turned_wipe.h"

#include <QLineF>
#include <QtMath>

#include <algorithm>
#include <array>
#include <cmath>

namespace casr {

namespace {

constexpr double rim = 0.02;
/// So near to the handle the mouse says no angle.
constexpr double smallestArm = 2;

/// Places of a label in the view, the ones that are looked at first preferred: the top, then the bottom, then the middle.
std::array<QPointF, 8> labelCorners(TurnedWipe::Side side, QSizeF label, QRectF room) {
    const double left = room.left(), right = room.right() - label.width(), middle = room.center().x() - label.width() / 2;
    const double top = room.top(), bottom = room.bottom() - label.height(), centre = room.center().y() - label.height() / 2;
    const bool isBefore = side == TurnedWipe::Side::before;
    const double own = isBefore ? left : right, other = isBefore ? right : left;
    return {{{own, top}, {other, top}, {middle, top}, {own, bottom}, {other, bottom}, {middle, bottom}, {own, centre}, {other, centre}}};
}

} // namespace

double TurnedWipe::distance(QPointF place, QSizeF view) const {
    const QPointF arm = place - handle(view);
    const double angle = qDegreesToRadians(m_degrees);
    return arm.x() * std::cos(angle) + arm.y() * std::sin(angle);
}

void TurnedWipe::moveTo(QPointF place, QSizeF view) {
    if (!view.isEmpty()) {
        m_place = {std::clamp(place.x() / view.width(), rim, 1 - rim), std::clamp(place.y() / view.height(), rim, 1 - rim)};
    }
}

void TurnedWipe::turnTo(QPointF place, QSizeF view, bool inSteps) {
    const QPointF arm = place - handle(view);
    if (std::hypot(arm.x(), arm.y()) < smallestArm) {
        return;
    }
    double degrees = qRadiansToDegrees(std::atan2(-arm.x(), arm.y()));
    // A line has two such angles; the nearer one keeps the sides.
    degrees += 180 * std::round((m_degrees - degrees) / 180);
    m_degrees = std::remainder(inSteps ? stepDegrees * std::round(degrees / stepDegrees) : degrees, 360);
}

QPolygonF TurnedWipe::area(Side side, QSizeF view) const {
    const std::array<QPointF, 4> corners{{{0, 0}, {view.width(), 0}, {view.width(), view.height()}, {0, view.height()}}};
    const double sign = side == Side::before ? -1 : 1;
    QPolygonF area;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const QPointF from = corners[i], to = corners[(i + 1) % corners.size()];
        const double first = distance(from, view), second = distance(to, view);
        if (sign * first >= 0) {
            area << from;
        }
        if (first * second < 0) {
            area << from + (to - from) * (first / (first - second));
        }
    }
    return area;
}

QRectF TurnedWipe::labelPlace(Side side, QSizeF label, QSizeF view, double margin) const {
    const QRectF room = QRectF({}, view).adjusted(margin, margin, -margin, -margin);
    const double sign = side == Side::before ? -1 : 1;
    const auto inside = [&](QPointF corner) {
        const QRectF box(corner, label);
        return std::min({sign * distance(box.topLeft(), view), sign * distance(box.topRight(), view),
                         sign * distance(box.bottomLeft(), view), sign * distance(box.bottomRight(), view)});
    };
    const std::array<QPointF, 8> corners = labelCorners(side, label, room);
    const auto fits = std::find_if(corners.begin(), corners.end(), [&](QPointF corner) { return inside(corner) >= margin; });
    const auto best = std::max_element(corners.begin(), corners.end(), [&](QPointF a, QPointF b) { return inside(a) < inside(b); });
    return {fits != corners.end() ? *fits : *best, label};
}

} // namespace casr
