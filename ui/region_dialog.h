#pragma once

#include "core/image/geometry.h"

#include <QDialog>

class QCheckBox;
class QSpinBox;

namespace casr {

/// A region of the photo by numbers, in pixels of the photo.
class RegionDialog : public QDialog {
    Q_OBJECT

public:
    RegionDialog(Size photo, Rect region, QWidget* parent = nullptr);

    /// Inside the photo.
    Rect region() const;

private:
    void keepAspect(QSpinBox& changed, QSpinBox& other, double ratio);
    QSpinBox* addNumber(const QString& name, const QString& label, int smallest, int largest, int value);

    Size m_photo;
    QSpinBox* m_left;
    QSpinBox* m_top;
    QSpinBox* m_width;
    QSpinBox* m_height;
    QCheckBox* m_lock;
    double m_aspect; ///< Width over height while locked.
};

} // namespace casr
