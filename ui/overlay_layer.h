#pragma once

#include "ui/depth_source.h"
#include "ui/levels.h"
#include "ui/newest_job.h"
#include "ui/overlay_picture.h"
#include "ui/view_transform.h"

#include <QPainter>

#include <map>
#include <set>

namespace casr {

/// One overlay over a step, computed tile by tile on a thread of its own from the tiles that are there. Lives in the GUI thread.
class OverlayLayer : public QObject {
    Q_OBJECT

public:
    explicit OverlayLayer(Levels& levels, QObject* parent = nullptr);

    OverlayKind kind() const { return m_kind; }
    void setKind(OverlayKind kind);
    /// Pixels a side of the cells that the superpixels shown began in.
    int superpixelCell() const { return m_superpixelCell; }
    void setSuperpixelCell(int cell);
    /// 0 .. 1, shared by all kinds.
    double opacity() const { return m_opacity; }
    void setOpacity(double opacity);

    /// Draws what is there of `level` (1 or above) in view, and asks for the rest.
    void paint(QPainter& painter, int level, const ViewTransform& view);
    /// Cells of the parent around the view that must be computed so that all of the view can be judged.
    static constexpr int margin = overlayMargin;

Q_SIGNALS:
    void changed();

private:
    struct Tile {
        Rect cells;
        QImage picture;
        int neighbours = 0; ///< Which of the eight were there, as bits.
    };
    struct Made {
        TileKey key;
        Tile tile;
    };

    void forget();
    int neighboursOf(const TileKey& key) const;
    /// To be computed, now or anew.
    bool isMissing(const TileKey& key) const;
    void paintTile(QPainter& painter, const TileKey& key, const ViewTransform& view) const;
    void ask(const std::vector<TileKey>& missing);

    Levels& m_levels;
    OverlayKind m_kind = OverlayKind::none;
    int m_superpixelCell = casr::superpixelCell;
    double m_opacity = 0.8;
    std::map<TileKey, Tile> m_tiles;
    std::set<TileKey> m_tried; ///< Not to be had until another tile arrives.
    DepthSource m_depth;
    NewestJob m_job;
};

} // namespace casr
