#pragma once

#include "ui/levels.h"

#include <QElapsedTimer>

#include <map>

namespace casr {

/// Where a run stands.
struct RunProgress {
    int level = 1;         ///< The first step that is not complete.
    int levels = 1;        ///< The last step of the run.
    std::int64_t tile = 0; ///< Done of this step.
    std::int64_t tiles = 0;
    double share = 0;          ///< 0 .. 1 of the whole run; never falls.
    double secondsElapsed = 0; ///< Pauses are left out.
    double secondsToGo = -1;   ///< Below 0 while unknown.
};

/// Computes a region step by step behind the view. One run at a time; lives in the GUI thread.
class RegionRun : public QObject {
    Q_OBJECT

public:
    RegionRun(Levels& levels, QObject* parent = nullptr);

    /// Nothing where no tiles can be computed. Throws Error when the region has too many. What is there already passes by quickly.
    void start(Rect region, int firstLevel, int lastLevel);
    void stop();
    void setPaused(bool paused);

    bool isRunning() const { return m_request != 0; }
    bool isPaused() const { return m_isPaused; }
    const RunProgress& progress() const { return m_progress; }
    /// Without pauses; none when nothing runs.
    std::optional<double> secondsSpent() const { return isRunning() ? std::optional(m_progress.secondsElapsed) : std::nullopt; }
    Rect region() const { return m_region; }
    /// The last level that is complete for `region` (of this plan); 0 when none is.
    int completeLevel(Rect region) const { return region == m_region ? m_completeLevel : 0; }
    /// Seconds that each finished step of the latest runs took.
    const std::map<int, double>& stepSeconds() const { return m_stepSeconds; }

Q_SIGNALS:
    void started();
    void progressed();
    void stepFinished(int level);
    /// `message` is empty unless the run failed.
    void ended(casr::Outcome outcome, const QString& message);

private:
    void forget();
    void count(const Levels::Arrival& arrival);
    void take(const Progress& progress);
    void finish(Outcome outcome, const QString& message);

    Levels& m_levels;
    Engine::RequestId m_request = 0;
    quint64 m_run = 0;
    Rect m_region;
    int m_completeLevel = 0;
    bool m_isPaused = false;
    RunProgress m_progress;
    std::map<int, std::int64_t> m_tilesOfLevel;
    std::map<int, std::int64_t> m_doneOfLevel;
    std::map<int, double> m_secondsOfLevel;
    std::map<int, double> m_stepSeconds;
    QElapsedTimer m_timer;
    double m_secondsBeforePause = 0;
};

} // namespace casr
