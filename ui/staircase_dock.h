#pragma once

#include "ui/region_run.h"

#include <QDockWidget>
#include <QTimer>

class QListWidget;

namespace casr {

class Canvas;

/// One entry for each step: a piece of the picture at that step, its scale, size and time. Choosing one holds it on the canvas.
class StaircaseDock : public QDockWidget {
    Q_OBJECT

public:
    StaircaseDock(Levels& levels, RegionRun& run, Canvas& canvas, QWidget* parent = nullptr);

Q_SIGNALS:
    void exportRequested(int level);

private:
    void rebuild();
    void refresh();
    /// The chosen levels, and those beyond that the view has reached.
    int levelsListed() const;
    void select();
    void choose(int row);
    QString textOf(int level) const;
    QPixmap thumbnailOf(int level) const;
    bool isComputed(int level) const;

    Levels& m_levels;
    RegionRun& m_run;
    Canvas& m_canvas;
    QListWidget* m_list;
    QTimer m_refreshTimer; ///< Joins the redrawing of quick arrivals.
};

} // namespace casr
