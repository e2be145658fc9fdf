#pragma once

#include "ui/file_exporter.h"
#include "ui/region_run.h"

#include <QWidget>

class QAction;
class QLabel;
class QProgressBar;
class QToolButton;

namespace casr {

/// Progress of a run, an export or other long work in the status bar, with pause and stop. Hidden while nothing runs.
class RunBar : public QWidget {
    Q_OBJECT

public:
    RunBar(RegionRun& run, FileExporter& exporter, QWidget* parent = nullptr);

    /// The buttons do what the commands of the menu do.
    void setActions(QAction* pause, QAction* stop);

    /// Other work that the stop command ends: what is being done, and its share 0 .. 1. A run or an export beside it is shown instead.
    void showTask(const QString& text, double share);
    void endTask();

private:
    void showRun();
    void showExport(double share, double secondsToGo);
    void hideWhenIdle();

    RegionRun& m_run;
    FileExporter& m_exporter;
    bool m_hasTask = false;
    QLabel* m_text;
    QProgressBar* m_progress;
    QToolButton* m_pause;
    QToolButton* m_stop;
};

} // namespace casr
