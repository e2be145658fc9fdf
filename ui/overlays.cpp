#include "ui/overlays.h"

#include "ui/level_painter.h"

#include <QPainterPath>

#include <cmath>

namespace casr {

namespace {

constexpr double handleSide = 8;
constexpr double labelPadding = 6;
constexpr double turnMarkDistance = 90;
constexpr double turnMarkRadius = 5;
const QColor waitingColour(255, 255, 255, 40);
const QColor startedColour(255, 176, 32);
const QColor doneColour(80, 200, 120);
const QColor accentColour(255, 255, 255);

QRectF deviceRect(const ViewTransform& view, Area area) {
    const Point first = view.toDevice({area.left, area.top}), last = view.toDevice({area.right, area.bottom});
    return {QPointF(first.x, first.y), QPointF(last.x, last.y)};
}

/// The area of the photo that pixels of a level show.
Area areaOf(const Plan& plan, int level, Rect pixels) {
    const double x = static_cast<double>(plan.source.width) / plan.sizeOf(level).width;
    const double y = static_cast<double>(plan.source.height) / plan.sizeOf(level).height;
    return {pixels.left * x, pixels.top * y, pixels.right * x, pixels.bottom * y};
}

QFont labelFont(const QPainter& painter, double unit) {
    QFont font = painter.font();
    font.setPixelSize(static_cast<int>(13 * unit));
    return font;
}

QColor colourOf(const Levels& levels, const TileKey& key, const std::set<TileKey>& started) {
    if (levels.hasTile(key)) {
        return doneColour;
    }
    return started.count(key) > 0 ? startedColour : waitingColour;
}

} // namespace

void paintTiles(QPainter& painter, const Levels& levels, int level, const ViewTransform& view, const std::set<TileKey>& started) {
    if (level == 0) {
        return;
    }
    const Plan& plan = levels.viewingPlan();
    const Rect shown = pixelsInView(plan, level, view, 0);
    if (shown.isEmpty()) {
        return;
    }
    const LevelGrid grid(plan.sizeOf(level - 1), plan.sizeOf(level));
    const Rect tiles = grid.tilesMeeting(shown);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            const QColor colour = colourOf(levels, {level, column, row}, started);
            painter.setPen(QPen(colour, colour == startedColour ? 3 : 1));
            painter.drawRect(deviceRect(view, areaOf(plan, level, grid.pixelsOf(column, row))).adjusted(1, 1, -1, -1));
        }
    }
}

void paintRegion(QPainter& painter, Rect region, const ViewTransform& view, bool active, double unit) {
    const QRectF box = deviceRect(view, {double(region.left), double(region.top), double(region.right), double(region.bottom)});
    QPainterPath outside;
    outside.addRect(0, 0, view.view().width, view.view().height);
    outside.addRect(box);
    painter.fillPath(outside, QColor(0, 0, 0, active ? 120 : 60));
    painter.setPen(QPen(QColor(0, 0, 0, 160), 3 * unit));
    painter.drawRect(box);
    painter.setPen(QPen(accentColour, unit));
    painter.drawRect(box);
    if (!active) {
        return;
    }
    painter.setBrush(accentColour);
    painter.setPen(QPen(Qt::black, unit));
    for (const RegionGrip grip : RegionTool::handles()) {
        const Point place = placeOf(grip, region);
        const Point at = view.toDevice(place);
        painter.drawRect(QRectF(at.x - handleSide / 2 * unit, at.y - handleSide / 2 * unit, handleSide * unit, handleSide * unit));
    }
    painter.setBrush(Qt::NoBrush);
}

QSizeF labelSize(const QPainter& painter, const QString& text, double unit) {
    const QSizeF words = QFontMetrics(labelFont(painter, unit)).boundingRect(text).size();
    return words + QSizeF(2 * labelPadding * unit, labelPadding * unit);
}

void paintLabelIn(QPainter& painter, const QString& text, QRectF place, double unit) {
    painter.setFont(labelFont(painter, unit));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(20, 20, 20, 190));
    painter.drawRoundedRect(place, 4 * unit, 4 * unit);
    painter.setPen(Qt::white);
    painter.drawText(place, Qt::AlignCenter, text);
    painter.setBrush(Qt::NoBrush);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void paintLabel(QPainter& painter, const QString& text, QRectF box, Qt::Alignment side, double unit) {
    QRectF label({}, labelSize(painter, text, unit));
    label.moveTop(box.top() + labelMargin * unit);
    if (side.testFlag(Qt::AlignRight)) {
        label.moveRight(box.right() - labelMargin * unit);
    } else if (side.testFlag(Qt::AlignHCenter)) {
        label.moveLeft(box.center().x() - label.width() / 2);
    } else {
        label.moveLeft(box.left() + labelMargin * unit);
    }
    paintLabelIn(painter, text, label, unit);
}

void paintWipeLine(QPainter& painter, QPointF handle, double degrees, double length, double unit) {
    painter.save();
    painter.translate(handle);
    painter.rotate(degrees);
    painter.setRenderHint(QPainter::Antialiasing, std::fmod(degrees, 90) != 0);
    const QLineF whole(0, -length / 2, 0, length / 2);
    painter.setPen(QPen(QColor(0, 0, 0, 140), 3 * unit));
    painter.drawLine(whole);
    painter.setPen(QPen(accentColour, unit));
    painter.drawLine(whole);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(QColor(30, 30, 30, 200));
    painter.drawEllipse(QPointF(), 12 * unit, 12 * unit);
    for (const double side : {-1.0, 1.0}) {
        painter.drawLine(QPointF(side * 3 * unit, -4 * unit), QPointF(side * 7 * unit, 0));
        painter.drawLine(QPointF(side * 7 * unit, 0), QPointF(side * 3 * unit, 4 * unit));
    }
    painter.restore();
}

void paintTurnMarks(QPainter& painter, QPointF handle, double degrees, double unit) {
    painter.save();
    painter.translate(handle);
    painter.rotate(degrees);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(accentColour, unit));
    painter.setBrush(QColor(30, 30, 30, 200));
    for (const double side : {-1.0, 1.0}) {
        painter.drawEllipse(QPointF(0, side * turnMarkDistance * unit), turnMarkRadius * unit, turnMarkRadius * unit);
    }
    painter.restore();
}

} // namespace casr
