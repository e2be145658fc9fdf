#include "ui/run_bar.h"

#include "ui/numbers.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace casr {

namespace {

constexpr int barSteps = 1000;

QString remaining(double seconds) {
    return seconds < 0 ? QString() : RunBar::tr(", %1 to go").arg(durationText(seconds));
}

} // namespace

RunBar::RunBar(RegionRun& run, FileExporter& exporter, QWidget* parent)
    : QWidget(parent), m_run(run), m_exporter(exporter), m_text(new QLabel(this)), m_progress(new QProgressBar(this)),
      m_pause(new QToolButton(this)), m_stop(new QToolButton(this)) {
    setObjectName("runBar");
    m_text->setObjectName("runText");
    m_progress->setObjectName("runProgress");
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->setRange(0, barSteps);
    m_progress->setFixedWidth(160);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_progress);
    layout->addWidget(m_pause);
    layout->addWidget(m_stop);
    connect(&run, &RegionRun::started, this, &RunBar::showRun);
    connect(&run, &RegionRun::progressed, this, &RunBar::showRun);
    connect(&run, &RegionRun::ended, this, &RunBar::hideWhenIdle);
    connect(&exporter, &FileExporter::started, this, [this] { showExport(0, -1); });
    connect(&exporter, &FileExporter::progressed, this, &RunBar::showExport);
    connect(&exporter, &FileExporter::finished, this, &RunBar::hideWhenIdle);
    connect(&exporter, &FileExporter::failed, this, &RunBar::hideWhenIdle);
    connect(&exporter, &FileExporter::stopped, this, &RunBar::hideWhenIdle);
    hide();
}

void RunBar::setActions(QAction* pause, QAction* stop) {
    m_pause->setDefaultAction(pause);
    m_stop->setDefaultAction(stop);
}

void RunBar::showRun() {
    if (!m_run.isRunning()) {
        return;
    }
    const RunProgress& progress = m_run.progress();
    const QString text = tr("Step %1/%2, tile %3/%4, %5 elapsed%6")
                             .arg(progress.level)
                             .arg(progress.levels)
                             .arg(progress.tile)
                             .arg(progress.tiles)
                             .arg(durationText(progress.secondsElapsed), remaining(progress.secondsToGo));
    m_text->setText(m_run.isPaused() ? tr("Paused. %1").arg(text) : text);
    m_progress->setValue(static_cast<int>(progress.share * barSteps));
    m_pause->show();
    show();
}

void RunBar::showExport(double share, double secondsToGo) {
    m_text->setText(tr("Exporting%1").arg(remaining(secondsToGo)));
    m_progress->setValue(static_cast<int>(share * barSteps));
    m_pause->hide();
    show();
}

void RunBar::showTask(const QString& text, double share) {
    m_hasTask = true;
    if (!m_run.isRunning() && !m_exporter.isRunning()) {
        m_text->setText(text);
        m_progress->setValue(static_cast<int>(share * barSteps));
        m_pause->hide();
    }
    show();
}

void RunBar::endTask() {
    m_hasTask = false;
    hideWhenIdle();
}

void RunBar::hideWhenIdle() {
    setVisible(m_run.isRunning() || m_exporter.isRunning() || m_hasTask);
}

} // namespace casr
