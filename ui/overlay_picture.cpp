#include "ui/overlay_picture.h"

#include "core/metrics/consistency.h"

#include <algorithm>

namespace casr {

namespace {

/// Pixels a side of a cell where borders are drawn: a line is thinner than a cell.
constexpr int pixelsOfCell = 3;
constexpr QRgb borderColour = 0xFFFFD040;

/// The pixels `rect` of a level as far as its tiles are in the cache; zeros elsewhere.
PlacedImage knownPixels(Staircase& staircase, int level, Rect rect) {
    const LevelGrid grid = staircase.gridOf(level);
    std::vector<float> values(static_cast<std::size_t>(rect.size().area()) * 3);
    const Rect tiles = grid.tilesMeeting(rect);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            const std::optional<Image> tile = staircase.cachedTile({level, column, row});
            const Rect place = grid.pixelsOf(column, row), shared = intersection(place, rect);
            for (int y = shared.top; tile && y < shared.bottom; ++y) {
                const float* from = tile->row(y - place.top) + static_cast<std::size_t>(shared.left - place.left) * 3;
                float* to = values.data() + (static_cast<std::size_t>(y - rect.top) * rect.width() + (shared.left - rect.left)) * 3;
                std::copy_n(from, static_cast<std::size_t>(shared.width()) * 3, to);
            }
        }
    }
    return {Image(rect.size(), 3, std::move(values)), rect.left, rect.top};
}

/// The parent's cells, computed again where the cache has lost them; its border repeated outside.
PlacedImage parentCells(Staircase& staircase, int level, Rect cells, const StopCheck& stop) {
    const Rect inside = intersection(cells, rectOf(staircase.plan().sizeOf(level)));
    return coveringByBorder(staircase.region(level, inside, stop), cells);
}

Image valuesOf(Staircase& staircase, OverlayKind kind, const TileKey& key, Rect cells, const StopCheck& stop) {
    const LevelGrid grid = staircase.gridOf(key.level);
    const Axis columns = grid.columnAxis(), rows = grid.rowAxis();
    if (kind == OverlayKind::consistency) {
        const PlacedImage child = knownPixels(staircase, key.level, readForReduced(columns, rows, cells));
        return meanDifference(reducedRegion(child, columns, rows, cells), parentCells(staircase, key.level - 1, cells, stop).image);
    }
    const Rect pixels = grid.pixelsOf(key.column, key.row);
    if (kind == OverlayKind::seams) {
        const Rect read{std::max(pixels.left - 2, 0), std::max(pixels.top - 2, 0), pixels.right, pixels.bottom};
        return seamJumps(knownPixels(staircase, key.level, read), columns, rows, cells);
    }
    const PlacedImage parent = parentCells(staircase, key.level - 1, expanded(cells, bicubicReach), stop);
    return addedDetail(parent, knownPixels(staircase, key.level, pixels), columns, rows, cells);
}

/// As the step above `level` would read it.
Image depthOfCells(Staircase& staircase, const DepthMap& map, int level, Rect cells, const StopCheck& stop) {
    const Size size = staircase.plan().sizeOf(level), photo = staircase.plan().source;
    const PlacedImage pixels = parentCells(staircase, level, expanded(cells, guidedDepthReach), stop);
    return guidedDepth(map, pixels, {photo.width, size.width}, {photo.height, size.height}, cells);
}

QImage coloured(const Image& values, const OverlayScale& scale) {
    QImage picture(values.width(), values.height(), QImage::Format_ARGB32);
    for (int y = 0; y < values.height(); ++y) {
        auto* to = reinterpret_cast<QRgb*>(picture.scanLine(y));
        std::transform(values.row(y), values.row(y) + values.width(), to, [&](float value) { return scale.colourOf(value); });
    }
    return picture;
}

/// -1, 0 or 1: in the first cells, between, or in the last ones, which look into a neighbour.
int rimOf(int place, int length) {
    return place < overlayMargin ? -1 : place >= length - overlayMargin ? 1 : 0;
}

/// Takes away cells that look into a neighbour which is not there.
void clearUnknown(QImage& picture, int neighbours) {
    for (int y = 0; y < picture.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x) {
            const int dx = rimOf(x, picture.width()), dy = rimOf(y, picture.height());
            const int needed = neighbourBit(dx, dy) | neighbourBit(dx, 0) | neighbourBit(0, dy);
            row[x] = (needed & ~neighbours) != 0 ? 0 : row[x];
        }
    }
}

QImage meansPicture(const Image& mean) {
    QImage picture(mean.width(), mean.height(), QImage::Format_ARGB32);
    const auto byteOf = [](float value) { return static_cast<int>(std::clamp(value, 0.0f, 1.0f) * 255 + 0.5f); };
    for (int y = 0; y < mean.height(); ++y) {
        auto* to = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < mean.width(); ++x) {
            const float* pixel = mean.row(y) + static_cast<std::ptrdiff_t>(3) * x;
            to[x] = qRgb(byteOf(pixel[0]), byteOf(pixel[1]), byteOf(pixel[2]));
        }
    }
    return picture;
}

/// Lines of one pixel on the left and top of cells whose superpixel is another than there.
QImage bordersPicture(const SuperpixelLabels& labels, Rect cells) {
    QImage picture(cells.width() * pixelsOfCell, cells.height() * pixelsOfCell, QImage::Format_ARGB32);
    picture.fill(0);
    for (int y = cells.top; y < cells.bottom; ++y) {
        for (int x = cells.left; x < cells.right; ++x) {
            const int left = (x - cells.left) * pixelsOfCell, top = (y - cells.top) * pixelsOfCell;
            for (int i = 0; labels.at(x, y) != labels.at(x - 1, y) && i < pixelsOfCell; ++i) {
                picture.setPixel(left, top + i, borderColour);
            }
            for (int i = 0; labels.at(x, y) != labels.at(x, y - 1) && i < pixelsOfCell; ++i) {
                picture.setPixel(left + i, top, borderColour);
            }
        }
    }
    return picture;
}

} // namespace

QImage overlayPicture(const OverlayMatter& matter, OverlayKind kind, const TileKey& key, Rect cells, int neighbours,
                      const StopCheck& stop) {
    Staircase& staircase = matter.staircase;
    if (kind == OverlayKind::depth) {
        return matter.depth ? coloured(depthOfCells(staircase, *matter.depth, key.level - 1, cells, stop), scaleOf(kind)) : QImage();
    }
    if (showsNumbers(kind)) {
        QImage picture = coloured(valuesOf(staircase, kind, key, cells, stop), scaleOf(kind));
        if (kind != OverlayKind::addedDetail) {
            clearUnknown(picture, neighbours);
        }
        return picture;
    }
    if (staircase.network().architecture().superpixels == 0) {
        return {};
    }
    const SuperpixelTile superpixels = staircase.superpixels(key.level, cells, stop, matter.superpixelCell);
    return kind == OverlayKind::superpixelMeans ? meansPicture(superpixels.mean) : bordersPicture(superpixels.labels, cells);
}

} // namespace casr
