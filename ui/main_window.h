#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/file_exporter.h"
#include "ui/levels.h"
#include "ui/photo_opener.h"
#include "ui/region_run.h"
#include "ui/session.h"

#include "core/image/degradation.h"

#include <QMainWindow>

class QActionGroup;
class QToolBar;

namespace casr {

class BookmarkController;
class CanvasKeys;
class CompareController;
class ExportController;
class FilmController;
class MessageBar;
class NavigatorDock;
class OverlayController;
class PlotsDock;
class PreferencesController;
class PrintController;
class QueueDock;
class QueueRunner;
class RecipeController;
class RunBar;
class SettingsHistory;
class StaircaseDock;
class TruthMeter;
class WorkStopper;
struct ShareChoice;

/// The window: canvas, docks, menus, and what the commands do.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// Called once on a thread of its own; throws Error. The window shows photos while it runs and without it.
    using NetworkLoader = std::function<std::shared_ptr<const Network>()>;

    explicit MainWindow(NetworkLoader loadNetwork, QWidget* parent = nullptr);
    /// Stops what runs and waits for it.
    ~MainWindow() override;

    /// `state`: how the photo is shown when it is there.
    void openPhoto(const QString& path, const StartState& state = {});
    /// Asks whether what a crash left behind shall come back.
    void offerLastSession();

    Levels& levels() { return m_levels; }
    Canvas& canvas() { return *m_canvas; }
    PhotoOpener& opener() { return m_opener; }
    RegionRun& run() { return m_run; }
    FileExporter& exporter() { return m_exporter; }
    TruthMeter& truth() { return *m_truth; }
    CompareController& compare() { return *m_compare; }
    QueueRunner& queue() { return *m_queue; }

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;

private:
    QMenu* addTitledMenu(const QString& name, const QString& text);
    void addFileMenu();
    void addEditMenu();
    void addViewMenu();
    void addStepMenu(QMenu* view);
    void addImageMenu();
    void addProcessMenu();
    void addWindowMenu();
    void addHelpMenu();
    void addTools();
    void addShare(QToolBar& bar, const ShareChoice& choice);

    void loadNetwork(NetworkLoader load);
    void connectParts();
    void choosePhoto();
    void paste();
    /// A null picture: none.
    void showPreview(const QImage& picture);
    void showDocument(const std::shared_ptr<const Document>& document);
    void showRecent();
    void remember(const QString& path);
    void lookForTraces();

    void chooseScale();
    void chooseSettings(const ZoomSettings& settings);
    void chooseCleaning();
    void offerCleaning(const Degradation& found);
    void showProperties();
    void chooseRegion();
    void previewRegion();
    void runRegion();
    void runNextStep();
    void startRun(int firstLevel, int lastLevel);
    void togglePause();
    void addWork();
    void stopWork();
    void moveStep(int delta);
    void updateCommands();
    void showAbout();

    void restoreLayout();
    void resetLayout();

    Levels m_levels;
    RegionRun m_run;
    FileExporter m_exporter;
    PhotoOpener m_opener;
    Canvas* m_canvas;
    TruthMeter* m_truth;
    MessageBar* m_messages;
    RunBar* m_runBar;
    StaircaseDock* m_staircaseDock;
    PlotsDock* m_plotsDock;
    NavigatorDock* m_navigator;
    QueueRunner* m_queue;
    QueueDock* m_queueDock;
    RecipeController* m_recipes;
    ExportController* m_exports;
    PrintController* m_prints;
    FilmController* m_films;
    QMenu* m_recentMenu = nullptr;
    Commands m_commands;
    CompareController* m_compare;
    BookmarkController* m_bookmarks;
    OverlayController* m_overlays;
    PreferencesController* m_preferences;
    SettingsHistory* m_history;
    SessionKeeper* m_session;
    CanvasKeys* m_keys;
    WorkStopper* m_work;
    QByteArray m_firstLayout;
    StartState m_startState;  ///< For the photo that is being opened.
    QString m_networkProblem; ///< Why nothing can be computed; said again with every photo.
    NewestJob m_traces;       ///< Of noise and compression in the opened photo.
    Worker m_networkWorker;   ///< Last: stopped before the rest goes.
};

} // namespace casr
