#pragma once

#include "ui/region_run.h"
#include "ui/worker.h"

#include <QDockWidget>
#include <QTimer>

class QCustomPlot;
class QTabWidget;

namespace casr {

class Canvas;

/// Graphs over the steps: how long each took, how fine its detail is, how its values are spread. The patch measured is the middle of
/// the region, else of the view, at every step that is computed there; measuring runs on a thread of its own.
class PlotsDock : public QDockWidget {
    Q_OBJECT

public:
    PlotsDock(Levels& levels, RegionRun& run, Canvas& canvas, QWidget* parent = nullptr);

private:
    /// What is measured of one step.
    struct Curves {
        int level = 0;
        std::vector<double> power; ///< radialPower of the patch.
        double cyclesPerRing = 1;  ///< Cycles per pixel of the photo from ring to ring.
        std::vector<double> histogram;
    };

    QCustomPlot* addPlot(const QString& name, const QString& title, const QString& across, const QString& up);
    void measure();
    void showCurves(const std::vector<Curves>& curves);
    void showTimes();
    void savePlot();

    Levels& m_levels;
    RegionRun& m_run;
    Canvas& m_canvas;
    QTabWidget* m_tabs;
    QCustomPlot* m_times;
    QCustomPlot* m_powers;
    QCustomPlot* m_histograms;
    QTimer m_timer; ///< Joins quick changes.
    quint64 m_newest = 0;
    Worker m_worker; ///< Last: stopped before the rest goes.
};

} // namespace casr
