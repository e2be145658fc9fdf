#pragma once

#include "ui/levels.h"
#include "ui/region_tool.h"
#include "ui/view_transform.h"

#include <QPainter>

#include <set>

namespace casr {

/// The tiles of `level` in view: done, being computed (in `started`), or waiting. Device coordinates.
void paintTiles(QPainter& painter, const Levels& levels, int level, const ViewTransform& view, const std::set<TileKey>& started);

/// The region, the rest dimmed, and its handles when `active`. `unit`: device pixels of a logical one.
void paintRegion(QPainter& painter, Rect region, const ViewTransform& view, bool active, double unit);

/// A word in a dark box, at the top left, middle or right of `box`.
void paintLabel(QPainter& painter, const QString& text, QRectF box, Qt::Alignment side, double unit);

/// Between a label and the rim of what it is in, in logical pixels.
constexpr double labelMargin = 10;

/// What paintLabelIn fills with `text`, in device pixels.
QSizeF labelSize(const QPainter& painter, const QString& text, double unit);

/// A word in the dark box `place`.
void paintLabelIn(QPainter& painter, const QString& text, QRectF place, double unit);

/// The line of a wipe, `length` device pixels long with its handle in its middle; upright at 0 degrees, turned clockwise.
void paintWipeLine(QPainter& painter, QPointF handle, double degrees, double length, double unit);

/// Two dots on a wipe's line that show where it can be taken and turned.
void paintTurnMarks(QPainter& painter, QPointF handle, double degrees, double unit);

} // namespace casr
