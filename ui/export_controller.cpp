#include "ui/export_controller.h"

#include "ui/export_all_dialog.h"
#include "ui/export_dialog.h"
#include "ui/guarded.h"
#include "ui/photo_dialog.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

#include <algorithm>

namespace casr {

ExportController::ExportController(Levels& levels, Canvas& canvas, FileExporter& exporter, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_exporter(exporter), m_messages(messages), m_window(window) {
    connect(&exporter, &FileExporter::finished, this, &ExportController::tell);
    connect(&exporter, &FileExporter::failed, &messages, &MessageBar::showError);
}

void ExportController::exportLevel(int held) {
    const int level = std::min(held, m_levels.plan().levels() - 1);
    const QString path = suggestedExport(m_levels, level, QSettings().value("exportExtension", "png").toString());
    auto* dialog = new ExportDialog(m_levels, m_canvas.workRegion(), level, path, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    endWithPhoto(*dialog, m_levels);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start({dialog->job()}); });
    dialog->open();
}

void ExportController::exportAllSteps() {
    const QString folder = QFileInfo(suggestedExport(m_levels, 1, "png")).absolutePath();
    auto* dialog = new ExportAllDialog(m_levels, m_canvas.workRegion(), folder, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    endWithPhoto(*dialog, m_levels);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        std::vector<ExportJob> jobs;
        const GuardedOutcome outcome = guarded([&] { jobs = dialog->jobs(); });
        outcome.error.isEmpty() ? start(std::move(jobs)) : m_messages.showError(outcome.error);
    });
    dialog->open();
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
