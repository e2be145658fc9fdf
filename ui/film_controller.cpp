#include "ui/film_controller.h"

#include "ui/film_dialog.h"
#include "ui/photo_dialog.h"

#include <QDir>

namespace casr {

FilmController::FilmController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_messages(messages), m_window(window) {
    connect(&m_maker, &FilmMaker::progressed, this, [this](bool isVideo, double share) {
        Q_EMIT progressed(isVideo ? tr("Film: making the video") : tr("Film: making the frames"), share);
    });
    connect(&m_maker, &FilmMaker::finished, this, &FilmController::tell);
    connect(&m_maker, &FilmMaker::failed, &messages, &MessageBar::showError);
    connect(&m_maker, &FilmMaker::finished, this, &FilmController::ended);
    connect(&m_maker, &FilmMaker::failed, this, &FilmController::ended);
    connect(&m_maker, &FilmMaker::stopped, this, &FilmController::ended);
}

void FilmController::addCommand(QMenu* file, Commands& commands) {
    commands.add(file, "filmAction", tr("Zoom Fil&m\u2026"), tr("Make a film, or numbered pictures, of a smooth zoom into the region"), {},
                 [this] { choose(); });
}

void FilmController::choose() {
    if (isRunning()) {
        m_messages.showError(tr("A film is being made. Wait until it is done, or stop it with Esc."));
        return;
    }
    auto* dialog = new FilmDialog(m_levels, m_canvas, !VideoEncoder::program().isEmpty(), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    endWithPhoto(*dialog, m_levels);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start(dialog->job()); });
    dialog->open();
}

void FilmController::start(const FilmJob& job) {
    Q_EMIT progressed(tr("Film: making the frames"), 0);
    m_maker.start(job, m_levels.document(), m_levels.staircase());
}

void FilmController::tell(const QString& target) {
    m_messages.showNotice(tr("The film is in %1").arg(QDir::toNativeSeparators(target)));
}

} // namespace casr
