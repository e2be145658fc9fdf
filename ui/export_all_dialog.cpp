#include "ui/export_all_dialog.h"

#include "ui/export_formats.h"
#include "ui/guarded.h"
#include "ui/numbers.h"
#include "ui/recipe_controller.h"

#include "core/batch/batch.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>

namespace casr {

namespace {

constexpr const char* defaultNames = "{name}_x{scale}";

bool existsAt(const std::filesystem::path& path) {
    return QFileInfo::exists(QString::fromStdU16String(path.u16string()));
}

/// The steps of a photo as a queue names its results.
Batch batchOf(const Plan& plan, const QString& photo) {
    Batch batch;
    for (int level = 1; level < plan.levels(); ++level) {
        BatchItem item;
        item.input = photo.isEmpty() ? ExportAllDialog::tr("picture").toStdString() : photo.toStdString();
        item.scale = QString::number(plan.cumulativeOf(level), 'g', 4).toDouble();
        batch.items.push_back(item);
    }
    return batch;
}

} // namespace

ExportAllDialog::ExportAllDialog(const Levels& levels, Rect region, const QString& folder, QWidget* parent)
    : QDialog(parent), m_levels(levels), m_region(region), m_folder(new QLineEdit(QDir::toNativeSeparators(folder), this)),
      m_names(new QLineEdit(QSettings().value("exportNames", defaultNames).toString(), this)), m_format(new QComboBox(this)),
      m_form(new ExportForm(levels.document()->picture.bitsPerSample, this)), m_conflict(new QComboBox(this)), m_summary(new QLabel(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this)) {
    setWindowTitle(tr("Export All Steps"));
    build();
    m_format->setCurrentIndex(std::max(0, formatOf("a." + QSettings().value("exportExtension", "png").toString())));
    showFormats();
    check();
}

void ExportAllDialog::build() {
    m_folder->setObjectName("exportFolder");
    m_folder->setMinimumWidth(360);
    m_names->setObjectName("exportNames");
    m_names->setToolTip(tr("{name} is the photo's, {scale} the step's factor, {number} the step's"));
    m_format->setObjectName("exportAllFormat");
    addFormats(*m_format);
    m_conflict->setObjectName("exportConflict");
    m_conflict->addItems({tr("Leave it and write none"), tr("Number the new file"), tr("Replace it")}); // as Conflict
    m_conflict->setCurrentIndex(static_cast<int>(Conflict::number));
    m_summary->setObjectName("exportAllSummary");
    m_summary->setWordWrap(true);
    auto* browseButton = new QPushButton(tr("&Browse\u2026"), this);

    auto* folder = new QHBoxLayout;
    folder->addWidget(m_folder, 1);
    folder->addWidget(browseButton);
    auto* form = new QFormLayout(this);
    auto* folderLabel = new QLabel(tr("&Folder"), this);
    folderLabel->setBuddy(m_folder);
    form->addRow(folderLabel, folder);
    form->addRow(tr("&Names"), m_names);
    form->addRow(tr("F&ormat"), m_format);
    m_form->addTo(*form);
    form->addRow(tr("Where a file &exists"), m_conflict);
    form->addRow(m_summary);
    form->addRow(m_buttons);

    connect(browseButton, &QPushButton::clicked, this, &ExportAllDialog::browse);
    for (const QLineEdit* line : {m_folder, m_names}) {
        connect(line, &QLineEdit::textChanged, this, &ExportAllDialog::check);
    }
    for (const QComboBox* choice : {m_format, m_conflict}) {
        connect(choice, &QComboBox::currentIndexChanged, this, &ExportAllDialog::check);
    }
    connect(m_form, &ExportForm::pixelsChanged, this, &ExportAllDialog::showFormats);
    connect(m_form, &ExportForm::changed, this, &ExportAllDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, [this] {
        QSettings().setValue("exportNames", m_names->text());
        accept();
    });
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ExportAllDialog::browse() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Export All Steps To"), m_folder->text());
    if (!folder.isEmpty()) {
        m_folder->setText(QDir::toNativeSeparators(folder));
    }
}

void ExportAllDialog::showFormats() {
    greyImpossibleFormats(*m_format, *m_levels.document(), jobsOfAllSteps());
}

/// Without their names.
std::vector<ExportJob> ExportAllDialog::jobsOfAllSteps() const {
    const bool isWhole = m_region == rectOf(m_levels.document()->size());
    std::vector<ExportJob> jobs;
    for (int level = 1; level < m_levels.plan().levels(); ++level) {
        ExportJob job;
        job.level = level;
        job.pixels = regionAt(m_levels.plan(), level, m_region);
        job.options = m_form->options();
        job.colours = m_form->colours();
        job.recipe = recipeOf(m_levels, isWhole ? std::nullopt : std::optional(m_region), level);
        jobs.push_back(std::move(job));
    }
    return jobs;
}

std::vector<ExportJob> ExportAllDialog::jobs() const {
    Batch batch = batchOf(m_levels.viewingPlan(), m_levels.document()->path);
    batch.folder = QFileInfo(QDir::fromNativeSeparators(m_folder->text())).absoluteFilePath().toStdString();
    batch.nameTemplate = m_names->text().toStdString() + ".{ext}";
    batch.extension = exportFormats[static_cast<std::size_t>(std::max(0, m_format->currentIndex()))].suffix;
    batch.conflict = static_cast<Conflict>(m_conflict->currentIndex());
    std::set<std::filesystem::path> taken;
    std::vector<ExportJob> chosen;
    for (ExportJob& job : jobsOfAllSteps()) {
        const auto path = resultPath(batch, static_cast<std::size_t>(job.level - 1), taken, existsAt);
        if (path) {
            taken.insert(*path);
            job.path = QString::fromStdU16String(path->u16string());
            chosen.push_back(std::move(job));
        }
    }
    return chosen;
}

void ExportAllDialog::check() {
    m_form->showFor(exportFormats[static_cast<std::size_t>(std::max(0, m_format->currentIndex()))].suffix);
    QStringList lines, lost;
    const GuardedOutcome outcome = guarded([&] {
        const std::vector<ExportJob> chosen = jobs();
        for (const ExportJob& job : chosen) {
            lost << checkExport(*m_levels.document(), job);
            lines << tr("%1: %2 pixels").arg(QFileInfo(job.path).fileName(), sizeText(job.pixels.width(), job.pixels.height()));
        }
    });
    lost.removeDuplicates();
    m_buttons->button(QDialogButtonBox::Save)->setEnabled(outcome.error.isEmpty() && !lines.isEmpty());
    m_summary->setText(!outcome.error.isEmpty() ? outcome.error
                       : lines.isEmpty()        ? tr("All of these files exist. Choose other names, or replace or number them.")
                                                : (lines + lost).join('\n'));
}

} // namespace casr
