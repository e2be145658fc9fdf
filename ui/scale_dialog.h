#pragma once

#include "ui/levels.h"
#include "ui/scale_choice.h"

#include <QDialog>

#include <optional>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace casr {

/// Chooses scale, step limit and the passes of a step, and shows the plan before anything runs. Sizes and times are those of `region`.
class ScaleDialog : public QDialog {
    Q_OBJECT

public:
    ScaleDialog(Levels& levels, Rect region, QWidget* parent = nullptr);

    /// Valid once accepted; what the dialog does not choose is as it was.
    ZoomSettings settings() const;

private:
    void build();
    void addPasses();
    int passes() const;
    void changeBasis();
    void showPlan();
    std::optional<Plan> typedPlan(QString& problem) const;
    QString described(const Plan& plan) const;
    ScaleBasis basis() const;

    Levels& m_levels;
    Rect m_region;
    Plan m_plan;
    QComboBox* m_basis;
    QLineEdit* m_value;
    QLabel* m_unit;
    QLineEdit* m_pixelsPerInch;
    QLineEdit* m_stepLimit;
    QComboBox* m_passes;
    QLabel* m_description;
    QDialogButtonBox* m_buttons;
};

} // namespace casr
