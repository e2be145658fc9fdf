#pragma once

#include "ui/document.h"
#include "ui/newest_job.h"

#include "core/image/degradation.h"
#include "core/zoom/step_controls.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QSlider;

namespace casr {

/// How strongly the photo must seem noisy or compressed before the window speaks of it; of blur, which most photos have, it does not.
bool isWorthCleaning(const Degradation& found);

/// Chooses how much noise, JPEG artifacts and blur the first step removes; can estimate all from the photo, and shows the numbers.
class CleaningDialog : public QDialog {
    Q_OBJECT

public:
    CleaningDialog(std::shared_ptr<const Document> document, const StepControls& controls, QWidget* parent = nullptr);

Q_SIGNALS:
    /// By OK and Apply.
    void chosen(const casr::StepControls& controls);

private:
    QSlider* addAmount(const QString& name, const QString& text, float amount);
    void estimate();
    void choose();

    std::shared_ptr<const Document> m_document;
    StepControls m_controls;
    QSlider* m_noise = nullptr;
    QSlider* m_jpeg = nullptr;
    QSlider* m_blur = nullptr;
    QPushButton* m_estimate;
    QLabel* m_found;
    NewestJob m_job;
};

} // namespace casr
