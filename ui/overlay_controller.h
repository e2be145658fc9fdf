#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"

class QActionGroup;
class QSlider;
class QToolBar;

namespace casr {

/// The Overlays menu, and the slider of their opacity in the toolbar while one is on.
class OverlayController : public QObject {
    Q_OBJECT

public:
    OverlayController(Levels& levels, Canvas& canvas, QObject* parent);

    void addMenu(QMenu* view, Commands& commands);
    void addTools(QToolBar& bar);

private:
    void addSuperpixelSizes(QMenu* menu);
    void setKind(OverlayKind kind, bool on);
    void switchOff();
    void showSlider();
    void allowWhatTheWeightsHave();

    Levels& m_levels;
    Canvas& m_canvas;
    QAction* m_tiles = nullptr;
    QAction* m_borrowing = nullptr;
    QList<QAction*> m_kinds;
    QMenu* m_sizes = nullptr;
    QAction* m_sliderAction = nullptr;
};

} // namespace casr
