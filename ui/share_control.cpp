#include "ui/share_control.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>

#include <cmath>

namespace casr {

namespace {

constexpr int sliderWidth = 90;
/// Steps but the first are computed again.
constexpr int computingRestMs = 100;
/// Finished tiles are only mixed anew.
constexpr int mixingRestMs = 30;

QString translated(const char* text) {
    return QCoreApplication::translate("ShareControl", text);
}

} // namespace

ShareChoice detailChoice() {
    return {"detailSlider",
            translated("Detail"),
            translated(
                "0: faithful, what the photo supports. 100: fine structure made stronger, as far as the photo has it at its own pixels."),
            computingRestMs,
            [](const StepControls& controls) { return controls.detail; },
            [](StepControls& controls, float share) { controls.detail = controls.lastDetail = share; },
            [](const Architecture& architecture) { return architecture.detail > 0; }};
}

ShareChoice computedChoice() {
    return {
        "computedSlider",
        translated("Computed"),
        translated(
            "100: the result as computed. 0: the photo enlarged plainly (bicubic). Nothing is computed again; exports hold what is shown."),
        mixingRestMs,
        [](const StepControls& controls) { return 1 - controls.plain; },
        [](StepControls& controls, float share) { controls.plain = 1 - share; },
        [](const Architecture&) { return true; }};
}

ShareControl::ShareControl(ShareChoice choice, Levels& levels, QWidget* parent)
    : QWidget(parent), m_choice(std::move(choice)), m_levels(levels), m_slider(new QSlider(Qt::Horizontal, this)),
      m_text(new QLabel(this)) {
    m_slider->setObjectName(m_choice.name);
    m_slider->setAccessibleName(m_choice.label);
    m_slider->setToolTip(m_choice.tip);
    m_slider->setRange(0, 100);
    m_slider->setFixedWidth(sliderWidth);
    m_text->setMinimumWidth(fontMetrics().horizontalAdvance(m_choice.label + " 100 %"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_slider);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    m_rest.setSingleShot(true);
    m_rest.setInterval(m_choice.restMs);
    connect(&m_rest, &QTimer::timeout, this, &ShareControl::choose);
    connect(m_slider, &QSlider::valueChanged, this, [this](int percent) {
        showShare(percent);
        m_rest.start();
    });
    connect(&levels, &Levels::replaced, this, &ShareControl::follow);
    connect(&levels, &Levels::remixed, this, &ShareControl::follow);
    follow();
}

void ShareControl::showShare(int percent) {
    m_text->setText(tr("%1 %2 %").arg(m_choice.label).arg(percent));
}

void ShareControl::follow() {
    const int percent = static_cast<int>(std::lround(m_choice.shareOf(m_levels.settings().controls) * 100));
    m_slider->setValue(percent);
    showShare(percent);
    m_rest.stop();
    Q_EMIT offered(m_levels.network() && m_choice.isIn(m_levels.network()->architecture()));
}

void ShareControl::choose() {
    ZoomSettings settings = m_levels.settings();
    m_choice.setShare(settings.controls, static_cast<float>(m_slider->value()) / 100);
    Q_EMIT chosen(settings);
}

} // namespace casr
