#pragma once

#include "ui/levels.h"

#include <QDialog>

namespace casr {

/// What is known of the opened photo, and what it becomes under the plan.
class PropertiesDialog : public QDialog {
    Q_OBJECT

public:
    /// `region` of the photo, or the whole of it.
    PropertiesDialog(const Levels& levels, Rect region, QWidget* parent = nullptr);
};

} // namespace casr
