#pragma once

#include "ui/level_painter.h"
#include "ui/levels.h"
#include "ui/region_tool.h"
#include "ui/view_transform.h"

#include <QTimer>
#include <QWidget>

#include <optional>
#include <set>

namespace casr {

enum class CompareMode { none, wipe };

/// What the canvas shows now, for the read-outs.
struct ShownState {
    int level = 0;            ///< The level the view asks for.
    bool isComplete = false;  ///< All of it in view is there.
    double sourceScale = 1.0; ///< Device pixels for each pixel of the photo.
    double screenShare = 1.0; ///< Device pixels for each pixel of the level; 1 is 100 %.
};

/// Shows the photo and its levels under one transform; mouse, keys and wheel move it. The region tool draws a rectangle of the photo.
class Canvas : public QWidget {
    Q_OBJECT

public:
    explicit Canvas(Levels& levels, QWidget* parent = nullptr);

    const ViewTransform& view() const { return m_view; }
    ShownState shown() const;

    /// The level held in place; none: the level follows the zoom.
    std::optional<int> heldLevel() const { return m_held; }
    void setHeldLevel(std::optional<int> level);

    std::optional<Rect> region() const { return m_region.region(); }
    void setRegion(std::optional<Rect> region);
    bool isRegionToolActive() const { return m_isRegionToolActive; }
    void setRegionToolActive(bool active);

    CompareMode compareMode() const { return m_compareMode; }
    void setCompareMode(CompareMode mode);
    /// The level that the shown one is compared with.
    void setComparedLevel(int level);
    int comparedLevel() const { return m_compared; }
    /// Shows the compared level alone while on.
    void setBlinking(bool on);

    void setTilesShown(bool on);
    void setMagnified(Magnified magnified);
    /// While on, the view asks for levels of the chosen plan only, so that it does not hold up a run.
    void setRunPreferred(bool on);

    /// `steps` of 2^(1/3) around the middle of the view.
    void zoomBySteps(double steps);
    /// 1: one pixel of the shown level is one device pixel.
    void setScreenShare(double share);
    void fit();
    void fitRegion();

Q_SIGNALS:
    void viewChanged();
    /// Source coordinates of the cursor; none when it left the photo.
    void cursorMoved(std::optional<casr::Point> source);
    void regionChanged();
    void heldLevelChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Drag { none, pan, region, wipe };

    bool hasPhoto() const { return m_levels.document() != nullptr; }
    void takePhoto();
    void changeView();
    void wantTiles();
    int wantedLevel() const;
    Point deviceOf(QPointF position) const;
    double gripReach() const;

    void paintPictures(QPainter& painter);
    void paintSide(QPainter& painter, int level, QRectF clip, Qt::Alignment side);
    void paintOverlays(QPainter& painter);
    QString labelOf(int level) const;

    Drag dragFor(const QMouseEvent& event) const;
    void zoomWhileHeld(bool held);
    void updateCursor(QPointF position);
    bool isOnWipe(QPointF position) const;

    Levels& m_levels;
    ViewTransform m_view;
    std::shared_ptr<const Document> m_shownDocument;
    std::optional<int> m_held;
    RegionTool m_region;
    bool m_isRegionToolActive = false;
    CompareMode m_compareMode = CompareMode::none;
    int m_compared = 0;
    double m_wipe = 0.5; ///< Share of the view's width left of the handle.
    bool m_isBlinking = false;
    bool m_areTilesShown = false;
    bool m_isRunPreferred = false;
    Magnified m_magnified = Magnified::smooth;
    std::set<TileKey> m_started;

    Drag m_drag = Drag::none;
    bool m_isSpaceHeld = false;
    QPointF m_lastPosition;
    std::optional<ViewTransform> m_beforeHeldZoom;
    QTimer m_wantTimer; ///< Joins the requests of quick changes.
};

} // namespace casr
