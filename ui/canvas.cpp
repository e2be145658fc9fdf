#include "ui/canvas.h"

#include "ui/numbers.h"
#include "ui/overlays.h"
#include "ui/viewing_plan.h"

#include <QPaintEvent>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr int wantDelayMs = 25;
constexpr int checkerSide = 8;
/// Share of the view that a fitted region fills at most; its handles stay in view.
constexpr double regionMargin = 0.04;

QBrush checker() {
    QImage tile(2 * checkerSide, 2 * checkerSide, QImage::Format_RGB32);
    tile.fill(QColor(102, 102, 102));
    QPainter painter(&tile);
    painter.fillRect(0, 0, checkerSide, checkerSide, QColor(153, 153, 153));
    painter.fillRect(checkerSide, checkerSide, checkerSide, checkerSide, QColor(153, 153, 153));
    return QBrush(tile);
}

QRectF photoBox(const ViewTransform& view) {
    const Point first = view.toDevice({0, 0});
    const Point last = view.toDevice({double(view.photo().width), double(view.photo().height)});
    return {QPointF(first.x, first.y), QPointF(last.x, last.y)};
}

} // namespace

Canvas::Canvas(Levels& levels, QWidget* parent)
    : QWidget(parent), m_levels(levels), m_comparison(levels), m_overlay(levels), m_borrowing(levels) {
    setObjectName("canvas");
    setAccessibleName(tr("Photo"));
    describe();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(240, 180);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_wantTimer.setSingleShot(true);
    m_wantTimer.setInterval(wantDelayMs);
    connect(&m_wantTimer, &QTimer::timeout, this, &Canvas::wantTiles);
    connect(&levels, &Levels::replaced, this, &Canvas::takePhoto);
    connect(&levels, &Levels::remixed, this, &Canvas::changeView);
    connect(&levels, &Levels::recoloured, this, [this] {
        m_shownDocument = m_levels.document();
        changeView();
    });
    connect(&m_comparison, &Comparison::changed, this, [this] {
        wantSoon();
        update();
    });
    connect(&m_overlay, &OverlayLayer::changed, this, [this] {
        wantSoon();
        update();
    });
    connect(&m_borrowing, &BorrowingProbe::changed, this, qOverload<>(&QWidget::update));
    connect(&m_comparison, &Comparison::relaid, this, &Canvas::relay);
    connect(&levels, &Levels::tileStarted, this, [this](const TileKey& key) {
        m_started.insert(key);
        if (m_areTilesShown) {
            update();
        }
    });
    connect(&levels, &Levels::tileArrived, this, [this](const Levels::Arrival& arrival) {
        m_started.erase(arrival.key);
        update();
        Q_EMIT viewChanged();
    });
}

void Canvas::describe() {
    setAccessibleDescription(isPreviewing() ? PhotoPreview::text() : tr("The photo and its steps. The wheel zooms, dragging moves."));
}

void Canvas::takePhoto() {
    m_started.clear();
    if (m_shownDocument != m_levels.document()) {
        m_shownDocument = m_levels.document();
        m_held.reset();
        m_region.set(std::nullopt, {});
        m_view.setPhoto(m_levels.document()->size());
        Q_EMIT regionChanged();
    } else if (m_held && *m_held >= m_levels.viewingPlan().levels()) {
        m_held.reset();
    }
    Q_EMIT heldLevelChanged();
    changeView();
}

void Canvas::wantSoon() {
    if (!m_wantTimer.isActive()) {
        m_wantTimer.start();
    }
}

void Canvas::changeView() {
    wantSoon();
    update();
    Q_EMIT viewChanged();
}

int Canvas::wantedLevel() const {
    const int level = levelForScale(m_levels.viewingPlan(), m_view.scale());
    return m_held ? std::min(level, *m_held) : level;
}

void Canvas::wantTiles() {
    if (!m_levels.isReady()) {
        return;
    }
    const QPointF cursor = mapFromGlobal(QCursor::pos());
    const Point focus = underMouse() ? m_view.toSource(inPane(cursor, paneAt(cursor))) : m_view.centre();
    const int other = std::min(m_comparison.highestOther(), levelForScale(m_levels.viewingPlan(), m_view.scale()));
    const int last = (m_isRunPreferred ? m_levels.plan() : m_levels.viewingPlan()).levels() - 1;
    const int level = std::min(std::max(wantedLevel(), other), last);
    m_levels.want(level, wantedArea(level), focus);
}

Area Canvas::wantedArea(int level) const {
    const Area area = m_view.visible();
    if (m_overlay.kind() == OverlayKind::none || level < 1) {
        return area;
    }
    const double margin = OverlayLayer::margin / m_levels.viewingPlan().cumulativeOf(level - 1);
    return {std::max(area.left - margin, 0.0), std::max(area.top - margin, 0.0),
            std::min(area.right + margin, double(m_view.photo().width)), std::min(area.bottom + margin, double(m_view.photo().height))};
}

ShownState Canvas::shown() const {
    ShownState state;
    state.sourceScale = m_view.scale();
    if (hasPhoto()) {
        state.level = wantedLevel();
        state.isComplete = coversView(m_levels, state.level, m_view);
        state.isOutdated = !state.isComplete && showsOutdated(m_levels, state.level, m_view);
        state.plain = m_levels.mixture().plainOf(state.level);
        state.screenShare = m_view.scale() / m_levels.viewingPlan().cumulativeOf(state.level);
    }
    return state;
}

void Canvas::setHeldLevel(std::optional<int> level) {
    if (level && (*level < 0 || *level >= m_levels.viewingPlan().levels())) {
        return;
    }
    m_held = level;
    Q_EMIT heldLevelChanged();
    changeView();
}

void Canvas::setRegion(std::optional<Rect> region) {
    m_region.set(region, m_view.photo());
    update();
    Q_EMIT regionChanged();
}

void Canvas::setRegionToolActive(bool active) {
    m_isRegionToolActive = active;
    setCursor(active ? Qt::CrossCursor : Qt::ArrowCursor);
    update();
}

void Canvas::setPreview(const QImage& picture) {
    if (picture.isNull() && !isPreviewing()) {
        return;
    }
    letGo();
    m_preview.set(picture);
    describe();
    updateCursor(m_lastPosition);
    update();
}

void Canvas::setTilesShown(bool on) {
    m_areTilesShown = on;
    update();
}

void Canvas::setMagnified(Magnified magnified) {
    m_magnified = magnified;
    update();
}

void Canvas::setRunPreferred(bool on) {
    m_isRunPreferred = on;
    changeView();
}

void Canvas::zoomBySteps(double steps) {
    m_view.zoom(wheelFactor(steps * ViewTransform::unitsPerNotch, false), {m_view.view().width / 2.0, m_view.view().height / 2.0});
    changeView();
}

void Canvas::setScreenShare(double share) {
    if (hasPhoto()) {
        m_view.setScale(share * m_levels.viewingPlan().cumulativeOf(wantedLevel()),
                        {m_view.view().width / 2.0, m_view.view().height / 2.0});
        changeView();
    }
}

void Canvas::fit() {
    m_view.fit();
    changeView();
}

void Canvas::fitRegion() {
    if (const std::optional<Rect> region = m_region.region()) {
        const double x = region->width() * regionMargin, y = region->height() * regionMargin;
        m_view.fitArea({region->left - x, region->top - y, region->right + x, region->bottom + y});
        changeView();
    }
}

void Canvas::centreOn(Point source) {
    m_view.setCentre(source);
    changeView();
}

void Canvas::setView(const ViewTransform& view) {
    m_view = view;
    relay();
}

Size Canvas::deviceSize() const {
    const double unit = devicePixelRatioF();
    return {static_cast<int>(std::lround(width() * unit)), static_cast<int>(std::lround(height() * unit))};
}

void Canvas::relay() {
    m_view.setView(m_comparison.panes(deviceSize()).front().size());
    changeView();
}

void Canvas::resizeEvent(QResizeEvent*) {
    relay();
}

void Canvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Dark));
    const double unit = devicePixelRatioF();
    if (isPreviewing()) {
        painter.scale(1 / unit, 1 / unit);
        m_preview.paint(painter, deviceSize(), unit);
        return;
    }
    if (!hasPhoto()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter, tr("Open a photo (Ctrl+O), or drop one here"));
        return;
    }
    painter.scale(1 / unit, 1 / unit);
    const std::vector<Rect> panes = m_comparison.panes(deviceSize());
    for (std::size_t pane = 0; pane < panes.size(); ++pane) {
        paintPane(painter, static_cast<int>(pane), panes[pane]);
    }
}

void Canvas::paintPane(QPainter& painter, int pane, Rect place) {
    painter.save();
    painter.translate(place.left, place.top);
    painter.setClipRect(QRect(0, 0, place.width(), place.height()));
    if (!m_levels.document()->photo.alpha.isEmpty()) {
        painter.fillRect(photoBox(m_view), checker());
    }
    m_comparison.paint(painter, pane, {wantedLevel(), m_view, m_magnified, devicePixelRatioF()});
    paintOverlays(painter);
    painter.restore();
}

void Canvas::paintOverlays(QPainter& painter) {
    const double unit = devicePixelRatioF();
    m_overlay.paint(painter, wantedLevel(), m_view);
    if (m_areTilesShown) {
        paintTiles(painter, m_levels, wantedLevel(), m_view, m_started);
    }
    if (m_region.region()) {
        paintRegion(painter, *m_region.region(), m_view, m_isRegionToolActive, unit);
    }
    m_borrowing.paint(painter, m_view, unit);
    if (m_borrowing.isOn()) {
        m_borrowing.paintLegend(painter, m_view.view(), unit);
    } else {
        paintLegend(painter, m_overlay.kind(), m_overlay.superpixelCell(), m_view.view(), unit);
    }
}

} // namespace casr
