#include "ui/overlay_layer.h"

#include "ui/level_painter.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

/// Few at a time, so that what is looked at now is never behind much that was.
constexpr std::size_t tilesAtOnce = 4;
/// Pictures kept; a cell takes up to nine pixels of four bytes.
constexpr std::size_t mostTiles = 600;

} // namespace

OverlayLayer::OverlayLayer(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels), m_depth(levels) {
    connect(&m_depth, &DepthSource::failed, &levels, &Levels::failed);
    connect(&m_depth, &DepthSource::ready, this, [this] {
        forget();
        Q_EMIT changed();
    });
    connect(&m_job, &NewestJob::failed, &levels, &Levels::failed);
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

void OverlayLayer::setSuperpixelCell(int cell) {
    m_superpixelCell = cell;
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
            bits |= isOutside || m_levels.hasTile(other) ? neighbourBit(dx, dy) : 0;
        }
    }
    return bits;
}

bool OverlayLayer::isMissing(const TileKey& key) const {
    const auto found = m_tiles.find(key);
    return m_levels.hasTile(key) && m_tried.count(key) == 0 && (found == m_tiles.end() || found->second.neighbours != neighboursOf(key));
}

void OverlayLayer::paintTile(QPainter& painter, const TileKey& key, const ViewTransform& view) const {
    const auto found = m_tiles.find(key);
    if (found == m_tiles.end()) {
        return;
    }
    const Plan& plan = m_levels.viewingPlan();
    const Size parent = plan.sizeOf(key.level - 1);
    const double x = static_cast<double>(plan.source.width) / parent.width, y = static_cast<double>(plan.source.height) / parent.height;
    const Rect cells = found->second.cells;
    const Point first = view.toDevice({cells.left * x, cells.top * y}), last = view.toDevice({cells.right * x, cells.bottom * y});
    painter.drawImage(QRectF(QPointF(std::round(first.x), std::round(first.y)), QPointF(std::round(last.x), std::round(last.y))),
                      found->second.picture);
}

void OverlayLayer::paint(QPainter& painter, int level, const ViewTransform& view) {
    if (m_kind == OverlayKind::none || level < 1 || !m_levels.isReady()) {
        return;
    }
    const Rect pixels = pixelsInView(m_levels.viewingPlan(), level, view, 0);
    const Rect tiles = pixels.isEmpty() ? Rect{} : m_levels.staircase()->gridOf(level).tilesMeeting(pixels);
    std::vector<TileKey> missing;
    painter.save();
    painter.setOpacity(m_opacity);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            const TileKey key{level, column, row};
            if (isMissing(key)) {
                missing.push_back(key);
            }
            paintTile(painter, key, view);
        }
    }
    painter.restore();
    ask(missing);
}

void OverlayLayer::ask(const std::vector<TileKey>& missing) {
    if (missing.empty() || m_job.isBusy()) {
        return;
    }
    const std::shared_ptr<const DepthMap> depth = m_kind == OverlayKind::depth ? m_depth.map() : nullptr;
    if (m_kind == OverlayKind::depth && !depth) {
        return;
    }
    const std::vector<TileKey> keys(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(std::min(missing.size(), tilesAtOnce)));
    std::vector<int> neighbours;
    for (const TileKey& key : keys) {
        neighbours.push_back(neighboursOf(key));
        m_tried.insert(key);
    }
    m_job.post([this, keys, neighbours, depth, kind = m_kind, cell = m_superpixelCell,
                staircase = m_levels.staircase()](const StopCheck& stop) {
        std::vector<Made> list;
        for (std::size_t i = 0; i < keys.size() && !stop(); ++i) {
            if (!staircase->cachedTile(keys[i])) {
                continue;
            }
            const Rect whole = rectOf(staircase->plan().sizeOf(keys[i].level - 1));
            const Rect cells = intersection(staircase->gridOf(keys[i].level).cellsOf(keys[i].column, keys[i].row), whole);
            list.push_back(
                {keys[i], {cells, overlayPicture({*staircase, depth, cell}, kind, keys[i], cells, neighbours[i], stop), neighbours[i]}});
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

} // namespace casr
