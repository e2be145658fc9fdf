#include "ui/scale_dialog.h"

#include "ui/guarded.h"
#include "ui/numbers.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <cmath>

namespace casr {

namespace {

QLineEdit* numberEdit(const QString& name, const QString& label, double value, QWidget* parent) {
    auto* edit = new QLineEdit(factorText(value), parent);
    edit->setObjectName(name);
    edit->setAccessibleName(label);
    edit->setMaximumWidth(120);
    return edit;
}

bool isPrint(ScaleBasis basis) {
    return basis >= ScaleBasis::printWidth;
}

bool isInInches(ScaleBasis basis) {
    return basis == ScaleBasis::printWidthInches || basis == ScaleBasis::printHeightInches;
}

} // namespace

ScaleDialog::ScaleDialog(Levels& levels, Rect region, QWidget* parent)
    : QDialog(parent), m_levels(levels), m_region(region), m_plan(levels.plan()), m_basis(new QComboBox(this)),
      m_value(numberEdit("scaleValue", tr("Value"), m_plan.scale, this)), m_unit(new QLabel(this)),
      m_pixelsPerInch(numberEdit("scalePpi", tr("Pixels per inch"), 300, this)),
      m_stepLimit(numberEdit("scaleStepLimit", tr("Largest step"), m_plan.stepLimit, this)), m_passes(new QComboBox(this)),
      m_description(new QLabel(this)), m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("Scale"));
    build();
    changeBasis();
    m_value->selectAll();
    m_value->setFocus();
}

void ScaleDialog::build() {
    m_basis->setObjectName("scaleBasis");
    m_basis->setAccessibleName(tr("Scale by"));
    m_basis->addItems({tr("Factor"), tr("Width in pixels"), tr("Height in pixels"), tr("Long side in pixels"), tr("Short side in pixels"),
                       tr("Print width in cm"), tr("Print height in cm"), tr("Print width in inches"), tr("Print height in inches")});
    m_description->setObjectName("scalePlan");
    m_description->setMinimumWidth(380);
    m_description->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_description->setAlignment(Qt::AlignTop);
    m_description->setMinimumHeight(fontMetrics().lineSpacing() * 9);
    m_description->setWordWrap(true);

    auto* value = new QHBoxLayout;
    value->addWidget(m_value);
    value->addWidget(m_unit, 1);
    auto* form = new QFormLayout(this);
    form->addRow(tr("Scale &by"), m_basis);
    auto* valueLabel = new QLabel(tr("&Value"), this);
    valueLabel->setBuddy(m_value);
    form->addRow(valueLabel, value);
    form->addRow(tr("&Pixels per inch"), m_pixelsPerInch);
    form->addRow(tr("Largest &step"), m_stepLimit);
    addPasses();
    form->addRow(tr("&Quality"), m_passes);
    form->addRow(m_description);
    form->addRow(m_buttons);

    connect(m_basis, &QComboBox::currentIndexChanged, this, &ScaleDialog::changeBasis);
    for (const QLineEdit* edit : {m_value, m_pixelsPerInch, m_stepLimit}) {
        connect(edit, &QLineEdit::textChanged, this, &ScaleDialog::showPlan);
    }
    connect(m_passes, &QComboBox::currentIndexChanged, this, &ScaleDialog::showPlan);
    connect(&m_levels, &Levels::tileArrived, this, &ScaleDialog::showPlan);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ScaleDialog::addPasses() {
    m_passes->setObjectName("scalePasses");
    m_passes->setAccessibleName(tr("Quality"));
    m_passes->setToolTip(
        tr("Every step is taken several times, its picture turned and mirrored, and the mean is kept: closer to the truth, "
           "and as many times as slow."));
    m_passes->addItem(tr("Fast: one pass"), 1);
    m_passes->addItem(tr("Better: 2 passes"), 2);
    m_passes->addItem(tr("High: 4 passes"), 4);
    m_passes->addItem(tr("Best: 8 passes"), 8);
    m_passes->setCurrentIndex(m_passes->findData(m_levels.settings().controls.ensemble));
}

ZoomSettings ScaleDialog::settings() const {
    ZoomSettings settings{m_plan.scale, m_plan.stepLimit, m_levels.settings().controls};
    settings.controls.ensemble = passes();
    return settings;
}

int ScaleDialog::passes() const {
    return m_passes->currentData().toInt();
}

ScaleBasis ScaleDialog::basis() const {
    return static_cast<ScaleBasis>(m_basis->currentIndex());
}

void ScaleDialog::changeBasis() {
    const double ppi = parsedNumber(m_pixelsPerInch->text()).value_or(300);
    m_pixelsPerInch->setEnabled(isPrint(basis()));
    m_unit->setText(isInInches(basis())             ? tr("inches")
                    : isPrint(basis())              ? tr("cm")
                    : basis() == ScaleBasis::factor ? tr("times")
                                                    : tr("pixels"));
    const double value = valueOf(basis(), m_plan.scale, ppi, m_region.size());
    m_value->setText(basis() == ScaleBasis::factor || isPrint(basis()) ? factorText(value) : QString::number(std::lround(value)));
    showPlan();
}

std::optional<Plan> ScaleDialog::typedPlan(QString& problem) const {
    const std::optional<double> value = parsedNumber(m_value->text()), limit = parsedNumber(m_stepLimit->text());
    const std::optional<double> ppi = parsedNumber(m_pixelsPerInch->text());
    if (!value || !limit || !ppi || *ppi <= 0) {
        problem = tr("Type numbers, with a comma or a point.");
        return std::nullopt;
    }
    std::optional<Plan> plan;
    problem = guarded([&] { plan = planSchedule(m_levels.plan().source, scaleOf(basis(), *value, *ppi, m_region.size()), *limit); }).error;
    return plan;
}

void ScaleDialog::showPlan() {
    QString problem;
    const std::optional<Plan> plan = typedPlan(problem);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(plan.has_value());
    m_plan = plan.value_or(m_plan);
    m_description->setText(plan ? described(*plan) : problem);
}

QString ScaleDialog::described(const Plan& plan) const {
    QStringList lines;
    for (int level = 1; level < plan.levels(); ++level) {
        const Rect pixels = regionAt(plan, level, m_region);
        lines << tr("Step %1 of %2: \u00d7%3 (\u00d7%4 in all), %5 pixels, %6 tiles")
                     .arg(level)
                     .arg(plan.levels() - 1)
                     .arg(factorText(plan.steps[static_cast<std::size_t>(level) - 1].scale), factorText(plan.cumulativeOf(level)),
                          sizeText(pixels.width(), pixels.height()))
                     .arg(tileCount(plan, level, m_region));
    }
    if (lines.isEmpty()) {
        return tr("Nothing to compute: the result is the photo itself.");
    }
    const double cell = m_levels.secondsPerCell() * passes() / m_levels.settings().controls.ensemble;
    const QString time = cell > 0 ? durationText(cell * cellsToCompute(plan, plan.levels() - 1, m_region)) : tr("not measured yet");
    lines << QString() << tr("Estimated time: %1").arg(time);
    return lines.join('\n');
}

} // namespace casr
