#pragma once

#include "ui/levels.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QSlider;

namespace casr {

/// What a slider chooses of the settings.
struct ShareChoice {
    QString name; ///< Of the slider, for tests and scripts.
    QString label;
    QString tip;
    int restMs = 0; ///< How long the slider rests before its share is chosen.
    /// The share, 0 .. 1, that `controls` hold.
    std::function<float(const StepControls& controls)> shareOf;
    std::function<void(StepControls& controls, float share)> setShare;
    /// True when these weights have it.
    std::function<bool(const Architecture& architecture)> isIn;
};

/// The share of perceptual detail, of which steps before the last get earlierDetail.
ShareChoice detailChoice();
/// The share of what was computed in the result, against the plain enlargement.
ShareChoice computedChoice();

/// A slider for one share of the settings, which follows them.
class ShareControl : public QWidget {
    Q_OBJECT

public:
    ShareControl(ShareChoice choice, Levels& levels, QWidget* parent);

Q_SIGNALS:
    void chosen(const casr::ZoomSettings& settings);
    /// Whether these weights have it.
    void offered(bool has);

private:
    void follow();
    void choose();
    void showShare(int percent);

    ShareChoice m_choice;
    Levels& m_levels;
    QSlider* m_slider;
    QLabel* m_text;
    QTimer m_rest;
};

} // namespace casr
