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

/// The line of a wipe at device column (a vertical line) or row `place`, with its handle in the middle of a view of `size`.
void paintWipeLine(QPainter& painter, double place, Qt::Orientation line, Size size, double unit);

} // namespace casr
