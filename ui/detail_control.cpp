#include "ui/detail_control.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>

#include <cmath>

namespace casr {

namespace {

constexpr int restMs = 300;

} // namespace

DetailControl::DetailControl(Levels& levels, QWidget* parent)
    : QWidget(parent), m_levels(levels), m_slider(new QSlider(Qt::Horizontal, this)), m_text(new QLabel(this)) {
    m_slider->setObjectName("detailSlider");
    m_slider->setAccessibleName(tr("Detail"));
    m_slider->setToolTip(
        tr("0: faithful, what the photo supports. 100: with texture that looks right but is made up, bounded by the photo."));
    m_slider->setRange(0, 100);
    m_slider->setFixedWidth(110);
    m_text->setMinimumWidth(fontMetrics().horizontalAdvance(tr("Detail %1 %").arg(100)));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 0, 6, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_slider);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    m_rest.setSingleShot(true);
    m_rest.setInterval(restMs);
    connect(&m_rest, &QTimer::timeout, this, &DetailControl::choose);
    connect(m_slider, &QSlider::valueChanged, this, [this](int percent) {
        m_text->setText(tr("Detail %1 %").arg(percent));
        m_rest.start();
    });
    connect(&levels, &Levels::replaced, this, &DetailControl::follow);
    follow();
}

void DetailControl::follow() {
    const int percent = static_cast<int>(std::lround(m_levels.settings().controls.detail * 100));
    m_slider->setValue(percent);
    m_text->setText(tr("Detail %1 %").arg(percent));
    m_rest.stop();
    Q_EMIT offered(m_levels.network() && m_levels.network()->architecture().detail > 0);
}

void DetailControl::choose() {
    ZoomSettings settings = m_levels.settings();
    settings.controls.detail = static_cast<float>(m_slider->value()) / 100;
    settings.controls.lastDetail = settings.controls.detail;
    Q_EMIT chosen(settings);
}

} // namespace casr
