#pragma once

#include "ui/export_form.h"
#include "ui/file_exporter.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace casr {

/// File, step, depth and quality of an export; what cannot be written is said before anything starts.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    /// `region`: the part of the photo, or the whole of it. `level`: the step offered first.
    ExportDialog(const Levels& levels, Rect region, int level, const QString& path, QWidget* parent = nullptr);

    /// Valid once accepted.
    ExportJob job() const;

private:
    void build();
    void browse();
    void chooseFormat(int index);
    void check();
    void showFormats();

    const Levels& m_levels;
    Rect m_region;
    QLineEdit* m_path;
    QComboBox* m_format;
    QComboBox* m_level;
    ExportForm* m_form;
    QLabel* m_summary;
    QDialogButtonBox* m_buttons;
};

/// A name beside the photo: "name_x8.png"; a folder of its own for pasted pictures.
QString suggestedExport(const Levels& levels, int level, const QString& extension);

} // namespace casr
