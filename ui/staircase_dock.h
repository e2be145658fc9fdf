#pragma once

#include "ui/region_run.h"

#include <QDockWidget>
#include <QTimer>

class QComboBox;
class QLabel;
class QListWidget;

namespace casr {

class Canvas;
class TruthMeter;

/// One entry for each step: a piece of the picture at that step, its scale, size and time. Choosing one holds it on the canvas.
class StaircaseDock : public QDockWidget {
    Q_OBJECT

public:
    StaircaseDock(Levels& levels, RegionRun& run, Canvas& canvas, TruthMeter& truth, QWidget* parent = nullptr);

Q_SIGNALS:
    void exportRequested(int level);
    /// Compute the region again from this step on.
    void runRequested(int level);
    void branchChosen(const casr::ZoomSettings& settings);

private:
    void rebuild();
    void refresh();
    /// The chosen levels, and those beyond that the view has reached.
    int levelsListed() const;
    void select();
    void showBranches();
    void showMenu(QPoint place);
    void choose(int row);
    QString textOf(int level) const;
    QPixmap thumbnailOf(int level) const;
    QString truthOfStep(int level) const;
    /// What is removed from the photo, for people; empty when nothing is.
    QString removed() const;
    void showTruth();
    void showMostAdded();
    /// The step that the sentence is about.
    int judgedLevel() const;
    bool isComputed(int level) const;

    Levels& m_levels;
    RegionRun& m_run;
    Canvas& m_canvas;
    TruthMeter& m_truth;
    QComboBox* m_branches;
    QListWidget* m_list;
    QLabel* m_sentence;
    QTimer m_refreshTimer; ///< Joins the redrawing of quick arrivals.
};

} // namespace casr
