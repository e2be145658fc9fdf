// The menus: every command with its name, shortcut and tip.

#include "ui/main_window.h"
#include "ui/plots_dock.h"
#include "ui/staircase_dock.h"
#include "ui/theme.h"

#include <QApplication>
#include <QMenuBar>
#include <QSettings>
#include <QToolBar>

namespace casr {

namespace {

constexpr int mostStepKeys = 9;

/// Marks commands that do nothing without a photo.
QAction* needingPhoto(QAction* action) {
    action->setProperty("needsPhoto", true);
    return action;
}

} // namespace

QAction* MainWindow::addCommand(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                                const std::function<void()>& call) {
    QAction* action = menu->addAction(text);
    action->setObjectName(name);
    action->setStatusTip(tip);
    action->setShortcuts(keys);
    connect(action, &QAction::triggered, this, call);
    m_commands[name] = action;
    return action;
}

QAction* MainWindow::addToggle(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                               bool on, const std::function<void(bool)>& call) {
    QAction* action = menu->addAction(text);
    action->setObjectName(name);
    action->setStatusTip(tip);
    action->setShortcuts(keys);
    action->setCheckable(true);
    action->setChecked(on);
    connect(action, &QAction::toggled, this, call);
    m_commands[name] = action;
    return action;
}

QMenu* MainWindow::addTitledMenu(const QString& name, const QString& text) {
    QMenu* menu = menuBar()->addMenu(text);
    menu->setObjectName(name);
    return menu;
}

void MainWindow::addFileMenu() {
    QMenu* menu = addTitledMenu("fileMenu", tr("&File"));
    addCommand(menu, "openAction", tr("&Open\u2026"), tr("Open a photo"), {QKeySequence("Ctrl+O")}, [this] { choosePhoto(); });
    m_recentMenu = menu->addMenu(tr("Open &Recent"));
    m_recentMenu->setObjectName("recentMenu");
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::showRecent);
    addCommand(menu, "pasteAction", tr("&Paste as New"), tr("Open the picture of the clipboard"), {QKeySequence("Ctrl+V")},
               [this] { paste(); });
    menu->addSeparator();
    needingPhoto(addCommand(menu, "exportAction", tr("&Export\u2026"), tr("Write the region, or the whole photo, at a step"),
                            {QKeySequence("Ctrl+E")},
                            [this] { exportLevel(m_canvas->heldLevel().value_or(m_levels.plan().levels() - 1)); }));
    needingPhoto(addCommand(menu, "exportAllAction", tr("Export &All Steps\u2026"), tr("Write every step of the region to a folder"),
                            {QKeySequence("Ctrl+Alt+E")}, [this] { exportAllSteps(); }));
    menu->addSeparator();
    addCommand(menu, "quitAction", tr("&Quit"), tr("Close the window"), {QKeySequence("Ctrl+Q")}, [this] { close(); });
}

void MainWindow::addEditMenu() {
    QMenu* menu = addTitledMenu("editMenu", tr("&Edit"));
    needingPhoto(addCommand(menu, "copyViewAction", tr("&Copy View"), tr("Copy what the canvas shows"), {QKeySequence("Ctrl+C")},
                            [this] { copyView(); }));
    menu->addSeparator();
    needingPhoto(addCommand(menu, "selectAllAction", tr("Select &All"), tr("Make the whole photo the region"), {QKeySequence("Ctrl+A")},
                            [this] { m_canvas->setRegion(rectOf(m_levels.document()->size())); }));
    addCommand(menu, "selectNoneAction", tr("Select &None"), tr("Forget the region"), {QKeySequence("Ctrl+Shift+A")},
               [this] { m_canvas->setRegion(std::nullopt); });
    needingPhoto(addCommand(menu, "regionByNumbersAction", tr("Region by &Numbers\u2026"), tr("Type the region's place and size"),
                            {QKeySequence("Ctrl+G")}, [this] { chooseRegion(); }));
}

void MainWindow::addViewMenu() {
    QMenu* menu = addTitledMenu("viewMenu", tr("&View"));
    needingPhoto(addCommand(menu, "zoomInAction", tr("Zoom &In"), tr("Larger by the cube root of 2"),
                            {QKeySequence("+"), QKeySequence("="), QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")},
                            [this] { m_canvas->zoomBySteps(1); }));
    needingPhoto(addCommand(menu, "zoomOutAction", tr("Zoom &Out"), tr("Smaller by the cube root of 2"),
                            {QKeySequence("-"), QKeySequence("Ctrl+-")}, [this] { m_canvas->zoomBySteps(-1); }));
    needingPhoto(
        addCommand(menu, "fitAction", tr("&Fit"), tr("Show the whole photo"), {QKeySequence("Ctrl+0")}, [this] { m_canvas->fit(); }));
    needingPhoto(addCommand(menu, "fullSizeAction", tr("&100 %"),
                            tr("One pixel of the step shown is one pixel of the screen (hold Z for a moment's look)"),
                            {QKeySequence("Ctrl+1")}, [this] { m_canvas->setScreenShare(1); }));
    needingPhoto(addCommand(menu, "doubleSizeAction", tr("&200 %"), tr("One pixel of the step shown is two by two pixels of the screen"),
                            {QKeySequence("Ctrl+2")}, [this] { m_canvas->setScreenShare(2); }));
    addCommand(menu, "fitRegionAction", tr("Fit &Region"), tr("Show the region as large as it fits"), {QKeySequence("Ctrl+3")},
               [this] { m_canvas->fitRegion(); });
    menu->addSeparator();
    addCompareMenu(menu);
    addStepMenu(menu);
    menu->addSeparator();
    addToggle(menu, "tilesAction", tr("&Tiles"), tr("Show the tiles: done green, in work orange, waiting grey"), {QKeySequence("T")}, false,
              [this](bool on) { m_canvas->setTilesShown(on); });
    addToggle(menu, "smoothAction", tr("&Smooth Enlarged Pixels"), tr("Smooth what is shown beyond 100 %, or show its pixels as squares"),
              {}, true, [this](bool on) { m_canvas->setMagnified(on ? Magnified::smooth : Magnified::pixels); });
    menu->addSeparator();
    addToggle(menu, "darkAction", tr("&Dark Surroundings"), tr("Dark or light neutral grey around the photo"), {},
              QSettings().value("dark", true).toBool(), [](bool on) {
                  QSettings().setValue("dark", on);
                  applyTheme(*qApp, on);
              });
    addToggle(menu, "fullScreenAction", tr("F&ull Screen"), tr("Use the whole screen"), {QKeySequence("F11")}, false,
              [this](bool on) { on ? showFullScreen() : showNormal(); });
}

void MainWindow::addCompareMenu(QMenu* view) {
    QMenu* menu = view->addMenu(tr("&Compare"));
    needingPhoto(addCommand(menu, "compareAction", tr("&Wipe"), tr("Compare the shown step with another one across a movable line"),
                            {QKeySequence("C")}, [this] { cycleCompare(); }));
    addToggle(menu, "blinkAction", tr("&Blink (hold \\)"), tr("Show the compared step alone"), {}, false,
              [this](bool on) { m_canvas->setBlinking(on); });
    needingPhoto(addCommand(menu, "compareWithAction", tr("Compare with &This Step"), tr("Compare others with the step that is shown now"),
                            {QKeySequence("Shift+C")}, [this] { m_canvas->setComparedLevel(m_canvas->shown().level); }));
    needingPhoto(addCommand(menu, "compareWithPhotoAction", tr("Compare with the &Photo"),
                            tr("Compare steps with the photo, plainly enlarged"), {}, [this] { m_canvas->setComparedLevel(0); }));
}

void MainWindow::addStepMenu(QMenu* view) {
    QMenu* menu = view->addMenu(tr("St&eps"));
    needingPhoto(addCommand(menu, "previousStepAction", tr("&Previous Step"), tr("Hold the step before"), {QKeySequence("[")},
                            [this] { moveStep(-1); }));
    needingPhoto(
        addCommand(menu, "nextShownStepAction", tr("&Next Step"), tr("Hold the step after"), {QKeySequence("]")}, [this] { moveStep(1); }));
    needingPhoto(addCommand(menu, "followZoomAction", tr("&Follow the Zoom"), tr("Show the step that suits the zoom"), {QKeySequence("0")},
                            [this] { m_canvas->setHeldLevel(std::nullopt); }));
    menu->addSeparator();
    for (int step = 1; step <= mostStepKeys; ++step) {
        needingPhoto(addCommand(menu, QString("step%1Action").arg(step), tr("Step &%1").arg(step), tr("Hold step %1").arg(step),
                                {QKeySequence(QString::number(step))}, [this, step] { m_canvas->setHeldLevel(step); }));
    }
}

void MainWindow::addImageMenu() {
    QMenu* menu = addTitledMenu("imageMenu", tr("&Image"));
    needingPhoto(addToggle(menu, "regionToolAction", tr("&Region Tool"), tr("Draw the region to enlarge; Shift keeps it square"),
                           {QKeySequence("R")}, false, [this](bool on) { m_canvas->setRegionToolActive(on); }));
    needingPhoto(addCommand(menu, "scaleAction", tr("&Scale\u2026"), tr("Choose the scale and see the plan"), {QKeySequence("Ctrl+R")},
                            [this] { chooseScale(); }));
}

void MainWindow::addProcessMenu() {
    QMenu* menu = addTitledMenu("processMenu", tr("&Process"));
    addCommand(menu, "previewAction", tr("Pre&view Region"), tr("Look at the region; what is in view is computed first"),
               {QKeySequence("F5")}, [this] { previewRegion(); });
    addCommand(menu, "runAction", tr("&Run"), tr("Compute all steps of the region, or of the whole photo"),
               {QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")}, [this] { runRegion(); });
    addCommand(menu, "nextStepAction", tr("&Next Step Only"), tr("Compute the next step of the region and stop there"), {QKeySequence(".")},
               [this] { runNextStep(); });
    addCommand(menu, "pauseAction", tr("&Pause"), tr("Pause or go on"), {QKeySequence("F6")}, [this] { togglePause(); });
    addCommand(menu, "stopAction", tr("&Stop"), tr("Stop the run or the export"), {QKeySequence("Esc")}, [this] { stopWork(); });
}

void MainWindow::addWindowMenu() {
    QMenu* menu = addTitledMenu("windowMenu", tr("&Window"));
    menu->addAction(m_staircaseDock->toggleViewAction());
    menu->addAction(m_plotsDock->toggleViewAction());
    menu->addSeparator();
    addCommand(menu, "resetLayoutAction", tr("&Reset Layout"), tr("Bring all panels back to their places"), {}, [this] { resetLayout(); });
}

void MainWindow::addHelpMenu() {
    QMenu* menu = addTitledMenu("helpMenu", tr("&Help"));
    addCommand(menu, "aboutAction", tr("&About CASR Zoom"), tr("Version and licences"), {}, [this] { showAbout(); });
}

void MainWindow::addTools() {
    QToolBar* bar = addToolBar(tr("Tools"));
    bar->setObjectName("toolBar");
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    for (const char* name : {"openAction", "", "fitAction", "fullSizeAction", "", "regionToolAction", "scaleAction", "", "runAction",
                             "pauseAction", "stopAction", "", "compareAction", "tilesAction", "", "exportAction"}) {
        if (*name == 0) {
            bar->addSeparator();
        } else {
            bar->addAction(m_commands.at(name));
        }
    }
}

} // namespace casr
