#include "ui/overlay_layer.h"

#include "ui/level_painter.h"

#include "core/base/error.h"
#include "core/metrics/consistency.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

/// Few at a time, so that what is looked at now is never behind much that was.
constexpr std::size_t tilesAtOnce = 4;
/// Pictures kept; a cell is one pixel of four bytes.
constexpr std::size_t mostTiles = 2000;
constexpr double strongest = 255.0;

QString translated(const char* text) {
    return QCoreApplication::translate("OverlayLayer", text);
}

/// From `from` to `to` by `share`.
QRgb mixed(QRgb from, QRgb to, double share, int alpha) {
    const auto between = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return qRgba(between(qRed(from), qRed(to)), between(qGreen(from), qGreen(to)), between(qBlue(from), qBlue(to)), alpha);
}

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
PlacedImage parentCells(Staircase& staircase, const Image& photo, int level, Rect cells, const StopCheck& stop) {
    const Rect inside = intersection(cells, rectOf(staircase.plan().sizeOf(level)));
    const PlacedImage known =
        level == 0 ? PlacedImage{cropped(photo, inside), inside.left, inside.top} : staircase.region(level, inside, stop);
    return coveringByBorder(known, cells);
}

Image valuesOf(Staircase& staircase, const Image& photo, OverlayKind kind, const TileKey& key, Rect cells, const StopCheck& stop) {
    const LevelGrid grid = staircase.gridOf(key.level);
    const Axis columns = grid.columnAxis(), rows = grid.rowAxis();
    if (kind == OverlayKind::consistency) {
        const PlacedImage child = knownPixels(staircase, key.level, readForReduced(columns, rows, cells));
        return meanDifference(reducedRegion(child, columns, rows, cells), parentCells(staircase, photo, key.level - 1, cells, stop).image);
    }
    const PlacedImage parent = parentCells(staircase, photo, key.level - 1, expanded(cells, bicubicReach), stop);
    return addedDetail(parent, knownPixels(staircase, key.level, grid.pixelsOf(key.column, key.row)), columns, rows, cells);
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
    return place < OverlayLayer::margin ? -1 : place >= length - OverlayLayer::margin ? 1 : 0;
}

int bitOf(int dx, int dy) {
    return 1 << ((dy + 1) * 3 + dx + 1);
}

/// Takes away cells that look into a neighbour which is not there.
void clearUnknown(QImage& picture, int neighbours) {
    for (int y = 0; y < picture.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x) {
            const int dx = rimOf(x, picture.width()), dy = rimOf(y, picture.height());
            const int needed = bitOf(dx, dy) | bitOf(dx, 0) | bitOf(0, dy);
            row[x] = (needed & ~neighbours) != 0 ? 0 : row[x];
        }
    }
}

} // namespace

OverlayScale scaleOf(OverlayKind kind) {
    if (kind == OverlayKind::consistency) {
        return {translated("Taken back down, less the step before"),
                translated("8/255 darker"),
                translated("8/255 lighter"),
                -8 / strongest,
                8 / strongest,
                true};
    }
    return {translated("Detail added to a plain enlargement"), translated("none"), translated("24/255"), 0, 24 / strongest, false};
}

QRgb OverlayScale::colourOf(float value) const {
    const double share = std::clamp((static_cast<double>(value) - smallest) / (largest - smallest), 0.0, 1.0);
    if (isSigned) {
        const double strength = std::abs(share - 0.5) * 2;
        const int alpha = static_cast<int>(std::lround(255 * std::min(1.0, strength * 1.5)));
        return share < 0.5 ? mixed(qRgb(150, 190, 255), qRgb(20, 70, 220), strength, alpha)
                           : mixed(qRgb(255, 215, 150), qRgb(235, 95, 0), strength, alpha);
    }
    const int alpha = static_cast<int>(std::lround(255 * std::min(1.0, share * 1.5)));
    return share < 0.5 ? mixed(qRgb(60, 20, 110), qRgb(220, 60, 90), share * 2, alpha)
                       : mixed(qRgb(220, 60, 90), qRgb(255, 235, 90), share * 2 - 1, alpha);
}

OverlayLayer::OverlayLayer(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {
    connect(&levels, &Levels::replaced, this, &OverlayLayer::forget);
    connect(&levels, &Levels::tileArrived, this, [this] { m_tried.clear(); });
}

void OverlayLayer::forget() {
    m_job.drop();
    m_tiles.clear();
    m_tried.clear();
}

void OverlayLayer::setKind(OverlayKind kind) {
    m_kind = kind;
    forget();
    Q_EMIT changed();
}

void OverlayLayer::setOpacity(double opacity) {
    m_opacity = opacity;
    Q_EMIT changed();
}

int OverlayLayer::neighboursOf(const TileKey& key) const {
    const Rect tiles = m_levels.staircase()->gridOf(key.level).tiles();
    int bits = 0;
    for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
            const TileKey other{key.level, key.column + dx, key.row + dy};
            const bool isOutside =
                other.column < tiles.left || other.row < tiles.top || other.column >= tiles.right || other.row >= tiles.bottom;
            bits |= isOutside || m_levels.hasTile(other) ? bitOf(dx, dy) : 0;
        }
    }
    return bits;
}

void OverlayLayer::paint(QPainter& painter, int level, const ViewTransform& view) {
    if (m_kind == OverlayKind::none || level < 1 || !m_levels.isReady()) {
        return;
    }
    const Plan& plan = m_levels.viewingPlan();
    const LevelGrid grid = m_levels.staircase()->gridOf(level);
    const Size parent = plan.sizeOf(level - 1);
    const double x = static_cast<double>(plan.source.width) / parent.width, y = static_cast<double>(plan.source.height) / parent.height;
    std::vector<TileKey> missing;
    const Rect pixels = pixelsInView(plan, level, view, 0);
    const Rect tiles = pixels.isEmpty() ? Rect{} : grid.tilesMeeting(pixels);
    painter.save();
    painter.setOpacity(m_opacity);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            const TileKey key{level, column, row};
            const auto found = m_tiles.find(key);
            const bool isThere = m_levels.hasTile(key);
            if (isThere && m_tried.count(key) == 0 && (found == m_tiles.end() || found->second.neighbours != neighboursOf(key))) {
                missing.push_back(key);
            }
            if (found != m_tiles.end()) {
                const Rect cells = found->second.cells;
                const Point first = view.toDevice({cells.left * x, cells.top * y}),
                            last = view.toDevice({cells.right * x, cells.bottom * y});
                painter.drawImage(
                    QRectF(QPointF(std::round(first.x), std::round(first.y)), QPointF(std::round(last.x), std::round(last.y))),
                    found->second.picture);
            }
        }
    }
    painter.restore();
    ask(missing);
}

void OverlayLayer::ask(const std::vector<TileKey>& missing) {
    if (missing.empty() || m_job.isBusy()) {
        return;
    }
    const std::vector<TileKey> keys(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(std::min(missing.size(), tilesAtOnce)));
    std::vector<int> neighbours;
    for (const TileKey& key : keys) {
        neighbours.push_back(neighboursOf(key));
        m_tried.insert(key);
    }
    m_job.post(
        [this, keys, neighbours, kind = m_kind, staircase = m_levels.staircase(), document = m_levels.document()](const StopCheck& stop) {
            std::vector<Made> list;
            for (std::size_t i = 0; i < keys.size() && !stop(); ++i) {
                if (!staircase->cachedTile(keys[i])) {
                    continue;
                }
                const Rect whole = rectOf(staircase->plan().sizeOf(keys[i].level - 1));
                const Rect cells = intersection(staircase->gridOf(keys[i].level).cellsOf(keys[i].column, keys[i].row), whole);
                QImage picture = coloured(valuesOf(*staircase, document->photo.rgb, kind, keys[i], cells, stop), scaleOf(kind));
                if (kind == OverlayKind::consistency) {
                    clearUnknown(picture, neighbours[i]);
                }
                list.push_back({keys[i], {cells, picture, neighbours[i]}});
            }
            return NewestJob::Show([this, list] {
                if (m_tiles.size() > mostTiles) {
                    m_tiles.clear();
                }
                for (const Made& made : list) {
                    m_tiles.insert_or_assign(made.key, made.tile);
                }
                Q_EMIT changed();
            });
        });
}

void paintLegend(QPainter& painter, OverlayKind kind, Size view, double unit) {
    if (kind == OverlayKind::none) {
        return;
    }
    const OverlayScale scale = scaleOf(kind);
    painter.save();
    QFont font = painter.font();
    font.setPixelSize(static_cast<int>(12 * unit));
    painter.setFont(font);
    const double line = painter.fontMetrics().height(),
                 width = std::max(240 * unit, painter.fontMetrics().horizontalAdvance(scale.title) + 20 * unit);
    const QRectF box(10 * unit, view.height - 10 * unit - 3.2 * line - 10 * unit, width, 3.2 * line + 10 * unit);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(20, 20, 20, 215));
    painter.drawRoundedRect(box, 4 * unit, 4 * unit);
    const QRectF inner = box.adjusted(10 * unit, 5 * unit, -10 * unit, -5 * unit);
    QLinearGradient gradient(inner.left(), 0, inner.right(), 0);
    for (int stop = 0; stop <= 16; ++stop) {
        const double share = stop / 16.0;
        gradient.setColorAt(
            share, QColor::fromRgba(scale.colourOf(static_cast<float>(scale.smallest + share * (scale.largest - scale.smallest)))));
    }
    painter.setBrush(gradient);
    painter.drawRect(QRectF(inner.left(), inner.top() + 1.15 * line, inner.width(), 0.8 * line));
    painter.setPen(Qt::white);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, scale.title);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft, scale.low);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, scale.high);
    painter.restore();
}

} // namespace casr
