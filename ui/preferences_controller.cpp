#include "ui/preferences_controller.h"

#include "ui/guarded.h"
#include "ui/preferences_dialog.h"
#include "ui/theme.h"

#include <QApplication>

namespace casr {

namespace {

bool areSame(const ScreenProfile& a, const ScreenProfile& b) {
    return (a ? *a : std::string()) == (b ? *b : std::string());
}

} // namespace

PreferencesController::PreferencesController(Levels& levels, PhotoOpener& opener, Commands& commands, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_opener(opener), m_commands(commands), m_messages(messages), m_window(window) {
    connect(&m_lookingForDevice, &NewestJob::failed, &messages, &MessageBar::showError);
    connect(&m_recolouring, &NewestJob::failed, &messages, &MessageBar::showError);
}

void PreferencesController::open() {
    auto* dialog = new PreferencesDialog(loadPreferences(), m_commands, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        savePreferences(dialog->preferences());
        dialog->applyShortcuts();
        setDark(dialog->preferences().isDark);
        apply(dialog->preferences());
    });
    dialog->open();
}

void PreferencesController::applyKept() {
    m_commands.loadShortcuts();
    const Preferences preferences = loadPreferences();
    apply(preferences);
    if (!m_levels.document() && preferences.stepLimit != m_levels.plan().stepLimit) {
        m_levels.setPlan(m_levels.plan().scale, preferences.stepLimit);
    }
}

void PreferencesController::setDark(bool dark) {
    Preferences preferences = loadPreferences();
    preferences.isDark = dark;
    savePreferences(preferences);
    m_commands.at("darkAction")->setChecked(dark);
    applyTheme(*qApp, dark);
}

void PreferencesController::apply(const Preferences& preferences) {
    m_levels.setCacheBudget(cacheBytes(preferences));
    applyPrecision(preferences.precision);
    applyScreen(preferences);
}

// Not in the window's thread: the first look for a CUDA device starts its driver.
void PreferencesController::applyPrecision(Precision wanted) {
    m_lookingForDevice.post([this, wanted](const StopCheck&) -> NewestJob::Show {
        const Precision precision = resolved(wanted);
        return [this, precision] { m_levels.setPrecision(precision); };
    });
}

void PreferencesController::applyScreen(const Preferences& preferences) {
    ScreenProfile screen;
    const GuardedOutcome outcome = guarded([&] { screen = screenProfileOf(preferences); });
    if (!outcome.error.isEmpty()) {
        m_messages.showError(outcome.error);
        return;
    }
    if (areSame(screen, m_screen)) {
        return;
    }
    m_screen = screen;
    m_opener.setScreen(screen);
    Q_EMIT screenChanged(screen);
    if (!m_levels.document()) {
        return;
    }
    m_recolouring.post([this, document = m_levels.document(), screen](const StopCheck& stop) -> NewestJob::Show {
        const std::shared_ptr<const Document> other = recoloured(*document, screen, stop);
        return [this, document, other] {
            if (m_levels.document() == document) {
                m_levels.recolour(other);
            }
        };
    });
}

} // namespace casr
