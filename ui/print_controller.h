#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/message_bar.h"
#include "ui/print_job.h"

namespace casr {

/// The Print command: the dialog before, the work on a thread of its own, messages after.
class PrintController : public QObject {
    Q_OBJECT

public:
    PrintController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window);

    void addCommand(QMenu* file, Commands& commands);
    bool isRunning() const { return m_task.isRunning(); }
    std::optional<double> secondsSpent() const { return m_task.secondsSpent(); }
    void stop() { m_task.stop(); }

Q_SIGNALS:
    /// `text` says what is being done, `share` 0 .. 1 how much of it is.
    void progressed(const QString& text, double share);
    void ended();

private:
    void choose();
    void start(const PrintJob& job);
    void tell();

    Levels& m_levels;
    Canvas& m_canvas;
    MessageBar& m_messages;
    QWidget* m_window;
    QString m_file;  ///< Of what is being printed; empty for paper.
    LongTask m_task; ///< Last: stopped before the rest goes.
};

} // namespace casr
