#pragma once

#include "ui/canvas.h"

#include <QObject>

class QLabel;
class QStatusBar;

namespace casr {

/// The texts of the status bar: scales, what is under the cursor, and whether it was computed or interpolated.
class ReadOuts : public QObject {
    Q_OBJECT

public:
    ReadOuts(Levels& levels, Canvas& canvas, QStatusBar& bar);

private:
    void showState();
    void showCursor(std::optional<Point> source);

    Levels& m_levels;
    Canvas& m_canvas;
    QLabel* m_scale;
    QLabel* m_badge;
    QLabel* m_cursor;
    std::optional<Point> m_source;
};

/// "Photo", "Computed, step 2", "Interpolated beyond step 2", "Computing step 2".
QString badgeOf(const ShownState& shown, bool canCompute);

/// Values of the pixel of the finest level up to `level` that is computed at `source`, and which level that is.
struct PixelValue {
    int level = 0;
    std::vector<float> values;
};
PixelValue pixelAt(Levels& levels, int level, Point source);

} // namespace casr
