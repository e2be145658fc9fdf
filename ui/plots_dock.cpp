#include "ui/plots_dock.h"

#include "ui/canvas.h"
#include "ui/guarded.h"
#include "ui/numbers.h"

#include "core/metrics/spectrum.h"

#include <QFileDialog>
#include <QMenu>
#include <QTabWidget>

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr int measureDelayMs = 500;
constexpr int patchSide = 256;
constexpr int histogramBins = 64;

/// Colours that stay apart for every kind of sight (Okabe and Ito 2008).
QColor colourOf(int level) {
    static const QColor colours[] = {QColor(0xe6, 0x9f, 0x00), QColor(0x56, 0xb4, 0xe9), QColor(0x00, 0x9e, 0x73), QColor(0xf0, 0xe4, 0x42),
                                     QColor(0xcc, 0x79, 0xa7), QColor(0xd5, 0x5e, 0x00), QColor(0x00, 0x72, 0xb2)};
    return colours[static_cast<std::size_t>(level) % std::size(colours)];
}

/// A square of `level` around a point of the photo; empty when the level is smaller.
Rect patchAround(const Plan& plan, int level, Point source) {
    const Size size = plan.sizeOf(level);
    if (size.width < patchSide || size.height < patchSide) {
        return {};
    }
    const int x = static_cast<int>(source.x * size.width / plan.source.width),
              y = static_cast<int>(source.y * size.height / plan.source.height);
    return rectAt(std::clamp(x - patchSide / 2, 0, size.width - patchSide), std::clamp(y - patchSide / 2, 0, size.height - patchSide),
                  {patchSide, patchSide});
}

/// True when the patch can be had without computing anything.
bool isThere(Staircase& staircase, int level, Rect patch) {
    if (level == 0) {
        return true;
    }
    const LevelGrid grid = staircase.gridOf(level);
    const Rect tiles = grid.tilesMeeting(patch);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            if (!staircase.cachedTile({level, column, row})) {
                return false;
            }
        }
    }
    return true;
}

std::vector<double> histogramOf(const Image& image) {
    std::vector<double> bins(histogramBins);
    for (const float value : image.values()) {
        const double place = std::clamp(static_cast<double>(value), 0.0, 1.0) * histogramBins;
        bins[std::min(static_cast<std::size_t>(place), bins.size() - 1)] += 1.0 / static_cast<double>(image.values().size());
    }
    return bins;
}

void dress(QCustomPlot& plot, const QPalette& palette) {
    const QColor text = palette.color(QPalette::Text);
    plot.setBackground(palette.color(QPalette::Base));
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setBasePen(text);
        axis->setTickPen(text);
        axis->setSubTickPen(text);
        axis->setLabelColor(text);
        axis->setTickLabelColor(text);
        axis->grid()->setPen(QPen(palette.color(QPalette::Mid), 1, Qt::DotLine));
    }
    plot.legend->setBrush(palette.color(QPalette::Base));
    plot.legend->setTextColor(text);
    plot.legend->setBorderPen(Qt::NoPen);
}

QString nameOf(const Plan& plan, int level) {
    return level == 0 ? PlotsDock::tr("Photo") : PlotsDock::tr("Step %1, \u00d7%2").arg(level).arg(factorText(plan.cumulativeOf(level)));
}

} // namespace

PlotsDock::PlotsDock(Levels& levels, RegionRun& run, Canvas& canvas, QWidget* parent)
    : QDockWidget(tr("Plots"), parent), m_levels(levels), m_run(run), m_canvas(canvas), m_tabs(new QTabWidget(this)) {
    setObjectName("plotsDock");
    m_powers = addPlot("powerPlot", tr("Detail"), tr("Cycles per pixel of the photo"), tr("Power density"));
    m_powers->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_powers->xAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
    m_powers->yAxis->setScaleType(QCPAxis::stLogarithmic);
    m_powers->yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
    m_powers->yAxis->setNumberFormat("eb");
    m_powers->yAxis->setNumberPrecision(0);
    m_powers->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignLeft | Qt::AlignBottom);
    m_histograms = addPlot("histogramPlot", tr("Values"), tr("Value"), tr("Share of values"));
    m_times = addPlot("timePlot", tr("Time"), tr("Step"), tr("Seconds"));
    setWidget(m_tabs);
    m_timer.setSingleShot(true);
    m_timer.setInterval(measureDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &PlotsDock::measure);
    const auto measureSoon = [this] {
        if (!m_timer.isActive()) {
            m_timer.start();
        }
    };
    connect(&levels, &Levels::replaced, this, measureSoon);
    connect(&levels, &Levels::tileArrived, this, measureSoon);
    connect(&canvas, &Canvas::viewChanged, this, measureSoon);
    connect(&canvas, &Canvas::regionChanged, this, measureSoon);
    connect(this, &QDockWidget::visibilityChanged, this, measureSoon);
    connect(&run, &RegionRun::stepFinished, this, &PlotsDock::showTimes);
    connect(&levels, &Levels::replaced, this, &PlotsDock::showTimes);
}

QCustomPlot* PlotsDock::addPlot(const QString& name, const QString& title, const QString& across, const QString& up) {
    auto* plot = new QCustomPlot;
    plot->setObjectName(name);
    plot->setAccessibleName(title);
    plot->setMinimumSize(200, 160);
    plot->xAxis->setLabel(across);
    plot->yAxis->setLabel(up);
    plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(plot, &QWidget::customContextMenuRequested, this, [this, plot](QPoint place) {
        QMenu menu(this);
        connect(menu.addAction(tr("Save Plot\u2026")), &QAction::triggered, this, &PlotsDock::savePlot);
        menu.exec(plot->mapToGlobal(place));
    });
    m_tabs->addTab(plot, title);
    return plot;
}

void PlotsDock::measure() {
    if (!isVisible() || !m_levels.isReady()) {
        return;
    }
    const Area view = m_canvas.view().visible();
    Point centre{(view.left + view.right) / 2, (view.top + view.bottom) / 2};
    if (const std::optional<Rect> region = m_canvas.region()) {
        centre = {(region->left + region->right) / 2.0, (region->top + region->bottom) / 2.0};
    }
    const quint64 id = ++m_newest;
    m_worker.post([this, id, centre, staircase = m_levels.staircase(), last = m_levels.plan().levels()](std::stop_token stop) {
        std::vector<Curves> list;
        const GuardedOutcome outcome = guarded([&] {
            for (int level = 0; level < last && !stop.stop_requested(); ++level) {
                const Rect patch = patchAround(staircase->plan(), level, centre);
                if (!patch.isEmpty() && isThere(*staircase, level, patch)) {
                    const Image image = staircase->region(level, patch, [stop] { return stop.stop_requested(); }).image;
                    list.push_back({level, radialPower(image), staircase->plan().cumulativeOf(level) / patchSide, histogramOf(image)});
                }
            }
        });
        QMetaObject::invokeMethod(this, [this, id, list, outcome] {
            if (id == m_newest && outcome.error.isEmpty() && !outcome.isCancelled) {
                showCurves(list);
            }
        });
    });
}

void PlotsDock::showCurves(const std::vector<Curves>& curves) {
    for (QCustomPlot* plot : {m_powers, m_histograms}) {
        plot->clearGraphs();
        dress(*plot, palette());
        plot->legend->setVisible(true);
    }
    const auto add = [&](QCustomPlot& plot, int level, const QVector<double>& across, const QVector<double>& up) {
        QCPGraph* graph = plot.addGraph();
        graph->setName(nameOf(m_levels.viewingPlan(), level));
        graph->setPen(QPen(colourOf(level), 1.5));
        graph->setData(across, up, true);
    };
    for (const Curves& curve : curves) {
        QVector<double> frequency, power, value, share;
        for (std::size_t ring = 1; ring < curve.power.size(); ++ring) {
            frequency << static_cast<double>(ring) * curve.cyclesPerRing;
            // A density over the photo's frequencies, so that equal content gives equal curves at every step.
            const double pitch = curve.cyclesPerRing * patchSide;
            power << std::max(curve.power[ring] / (pitch * pitch), 1e-12);
        }
        for (std::size_t bin = 0; bin < curve.histogram.size(); ++bin) {
            value << (static_cast<double>(bin) + 0.5) / histogramBins;
            share << curve.histogram[bin];
        }
        add(*m_powers, curve.level, frequency, power);
        add(*m_histograms, curve.level, value, share);
    }
    for (QCustomPlot* plot : {m_powers, m_histograms}) {
        plot->rescaleAxes();
        plot->replot(QCustomPlot::rpQueuedReplot);
    }
}

void PlotsDock::showTimes() {
    m_times->clearPlottables();
    dress(*m_times, palette());
    auto* bars = new QCPBars(m_times->xAxis, m_times->yAxis);
    bars->setBrush(colourOf(1));
    bars->setPen(Qt::NoPen);
    auto ticks = QSharedPointer<QCPAxisTickerText>::create();
    double longest = 0;
    for (const auto& [level, seconds] : m_run.stepSeconds()) {
        bars->addData(level, seconds);
        ticks->addTick(level, QString::number(level));
        longest = std::max(longest, seconds);
    }
    m_times->xAxis->setTicker(ticks);
    m_times->xAxis->setRange(0.4, std::max(m_levels.plan().levels() - 1, 1) + 0.6);
    m_times->yAxis->setRange(0, std::max(longest * 1.1, 1.0));
    m_times->replot(QCustomPlot::rpQueuedReplot);
}

void PlotsDock::savePlot() {
    auto* plot = static_cast<QCustomPlot*>(m_tabs->currentWidget());
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Plot"), plot->objectName() + ".png", tr("PNG (*.png);;PDF (*.pdf)"));
    if (path.endsWith(".pdf", Qt::CaseInsensitive)) {
        plot->savePdf(path);
    } else if (!path.isEmpty()) {
        plot->savePng(path);
    }
}

} // namespace casr
