// What mouse, wheel and keys do on the canvas.

#include "ui/canvas.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double gripSize = 9;
/// Around the round handle of a wipe.
constexpr double handleReach = 14;
constexpr double arrowShare = 0.1;

Qt::CursorShape cursorOf(RegionGrip grip) {
    if (grip.isNone()) {
        return Qt::CrossCursor;
    }
    if (grip.whole) {
        return Qt::SizeAllCursor;
    }
    if (grip.x == 0 || grip.y == 0) {
        return grip.x == 0 ? Qt::SizeVerCursor : Qt::SizeHorCursor;
    }
    return grip.x == grip.y ? Qt::SizeFDiagCursor : Qt::SizeBDiagCursor;
}

Point arrowOf(int key) {
    switch (key) {
    case Qt::Key_Left: return {1, 0};
    case Qt::Key_Right: return {-1, 0};
    case Qt::Key_Up: return {0, 1};
    case Qt::Key_Down: return {0, -1};
    default: return {0, 0};
    }
}

} // namespace

Point Canvas::deviceOf(QPointF position) const {
    return {position.x() * devicePixelRatioF(), position.y() * devicePixelRatioF()};
}

int Canvas::paneAt(QPointF position) const {
    const Point device = deviceOf(position);
    const std::vector<Rect> panes = m_comparison.panes(deviceSize());
    for (std::size_t pane = 0; pane < panes.size(); ++pane) {
        if (device.x >= panes[pane].left && device.x < panes[pane].right && device.y >= panes[pane].top && device.y < panes[pane].bottom) {
            return static_cast<int>(pane);
        }
    }
    return 0;
}

Point Canvas::inPane(QPointF position, int pane) const {
    const Point device = deviceOf(position);
    const Rect place = m_comparison.panes(deviceSize())[static_cast<std::size_t>(pane)];
    return {device.x - place.left, device.y - place.top};
}

double Canvas::gripReach() const {
    return gripSize * devicePixelRatioF() / m_view.scale();
}

Canvas::Drag Canvas::wipeDragAt(QPointF position) const {
    if (m_comparison.isStraightWipe()) {
        const bool isAcross = m_comparison.mode() == CompareMode::wipeAcross;
        const double line = m_comparison.wipe() * (isAcross ? width() : height());
        return std::abs((isAcross ? position.x() : position.y()) - line) < gripSize ? Drag::wipe : Drag::none;
    }
    if (m_comparison.mode() != CompareMode::wipeTurned) {
        return Drag::none;
    }
    const TurnedWipe& wipe = m_comparison.turnedWipe();
    if (QLineF(position, wipe.handle(size())).length() < handleReach) {
        return Drag::wipe;
    }
    return std::abs(wipe.distance(position, size())) < gripSize ? Drag::wipeTurn : Drag::none;
}

void Canvas::dragWipe(QPointF position, bool inSteps) {
    if (m_comparison.isStraightWipe()) {
        m_comparison.setWipe(m_comparison.mode() == CompareMode::wipeAcross ? position.x() / width() : position.y() / height());
        return;
    }
    TurnedWipe wipe = m_comparison.turnedWipe();
    m_drag == Drag::wipe ? wipe.moveTo(position, size()) : wipe.turnTo(position, size(), inSteps);
    m_comparison.setTurnedWipe(wipe);
}

Qt::CursorShape Canvas::wipeCursor(Drag drag) const {
    if (m_comparison.isStraightWipe()) {
        return m_comparison.mode() == CompareMode::wipeAcross ? Qt::SplitHCursor : Qt::SplitVCursor;
    }
    return drag == Drag::wipe ? Qt::SizeAllCursor : Qt::PointingHandCursor;
}

void Canvas::wheelEvent(QWheelEvent* event) {
    // Alt turns the wheel sideways in Qt; whatever the axis, it zooms.
    const int units = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    if (takesInput() && units != 0) {
        m_view.zoom(wheelFactor(units, event->modifiers().testFlag(Qt::ControlModifier)),
                    inPane(event->position(), paneAt(event->position())));
        changeView();
    }
    event->accept();
}

bool Canvas::event(QEvent* event) {
    if (event->type() == QEvent::NativeGesture && takesInput()) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            m_view.zoom(1 + gesture->value(), inPane(gesture->position(), paneAt(gesture->position())));
            changeView();
            return true;
        }
    }
    return QWidget::event(event);
}

Canvas::Drag Canvas::dragFor(const QMouseEvent& event) const {
    if (event.button() == Qt::MiddleButton || (event.button() == Qt::LeftButton && m_isSpaceHeld)) {
        return Drag::pan;
    }
    if (event.button() != Qt::LeftButton) {
        return Drag::none;
    }
    if (const Drag wipe = wipeDragAt(event.position()); wipe != Drag::none) {
        return wipe;
    }
    return m_isRegionToolActive ? Drag::region : Drag::pan;
}

void Canvas::mousePressEvent(QMouseEvent* event) {
    if (!takesInput() || m_drag != Drag::none) {
        return;
    }
    m_drag = dragFor(*event);
    m_lastPosition = event->position();
    m_pressPosition = event->position();
    m_pane = paneAt(event->position());
    if (m_drag == Drag::region) {
        m_region.press(m_view.toSource(inPane(event->position(), m_pane)), gripReach());
    } else if (m_drag == Drag::pan) {
        setCursor(Qt::ClosedHandCursor);
    }
}

void Canvas::mouseMoveEvent(QMouseEvent* event) {
    if (!takesInput()) {
        return;
    }
    const QPointF position = event->position();
    m_pane = m_drag == Drag::none ? paneAt(position) : m_pane;
    if (m_drag == Drag::pan) {
        m_view.pan(deviceOf(position - m_lastPosition));
        changeView();
    } else if (m_drag == Drag::wipe || m_drag == Drag::wipeTurn) {
        dragWipe(position, event->modifiers().testFlag(Qt::ShiftModifier));
    } else if (m_drag == Drag::region) {
        m_region.drag(m_view.toSource(inPane(position, m_pane)), m_view.photo(), event->modifiers().testFlag(Qt::ShiftModifier));
        update();
        Q_EMIT regionChanged();
    } else {
        updateCursor(position);
    }
    m_lastPosition = position;
    m_comparison.setLoupe(inPane(position, m_pane));
    const Point source = m_view.toSource(inPane(position, m_pane));
    const bool isInside = source.x >= 0 && source.y >= 0 && source.x < m_view.photo().width && source.y < m_view.photo().height;
    Q_EMIT cursorMoved(isInside ? std::optional<Point>(source) : std::nullopt);
}

bool Canvas::isClick(QPointF released) const {
    return m_drag == Drag::pan && (released - m_pressPosition).manhattanLength() < QApplication::startDragDistance();
}

void Canvas::mouseReleaseEvent(QMouseEvent* event) {
    if (m_borrowing.isOn() && event->button() == Qt::LeftButton && isClick(event->position())) {
        m_borrowing.ask(std::max(1, wantedLevel()), m_view.toSource(inPane(event->position(), m_pane)));
    }
    endDrag();
    updateCursor(event->position());
}

void Canvas::endDrag() {
    if (m_drag == Drag::region) {
        m_region.release();
        update();
        Q_EMIT regionChanged();
    }
    m_drag = Drag::none;
}

void Canvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!takesInput() || m_isRegionToolActive || event->button() != Qt::LeftButton) {
        return;
    }
    if (m_view.isFitted()) {
        m_view.setScale(m_levels.viewingPlan().cumulativeOf(wantedLevel()), inPane(event->position(), m_pane));
    } else {
        m_view.fit();
    }
    changeView();
}

void Canvas::updateCursor(QPointF position) {
    if (!takesInput()) {
        setCursor(Qt::ArrowCursor);
    } else if (const Drag wipe = wipeDragAt(position); wipe != Drag::none) {
        setCursor(wipeCursor(wipe));
    } else if (m_isSpaceHeld) {
        setCursor(Qt::OpenHandCursor);
    } else if (m_isRegionToolActive) {
        setCursor(cursorOf(m_region.gripAt(m_view.toSource(inPane(position, paneAt(position))), gripReach())));
    } else {
        setCursor(Qt::ArrowCursor);
    }
}

void Canvas::contextMenuEvent(QContextMenuEvent* event) {
    if (takesInput() && m_comparison.mode() != CompareMode::none) {
        Q_EMIT paneMenuRequested(paneAt(event->pos()), event->globalPos());
    }
}

void Canvas::letGo() {
    endDrag();
    releaseKeys();
    m_comparison.setLoupe(std::nullopt);
    Q_EMIT cursorMoved(std::nullopt);
}

void Canvas::leaveEvent(QEvent*) {
    m_comparison.setLoupe(std::nullopt);
    Q_EMIT cursorMoved(std::nullopt);
}

void Canvas::zoomWhileHeld(bool held) {
    if (held && !m_beforeHeldZoom) {
        m_beforeHeldZoom = m_view;
        const QPointF cursor = mapFromGlobal(QPointF(QCursor::pos()));
        const Point anchor = underMouse() ? inPane(cursor, paneAt(cursor)) : m_view.toDevice(m_view.centre());
        m_view.setScale(m_levels.viewingPlan().cumulativeOf(wantedLevel()), anchor);
        changeView();
    } else if (!held && m_beforeHeldZoom) {
        const Size size = m_view.view();
        m_view = *m_beforeHeldZoom;
        m_view.setView(size);
        m_beforeHeldZoom.reset();
        changeView();
    }
}

void Canvas::keyPressEvent(QKeyEvent* event) {
    const Point arrow = arrowOf(event->key());
    if (!takesInput()) {
        event->ignore();
    } else if (arrow.x != 0 || arrow.y != 0) {
        m_view.pan({arrow.x * arrowShare * m_view.view().width, arrow.y * arrowShare * m_view.view().height});
        changeView();
    } else if (event->key() == Qt::Key_Space) {
        m_isSpaceHeld = true;
        updateCursor(m_lastPosition);
    } else if (event->key() == Qt::Key_Z && event->modifiers() == Qt::NoModifier) {
        zoomWhileHeld(true);
    } else if (event->key() == Qt::Key_Backslash) {
        m_comparison.setBlinking(true);
    } else {
        event->ignore();
    }
}

void Canvas::keyReleaseEvent(QKeyEvent* event) {
    if (event->isAutoRepeat()) {
        return;
    }
    if (event->key() == Qt::Key_Space) {
        m_isSpaceHeld = false;
        updateCursor(m_lastPosition);
    } else if (event->key() == Qt::Key_Z) {
        zoomWhileHeld(false);
    } else if (event->key() == Qt::Key_Backslash) {
        m_comparison.setBlinking(false);
    }
}

void Canvas::releaseKeys() {
    m_isSpaceHeld = false;
    if (!m_comparison.isAutoBlinking()) {
        m_comparison.setBlinking(false);
    }
    zoomWhileHeld(false);
}

void Canvas::focusOutEvent(QFocusEvent* event) {
    releaseKeys();
    QWidget::focusOutEvent(event);
}

} // namespace casr
