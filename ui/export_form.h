#pragma once

#include "core/io/output_colours.h"
#include "core/io/picture_file.h"

#include <QObject>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QSpinBox;
class QWidget;

namespace casr {

/// How a picture is written, whatever its file: depth, quality, colours and metadata. Controls that the format has no use for are greyed.
class ExportForm : public QObject {
    Q_OBJECT

public:
    /// Its controls are children of `dialog`. `photoBits`: bits a sample of the photo.
    ExportForm(int photoBits, QWidget* dialog);

    /// Adds a row for each control, so that they stand in line with the dialog's own.
    void addTo(QFormLayout& form);

    /// For files with this suffix, in lower case.
    void showFor(const QString& suffix);

    WriteOptions options() const;
    OutputColours colours() const;

Q_SIGNALS:
    void changed();
    /// Depth or colours: what a format may not hold.
    void pixelsChanged();

private:
    QComboBox* m_bits;
    QSpinBox* m_quality;
    QCheckBox* m_lossless;
    QComboBox* m_colours;
    QComboBox* m_metadata;
};

} // namespace casr
