#pragma once

#include "ui/canvas.h"
#include "ui/file_exporter.h"
#include "ui/message_bar.h"

namespace casr {

/// What the Export commands do: dialogs before, messages after.
class ExportController : public QObject {
    Q_OBJECT

public:
    ExportController(Levels& levels, Canvas& canvas, FileExporter& exporter, MessageBar& messages, QWidget* window);

    /// Asks how, the region or the whole photo at `held` being offered, or at the last step where that lies beyond, and writes it.
    void exportLevel(int held);
    /// Asks how, and writes every step of the region, or of the whole photo, to a folder.
    void exportAllSteps();

private:
    void start(std::vector<ExportJob> jobs);
    void tell(const QStringList& paths, const QStringList& notes);

    Levels& m_levels;
    Canvas& m_canvas;
    FileExporter& m_exporter;
    MessageBar& m_messages;
    QWidget* m_window;
};

} // namespace casr
