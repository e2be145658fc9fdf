#pragma once

#include "ui/levels.h"
#include "ui/print_job.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace casr {

/// Printer, paper, step and the size on paper; says what resolution that is.
class PrintDialog : public QDialog {
    Q_OBJECT

public:
    /// `region`: the part of the photo, or the whole of it. `level`: the step offered first. `file`: the PDF offered.
    PrintDialog(const Levels& levels, Rect region, int level, const QString& file, QWidget* parent = nullptr);

    /// Valid once accepted.
    PrintJob job() const;

private:
    void build();
    void fillPrinters();
    void fillSteps();
    void connectParts();
    void takePrinter();
    void choosePaper();
    void chooseFile();
    void fitToPage();
    void showSize(const QLineEdit* typed);
    void takeSize(const QLineEdit& typed);
    void check();
    bool isPdf() const;
    /// Millimetres of the unit that sizes are typed in.
    double unit() const;
    QString sizeInWords() const;

    const Levels& m_levels;
    Rect m_region;
    QSizeF m_millimetres; ///< Empty while no good number is typed.
    std::shared_ptr<QPrinter> m_device;
    QComboBox* m_printer;
    QLineEdit* m_file;
    QPushButton* m_browse;
    QPushButton* m_paper;
    QComboBox* m_level;
    QLineEdit* m_width;
    QLineEdit* m_height;
    QComboBox* m_unit;
    QPushButton* m_fit;
    QLabel* m_summary;
    QDialogButtonBox* m_buttons;
};

} // namespace casr
