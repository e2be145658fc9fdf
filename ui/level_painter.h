#pragma once

#include "ui/levels.h"
#include "ui/view_transform.h"

#include <QPainter>

namespace casr {

/// How pixels larger than the screen's are shown.
enum class Magnified { smooth, pixels };

/// Draws one level of the photo in device coordinates: level 0 is the photo, higher ones are drawn as far as their tiles are there.
void paintLevel(QPainter& painter, Levels& levels, int level, const ViewTransform& view, Magnified magnified);

/// Draws another picture over the part `place` of the photo.
void paintPicture(QPainter& painter, const SourcePyramid& pyramid, Area place, const ViewTransform& view, Magnified magnified);

/// Draws the photo and over it the levels up to `level`; what finer tiles cover completely is left out.
void paintUpTo(QPainter& painter, Levels& levels, int level, const ViewTransform& view, Magnified magnified);

/// True when every tile of `level` in view is there.
bool coversView(const Levels& levels, int level, const ViewTransform& view);

/// True when a tile in view, of `level` or a coarser one, is shown as earlier settings made it.
bool showsOutdated(const Levels& levels, int level, const ViewTransform& view);

/// The pixels of `level` in view, with `margin` pixels around, inside the level.
Rect pixelsInView(const Plan& plan, int level, const ViewTransform& view, int margin);

} // namespace casr
