#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/film_maker.h"
#include "ui/message_bar.h"

namespace casr {

/// The Zoom Film command: the dialog before, messages after.
class FilmController : public QObject {
    Q_OBJECT

public:
    FilmController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window);

    void addCommand(QMenu* file, Commands& commands);
    bool isRunning() const { return m_maker.isRunning(); }
    std::optional<double> secondsSpent() const { return m_maker.secondsSpent(); }
    void stop() { m_maker.stop(); }

Q_SIGNALS:
    /// `text` says what is being done, `share` 0 .. 1 how much of it is.
    void progressed(const QString& text, double share);
    void ended();

private:
    void choose();
    void start(const FilmJob& job);
    void tell(const QString& target);

    Levels& m_levels;
    Canvas& m_canvas;
    MessageBar& m_messages;
    QWidget* m_window;
    FilmMaker m_maker;
};

} // namespace casr
