#include "ui/cleaning_dialog.h"

#include "core/metrics/degradation_estimate.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>

#include <cmath>

namespace casr {

namespace {

/// Below these the clean result differs too little to ask for a decision.
constexpr double leastNoise = 0.08;
constexpr double leastJpeg = 0.15;

int percentOf(double amount) {
    return static_cast<int>(std::lround(amount * 100));
}

} // namespace

bool isWorthCleaning(const Degradation& found) {
    return found.noise >= leastNoise || found.jpeg >= leastJpeg;
}

CleaningDialog::CleaningDialog(std::shared_ptr<const Document> document, const StepControls& controls, QWidget* parent)
    : QDialog(parent), m_document(std::move(document)), m_controls(controls),
      m_estimate(new QPushButton(tr("&Estimate from the Photo"), this)), m_found(new QLabel(this)) {
    setWindowTitle(tr("Noise, JPEG and Blur"));
    new QFormLayout(this);
    auto* form = static_cast<QFormLayout*>(layout());
    auto* explanation =
        new QLabel(tr("The first step removes what the lens, the camera and its file added, so that later steps do not enlarge it. At 0 "
                      "nothing is removed."),
                   this);
    explanation->setWordWrap(true);
    form->addRow(explanation);
    m_noise = addAmount("cleaningNoise", tr("&Noise"), controls.noise);
    m_jpeg = addAmount("cleaningJpeg", tr("&JPEG artifacts"), controls.jpeg);
    m_blur = addAmount("cleaningBlur", tr("&Blur"), controls.blur);
    m_estimate->setObjectName("cleaningEstimate");
    m_found->setObjectName("cleaningFound");
    form->addRow(m_estimate, m_found);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Apply | QDialogButtonBox::Cancel, this);
    form->addRow(buttons);
    connect(m_estimate, &QPushButton::clicked, this, &CleaningDialog::estimate);
    connect(&m_job, &NewestJob::failed, m_found, &QLabel::setText);
    connect(buttons->button(QDialogButtonBox::Apply), &QPushButton::clicked, this, &CleaningDialog::choose);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        choose();
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QSlider* CleaningDialog::addAmount(const QString& name, const QString& text, float amount) {
    auto* slider = new QSlider(Qt::Horizontal, this);
    auto* number = new QSpinBox(this);
    slider->setObjectName(name);
    slider->setAccessibleName(QString(text).remove('&'));
    slider->setMinimumWidth(220);
    number->setAccessibleName(slider->accessibleName());
    number->setSuffix(tr(" %"));
    slider->setRange(0, 100);
    number->setRange(0, 100);
    connect(slider, &QSlider::valueChanged, number, &QSpinBox::setValue);
    connect(number, &QSpinBox::valueChanged, slider, &QSlider::setValue);
    slider->setValue(percentOf(amount));
    auto* row = new QHBoxLayout;
    row->addWidget(slider, 1);
    row->addWidget(number);
    auto* label = new QLabel(text, this);
    label->setBuddy(number);
    static_cast<QFormLayout*>(layout())->addRow(label, row);
    return slider;
}

void CleaningDialog::estimate() {
    m_estimate->setEnabled(false);
    m_found->setText(tr("Looking at the photo\u2026"));
    m_job.post([this, document = m_document](const StopCheck&) {
        const Degradation found = estimatedDegradation(document->picture.image);
        return NewestJob::Show([this, found] {
            m_estimate->setEnabled(true);
            m_noise->setValue(percentOf(found.noise));
            m_jpeg->setValue(percentOf(found.jpeg));
            m_blur->setValue(percentOf(found.blur));
            m_found->setText(
                tr("noise %1 %, JPEG %2 %, blur %3 %").arg(percentOf(found.noise)).arg(percentOf(found.jpeg)).arg(percentOf(found.blur)));
        });
    });
}

void CleaningDialog::choose() {
    m_controls.noise = static_cast<float>(m_noise->value()) / 100;
    m_controls.jpeg = static_cast<float>(m_jpeg->value()) / 100;
    m_controls.blur = static_cast<float>(m_blur->value()) / 100;
    Q_EMIT chosen(m_controls);
}

} // namespace casr
