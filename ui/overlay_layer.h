#pragma once

#include "ui/levels.h"
#include "ui/newest_job.h"
#include "ui/view_transform.h"

#include <QPainter>

#include <map>
#include <set>

namespace casr {

/// What is laid over a step.
enum class OverlayKind {
    none,
    consistency, ///< The step taken back down less its parent.
    addedDetail  ///< How far the step departs from a plain enlargement of its parent.
};

/// The colours of an overlay: what its numbers mean.
struct OverlayScale {
    QString title;
    QString low;
    QString high;
    double smallest = 0; ///< Value of the first colour, of a range where 1 is the largest sample.
    double largest = 1;
    bool isSigned = false;

    /// Values beyond the ends take the colour of the end; not premultiplied, more transparent the less there is to see.
    QRgb colourOf(float value) const;
};
OverlayScale scaleOf(OverlayKind kind);

/// One overlay over a step, computed tile by tile on a thread of its own from the tiles that are there. Lives in the GUI thread.
class OverlayLayer : public QObject {
    Q_OBJECT

public:
    explicit OverlayLayer(Levels& levels, QObject* parent = nullptr);

    OverlayKind kind() const { return m_kind; }
    void setKind(OverlayKind kind);
    /// 0 .. 1, shared by all kinds.
    double opacity() const { return m_opacity; }
    void setOpacity(double opacity);

    /// Draws what is there of `level` (1 or above) in view, and asks for the rest.
    void paint(QPainter& painter, int level, const ViewTransform& view);
    /// Cells of the parent around the view that must be computed so that all of the view can be judged.
    static constexpr int margin = 3;

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
    void ask(const std::vector<TileKey>& missing);

    Levels& m_levels;
    OverlayKind m_kind = OverlayKind::none;
    double m_opacity = 0.8;
    std::map<TileKey, Tile> m_tiles;
    std::set<TileKey> m_tried; ///< Not to be had until another tile arrives.
    NewestJob m_job;
};

/// The legend of `kind` at the bottom left of a view.
void paintLegend(QPainter& painter, OverlayKind kind, Size view, double unit);

} // namespace casr
