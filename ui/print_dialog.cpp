#include "ui/print_dialog.h"

#include "ui/numbers.h"
#include "ui/page_painter.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPageSetupDialog>
#include <QPrinter>
#include <QPrinterInfo>
#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double millimetresPerCentimetre = 10;

QString lengthText(double length, int digits) {
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(length, 'f', digits);
}

} // namespace

PrintDialog::PrintDialog(const Levels& levels, Rect region, int level, const QString& file, QWidget* parent)
    : QDialog(parent), m_levels(levels), m_region(region), m_printer(new QComboBox(this)),
      m_file(new QLineEdit(QDir::toNativeSeparators(file), this)), m_browse(new QPushButton(tr("&Browse\u2026"), this)),
      m_paper(new QPushButton(this)), m_level(new QComboBox(this)), m_width(new QLineEdit(this)), m_height(new QLineEdit(this)),
      m_unit(new QComboBox(this)), m_fit(new QPushButton(tr("&Fit to Page"), this)), m_summary(new QLabel(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("Print"));
    fillPrinters();
    fillSteps();
    m_level->setCurrentIndex(level);
    build();
    takePrinter();
    fitToPage();
    connectParts();
}

void PrintDialog::fillPrinters() {
    m_printer->setObjectName("printPrinter");
    for (const QString& name : QPrinterInfo::availablePrinterNames()) {
        m_printer->addItem(name, name);
    }
    m_printer->addItem(tr("PDF file"), QString());
    m_printer->setCurrentIndex(std::max(0, m_printer->findData(QPrinterInfo::defaultPrinterName())));
}

void PrintDialog::fillSteps() {
    m_level->setObjectName("printLevel");
    for (int level = 0; level < m_levels.plan().levels(); ++level) {
        const Rect pixels = regionAt(m_levels.plan(), level, m_region);
        const QString name =
            level == 0 ? tr("Photo") : tr("Step %1, \u00d7%2").arg(level).arg(factorText(m_levels.plan().cumulativeOf(level)));
        m_level->addItem(tr("%1 (%2 pixels)").arg(name, sizeText(pixels.width(), pixels.height())));
    }
}

void PrintDialog::build() {
    m_file->setObjectName("printFile");
    m_file->setAccessibleName(tr("PDF file"));
    m_file->setMinimumWidth(320);
    m_paper->setObjectName("printPaper");
    m_width->setObjectName("printWidth");
    m_width->setAccessibleName(tr("Width on paper"));
    m_height->setObjectName("printHeight");
    m_height->setAccessibleName(tr("Height on paper"));
    m_unit->setObjectName("printUnit");
    m_unit->setAccessibleName(tr("Unit of width and height"));
    m_unit->addItem(tr("cm"), millimetresPerCentimetre);
    m_unit->addItem(tr("inches"), millimetresPerInch);
    m_fit->setObjectName("printFit");
    m_summary->setObjectName("printSummary");
    m_summary->setWordWrap(true);
    m_summary->setMinimumHeight(fontMetrics().lineSpacing() * 3);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Print"));

    auto* file = new QHBoxLayout;
    file->addWidget(m_file, 1);
    file->addWidget(m_browse);
    auto* size = new QHBoxLayout;
    size->addWidget(m_width);
    size->addWidget(new QLabel(QString(QChar(0x00d7)), this));
    size->addWidget(m_height);
    size->addWidget(m_unit);
    size->addWidget(m_fit);
    auto* form = new QFormLayout(this);
    form->addRow(tr("P&rinter"), m_printer);
    form->addRow(tr("PDF file"), file);
    form->addRow(tr("P&aper"), m_paper);
    form->addRow(tr("&Step"), m_level);
    form->addRow(tr("Width and height"), size);
    form->addRow(m_summary);
    form->addRow(m_buttons);
}

void PrintDialog::connectParts() {
    connect(m_printer, &QComboBox::currentIndexChanged, this, &PrintDialog::takePrinter);
    connect(m_browse, &QPushButton::clicked, this, &PrintDialog::chooseFile);
    connect(m_paper, &QPushButton::clicked, this, &PrintDialog::choosePaper);
    connect(m_fit, &QPushButton::clicked, this, &PrintDialog::fitToPage);
    connect(m_unit, &QComboBox::currentIndexChanged, this, [this] { showSize(nullptr); });
    connect(m_width, &QLineEdit::textEdited, this, [this] { takeSize(*m_width); });
    connect(m_height, &QLineEdit::textEdited, this, [this] { takeSize(*m_height); });
    connect(m_level, &QComboBox::currentIndexChanged, this, &PrintDialog::check);
    connect(m_file, &QLineEdit::textChanged, this, &PrintDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

bool PrintDialog::isPdf() const {
    return m_printer->currentData().toString().isEmpty();
}

double PrintDialog::unit() const {
    return m_unit->currentData().toDouble();
}

void PrintDialog::takePrinter() {
    const QPageLayout::Orientation wide =
        m_region.width() > m_region.height() ? QPageLayout::Orientation::Landscape : QPageLayout::Orientation::Portrait;
    const QPageLayout before =
        m_device ? m_device->pageLayout() : QPageLayout(QPageSize(QPageSize::A4), wide, {10, 10, 10, 10}, QPageLayout::Millimeter);
    m_device = std::make_shared<QPrinter>(QPrinter::HighResolution);
    isPdf() ? m_device->setOutputFormat(QPrinter::PdfFormat) : m_device->setPrinterName(m_printer->currentData().toString());
    m_device->setPageLayout(before);
    m_file->setEnabled(isPdf());
    m_browse->setEnabled(isPdf());
    check();
}

void PrintDialog::choosePaper() {
    QPageSetupDialog dialog(m_device.get(), this);
    if (dialog.exec() == QDialog::Accepted) {
        check();
    }
}

void PrintDialog::chooseFile() {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Print To"), m_file->text(), tr("PDF (*.pdf)"), nullptr, QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty()) {
        m_file->setText(QDir::toNativeSeparators(path));
    }
}

void PrintDialog::fitToPage() {
    m_millimetres = fitted(QSizeF(m_region.width(), m_region.height()), printableSize(m_device->pageLayout()));
    showSize(nullptr);
}

/// The numbers of the size, but for the one that is being typed.
void PrintDialog::showSize(const QLineEdit* typed) {
    const int digits = 2;
    for (QLineEdit* edit : {m_width, m_height}) {
        if (edit != typed && !m_millimetres.isEmpty()) {
            edit->setText(lengthText((edit == m_width ? m_millimetres.width() : m_millimetres.height()) / unit(), digits));
        }
    }
    check();
}

void PrintDialog::takeSize(const QLineEdit& typed) {
    const double length = std::max(parsedNumber(typed.text()).value_or(0), 0.0) * unit();
    const double along = &typed == m_width ? m_region.width() : m_region.height();
    m_millimetres = QSizeF(m_region.width(), m_region.height()) * (length / along);
    showSize(&typed);
}

PrintJob PrintDialog::job() const {
    PrintJob job;
    job.level = m_level->currentIndex();
    job.pixels = regionAt(m_levels.plan(), job.level, m_region);
    job.plain = m_levels.mixture().plainOf(job.level);
    job.millimetres = m_millimetres;
    job.layout = m_device->pageLayout();
    job.printer = isPdf() ? nullptr : m_device;
    job.file = QFileInfo(QDir::fromNativeSeparators(m_file->text())).absoluteFilePath();
    return job;
}

QString PrintDialog::sizeInWords() const {
    const int digits = unit() == millimetresPerCentimetre ? 1 : 2;
    return tr("%1 \u00d7 %2 %3, %4 ppi")
        .arg(lengthText(m_millimetres.width() / unit(), digits), lengthText(m_millimetres.height() / unit(), digits), m_unit->currentText())
        .arg(std::lround(pixelsPerInch(job())));
}

void PrintDialog::check() {
    const QPageLayout layout = m_device->pageLayout();
    m_paper->setText(tr("%1, %2\u2026")
                         .arg(layout.pageSize().name(), layout.orientation() == QPageLayout::Landscape ? tr("landscape") : tr("portrait")));
    const PrintJob chosen = job();
    const QString problem = problemOf(chosen);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
    const bool replaces = isPdf() && QFileInfo::exists(chosen.file);
    const QString note = replaces ? tr("This file exists and will be replaced.") : QString();
    m_summary->setText(problem.isEmpty() ? QStringList{sizeInWords(), note}.join('\n').trimmed() : problem);
}

} // namespace casr
