#include "ui/print_controller.h"

#include "ui/export_dialog.h"
#include "ui/photo_dialog.h"
#include "ui/print_dialog.h"

#include <QDir>

#include <algorithm>

namespace casr {

PrintController::PrintController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_messages(messages), m_window(window) {
    connect(&m_task, &LongTask::progressed, this, [this](double share) { Q_EMIT progressed(tr("Printing"), share); });
    connect(&m_task, &LongTask::done, this, &PrintController::tell);
    connect(&m_task, &LongTask::failed, &messages, &MessageBar::showError);
    connect(&m_task, &LongTask::done, this, &PrintController::ended);
    connect(&m_task, &LongTask::failed, this, &PrintController::ended);
    connect(&m_task, &LongTask::stopped, this, &PrintController::ended);
}

void PrintController::addCommand(QMenu* file, Commands& commands) {
    commands.add(file, "printAction", tr("Pr&int\u2026"), tr("Print the region, or the whole photo, at a step and in an exact size"),
                 {QKeySequence("Ctrl+P")}, [this] { choose(); });
}

void PrintController::choose() {
    if (isRunning()) {
        m_messages.showError(tr("A page is being printed. Wait until it is done, or stop it with Esc."));
        return;
    }
    const int level = std::min(m_canvas.heldLevel().value_or(m_canvas.shown().level), m_levels.plan().levels() - 1);
    auto* dialog = new PrintDialog(m_levels, m_canvas.workRegion(), level, suggestedExport(m_levels, level, "pdf"), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    endWithPhoto(*dialog, m_levels);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start(dialog->job()); });
    dialog->open();
}

void PrintController::start(const PrintJob& job) {
    m_file = job.printer ? QString() : job.file;
    Q_EMIT progressed(tr("Printing"), 0);
    m_task.start([job, document = m_levels.document(), staircase = m_levels.staircase()](
                     const StopCheck& stop, const LongTask::Report& report) { print(job, *document, staircase.get(), stop, report); });
}

void PrintController::tell() {
    m_messages.showNotice(m_file.isEmpty() ? tr("The page is with the printer.")
                                           : tr("Printed to %1").arg(QDir::toNativeSeparators(m_file)));
}

} // namespace casr
