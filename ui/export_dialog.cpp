#include "ui/export_dialog.h"

#include "ui/export_formats.h"
#include "ui/guarded.h"
#include "ui/numbers.h"
#include "ui/recipe_controller.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>

namespace casr {

namespace {

/// The photo's own folder where that can be written (a card or a system folder cannot), else that of the user's pictures.
QString folderOfResults(const QString& photo) {
    const QFileInfo own(QFileInfo(photo).absolutePath());
    if (!photo.isEmpty() && own.isDir() && own.isWritable()) {
        return own.filePath();
    }
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    return QFileInfo(pictures).isDir() ? pictures : QDir::homePath();
}

} // namespace

QString suggestedExport(const Levels& levels, int level, const QString& extension) {
    const QString photo = levels.document()->path;
    const QString base = photo.isEmpty() ? QCoreApplication::translate("ExportDialog", "picture") : QFileInfo(photo).completeBaseName();
    const QString factor = QString::number(levels.viewingPlan().cumulativeOf(level), 'g', 4);
    return QDir(folderOfResults(photo)).filePath(QString("%1_x%2.%3").arg(base, factor, extension));
}

ExportDialog::ExportDialog(const Levels& levels, Rect region, int level, const QString& path, QWidget* parent)
    : QDialog(parent), m_levels(levels), m_region(region), m_path(new QLineEdit(QDir::toNativeSeparators(path), this)),
      m_format(new QComboBox(this)), m_level(new QComboBox(this)), m_form(new ExportForm(levels.document()->picture.bitsPerSample, this)),
      m_summary(new QLabel(this)), m_buttons(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("Export"));
    build();
    m_level->setCurrentIndex(level);
    showFormats();
    check();
}

void ExportDialog::build() {
    m_path->setObjectName("exportPath");
    m_path->setMinimumWidth(360);
    m_format->setObjectName("exportFormat");
    addFormats(*m_format);
    m_level->setObjectName("exportLevel");
    for (int level = 0; level < m_levels.plan().levels(); ++level) {
        const Rect pixels = regionAt(m_levels.plan(), level, m_region);
        const QString name =
            level == 0 ? tr("Photo") : tr("Step %1, \u00d7%2").arg(level).arg(factorText(m_levels.plan().cumulativeOf(level)));
        m_level->addItem(tr("%1 (%2 pixels)").arg(name, sizeText(pixels.width(), pixels.height())));
    }
    m_summary->setObjectName("exportSummary");
    m_summary->setWordWrap(true);
    auto* browseButton = new QPushButton(tr("&Browse\u2026"), this);

    auto* path = new QHBoxLayout;
    path->addWidget(m_path, 1);
    path->addWidget(browseButton);
    auto* form = new QFormLayout(this);
    auto* pathLabel = new QLabel(tr("&File"), this);
    pathLabel->setBuddy(m_path);
    form->addRow(pathLabel, path);
    form->addRow(tr("F&ormat"), m_format);
    form->addRow(tr("&Step"), m_level);
    m_form->addTo(*form);
    form->addRow(m_summary);
    form->addRow(m_buttons);

    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::check);
    connect(m_format, &QComboBox::activated, this, &ExportDialog::chooseFormat);
    connect(m_level, &QComboBox::currentIndexChanged, this, &ExportDialog::showFormats);
    connect(m_level, &QComboBox::currentIndexChanged, this, &ExportDialog::check);
    connect(m_form, &ExportForm::pixelsChanged, this, &ExportDialog::showFormats);
    connect(m_form, &ExportForm::changed, this, &ExportDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ExportDialog::browse() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export To"), m_path->text(),
        tr("PNG (*.png);;TIFF (*.tif *.tiff);;JPEG (*.jpg *.jpeg);;WebP (*.webp);;JPEG XL (*.jxl);;AVIF (*.avif)"), nullptr,
        QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty()) {
        m_path->setText(QDir::toNativeSeparators(path));
    }
}

void ExportDialog::chooseFormat(int index) {
    m_path->setText(withSuffix(m_path->text(), exportFormats[static_cast<std::size_t>(index)].suffix));
}

void ExportDialog::showFormats() {
    greyImpossibleFormats(*m_format, *m_levels.document(), {job()});
}

ExportJob ExportDialog::job() const {
    ExportJob job;
    job.path = QFileInfo(QDir::fromNativeSeparators(m_path->text())).absoluteFilePath();
    job.level = m_level->currentIndex();
    job.pixels = regionAt(m_levels.plan(), job.level, m_region);
    job.options = m_form->options();
    job.colours = m_form->colours();
    job.recipe = recipeOf(m_levels, m_region == rectOf(m_levels.document()->size()) ? std::nullopt : std::optional(m_region), job.level);
    return job;
}

void ExportDialog::check() {
    m_format->setCurrentIndex(formatOf(m_path->text()));
    m_form->showFor(suffixOf(m_path->text()));
    const ExportJob chosen = job();
    QStringList losses;
    const GuardedOutcome outcome = guarded([&] { losses = checkExport(*m_levels.document(), chosen); });
    m_buttons->button(QDialogButtonBox::Save)->setEnabled(outcome.error.isEmpty());
    if (!outcome.error.isEmpty()) {
        m_summary->setText(outcome.error);
        return;
    }
    const QString what = QFileInfo::exists(chosen.path)
                             ? tr("This file exists and will be replaced.")
                             : tr("%1 pixels will be written.").arg(sizeText(chosen.pixels.width(), chosen.pixels.height()));
    m_summary->setText((QStringList{what} + losses).join('\n'));
}

} // namespace casr
