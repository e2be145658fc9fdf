#pragma once

#include "ui/levels.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QSlider;

namespace casr {

/// The slider of perceptual detail: from what a court may see to what one would print. Shown when the weights have a branch for it.
class DetailControl : public QWidget {
    Q_OBJECT

public:
    explicit DetailControl(Levels& levels, QWidget* parent = nullptr);

Q_SIGNALS:
    /// The slider came to rest at another share.
    void chosen(const casr::ZoomSettings& settings);
    /// Weights with or without detail were loaded.
    void offered(bool isThere);

private:
    void follow();
    void choose();

    Levels& m_levels;
    QSlider* m_slider;
    QLabel* m_text;
    QTimer m_rest; ///< Joins quick moves: a share that is passed over computes nothing.
};

} // namespace casr
