#pragma once

#include "ui/borrowing_probe.h"
#include "ui/comparison.h"
#include "ui/levels.h"
#include "ui/overlay_layer.h"
#include "ui/photo_preview.h"
#include "ui/region_tool.h"
#include "ui/view_transform.h"

#include <QTimer>
#include <QWidget>

#include <optional>
#include <set>

namespace casr {

/// What the canvas shows now, for the read-outs.
struct ShownState {
    int level = 0;            ///< The level the view asks for.
    bool isComplete = false;  ///< All of it in view is there.
    bool isOutdated = false;  ///< Part of what is in view is as earlier settings made it.
    double sourceScale = 1.0; ///< Device pixels for each pixel of the photo.
    float plain = 0;          ///< The share of the plain enlargement in the level.
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
    /// The region, or the whole photo.
    Rect workRegion() const { return region().value_or(rectOf(m_view.photo())); }
    /// While the mouse draws or moves it.
    bool isChoosingRegion() const { return m_region.isDragging(); }
    bool isRegionToolActive() const { return m_isRegionToolActive; }
    void setRegionToolActive(bool active);

    /// Shows `picture` over everything until a null one takes it away; meanwhile mouse and keys leave the photo beneath alone.
    void setPreview(const QImage& picture);
    bool isPreviewing() const { return m_preview.isShown(); }

    Comparison& comparison() { return m_comparison; }

    OverlayLayer& overlay() { return m_overlay; }
    BorrowingProbe& borrowing() { return m_borrowing; }
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
    /// Brings a point of the photo to the middle, as far as the photo's borders allow.
    void centreOn(Point source);
    /// Another transform, for instance one that was kept.
    void setView(const ViewTransform& view);

Q_SIGNALS:
    void viewChanged();
    /// Source coordinates of the cursor; none when it left the photo.
    void cursorMoved(std::optional<casr::Point> source);
    void regionChanged();
    void heldLevelChanged();
    /// A context menu is wanted over a pane of the comparison, at a place of the screen.
    void paneMenuRequested(int pane, QPoint place);

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
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Drag { none, pan, region, wipe, wipeTurn };

    bool hasPhoto() const { return m_levels.document() != nullptr; }
    bool takesInput() const { return hasPhoto() && !isPreviewing(); }
    void describe();
    void takePhoto();
    void changeView();
    void wantSoon();
    void wantTiles();
    int wantedLevel() const;
    /// The part of the photo that must be computed for what is shown.
    Area wantedArea(int level) const;
    void relay();
    Size deviceSize() const;
    Point deviceOf(QPointF position) const;
    /// The pane under a place of the widget.
    int paneAt(QPointF position) const;
    /// Device coordinates in the pane that the mouse works in.
    Point inPane(QPointF position, int pane) const;
    double gripReach() const;

    void paintPane(QPainter& painter, int pane, Rect place);
    void paintOverlays(QPainter& painter);

    Drag dragFor(const QMouseEvent& event) const;
    bool isClick(QPointF released) const;
    void endDrag();
    void releaseKeys();
    /// Ends whatever mouse and keys are doing.
    void letGo();
    void zoomWhileHeld(bool held);
    void updateCursor(QPointF position);
    /// What a drag from there does to the wipe.
    Drag wipeDragAt(QPointF position) const;
    void dragWipe(QPointF position, bool inSteps);
    Qt::CursorShape wipeCursor(Drag drag) const;

    Levels& m_levels;
    ViewTransform m_view;
    std::shared_ptr<const Document> m_shownDocument;
    std::optional<int> m_held;
    RegionTool m_region;
    bool m_isRegionToolActive = false;
    PhotoPreview m_preview;
    Comparison m_comparison;
    OverlayLayer m_overlay;
    BorrowingProbe m_borrowing;
    bool m_areTilesShown = false;
    bool m_isRunPreferred = false;
    Magnified m_magnified = Magnified::smooth;
    std::set<TileKey> m_started;

    Drag m_drag = Drag::none;
    bool m_isSpaceHeld = false;
    QPointF m_lastPosition;
    QPointF m_pressPosition;
    int m_pane = 0; ///< Where the drag began, or the mouse is.
    std::optional<ViewTransform> m_beforeHeldZoom;
    QTimer m_wantTimer; ///< Joins the requests of quick changes.
};

} // namespace casr
