#pragma once

#include "ui/commands.h"
#include "ui/levels.h"
#include "ui/message_bar.h"
#include "ui/newest_job.h"
#include "ui/photo_opener.h"
#include "ui/preferences.h"

namespace casr {

/// Brings the preferences into effect, at the start and when they are changed.
class PreferencesController : public QObject {
    Q_OBJECT

public:
    PreferencesController(Levels& levels, PhotoOpener& opener, Commands& commands, MessageBar& messages, QWidget* window);

    void open();
    /// As they were kept; for the start.
    void applyKept();
    void setDark(bool dark);

Q_SIGNALS:
    void screenChanged(const casr::ScreenProfile& screen);

private:
    void apply(const Preferences& preferences);
    void applyPrecision(Precision wanted);
    void applyScreen(const Preferences& preferences);

    Levels& m_levels;
    PhotoOpener& m_opener;
    Commands& m_commands;
    MessageBar& m_messages;
    QWidget* m_window;
    ScreenProfile m_screen;
    NewestJob m_lookingForDevice;
    NewestJob m_recolouring;
};

} // namespace casr
