#include "ui/export_controller.h"

#include "ui/export_dialog.h"
#include "ui/recipe_controller.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSettings>

#include <algorithm>

namespace casr {

ExportController::ExportController(Levels& levels, Canvas& canvas, Exporter& exporter, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_exporter(exporter), m_messages(messages), m_window(window) {
    connect(&exporter, &Exporter::finished, this, &ExportController::tell);
    connect(&exporter, &Exporter::failed, &messages, &MessageBar::showError);
}

void ExportController::exportLevel(int level) {
    const QString path = suggestedExport(m_levels, level, QSettings().value("exportExtension", "png").toString());
    auto* dialog = new ExportDialog(m_levels, m_canvas.workRegion(), level, path, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start({dialog->job()}); });
    dialog->open();
}

std::vector<ExportJob> ExportController::jobsOfAllSteps(const QString& folder) const {
    std::vector<ExportJob> jobs;
    for (int level = 1; level < m_levels.plan().levels(); ++level) {
        const QString name = QFileInfo(suggestedExport(m_levels, level, "png")).fileName();
        const Rect pixels = regionAt(m_levels.plan(), level, m_canvas.workRegion());
        jobs.push_back({QDir(folder).filePath(name), level, pixels, {}, recipeOf(m_levels, m_canvas.region(), level)});
    }
    return jobs;
}

void ExportController::exportAllSteps() {
    const QString folder =
        QFileDialog::getExistingDirectory(m_window, tr("Export All Steps To"), QSettings().value("lastFolder").toString());
    if (folder.isEmpty()) {
        return;
    }
    const std::vector<ExportJob> jobs = jobsOfAllSteps(folder);
    const auto exists = [](const ExportJob& job) { return QFileInfo::exists(job.path); };
    if (std::any_of(jobs.begin(), jobs.end(), exists) &&
        QMessageBox::question(m_window, tr("Export All Steps"), tr("Some of these files exist. Replace them?")) != QMessageBox::Yes) {
        return;
    }
    start(jobs);
}

void ExportController::start(std::vector<ExportJob> jobs) {
    if (m_exporter.isRunning()) {
        m_messages.showError(tr("An export is under way. Wait until it is done, or stop it with Esc."));
        return;
    }
    QSettings().setValue("exportExtension", QFileInfo(jobs.front().path).suffix().toLower());
    m_exporter.start(std::move(jobs));
}

void ExportController::tell(const QStringList& paths, const QStringList& notes) {
    const QString what = paths.size() == 1 ? tr("Exported %1").arg(QDir::toNativeSeparators(paths.first()))
                                           : tr("Exported %1 files to %2").arg(paths.size()).arg(QFileInfo(paths.first()).absolutePath());
    m_messages.showNotice((QStringList{what} + notes).join('\n'));
}

} // namespace casr
