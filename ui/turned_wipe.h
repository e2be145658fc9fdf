#pragma once

#include <QPolygonF>
#include <QRectF>

namespace casr {

/// The line of a wipe at any angle, with two sides: at 0 degrees it is upright and `before` lies on its left. Its handle is kept in shares
/// of the view, so that it stays in view when the window changes. Places and sizes are those of one view, in any unit.
class TurnedWipe {
public:
    enum class Side { before, after };

    /// Angles that the line keeps to when it is turned in steps.
    static constexpr double stepDegrees = 15;

    QPointF handle(QSizeF view) const { return {m_place.x() * view.width(), m_place.y() * view.height()}; }
    /// Clockwise.
    double degrees() const { return m_degrees; }
    /// How far a place is from the line: negative before it, positive after it.
    double distance(QPointF place, QSizeF view) const;

    /// Moves the handle, which never leaves the view.
    void moveTo(QPointF place, QSizeF view);
    /// Turns the line around its handle until it goes through `place`; the sides keep to where they are.
    void turnTo(QPointF place, QSizeF view, bool inSteps);

    /// The part of the view on one side. Both have the same corners on the line, so that no pixel lies between them.
    QPolygonF area(Side side, QSizeF view) const;
    /// Where a label lies inside its own side, `margin` from the view's rim; as far inside as it can when the side has no room for it.
    QRectF labelPlace(Side side, QSizeF label, QSizeF view, double margin) const;

private:
    QPointF m_place{0.5, 0.5};
    double m_degrees = 30;
};

} // namespace casr
