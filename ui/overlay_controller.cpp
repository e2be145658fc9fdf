#include "ui/overlay_controller.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QToolBar>

namespace casr {

OverlayController::OverlayController(Levels& levels, Canvas& canvas, QObject* parent)
    : QObject(parent), m_levels(levels), m_canvas(canvas) {
    connect(&levels, &Levels::replaced, this, &OverlayController::allowWhatTheWeightsHave);
}

void OverlayController::addMenu(QMenu* view, Commands& commands) {
    QMenu* menu = view->addMenu(tr("&Overlays"));
    menu->setObjectName("overlayMenu");
    m_tiles = commands.addToggle(menu, "tilesAction", tr("&Tiles"), tr("Show the tiles: done green, in work orange, waiting grey"),
                                 {QKeySequence("T")}, false, [this](bool on) { m_canvas.setTilesShown(on); });
    m_kinds << commands.addToggle(menu, "consistencyAction", tr("&Consistency"),
                                  tr("Where the step, taken back down, is darker or lighter than the step before"), {QKeySequence("K")},
                                  false, [this](bool on) { setKind(OverlayKind::consistency, on); });
    m_kinds << commands.addToggle(menu, "addedDetailAction", tr("&Added Detail"),
                                  tr("Where the step departs most from a plain enlargement of the step before"), {QKeySequence("Shift+K")},
                                  false, [this](bool on) { setKind(OverlayKind::addedDetail, on); });
    m_kinds << commands.addToggle(menu, "seamsAction", tr("S&eams"),
                                  tr("Where the step changes more from tile to tile than beside their borders: nothing, if all is well"),
                                  {QKeySequence("Shift+T")}, false, [this](bool on) { setKind(OverlayKind::seams, on); });
    m_kinds << commands.addToggle(menu, "superpixelBordersAction", tr("Superpixel &Borders"),
                                  tr("Where the superpixels meet that the step read of the step before"), {QKeySequence("S")}, false,
                                  [this](bool on) { setKind(OverlayKind::superpixelBorders, on); });
    m_kinds << commands.addToggle(menu, "superpixelMeansAction", tr("Superpixel &Means"),
                                  tr("The mean colours that the step read beside the step before"), {QKeySequence("Shift+S")}, false,
                                  [this](bool on) { setKind(OverlayKind::superpixelMeans, on); });
    addSuperpixelSizes(menu);
    m_kinds << commands.addToggle(menu, "depthAction", tr("&Depth"),
                                  tr("How near things are, as a small model guesses; the preferences name a better one"),
                                  {QKeySequence("D")}, false, [this](bool on) { setKind(OverlayKind::depth, on); });
    m_borrowing = commands.addToggle(menu, "borrowedAction", tr("Borrowed &From"),
                                     tr("Click a place to see where in the photo its texture came from"), {QKeySequence("B")}, false,
                                     [this](bool on) { m_canvas.borrowing().setOn(on); });
    menu->addSeparator();
    commands.add(menu, "noOverlaysAction", tr("&None"), tr("Switch all overlays off"), {QKeySequence("O")}, [this] { switchOff(); });
    allowWhatTheWeightsHave();
}

void OverlayController::addSuperpixelSizes(QMenu* menu) {
    m_sizes = menu->addMenu(tr("Superpixel Si&ze"));
    m_sizes->setObjectName("superpixelSizeMenu");
    auto* group = new QActionGroup(this);
    for (const int cell : {superpixelCell, 2 * superpixelCell, 4 * superpixelCell}) {
        const QString text = cell == superpixelCell ? tr("&%1 Pixels, as the Step Reads Them") : tr("&%1 Pixels");
        QAction* action = group->addAction(m_sizes->addAction(text.arg(cell)));
        action->setCheckable(true);
        action->setChecked(cell == m_canvas.overlay().superpixelCell());
        connect(action, &QAction::triggered, this, [this, cell] { m_canvas.overlay().setSuperpixelCell(cell); });
    }
}

void OverlayController::addTools(QToolBar& bar) {
    auto* box = new QWidget(&bar);
    auto* slider = new QSlider(Qt::Horizontal, box);
    slider->setObjectName("overlayOpacity");
    slider->setAccessibleName(tr("Opacity of the overlay"));
    slider->setToolTip(slider->accessibleName());
    slider->setRange(10, 100);
    slider->setValue(static_cast<int>(m_canvas.overlay().opacity() * 100));
    slider->setFixedWidth(110);
    box->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(new QLabel(tr("Overlay"), box));
    layout->addWidget(slider);
    m_sliderAction = bar.addWidget(box);
    connect(slider, &QSlider::valueChanged, this, [this](int percent) { m_canvas.overlay().setOpacity(percent / 100.0); });
    showSlider();
}

void OverlayController::allowWhatTheWeightsHave() {
    const bool isReady = m_levels.isReady();
    const Architecture architecture = isReady ? m_levels.staircase()->network().architecture() : Architecture();
    m_kinds[static_cast<int>(OverlayKind::superpixelBorders) - 1]->setEnabled(architecture.superpixels > 0);
    m_kinds[static_cast<int>(OverlayKind::superpixelMeans) - 1]->setEnabled(architecture.superpixels > 0);
    m_sizes->setEnabled(architecture.superpixels > 0);
    m_borrowing->setEnabled(architecture.memory > 0);
}

void OverlayController::setKind(OverlayKind kind, bool on) {
    if (on) {
        for (QAction* action : std::as_const(m_kinds)) {
            action->setChecked(m_kinds.indexOf(action) + 1 == static_cast<int>(kind));
        }
        m_canvas.overlay().setKind(kind);
    } else if (m_canvas.overlay().kind() == kind) {
        m_canvas.overlay().setKind(OverlayKind::none);
    }
    showSlider();
}

void OverlayController::switchOff() {
    m_tiles->setChecked(false);
    m_borrowing->setChecked(false);
    for (QAction* action : std::as_const(m_kinds)) {
        action->setChecked(false);
    }
}

void OverlayController::showSlider() {
    if (m_sliderAction) {
        m_sliderAction->setVisible(m_canvas.overlay().kind() != OverlayKind::none);
    }
}

} // namespace casr
