#include "ui/navigator_dock.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <cmath>

namespace casr {

namespace {

/// Rectangles of fewer device pixels say nothing.
constexpr double smallestShown = 3;
constexpr double arrowShare = 0.1;
const QColor viewColour(255, 196, 64);
const QColor regionColour(255, 255, 255);
const QColor stepColour(120, 200, 255, 200);

void paintArea(QPainter& painter, const ViewTransform& transform, Area area, QColor colour, double unit, Qt::PenStyle style) {
    const Point first = transform.toDevice({area.left, area.top}), last = transform.toDevice({area.right, area.bottom});
    const QRectF box(QPointF(first.x, first.y), QPointF(last.x, last.y));
    if (std::max(box.width(), box.height()) < smallestShown * unit) {
        return;
    }
    painter.setPen(QPen(QColor(0, 0, 0, 150), 3 * unit));
    painter.drawRect(box);
    painter.setPen(QPen(colour, unit, style));
    painter.drawRect(box);
}

Point middleOf(Area area) {
    return {(area.left + area.right) / 2, (area.top + area.bottom) / 2};
}

} // namespace

Area fullSizeArea(const Plan& plan, int level, Size view, Point centre) {
    const double half = 0.5 / plan.cumulativeOf(level);
    return {centre.x - view.width * half, centre.y - view.height * half, centre.x + view.width * half, centre.y + view.height * half};
}

Navigator::Navigator(Levels& levels, Canvas& canvas, QWidget* parent) : QWidget(parent), m_levels(levels), m_canvas(canvas) {
    setObjectName("navigator");
    setAccessibleName(tr("Navigator"));
    setAccessibleDescription(tr("The whole photo with the part in view; dragging or the arrow keys move it."));
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(120, 90);
    connect(&levels, &Levels::replaced, this, qOverload<>(&QWidget::update));
    connect(&canvas, &Canvas::viewChanged, this, qOverload<>(&QWidget::update));
    connect(&canvas, &Canvas::regionChanged, this, qOverload<>(&QWidget::update));
    connect(&canvas.borrowing(), &BorrowingProbe::changed, this, qOverload<>(&QWidget::update));
}

ViewTransform Navigator::transform() const {
    const double unit = devicePixelRatioF();
    ViewTransform view;
    view.setView({static_cast<int>(std::lround(width() * unit)), static_cast<int>(std::lround(height() * unit))});
    view.setPhoto(m_levels.document()->size());
    return view;
}

void Navigator::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Dark));
    if (!m_levels.document()) {
        return;
    }
    const double unit = devicePixelRatioF();
    painter.scale(1 / unit, 1 / unit);
    const ViewTransform view = transform();
    paintLevel(painter, m_levels, 0, view, Magnified::smooth);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const Area shown = m_canvas.view().visible();
    for (int level = 1; level < m_levels.plan().levels(); ++level) {
        paintArea(painter, view, fullSizeArea(m_levels.plan(), level, m_canvas.view().view(), middleOf(shown)), stepColour, unit,
                  Qt::DotLine);
    }
    if (const std::optional<Rect> region = m_canvas.region()) {
        const Area area{double(region->left), double(region->top), double(region->right), double(region->bottom)};
        paintArea(painter, view, area, regionColour, unit, Qt::DashLine);
    }
    paintArea(painter, view, shown, viewColour, 2 * unit, Qt::SolidLine);
    m_canvas.borrowing().paint(painter, view, unit);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2 * unit));
        painter.drawRect(QRectF(0, 0, view.view().width, view.view().height).adjusted(unit, unit, -unit, -unit));
    }
}

Point Navigator::sourceAt(QPointF position) const {
    const double unit = devicePixelRatioF();
    return transform().toSource({position.x() * unit, position.y() * unit});
}

void Navigator::mousePressEvent(QMouseEvent* event) {
    if (!m_levels.document() || event->button() != Qt::LeftButton) {
        return;
    }
    const Point pressed = sourceAt(event->position());
    const Area shown = m_canvas.view().visible();
    const bool isInside = pressed.x >= shown.left && pressed.x < shown.right && pressed.y >= shown.top && pressed.y < shown.bottom;
    const Point middle = isInside ? m_canvas.view().centre() : pressed;
    m_grip = {middle.x - pressed.x, middle.y - pressed.y};
    m_canvas.centreOn(middle);
}

void Navigator::mouseMoveEvent(QMouseEvent* event) {
    if (m_grip && m_levels.document()) {
        const Point source = sourceAt(event->position());
        m_canvas.centreOn({source.x + m_grip->x, source.y + m_grip->y});
    }
}

void Navigator::mouseReleaseEvent(QMouseEvent*) {
    m_grip.reset();
}

void Navigator::wheelEvent(QWheelEvent* event) {
    if (m_levels.document()) {
        m_canvas.zoomBySteps(event->angleDelta().y() / ViewTransform::unitsPerNotch);
    }
    event->accept();
}

void Navigator::keyPressEvent(QKeyEvent* event) {
    const int dx = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const int dy = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (!m_levels.document() || (dx == 0 && dy == 0)) {
        event->ignore();
        return;
    }
    const ViewTransform& view = m_canvas.view();
    m_canvas.centreOn({view.centre().x + dx * arrowShare * view.view().width / view.scale(),
                       view.centre().y + dy * arrowShare * view.view().height / view.scale()});
}

NavigatorDock::NavigatorDock(Levels& levels, Canvas& canvas, QWidget* parent) : QDockWidget(tr("Navigator"), parent) {
    setObjectName("navigatorDock");
    setWidget(new Navigator(levels, canvas, this));
}

} // namespace casr
