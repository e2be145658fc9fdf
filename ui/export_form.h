#pragma once

#include "core/io/output_colours.h"
#include "core/io/picture_file.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QSpinBox;

namespace casr {

/// How a picture is written, whatever its file: depth, quality, colours and metadata. Controls that the format has no use for are greyed.
class ExportForm : public QWidget {
    Q_OBJECT

public:
    /// `photoBits`: bits a sample of the photo.
    explicit ExportForm(int photoBits, QWidget* parent = nullptr);

    /// For files with this suffix, in lower case.
    void showFor(const QString& suffix);

    WriteOptions options() const;
    OutputColours colours() const;

Q_SIGNALS:
    void changed();
    /// Depth or colours: what a format may not hold.
    void pixelsChanged();

private:
    void addTo(QFormLayout& form);

    QComboBox* m_bits;
    QSpinBox* m_quality;
    QCheckBox* m_lossless;
    QComboBox* m_colours;
    QComboBox* m_metadata;
};

} // namespace casr
