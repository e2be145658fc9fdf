#include "ui/main_window.h"

#include "ui/bookmark_controller.h"
#include "ui/canvas_keys.h"
#include "ui/cleaning_dialog.h"
#include "ui/compare_controller.h"
#include "ui/export_controller.h"
#include "ui/film_controller.h"
#include "ui/guarded.h"
#include "ui/message_bar.h"
#include "ui/navigator_dock.h"
#include "ui/numbers.h"
#include "ui/overlay_controller.h"
#include "ui/plots_dock.h"
#include "ui/preferences_controller.h"
#include "ui/print_controller.h"
#include "ui/properties_dialog.h"
#include "ui/queue_dock.h"
#include "ui/queue_runner.h"
#include "ui/read_outs.h"
#include "ui/recipe_controller.h"
#include "ui/region_dialog.h"
#include "ui/run_bar.h"
#include "ui/scale_dialog.h"
#include "ui/settings_history.h"
#include "ui/staircase_dock.h"
#include "ui/truth_meter.h"
#include "ui/work_stopper.h"

#include "core/metrics/degradation_estimate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStandardPaths>
#include <QStatusBar>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace casr {

namespace {

constexpr int mostRecent = 10;
/// Lines of the staircase fit.
constexpr int dockWidth = 320;
constexpr QSize firstSize{1280, 800};
/// What a window manager's frame takes at most.
constexpr QSize frameRoom{8, 48};
constexpr int messageMs = 5000;

/// Where something is kept from one start to the next; empty where nothing can be.
QString keptFile(const QString& name) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    return QDir().mkpath(folder) ? QDir(folder).filePath(name) : QString();
}

void setCleaning(StepControls& controls, const Degradation& found) {
    controls.noise = static_cast<float>(found.noise);
    controls.jpeg = static_cast<float>(found.jpeg);
}

QString firstFileOf(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.isEmpty() ? QString() : urls.first().toLocalFile();
}

} // namespace

MainWindow::MainWindow(NetworkLoader load, QWidget* parent)
    : QMainWindow(parent), m_run(m_levels), m_exporter(m_levels), m_canvas(new Canvas(m_levels)),
      m_truth(new TruthMeter(m_levels, *m_canvas, m_canvas)), m_messages(new MessageBar), m_runBar(new RunBar(m_run, m_exporter)),
      m_staircaseDock(new StaircaseDock(m_levels, m_run, *m_canvas, *m_truth, this)),
      m_plotsDock(new PlotsDock(m_levels, m_run, *m_canvas, this)), m_navigator(new NavigatorDock(m_levels, *m_canvas, this)),
      m_queue(new QueueRunner(keptFile("queue.json"), this)), m_queueDock(new QueueDock(*m_queue, m_levels, *m_canvas, this)),
      m_recipes(new RecipeController(m_levels, *m_canvas, *m_messages, this)),
      m_exports(new ExportController(m_levels, *m_canvas, m_exporter, *m_messages, this)),
      m_prints(new PrintController(m_levels, *m_canvas, *m_messages, this)),
      m_films(new FilmController(m_levels, *m_canvas, *m_messages, this)),
      m_compare(new CompareController(m_levels, *m_canvas, *m_messages, this)),
      m_bookmarks(new BookmarkController(m_levels, *m_canvas, *m_messages, this)),
      m_overlays(new OverlayController(m_levels, *m_canvas, this)),
      m_preferences(new PreferencesController(m_levels, m_opener, m_commands, *m_messages, this)),
      m_history(new SettingsHistory(m_levels, *m_canvas, *m_messages, this)),
      m_session(new SessionKeeper(keptFile("session.lock"), m_levels, *m_canvas, this)), m_keys(new CanvasKeys(*m_canvas, this)),
      m_work(new WorkStopper(this)) {
    setWindowTitle(tr("CASR Zoom"));
    setAcceptDrops(true);
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_messages);
    layout->addWidget(m_canvas, 1);
    setCentralWidget(centre);
    addDockWidget(Qt::RightDockWidgetArea, m_navigator);
    addDockWidget(Qt::RightDockWidgetArea, m_staircaseDock);
    tabifyDockWidget(m_staircaseDock, m_plotsDock);
    m_staircaseDock->raise();
    addDockWidget(Qt::BottomDockWidgetArea, m_queueDock);
    m_queueDock->hide();
    new ReadOuts(m_levels, *m_canvas, *statusBar());
    statusBar()->addPermanentWidget(m_runBar);

    addFileMenu();
    addEditMenu();
    addViewMenu();
    addImageMenu();
    addProcessMenu();
    addWindowMenu();
    addHelpMenu();
    addTools();
    m_runBar->setActions(m_commands.at("pauseAction"), m_commands.at("stopAction"));
    connectParts();
    addWork();
    for (const char* list : {"staircaseList", "queueTable"}) {
        m_keys->watch(*findChild<QAbstractItemView*>(list));
    }
    m_preferences->applyKept();
    restoreLayout();
    updateCommands();
    m_canvas->setFocus();
    loadNetwork(std::move(load));
}

MainWindow::~MainWindow() {
    // Widgets look at the levels; they go first.
    delete takeCentralWidget();
    qDeleteAll(findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly));
    setStatusBar(nullptr);
}

void MainWindow::loadNetwork(NetworkLoader load) {
    m_networkWorker.post([this, load = std::move(load)](std::stop_token) {
        std::shared_ptr<const Network> network;
        const GuardedOutcome outcome = guarded([&] { network = load(); });
        QMetaObject::invokeMethod(this, [this, network, outcome] {
            if (network) {
                m_levels.setNetwork(network);
            } else {
                m_networkProblem = outcome.error;
                m_messages->showError(outcome.error);
            }
        });
    });
}

void MainWindow::connectParts() {
    connect(&m_opener, &PhotoOpener::started, this, [this](const QString& name) {
        showPreview({});
        statusBar()->showMessage(tr("Opening %1\u2026").arg(name));
    });
    connect(&m_opener, &PhotoOpener::previewed, this, &MainWindow::showPreview);
    connect(&m_opener, &PhotoOpener::opened, this, &MainWindow::showDocument);
    connect(&m_opener, &PhotoOpener::failed, this, [this](const QString& message) {
        showPreview({});
        statusBar()->clearMessage();
        m_messages->showError(message);
    });
    connect(&m_levels, &Levels::replaced, this, &MainWindow::updateCommands);
    connect(&m_levels, &Levels::failed, m_messages, &MessageBar::showError);
    connect(m_canvas, &Canvas::regionChanged, this, &MainWindow::updateCommands);
    connect(&m_run, &RegionRun::started, this, &MainWindow::updateCommands);
    connect(&m_run, &RegionRun::started, m_canvas, [this] { m_canvas->setRunPreferred(true); });
    connect(&m_run, &RegionRun::ended, m_canvas, [this] { m_canvas->setRunPreferred(false); });
    connect(&m_run, &RegionRun::progressed, this, &MainWindow::updateCommands);
    connect(&m_run, &RegionRun::ended, this, [this](Outcome outcome, const QString& message) {
        if (outcome == Outcome::failed) {
            m_messages->showError(message);
        } else if (outcome == Outcome::finished) {
            m_messages->showNotice(
                tr("Computed in %1. Keys 1 to 9 show the steps, Ctrl+E exports.").arg(durationText(m_run.progress().secondsElapsed)));
        }
        updateCommands();
    });
    connect(&m_exporter, &FileExporter::started, this, &MainWindow::updateCommands);
    connect(&m_exporter, &FileExporter::finished, this, &MainWindow::updateCommands);
    connect(&m_exporter, &FileExporter::failed, this, &MainWindow::updateCommands);
    connect(&m_exporter, &FileExporter::stopped, this, &MainWindow::updateCommands);
    connect(&m_levels, &Levels::replaced, m_queue, [this] {
        m_queue->setMeans({m_levels.network(), m_levels.precision(), m_levels.cacheBudget(), false});
    });
    connect(m_prints, &PrintController::progressed, m_runBar, &RunBar::showTask);
    connect(m_prints, &PrintController::ended, m_runBar, &RunBar::endTask);
    connect(m_films, &FilmController::progressed, m_runBar, &RunBar::showTask);
    connect(m_films, &FilmController::ended, m_runBar, &RunBar::endTask);
    connect(m_bookmarks, &BookmarkController::added, this,
            [this](const QString& name) { statusBar()->showMessage(tr("Bookmark added: %1").arg(name), messageMs); });
    connect(m_preferences, &PreferencesController::screenChanged, m_compare, &CompareController::setScreen);
    connect(m_queueDock, &QueueDock::failed, m_messages, &MessageBar::showError);
    connect(m_staircaseDock, &StaircaseDock::exportRequested, m_exports, &ExportController::exportLevel);
    connect(m_staircaseDock, &StaircaseDock::branchChosen, this, &MainWindow::chooseSettings);
    connect(m_staircaseDock, &StaircaseDock::runRequested, this, [this](int level) { startRun(level, m_levels.plan().levels() - 1); });
}

void MainWindow::openPhoto(const QString& path, const StartState& state) {
    m_startState = state;
    m_opener.open(path);
}

void MainWindow::offerLastSession() {
    if (const std::optional<SessionKeeper::Left> left = m_session->left()) {
        m_messages->showOffer(tr("The program ended while %1 was open.").arg(QFileInfo(left->path).fileName()), tr("Bring It Back"),
                              [this, left] { openPhoto(left->path, left->state); });
    }
}

void MainWindow::choosePhoto() {
    const QString folder = QSettings().value("lastFolder").toString();
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open Photo"), folder,
                                     tr("Photos (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.avif *.heic *.heif *.jxl *.gif *.bmp *.exr *.hdr "
                                        "*.dng *.cr2 *.cr3 *.nef *.arw *.orf *.pef *.raf *.rw2 *.srw);;All files (*)"));
    if (!path.isEmpty()) {
        openPhoto(path);
    }
}

void MainWindow::paste() {
    const QMimeData* content = QApplication::clipboard()->mimeData();
    if (content && content->hasImage()) {
        m_opener.paste(qvariant_cast<QImage>(content->imageData()));
    } else if (content && !firstFileOf(content).isEmpty()) {
        openPhoto(firstFileOf(content));
    } else {
        m_messages->showError(tr("The clipboard holds no picture. Copy one first."));
    }
}

void MainWindow::showPreview(const QImage& picture) {
    m_canvas->setPreview(picture);
    updateCommands();
}

void MainWindow::showDocument(const std::shared_ptr<const Document>& document) {
    showPreview({});
    statusBar()->clearMessage();
    if (m_networkProblem.isEmpty()) {
        m_messages->hide();
    } else {
        m_messages->showError(m_networkProblem);
    }
    const StartState state = std::exchange(m_startState, {});
    if (!state.stepLimit) {
        chooseSettings({m_levels.plan().scale, loadPreferences().stepLimit, m_levels.settings().controls});
    }
    const bool isShown = m_messages->showProblemOf([&] {
        m_levels.setDocument(document);
        apply(state, m_levels, *m_canvas);
    });
    if (!isShown) {
        return;
    }
    setWindowTitle(tr("%1 (%2) - CASR Zoom").arg(document->name(), sizeText(document->size().width, document->size().height)));
    if (!document->path.isEmpty()) {
        remember(document->path);
    }
    lookForTraces();
}

void MainWindow::lookForTraces() {
    m_traces.post([this, document = m_levels.document()](const StopCheck&) {
        const Degradation found = estimatedDegradation(document->picture.image);
        return NewestJob::Show([this, found, document] {
            if (isWorthCleaning(found) && document == m_levels.document()) {
                offerCleaning(found);
            }
        });
    });
}

void MainWindow::remember(const QString& path) {
    QSettings settings;
    QStringList recent = settings.value("recentFiles").toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    settings.setValue("recentFiles", QStringList(recent.mid(0, mostRecent)));
    settings.setValue("lastFolder", QFileInfo(path).absolutePath());
}

void MainWindow::showRecent() {
    m_recentMenu->clear();
    const QStringList recent = QSettings().value("recentFiles").toStringList();
    for (const QString& path : recent) {
        QAction* action = m_recentMenu->addAction(QDir::toNativeSeparators(path).replace('&', "&&"));
        connect(action, &QAction::triggered, this, [this, path] { openPhoto(path); });
    }
    if (recent.isEmpty()) {
        m_recentMenu->addAction(tr("No photos yet"))->setEnabled(false);
    }
}

void MainWindow::chooseScale() {
    auto* dialog = new ScaleDialog(m_levels, m_canvas->workRegion(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { chooseSettings(dialog->settings()); });
    dialog->open();
}

void MainWindow::chooseSettings(const ZoomSettings& settings) {
    if (settings != m_levels.settings()) {
        m_messages->showProblemOf([&] { m_levels.choose(settings); });
    }
}

void MainWindow::chooseCleaning() {
    auto* dialog = new CleaningDialog(m_levels.document(), m_levels.settings().controls, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &CleaningDialog::chosen, this, [this](const StepControls& controls) {
        m_messages->withdrawOffer();
        chooseSettings({m_levels.plan().scale, m_levels.plan().stepLimit, controls});
    });
    dialog->open();
}

void MainWindow::offerCleaning(const Degradation& found) {
    const StepControls& controls = m_levels.settings().controls;
    if (controls.noise > 0 || controls.jpeg > 0 || !m_messages->text().isEmpty()) {
        return;
    }
    StepControls offered;
    setCleaning(offered, found);
    m_messages->showOffer(tr("This photo shows traces that zooming makes visible: %1.").arg(cleaningText(offered)), tr("Remove Them"),
                          [this, found] {
                              ZoomSettings settings = m_levels.settings();
                              setCleaning(settings.controls, found);
                              chooseSettings(settings);
                          });
}

void MainWindow::showProperties() {
    auto* dialog = new PropertiesDialog(m_levels, m_canvas->workRegion(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::chooseRegion() {
    auto* dialog = new RegionDialog(m_levels.document()->size(), m_canvas->workRegion(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_canvas->setRegion(dialog->region()); });
    dialog->open();
}

void MainWindow::previewRegion() {
    m_canvas->setHeldLevel(std::nullopt);
    m_canvas->fitRegion();
}

void MainWindow::runRegion() {
    startRun(1, m_levels.plan().levels() - 1);
}

void MainWindow::runNextStep() {
    const int next = m_run.completeLevel(m_canvas->workRegion()) + 1;
    if (next < m_levels.plan().levels()) {
        startRun(next, next);
    } else {
        m_messages->showNotice(tr("All steps of this region are computed."));
    }
}

void MainWindow::startRun(int firstLevel, int lastLevel) {
    if (m_levels.plan().levels() < 2) {
        m_messages->showNotice(tr("The scale is 1: there is nothing to compute. Choose a scale with Ctrl+R."));
        return;
    }
    m_messages->showProblemOf([&] { m_run.start(m_canvas->workRegion(), firstLevel, lastLevel); });
}

void MainWindow::togglePause() {
    if (m_run.isRunning()) {
        m_run.setPaused(!m_run.isPaused());
    }
}

void MainWindow::addWork() {
    m_work->add({[this] { return m_exporter.secondsSpent(); }, [this] { m_exporter.stop(); },
                 tr("Stop the export? The file that is not done yet is removed.")});
    m_work->add({[this] { return m_prints->secondsSpent(); }, [this] { m_prints->stop(); }, tr("Stop printing?")});
    m_work->add({[this] { return m_films->secondsSpent(); }, [this] { m_films->stop(); }, tr("Stop the film? Its frames are removed.")});
    m_work->add({[this] { return m_run.secondsSpent(); }, [this] { m_run.stop(); },
                 tr("Stop the run? Tiles that are done stay until the photo or scale changes.")});
    m_work->add({[this] { return m_queue->secondsSpent(); }});
}

void MainWindow::stopWork() {
    if (m_work->stopFirst()) {
        return;
    }
    if (m_levels.isPreparing()) {
        m_levels.stopPreparing();
    } else if (m_commands.at("regionToolAction")->isChecked()) {
        m_commands.at("regionToolAction")->setChecked(false);
    } else {
        m_messages->hide();
    }
}

void MainWindow::moveStep(int delta) {
    const int last = m_levels.plan().levels() - 1;
    const int from = m_canvas->heldLevel().value_or(std::min(m_canvas->shown().level, last));
    m_canvas->setHeldLevel(std::clamp(from + delta, 0, last));
}

void MainWindow::updateCommands() {
    // Nothing is done to a photo that a preview of the next one hides.
    const bool isInView = !m_canvas->isPreviewing();
    m_commands.setHasPhoto(isInView && m_levels.document() != nullptr);
    const bool canCompute = isInView && m_levels.isReady();
    const bool canRun = canCompute && !m_run.isRunning();
    m_commands.at("runAction")->setEnabled(canRun);
    m_commands.at("nextStepAction")->setEnabled(canRun);
    m_commands.at("pauseAction")->setEnabled(m_run.isRunning());
    m_commands.at("pauseAction")->setText(m_run.isPaused() ? tr("&Resume") : tr("&Pause"));
    const bool hasRegion = isInView && m_canvas->region().has_value();
    for (const char* name : {"fitRegionAction", "previewAction", "selectNoneAction"}) {
        m_commands.at(name)->setEnabled(hasRegion);
    }
    for (const char* name : {"exportAction", "exportAllAction", "printAction", "filmAction"}) {
        m_commands.at(name)->setEnabled(canCompute);
    }
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!firstFileOf(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    const QString path = firstFileOf(event->mimeData());
    if (RecipeController::isRecipeName(path)) {
        m_recipes->load(path);
    } else {
        openPhoto(path);
    }
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    m_keys->pass(*event);
}

void MainWindow::keyReleaseEvent(QKeyEvent* event) {
    m_keys->pass(*event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_work->mayClose()) {
        event->ignore();
        return;
    }
    QSettings settings;
    settings.setValue("window/geometry", saveGeometry());
    settings.setValue("window/state", saveState());
    m_session->close();
    event->accept();
}

void MainWindow::restoreLayout() {
    resize(firstSize.boundedTo(screen()->availableSize() - frameRoom));
    resizeDocks({m_staircaseDock}, {dockWidth}, Qt::Horizontal);
    m_firstLayout = saveState();
    const QSettings settings;
    restoreGeometry(settings.value("window/geometry").toByteArray());
    restoreState(settings.value("window/state").toByteArray());
}

void MainWindow::resetLayout() {
    restoreState(m_firstLayout);
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About CASR Zoom"),
        tr("<b>CASR Zoom %1</b><p>Zooms into a photo by small computed steps.</p><p>Built with Qt %2 (LGPL), LibTorch (BSD) and "
           "libvips (LGPL).</p>")
            .arg(CASR_VERSION, qVersion()));
}

} // namespace casr
