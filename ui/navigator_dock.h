#pragma once

#include "ui/canvas.h"

#include <QDockWidget>

namespace casr {

/// The whole photo, small: what the canvas shows, the region, and how little of the photo each step fills the canvas with. Dragging or the
/// arrow keys move the view.
class Navigator : public QWidget {
    Q_OBJECT

public:
    Navigator(Levels& levels, Canvas& canvas, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {220, 160}; }
    /// Where the photo lies in the widget, in device coordinates.
    ViewTransform transform() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    Point sourceAt(QPointF position) const;

    Levels& m_levels;
    Canvas& m_canvas;
    std::optional<Point> m_grip; ///< From the pressed point of the photo to the view's middle, while dragging.
};

class NavigatorDock : public QDockWidget {
    Q_OBJECT

public:
    NavigatorDock(Levels& levels, Canvas& canvas, QWidget* parent = nullptr);
};

/// The part of the photo that fills a view of `view` device pixels around `centre` with `level` at 100 %.
Area fullSizeArea(const Plan& plan, int level, Size view, Point centre);

} // namespace casr
