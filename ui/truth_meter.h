#pragma once

#include "ui/canvas.h"
#include "ui/newest_job.h"

#include "core/metrics/consistency.h"

#include <QTimer>

namespace casr {

/// How true one step is, measured over a part of the photo.
struct StepTruth {
    Rect patch;           ///< Of the photo.
    Agreement withParent; ///< The step taken back down, against the step before.
    Agreement withPhoto;
    Point mostAdded;  ///< Of the photo: where the step departs most from a plain enlargement of the step before.
    double added = 0; ///< Root of the mean square there.
};

/// Measures a step over `patch`; none when a part of it is not computed yet. Throws Cancelled.
std::optional<StepTruth> truthOf(Staircase& staircase, const Image& photo, int level, Rect patch, const StopCheck& stop);

/// Measures every computed step in the middle of the region, else of the view, on a thread of its own. Lives in the GUI thread.
class TruthMeter : public QObject {
    Q_OBJECT

public:
    TruthMeter(Levels& levels, Canvas& canvas, QObject* parent = nullptr);

    /// By level.
    const std::map<int, StepTruth>& truths() const { return m_truths; }

Q_SIGNALS:
    void measured();

private:
    void measure();

    Levels& m_levels;
    Canvas& m_canvas;
    std::map<int, StepTruth> m_truths;
    QTimer m_timer; ///< Joins quick changes.
    NewestJob m_job;
};

/// "x8: 97 % of the photo reproduced when shrunk back; most added detail <here>", `here` being a link; empty without a measurement.
/// `removed` is what cleaningText says of the photo: a cleaned photo is not meant to be reproduced, and the sentence says so.
QString truthSentence(const std::map<int, StepTruth>& truths, int level, const Plan& plan, const QString& removed);

} // namespace casr
