#pragma once

#include "ui/canvas.h"
#include "ui/film_job.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace casr {

/// Begin and end, size, length and file of a zoom film.
class FilmDialog : public QDialog {
    Q_OBJECT

public:
    /// `video`: true when videos can be written, which takes another program.
    FilmDialog(const Levels& levels, const Canvas& canvas, bool video, QWidget* parent = nullptr);

    /// Valid once accepted.
    FilmJob job() const;

private:
    QComboBox* addChoice(const QString& name, const QString& label);
    void addEnds();
    void addFrames();
    void addTarget(bool video);
    void connectParts();
    void suggestTarget();
    void browse();
    void check();
    Size frame() const;
    FilmFormat format() const;
    Area whole() const;
    double lastScale() const;

    const Levels& m_levels;
    Area m_inView;
    Rect m_region;
    QComboBox* m_start;
    QComboBox* m_end;
    QComboBox* m_size;
    QSpinBox* m_seconds;
    QComboBox* m_rate;
    QComboBox* m_format;
    QLineEdit* m_target;
    QLabel* m_summary;
    QDialogButtonBox* m_buttons;
};

} // namespace casr
