#include "ui/region_run.h"

#include "core/base/error.h"

namespace casr {

namespace {

/// A run keeps a record of every tile; the largest that makes sense in a window.
constexpr std::int64_t mostTiles = 200000;

} // namespace

RegionRun::RegionRun(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {
    connect(&levels, &Levels::replaced, this, &RegionRun::forget);
}

void RegionRun::forget() {
    const bool wasRunning = isRunning();
    ++m_run;
    m_request = 0;
    m_isPaused = false;
    m_completeLevel = 0;
    m_stepSeconds.clear();
    if (wasRunning) {
        Q_EMIT ended(Outcome::cancelled, {});
    }
}

void RegionRun::start(Rect region, int firstLevel, int lastLevel) {
    if (!m_levels.isReady()) {
        return;
    }
    const Plan& plan = m_levels.viewingPlan();
    std::int64_t sum = 0;
    for (int level = firstLevel; level <= lastLevel; ++level) {
        sum += tileCount(plan, level, region);
    }
    if (sum > mostTiles) {
        throw Error("The region has " + std::to_string(sum) + " tiles at this scale, more than " + std::to_string(mostTiles) +
                    ". Choose a smaller region or scale.");
    }
    stop();
    m_completeLevel = region == m_region ? m_completeLevel : 0;
    m_region = region;
    m_progress = {firstLevel, lastLevel, 0, 0, 0, 0, -1};
    m_tilesOfLevel.clear();
    m_doneOfLevel.clear();
    m_secondsOfLevel.clear();
    std::vector<WantedTile> tiles;
    for (int level = firstLevel; level <= lastLevel; ++level) {
        const std::vector<WantedTile> step = tilesOfStep(plan, level, region);
        m_tilesOfLevel[level] = static_cast<std::int64_t>(step.size());
        tiles.insert(tiles.end(), step.begin(), step.end());
    }
    m_progress.tiles = m_tilesOfLevel[firstLevel];
    m_secondsBeforePause = 0;
    m_timer.start();
    setPaused(false);
    const quint64 run = ++m_run;
    const auto current = [this, run] { return run == m_run; };
    Levels::Hooks hooks;
    hooks.tileDone = [this, current](const Levels::Arrival& arrival) {
        if (current()) {
            count(arrival);
        }
    };
    hooks.progress = [this, current](const Progress& progress) {
        if (current()) {
            take(progress);
        }
    };
    hooks.ended = [this, current](Outcome outcome, const QString& message) {
        if (current()) {
            finish(outcome, message);
        }
    };
    m_request = m_levels.request(Priority::background, std::move(tiles), std::move(hooks));
    Q_EMIT started();
}

void RegionRun::count(const Levels::Arrival& arrival) {
    const int level = arrival.key.level;
    m_secondsOfLevel[level] += arrival.seconds;
    ++m_doneOfLevel[level];
    // The view may want finer tiles before the run comes to them, so a step can be done before the one below it.
    while (m_progress.level <= m_progress.levels && m_doneOfLevel[m_progress.level] == m_tilesOfLevel[m_progress.level]) {
        m_completeLevel = m_progress.level;
        m_stepSeconds[m_completeLevel] = m_secondsOfLevel[m_completeLevel];
        Q_EMIT stepFinished(m_completeLevel);
        if (m_progress.level == m_progress.levels) {
            break;
        }
        ++m_progress.level;
    }
    m_progress.tile = m_doneOfLevel[m_progress.level];
    m_progress.tiles = m_tilesOfLevel[m_progress.level];
}

void RegionRun::take(const Progress& progress) {
    m_progress.share = progress.share;
    m_progress.secondsToGo = progress.secondsToGo;
    m_progress.secondsElapsed = m_secondsBeforePause + (m_isPaused ? 0 : static_cast<double>(m_timer.elapsed()) / 1000);
    Q_EMIT progressed();
}

void RegionRun::finish(Outcome outcome, const QString& message) {
    ++m_run;
    m_request = 0;
    if (m_isPaused) {
        setPaused(false);
    }
    Q_EMIT ended(outcome, message);
}

void RegionRun::stop() {
    if (!isRunning()) {
        return;
    }
    m_levels.cancel(m_request);
    finish(Outcome::cancelled, {});
}

void RegionRun::setPaused(bool paused) {
    if (paused && !m_isPaused) {
        m_secondsBeforePause += static_cast<double>(m_timer.elapsed()) / 1000;
    } else if (!paused) {
        m_timer.restart();
    }
    m_isPaused = paused;
    m_levels.setPaused(paused);
    Q_EMIT progressed();
}

} // namespace casr
