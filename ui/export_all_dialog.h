#pragma once

#include "ui/export_form.h"
#include "ui/file_exporter.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace casr {

/// Folder, names, format and what happens to files that exist, for an export of every step; what cannot be written is said before
/// anything starts.
class ExportAllDialog : public QDialog {
    Q_OBJECT

public:
    /// `region`: the part of the photo, or the whole of it.
    ExportAllDialog(const Levels& levels, Rect region, const QString& folder, QWidget* parent = nullptr);

    /// One for each step that is to be written. Throws Error for names that cannot be.
    std::vector<ExportJob> jobs() const;

private:
    void build();
    void browse();
    void check();
    void showFormats();
    std::vector<ExportJob> jobsOfAllSteps() const;

    const Levels& m_levels;
    Rect m_region;
    QLineEdit* m_folder;
    QLineEdit* m_names;
    QComboBox* m_format;
    ExportForm* m_form;
    QComboBox* m_conflict;
    QLabel* m_summary;
    QDialogButtonBox* m_buttons;
};

} // namespace casr
