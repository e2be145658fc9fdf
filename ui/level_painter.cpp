#include "ui/level_painter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace casr {

namespace {

/// Pixels of a level for each pixel of the photo.
struct Ratio {
    double x = 1;
    double y = 1;
};

/// Where pixels of a level are drawn, in device coordinates.
struct Mapping {
    Point origin; ///< Of the level's top left corner.
    double x = 1; ///< Device pixels for each pixel of the level.
    double y = 1;

    double left(int column) const { return origin.x + column * x; }
    double top(int row) const { return origin.y + row * y; }
    /// One device pixel for each pixel of the level, but for the rounding of the level's size.
    bool isExact() const { return std::abs(x - 1) < 1e-3 && std::abs(y - 1) < 1e-3; }
};

Mapping mappingOf(Ratio ratio, const ViewTransform& view) {
    return {view.toDevice({0, 0}), view.scale() / ratio.x, view.scale() / ratio.y};
}

/// The pixels in view of a picture of `level` pixels that lies at `place` of the photo.
Rect inView(Ratio ratio, Area place, Size level, const ViewTransform& view, int margin) {
    const Area area = view.visible();
    const auto low = [](double edge, double origin, double pixels) { return static_cast<int>(std::floor((edge - origin) * pixels)); };
    const auto high = [](double edge, double origin, double pixels) { return static_cast<int>(std::ceil((edge - origin) * pixels)); };
    const Rect pixels{low(area.left, place.left, ratio.x), low(area.top, place.top, ratio.y), high(area.right, place.left, ratio.x),
                      high(area.bottom, place.top, ratio.y)};
    return intersection(expanded(pixels, margin), rectOf(level));
}

Ratio ratioOf(const Plan& plan, int level) {
    const Size size = plan.sizeOf(level);
    return {static_cast<double>(size.width) / plan.source.width, static_cast<double>(size.height) / plan.source.height};
}

/// Edges are brought to whole device pixels, so that neighbours meet without a gap or an overlap.
QRectF snapped(const Mapping& mapping, Rect place) {
    const QPointF first(std::round(mapping.left(place.left)), std::round(mapping.top(place.top)));
    const QPointF last(std::round(mapping.left(place.right)), std::round(mapping.top(place.bottom)));
    return {first, last};
}

void copyInto(QImage& mosaic, Rect shown, Rect place, const QImage& picture) {
    const Rect shared = intersection(shown, place);
    for (int y = shared.top; y < shared.bottom; ++y) {
        const uchar* from = picture.constScanLine(y - place.top) + (shared.left - place.left) * 4;
        std::memcpy(mosaic.scanLine(y - shown.top) + (shared.left - shown.left) * 4, from, static_cast<std::size_t>(shared.width()) * 4);
    }
}

/// One picture of all tiles in view, so that smoothing goes on across their borders; transparent where there is none.
template <class VisitTiles>
void paintMagnified(QPainter& painter, const Mapping& mapping, Rect shown, Magnified magnified, const VisitTiles& visitTiles) {
    QImage mosaic(shown.width(), shown.height(), QImage::Format_ARGB32_Premultiplied);
    mosaic.fill(Qt::transparent);
    visitTiles([&](Rect place, const QImage& picture) { copyInto(mosaic, shown, place, picture); });
    const QRectF target(mapping.left(shown.left), mapping.top(shown.top), shown.width() * mapping.x, shown.height() * mapping.y);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, magnified == Magnified::smooth);
    painter.drawImage(target, mosaic, QRectF(mosaic.rect()));
}

void paintExact(QPainter& painter, const Mapping& mapping, Rect place, const QImage& picture) {
    const QPoint origin(static_cast<int>(std::round(mapping.origin.x)), static_cast<int>(std::round(mapping.origin.y)));
    painter.drawImage(origin + QPoint(place.left, place.top), picture);
}

/// Draws what `visitTiles` brings: pixel for pixel, enlarged together, or made smaller one by one.
template <class VisitTiles>
void paintTilesOf(QPainter& painter, const Mapping& mapping, Rect shown, Magnified magnified, const VisitTiles& visitTiles) {
    if (mapping.isExact()) {
        visitTiles([&](Rect place, const QImage& picture) { paintExact(painter, mapping, place, picture); });
    } else if (mapping.x > 1) {
        paintMagnified(painter, mapping, shown, magnified, visitTiles);
    } else {
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        visitTiles([&](Rect place, const QImage& picture) { painter.drawImage(snapped(mapping, place), picture); });
    }
}

void paintComputed(QPainter& painter, Levels& levels, int level, const ViewTransform& view, Magnified magnified) {
    const Plan& plan = levels.viewingPlan();
    const Mapping mapping = mappingOf(ratioOf(plan, level), view);
    const Rect shown = pixelsInView(plan, level, view, 2);
    if (shown.isEmpty()) {
        return;
    }
    const auto visitTiles = [&](const auto& visit) {
        const Rect tiles = LevelGrid(plan.sizeOf(level - 1), plan.sizeOf(level)).tilesMeeting(shown);
        for (int row = tiles.top; row < tiles.bottom; ++row) {
            for (int column = tiles.left; column < tiles.right; ++column) {
                if (const TilePicture* tile = levels.tile({level, column, row})) {
                    visit(tile->place(), tile->forScale(mapping.x));
                }
            }
        }
    };
    paintTilesOf(painter, mapping, shown, magnified, visitTiles);
}

/// The tiles of `level` (1 or above) in view.
std::vector<TileKey> tilesInView(const Plan& plan, int level, const ViewTransform& view) {
    std::vector<TileKey> keys;
    const Rect shown = pixelsInView(plan, level, view, 0);
    if (shown.isEmpty()) {
        return keys;
    }
    const Rect tiles = LevelGrid(plan.sizeOf(level - 1), plan.sizeOf(level)).tilesMeeting(shown);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            keys.push_back({level, column, row});
        }
    }
    return keys;
}

} // namespace

Rect pixelsInView(const Plan& plan, int level, const ViewTransform& view, int margin) {
    return inView(ratioOf(plan, level), {}, plan.sizeOf(level), view, margin);
}

bool coversView(const Levels& levels, int level, const ViewTransform& view) {
    if (level == 0) {
        return true;
    }
    const std::vector<TileKey> keys = tilesInView(levels.viewingPlan(), level, view);
    return !keys.empty() && std::all_of(keys.begin(), keys.end(), [&](const TileKey& key) { return levels.hasTile(key); });
}

bool showsOutdated(const Levels& levels, int level, const ViewTransform& view) {
    for (; level > 0; --level) {
        const std::vector<TileKey> keys = tilesInView(levels.viewingPlan(), level, view);
        if (std::any_of(keys.begin(), keys.end(), [&](const TileKey& key) { return levels.isOutdated(key); })) {
            return true;
        }
    }
    return false;
}

void paintPicture(QPainter& painter, const SourcePyramid& pyramid, Area place, const ViewTransform& view, Magnified magnified) {
    const Size full = pyramid.layerFor(1.0).size;
    const SourcePyramid::Layer& layer = pyramid.layerFor(view.scale() * place.width() / full.width);
    const Ratio ratio{layer.scale * full.width / place.width(), layer.scale * full.height / place.height()};
    Mapping mapping = mappingOf(ratio, view);
    mapping.origin = view.toDevice({place.left, place.top});
    const Rect shown = inView(ratio, place, layer.size, view, 2);
    const auto visitTiles = [&](const auto& visit) {
        for (const SourcePyramid::Tile& tile : layer.tiles) {
            if (!intersection(tile.place, shown).isEmpty()) {
                visit(tile.place, tile.picture);
            }
        }
    };
    if (!shown.isEmpty()) {
        paintTilesOf(painter, mapping, shown, magnified, visitTiles);
    }
}

void paintLevel(QPainter& painter, Levels& levels, int level, const ViewTransform& view, Magnified magnified) {
    if (level == 0) {
        const Size photo = view.photo();
        paintPicture(painter, levels.document()->pyramid, {0, 0, double(photo.width), double(photo.height)}, view, magnified);
    } else {
        paintComputed(painter, levels, level, view, magnified);
    }
}

void paintUpTo(QPainter& painter, Levels& levels, int level, const ViewTransform& view, Magnified magnified) {
    int first = level;
    while (first > 0 && !coversView(levels, first, view)) {
        --first;
    }
    for (int step = first; step <= level; ++step) {
        paintLevel(painter, levels, step, view, magnified);
    }
}

} // namespace casr
