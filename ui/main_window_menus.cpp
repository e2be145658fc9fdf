// The menus: every command with its name, shortcut and tip.

#include "ui/bookmark_controller.h"
#include "ui/compare_controller.h"
#include "ui/export_controller.h"
#include "ui/film_controller.h"
#include "ui/main_window.h"
#include "ui/navigator_dock.h"
#include "ui/overlay_controller.h"
#include "ui/plots_dock.h"
#include "ui/preferences_controller.h"
#include "ui/print_controller.h"
#include "ui/queue_dock.h"
#include "ui/recipe_controller.h"
#include "ui/settings_history.h"
#include "ui/share_control.h"
#include "ui/staircase_dock.h"

#include <QMenuBar>
#include <QToolBar>

namespace casr {

namespace {

constexpr int mostStepKeys = 9;

} // namespace

QMenu* MainWindow::addTitledMenu(const QString& name, const QString& text) {
    QMenu* menu = menuBar()->addMenu(text);
    menu->setObjectName(name);
    return menu;
}

void MainWindow::addFileMenu() {
    QMenu* menu = addTitledMenu("fileMenu", tr("&File"));
    m_commands.add(menu, "openAction", tr("&Open\u2026"), tr("Open a photo"), {QKeySequence("Ctrl+O")}, [this] { choosePhoto(); });
    m_recentMenu = menu->addMenu(tr("Open &Recent"));
    m_recentMenu->setObjectName("recentMenu");
    connect(m_recentMenu, &QMenu::aboutToShow, this, &MainWindow::showRecent);
    m_commands.add(menu, "pasteAction", tr("&Paste as New"), tr("Open the picture of the clipboard"), {QKeySequence("Ctrl+V")},
                   [this] { paste(); });
    menu->addSeparator();
    Commands::needingPhoto(m_commands.add(menu, "exportAction", tr("&Export\u2026"), tr("Write the region, or the whole photo, at a step"),
                                          {QKeySequence("Ctrl+E"), QKeySequence("Ctrl+Shift+E")}, [this] {
                                              m_exports->exportLevel(m_canvas->heldLevel().value_or(m_levels.plan().levels() - 1));
                                          }));
    Commands::needingPhoto(m_commands.add(menu, "exportAllAction", tr("Export &All Steps\u2026"),
                                          tr("Write every step of the region to a folder"), {QKeySequence("Ctrl+Alt+E")},
                                          [this] { m_exports->exportAllSteps(); }));
    m_prints->addCommand(menu, m_commands);
    m_films->addCommand(menu, m_commands);
    m_recipes->addCommands(menu, m_commands);
    Commands::needingPhoto(m_commands.add(menu, "propertiesAction", tr("P&roperties\u2026"), tr("What is known of the photo"),
                                          {QKeySequence("Alt+Return"), QKeySequence("Alt+Enter")}, [this] { showProperties(); }));
    menu->addSeparator();
    m_commands.add(menu, "quitAction", tr("&Quit"), tr("Close the window"), {QKeySequence("Ctrl+Q")}, [this] { close(); });
}

void MainWindow::addEditMenu() {
    QMenu* menu = addTitledMenu("editMenu", tr("&Edit"));
    m_history->addCommands(menu, m_commands);
    menu->addSeparator();
    Commands::needingPhoto(m_commands.add(menu, "copyViewAction", tr("&Copy View"), tr("Copy what the canvas shows"),
                                          {QKeySequence("Ctrl+C")}, [this] { m_compare->copy(); }));
    menu->addSeparator();
    Commands::needingPhoto(m_commands.add(menu, "selectAllAction", tr("Select &All"), tr("Make the whole photo the region"),
                                          {QKeySequence("Ctrl+A")}, [this] { m_canvas->setRegion(rectOf(m_levels.document()->size())); }));
    m_commands.add(menu, "selectNoneAction", tr("Select &None"), tr("Forget the region"), {QKeySequence("Ctrl+Shift+A")},
                   [this] { m_canvas->setRegion(std::nullopt); });
    Commands::needingPhoto(m_commands.add(menu, "regionByNumbersAction", tr("Region by &Numbers\u2026"),
                                          tr("Type the region's place and size"), {QKeySequence("Ctrl+G")}, [this] { chooseRegion(); }));
    menu->addSeparator();
    m_commands.add(menu, "preferencesAction", tr("&Preferences\u2026"), tr("Look, screen, computing, shortcuts"), {QKeySequence("Ctrl+,")},
                   [this] { m_preferences->open(); });
}

void MainWindow::addViewMenu() {
    QMenu* menu = addTitledMenu("viewMenu", tr("&View"));
    Commands::needingPhoto(m_commands.add(menu, "zoomInAction", tr("Zoom &In"), tr("Larger by the cube root of 2"),
                                          {QKeySequence("+"), QKeySequence("="), QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")},
                                          [this] { m_canvas->zoomBySteps(1); }));
    Commands::needingPhoto(m_commands.add(menu, "zoomOutAction", tr("Zoom &Out"), tr("Smaller by the cube root of 2"),
                                          {QKeySequence("-"), QKeySequence("Ctrl+-")}, [this] { m_canvas->zoomBySteps(-1); }));
    Commands::needingPhoto(
        m_commands.add(menu, "fitAction", tr("&Fit"), tr("Show the whole photo"), {QKeySequence("Ctrl+0")}, [this] { m_canvas->fit(); }));
    Commands::needingPhoto(m_commands.add(menu, "fullSizeAction", tr("&100 %"),
                                          tr("One pixel of the step shown is one pixel of the screen (hold Z for a moment's look)"),
                                          {QKeySequence("Ctrl+1")}, [this] { m_canvas->setScreenShare(1); }));
    Commands::needingPhoto(m_commands.add(menu, "doubleSizeAction", tr("&200 %"),
                                          tr("One pixel of the step shown is two by two pixels of the screen"), {QKeySequence("Ctrl+2")},
                                          [this] { m_canvas->setScreenShare(2); }));
    m_commands.add(menu, "fitRegionAction", tr("Fit &Region"), tr("Show the region as large as it fits"), {QKeySequence("Ctrl+3")},
                   [this] { m_canvas->fitRegion(); });
    menu->addSeparator();
    m_compare->addMenu(menu, m_commands);
    m_bookmarks->addMenu(menu, m_commands);
    addStepMenu(menu);
    menu->addSeparator();
    m_overlays->addMenu(menu, m_commands);
    m_commands.addToggle(menu, "smoothAction", tr("&Smooth Enlarged Pixels"),
                         tr("Smooth what is shown beyond 100 %, or show its pixels as squares"), {}, true,
                         [this](bool on) { m_canvas->setMagnified(on ? Magnified::smooth : Magnified::pixels); });
    menu->addSeparator();
    m_commands.addToggle(menu, "darkAction", tr("&Dark Surroundings"), tr("Dark or light neutral grey around the photo"), {},
                         loadPreferences().isDark, [this](bool on) { m_preferences->setDark(on); });
    m_commands.addToggle(menu, "fullScreenAction", tr("F&ull Screen"), tr("Use the whole screen"), {QKeySequence("F11")}, false,
                         [this](bool on) { on ? showFullScreen() : showNormal(); });
}

void MainWindow::addStepMenu(QMenu* view) {
    QMenu* menu = view->addMenu(tr("St&eps"));
    Commands::needingPhoto(m_commands.add(menu, "previousStepAction", tr("&Previous Step"), tr("Hold the step before"), {QKeySequence("[")},
                                          [this] { moveStep(-1); }));
    Commands::needingPhoto(m_commands.add(menu, "nextShownStepAction", tr("&Next Step"), tr("Hold the step after"), {QKeySequence("]")},
                                          [this] { moveStep(1); }));
    Commands::needingPhoto(m_commands.add(menu, "followZoomAction", tr("&Follow the Zoom"), tr("Show the step that suits the zoom"),
                                          {QKeySequence("0")}, [this] { m_canvas->setHeldLevel(std::nullopt); }));
    menu->addSeparator();
    for (int step = 1; step <= mostStepKeys; ++step) {
        Commands::needingPhoto(m_commands.add(menu, QString("step%1Action").arg(step), tr("Step &%1").arg(step),
                                              tr("Hold step %1").arg(step), {QKeySequence(QString::number(step))},
                                              [this, step] { m_canvas->setHeldLevel(step); }));
    }
}

void MainWindow::addImageMenu() {
    QMenu* menu = addTitledMenu("imageMenu", tr("&Image"));
    Commands::needingPhoto(m_commands.addToggle(menu, "regionToolAction", tr("&Region Tool"),
                                                tr("Draw the region to enlarge; Shift keeps it square"), {QKeySequence("R")}, false,
                                                [this](bool on) { m_canvas->setRegionToolActive(on); }));
    Commands::needingPhoto(m_commands.add(menu, "scaleAction", tr("&Scale\u2026"), tr("Choose the scale and see the plan"),
                                          {QKeySequence("Ctrl+R")}, [this] { chooseScale(); }));
    Commands::needingPhoto(m_commands.add(menu, "cleaningAction", tr("&Noise, JPEG and Blur\u2026"),
                                          tr("Remove noise, JPEG artifacts and blur of the photo in the first step"),
                                          {QKeySequence("Ctrl+D")}, [this] { chooseCleaning(); }));
}

void MainWindow::addProcessMenu() {
    QMenu* menu = addTitledMenu("processMenu", tr("&Process"));
    m_commands.add(menu, "previewAction", tr("Pre&view Region"), tr("Look at the region; what is in view is computed first"),
                   {QKeySequence("F5")}, [this] { previewRegion(); });
    m_commands.add(menu, "runAction", tr("&Run"), tr("Compute all steps of the region, or of the whole photo"),
                   {QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")}, [this] { runRegion(); });
    m_commands.add(menu, "nextStepAction", tr("&Next Step Only"), tr("Compute the next step of the region and stop there"),
                   {QKeySequence(".")}, [this] { runNextStep(); });
    m_commands.add(menu, "pauseAction", tr("&Pause"), tr("Pause or go on"), {QKeySequence("F6")}, [this] { togglePause(); });
    m_commands.add(menu, "stopAction", tr("&Stop"), tr("Stop the run or the export"), {QKeySequence("Esc")}, [this] { stopWork(); });
}

void MainWindow::addWindowMenu() {
    QMenu* menu = addTitledMenu("windowMenu", tr("&Window"));
    menu->addAction(m_commands.adopt(m_navigator->toggleViewAction(), "navigatorAction", tr("The whole photo and what is in view"),
                                     {QKeySequence("N")}));
    menu->addAction(m_staircaseDock->toggleViewAction());
    menu->addAction(m_plotsDock->toggleViewAction());
    menu->addAction(
        m_commands.adopt(m_queueDock->toggleViewAction(), "queueAction", tr("Many files by one recipe"), {QKeySequence("Ctrl+J")}));
    menu->addSeparator();
    m_commands.add(menu, "resetLayoutAction", tr("&Reset Layout"), tr("Bring all panels back to their places"), {},
                   [this] { resetLayout(); });
}

void MainWindow::addHelpMenu() {
    QMenu* menu = addTitledMenu("helpMenu", tr("&Help"));
    m_commands.add(menu, "aboutAction", tr("&About CASR Zoom"), tr("Version and licences"), {}, [this] { showAbout(); });
}

void MainWindow::addTools() {
    QToolBar* bar = addToolBar(tr("Tools"));
    bar->setObjectName("toolBar");
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    for (const char* name : {"openAction", "", "fitAction", "fullSizeAction", "", "regionToolAction", "scaleAction", "", "runAction",
                             "pauseAction", "stopAction", "", "compareAction", "consistencyAction", "", "exportAction"}) {
        if (*name == 0) {
            bar->addSeparator();
        } else {
            bar->addAction(m_commands.at(name));
        }
    }
    addShare(*bar, detailChoice());
    addShare(*bar, computedChoice());
    m_overlays->addTools(*bar);
}

void MainWindow::addShare(QToolBar& bar, const ShareChoice& choice) {
    auto* control = new ShareControl(choice, m_levels, &bar);
    QAction* action = bar.addWidget(control);
    action->setVisible(false);
    connect(control, &ShareControl::offered, action, &QAction::setVisible);
    connect(control, &ShareControl::chosen, this, &MainWindow::chooseSettings);
}

} // namespace casr
