#include "ui/preferences_dialog.h"

#include "ui/guarded.h"
#include "ui/numbers.h"
#include "ui/shortcut_table.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QVBoxLayout>

namespace casr {

namespace {

/// A row of both. The label's key leads to `edit`, which a form sees to only where a row is one widget.
void addRow(QFormLayout& form, const QString& text, QLineEdit* edit, QPushButton* button) {
    auto* row = new QHBoxLayout;
    row->addWidget(edit, 1);
    row->addWidget(button);
    auto* label = new QLabel(text);
    label->setBuddy(edit);
    form.addRow(label, row);
}

} // namespace

PreferencesDialog::PreferencesDialog(const Preferences& preferences, Commands& commands, QWidget* parent)
    : QDialog(parent), m_dark(new QCheckBox(tr("&Dark surroundings"), this)), m_screen(new QComboBox(this)),
      m_screenFile(new QLineEdit(this)), m_threads(new QSpinBox(this)), m_memory(new QSpinBox(this)), m_precision(new QComboBox(this)),
      m_stepLimit(new QLineEdit(this)), m_depthModel(new QLineEdit(this)), m_problem(new QLabel(this)),
      m_shortcuts(new ShortcutTable(commands, this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("Preferences"));
    setMinimumSize(520, 420);
    auto* tabs = new QTabWidget(this);
    tabs->setObjectName("preferenceTabs");
    tabs->addTab(lookPage(), tr("&Look"));
    tabs->addTab(computingPage(), tr("&Computing"));
    tabs->addTab(m_shortcuts, tr("&Shortcuts"));
    m_problem->setObjectName("preferencesProblem");
    m_problem->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(tabs, 1);
    layout->addWidget(m_problem);
    layout->addWidget(m_buttons);
    fill(preferences);
    connect(m_screen, &QComboBox::currentIndexChanged, this, &PreferencesDialog::check);
    connect(m_screenFile, &QLineEdit::textChanged, this, &PreferencesDialog::check);
    connect(m_precision, &QComboBox::currentIndexChanged, this, &PreferencesDialog::lookForDevice);
    connect(&m_lookingForDevice, &NewestJob::failed, this, &PreferencesDialog::showDeviceProblem);
    connect(m_stepLimit, &QLineEdit::textChanged, this, &PreferencesDialog::check);
    connect(m_depthModel, &QLineEdit::textChanged, this, &PreferencesDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    lookForDevice();
}

QWidget* PreferencesDialog::lookPage() {
    m_dark->setObjectName("preferDark");
    m_screen->setObjectName("preferScreen");
    m_screen->addItems({tr("As the system says (sRGB when it does not)"), tr("From a file"), tr("sRGB")});
    m_screenFile->setObjectName("preferScreenFile");
    m_screenFile->setAccessibleName(tr("Profile of the screen"));
    auto* browseButton = new QPushButton(tr("&Browse\u2026"), this);
    connect(browseButton, &QPushButton::clicked, this, &PreferencesDialog::browseScreen);
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    form->addRow(QString(), m_dark);
    form->addRow(tr("&Profile of the screen"), m_screen);
    addRow(*form, tr("Profile &file"), m_screenFile, browseButton);
    return page;
}

QWidget* PreferencesDialog::computingPage() {
    m_threads->setObjectName("preferThreads");
    m_threads->setRange(0, 1024);
    m_threads->setSpecialValueText(tr("all"));
    m_memory->setObjectName("preferMemory");
    m_memory->setRange(0, 1 << 20);
    m_memory->setSingleStep(256);
    m_memory->setSuffix(tr(" MB"));
    m_memory->setSpecialValueText(tr("by itself"));
    m_precision->setObjectName("preferPrecision");
    m_precision->addItems({tr("Processor, as it is fastest"), tr("Processor, bfloat16 (fast where it has that)"), tr("Processor, float32"),
                           tr("CUDA device, float32")});
    m_stepLimit->setObjectName("preferStepLimit");
    m_depthModel->setObjectName("preferDepthModel");
    m_depthModel->setAccessibleName(tr("Depth model"));
    m_depthModel->setPlaceholderText(tr("the small one that ships"));
    auto* browseButton = new QPushButton(tr("B&rowse\u2026"), this);
    connect(browseButton, &QPushButton::clicked, this, &PreferencesDialog::browseDepth);
    auto* page = new QWidget(this);
    auto* form = new QFormLayout(page);
    form->addRow(tr("&Threads (from the next start on)"), m_threads);
    form->addRow(tr("&Memory for computed tiles"), m_memory);
    form->addRow(tr("De&vice and precision"), m_precision);
    form->addRow(tr("Largest &step of a new photo"), m_stepLimit);
    addRow(*form, tr("&Depth model (TorchScript)"), m_depthModel, browseButton);
    return page;
}

void PreferencesDialog::fill(const Preferences& preferences) {
    m_dark->setChecked(preferences.isDark);
    m_screen->setCurrentIndex(static_cast<int>(preferences.screen));
    m_screenFile->setText(preferences.screenFile);
    m_threads->setValue(preferences.threads);
    m_memory->setValue(preferences.memoryMegabytes);
    m_precision->setCurrentIndex(static_cast<int>(preferences.precision));
    m_stepLimit->setText(factorText(preferences.stepLimit));
    m_depthModel->setText(preferences.depthModel);
}

Preferences PreferencesDialog::preferences() const {
    Preferences chosen;
    chosen.isDark = m_dark->isChecked();
    chosen.screen = static_cast<ScreenSource>(m_screen->currentIndex());
    chosen.screenFile = m_screenFile->text();
    chosen.threads = m_threads->value();
    chosen.memoryMegabytes = m_memory->value();
    chosen.precision = static_cast<Precision>(m_precision->currentIndex());
    chosen.stepLimit = parsedNumber(m_stepLimit->text()).value_or(0);
    chosen.depthModel = m_depthModel->text();
    return chosen;
}

void PreferencesDialog::applyShortcuts() {
    m_shortcuts->apply();
}

void PreferencesDialog::browseScreen() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Profile of the Screen"), m_screenFile->text(), tr("ICC profiles (*.icc *.icm)"));
    if (!path.isEmpty()) {
        m_screenFile->setText(path);
        m_screen->setCurrentIndex(static_cast<int>(ScreenSource::file));
    }
}

void PreferencesDialog::browseDepth() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Depth Model"), m_depthModel->text(),
                                                      tr("Depth models (*.pt *.ts *.safetensors);;All files (*)"));
    if (!path.isEmpty()) {
        m_depthModel->setText(path);
    }
}

void PreferencesDialog::lookForDevice() {
    showDeviceProblem({});
    m_lookingForDevice.post([this, precision = preferences().precision](const StopCheck&) -> NewestJob::Show {
        resolved(precision);
        return [this] { showDeviceProblem({}); };
    });
}

void PreferencesDialog::showDeviceProblem(const QString& problem) {
    m_deviceProblem = problem;
    check();
}

void PreferencesDialog::check() {
    const Preferences chosen = preferences();
    m_screenFile->setEnabled(chosen.screen == ScreenSource::file);
    QString problem = m_deviceProblem;
    if (const QString screenProblem = guarded([&] { screenProfileOf(chosen); }).error; !screenProblem.isEmpty()) {
        problem = screenProblem;
    }
    if (chosen.stepLimit < smallestStepLimit || chosen.stepLimit > largestStepLimit) {
        problem = tr("The largest step is a number from %1 to %2.").arg(factorText(smallestStepLimit), factorText(largestStepLimit));
    }
    if (!chosen.depthModel.isEmpty() && !QFileInfo(chosen.depthModel).isFile()) {
        problem = tr("The depth model is not there. Choose another file, or none for the model that ships.");
    }
    m_problem->setText(problem);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
}

} // namespace casr
