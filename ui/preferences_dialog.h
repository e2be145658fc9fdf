#pragma once

#include "ui/newest_job.h"
#include "ui/preferences.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace casr {

class Commands;
class ShortcutTable;

class PreferencesDialog : public QDialog {
    Q_OBJECT

public:
    PreferencesDialog(const Preferences& preferences, Commands& commands, QWidget* parent = nullptr);

    /// Valid once accepted.
    Preferences preferences() const;
    /// Gives the commands the chosen shortcuts.
    void applyShortcuts();

private:
    QWidget* lookPage();
    QWidget* computingPage();
    void fill(const Preferences& preferences);
    void browseScreen();
    void browseDepth();
    /// Shows a problem when the chosen device is not there; looking for one may take seconds.
    void lookForDevice();
    void showDeviceProblem(const QString& problem);
    void check();

    QCheckBox* m_dark;
    QComboBox* m_screen;
    QLineEdit* m_screenFile;
    QSpinBox* m_threads;
    QSpinBox* m_memory;
    QComboBox* m_precision;
    QLineEdit* m_stepLimit;
    QLineEdit* m_depthModel;
    QLabel* m_problem;
    ShortcutTable* m_shortcuts;
    QDialogButtonBox* m_buttons;
    QString m_deviceProblem;
    NewestJob m_lookingForDevice;
};

} // namespace casr
