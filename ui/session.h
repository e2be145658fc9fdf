#pragma once

#include "ui/canvas.h"

#include <QLockFile>
#include <QTimer>

namespace casr {

/// How a photo is shown when it is opened; what is not named is left as usual.
struct StartState {
    std::optional<Rect> region;
    std::optional<double> scale;
    std::optional<double> stepLimit;
    std::optional<StepControls> controls;
    std::optional<Point> centre;
    std::optional<double> viewScale; ///< Device pixels for each pixel of the photo.
};

/// "x,y,width,height" in pixels of the photo; nothing when it is something else.
std::optional<Rect> parsedRegion(const QString& text);

/// Brings the opened photo into `state`. Throws Error when it cannot have that scale.
void apply(const StartState& state, Levels& levels, Canvas& canvas);

/// Keeps in the settings what is open, so that it can be brought back after a crash. A window that closes leaves nothing to bring back.
/// While one keeper holds the lock, all others keep, find and remove nothing.
class SessionKeeper : public QObject {
    Q_OBJECT

public:
    /// `lockFile` must be writable; empty: nothing is kept.
    SessionKeeper(const QString& lockFile, Levels& levels, Canvas& canvas, QObject* parent);

    struct Left {
        QString path;
        StartState state;
    };
    /// What a window that did not close left behind, if the photo is still there.
    std::optional<Left> left() const;
    void close();

private:
    void keep();

    Levels& m_levels;
    Canvas& m_canvas;
    QLockFile m_lock;
    QTimer m_timer; ///< Joins quick changes.
};

} // namespace casr
