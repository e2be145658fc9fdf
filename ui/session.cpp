#include "ui/session.h"

#include "core/image/symmetry.h"

#include <QFileInfo>
#include <QSettings>

#include <algorithm>
#include <array>

namespace casr {

namespace {

constexpr int keepDelayMs = 2000;

} // namespace

std::optional<Rect> parsedRegion(const QString& text) {
    const QStringList parts = text.split(',');
    std::array<int, 4> numbers{};
    bool isGood = parts.size() == 4;
    for (int i = 0; i < 4 && isGood; ++i) {
        numbers[static_cast<std::size_t>(i)] = parts[i].trimmed().toInt(&isGood);
    }
    if (!isGood || numbers[0] < 0 || numbers[1] < 0 || numbers[2] < 1 || numbers[3] < 1) {
        return std::nullopt;
    }
    return rectAt(numbers[0], numbers[1], {numbers[2], numbers[3]});
}

void apply(const StartState& state, Levels& levels, Canvas& canvas) {
    const ZoomSettings now = levels.settings();
    const ZoomSettings wanted{state.scale.value_or(now.scale), state.stepLimit.value_or(now.stepLimit),
                              state.controls.value_or(now.controls)};
    if (wanted != now) {
        levels.choose(wanted);
    }
    if (state.region) {
        canvas.setRegion(state.region);
        canvas.fitRegion();
    }
    if (state.centre && state.viewScale) {
        ViewTransform view = canvas.view();
        view.setScale(*state.viewScale, {view.view().width / 2.0, view.view().height / 2.0});
        view.setCentre(*state.centre);
        canvas.setView(view);
    }
}

SessionKeeper::SessionKeeper(const QString& lockFile, Levels& levels, Canvas& canvas, QObject* parent)
    : QObject(parent), m_levels(levels), m_canvas(canvas), m_lock(lockFile) {
    m_lock.setStaleLockTime(0);
    if (lockFile.isEmpty() || !m_lock.tryLock(0)) {
        return;
    }
    m_timer.setSingleShot(true);
    m_timer.setInterval(keepDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &SessionKeeper::keep);
    const auto keepSoon = [this] {
        if (!m_timer.isActive()) {
            m_timer.start();
        }
    };
    connect(&levels, &Levels::replaced, this, keepSoon);
    connect(&levels, &Levels::remixed, this, keepSoon);
    connect(&canvas, &Canvas::viewChanged, this, keepSoon);
    connect(&canvas, &Canvas::regionChanged, this, keepSoon);
}

void SessionKeeper::keep() {
    if (!m_levels.document() || m_levels.document()->path.isEmpty()) {
        return;
    }
    QSettings settings;
    settings.beginGroup("session");
    settings.setValue("path", m_levels.document()->path);
    settings.setValue("scale", m_levels.plan().scale);
    settings.setValue("stepLimit", m_levels.plan().stepLimit);
    settings.setValue("noise", m_levels.settings().controls.noise);
    settings.setValue("jpeg", m_levels.settings().controls.jpeg);
    settings.setValue("blur", m_levels.settings().controls.blur);
    settings.setValue("detail", m_levels.settings().controls.detail);
    settings.setValue("plain", m_levels.settings().controls.plain);
    settings.setValue("passes", m_levels.settings().controls.ensemble);
    settings.setValue("centreX", m_canvas.view().centre().x);
    settings.setValue("centreY", m_canvas.view().centre().y);
    settings.setValue("viewScale", m_canvas.view().scale());
    const Rect region = m_canvas.region().value_or(Rect{});
    settings.setValue("region", QString("%1,%2,%3,%4").arg(region.left).arg(region.top).arg(region.width()).arg(region.height()));
}

std::optional<SessionKeeper::Left> SessionKeeper::left() const {
    QSettings settings;
    settings.beginGroup("session");
    const QString path = settings.value("path").toString();
    if (!m_lock.isLocked() || path.isEmpty() || !QFileInfo::exists(path)) {
        return std::nullopt;
    }
    StartState state;
    state.region = parsedRegion(settings.value("region").toString());
    state.scale = settings.value("scale", 8).toDouble();
    state.stepLimit = settings.value("stepLimit", defaultStepLimit).toDouble();
    state.controls.emplace();
    state.controls->noise = std::clamp(settings.value("noise").toFloat(), 0.0f, 1.0f);
    state.controls->jpeg = std::clamp(settings.value("jpeg").toFloat(), 0.0f, 1.0f);
    state.controls->blur = std::clamp(settings.value("blur").toFloat(), 0.0f, 1.0f);
    state.controls->detail = state.controls->lastDetail = std::clamp(settings.value("detail").toFloat(), 0.0f, 1.0f);
    state.controls->plain = std::clamp(settings.value("plain").toFloat(), 0.0f, 1.0f);
    const int passes = settings.value("passes", 1).toInt();
    state.controls->ensemble = areGroup(passes) ? passes : 1;
    state.centre = Point{settings.value("centreX").toDouble(), settings.value("centreY").toDouble()};
    state.viewScale = settings.value("viewScale", 1).toDouble();
    return Left{path, state};
}

void SessionKeeper::close() {
    m_timer.stop();
    if (m_lock.isLocked()) {
        QSettings().remove("session");
    }
}

} // namespace casr
