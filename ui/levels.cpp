#include "ui/levels.h"

#include "ui/guarded.h"
#include "ui/viewing_plan.h"

#include "core/base/error.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace casr {

namespace {

constexpr std::size_t displayBytes = std::size_t{384} << 20;
/// Farther than any two tiles of a level: every coarser level goes first.
constexpr double levelDistance = 1e12;

using Clock = std::chrono::steady_clock;

LevelGrid gridOf(const Plan& plan, int level) {
    return LevelGrid(plan.sizeOf(level - 1), plan.sizeOf(level));
}

/// The pixels of `level` that show `area` of the photo.
Rect pixelsOf(const Plan& plan, int level, Area area) {
    const Rect region{static_cast<int>(std::floor(area.left)), static_cast<int>(std::floor(area.top)),
                      static_cast<int>(std::ceil(area.right)), static_cast<int>(std::ceil(area.bottom))};
    return regionAt(plan, level, region);
}

Point scaled(const Plan& plan, int level, Point source) {
    const Size size = plan.sizeOf(level);
    return {source.x * size.width / plan.source.width, source.y * size.height / plan.source.height};
}

} // namespace

std::vector<WantedTile> tilesOfStep(const Plan& plan, int level, Rect region) {
    const Rect pixels = regionAt(plan, level, region);
    if (pixels.isEmpty()) {
        return {};
    }
    const LevelGrid grid = gridOf(plan, level);
    std::vector<WantedTile> tiles =
        wantedTiles(grid, level, pixels, (pixels.left + pixels.right) / 2.0, (pixels.top + pixels.bottom) / 2.0);
    for (WantedTile& tile : tiles) {
        tile.pixels = grid.cellsOf(tile.key.column, tile.key.row).size().area();
        tile.distance += levelDistance * level;
    }
    return tiles;
}

Levels::Levels(QObject* parent)
    : QObject(parent), m_plan{{}, ZoomSettings().scale, defaultStepLimit, {}}, m_viewingPlan(m_plan),
      m_precision(resolved(Precision::automatic)), m_store(displayBytes) {
    connect(&m_preparation, &NewestJob::failed, this, [this](const QString& message) {
        Q_EMIT preparingChanged();
        Q_EMIT failed(message);
    });
}

Levels::~Levels() {
    m_engine.reset();
}

void Levels::setDocument(std::shared_ptr<const Document> document) {
    forgetBranches();
    m_document = std::move(document);
    m_controls = {};
    m_controls.detail = m_controls.lastDetail = !m_network || m_network->architecture().detail > 0 ? usualDetail : 0.0f;
    const double longest = std::max(m_document->size().width, m_document->size().height);
    m_plan = planSchedule(m_document->size(), std::min(m_plan.scale, (1 << 29) / longest), m_plan.stepLimit);
    rebuild();
}

void Levels::recolour(std::shared_ptr<const Document> document) {
    m_document = std::move(document);
    wantNothing();
    m_store.clear();
    Q_EMIT recoloured();
}

void Levels::setCacheBudget(std::size_t bytes) {
    m_cacheBytes = bytes;
    if (m_staircase) {
        m_staircase->cache().setBudget(bytes);
    }
}

void Levels::setPrecision(Precision precision) {
    if (precision != m_precision) {
        m_precision = precision;
        forgetBranches();
        rebuild();
    }
}

void Levels::setNetwork(std::shared_ptr<const Network> network) {
    m_network = std::move(network);
    if (m_network->architecture().detail == 0) {
        m_controls.detail = m_controls.lastDetail = 0;
    }
    forgetBranches();
    rebuild();
}

void Levels::choose(const ZoomSettings& settings) {
    const bool wantsDetail = settings.controls.detail > 0 || settings.controls.lastDetail > 0;
    if (wantsDetail && m_network && m_network->architecture().detail == 0) {
        throw Error("These weights have no perceptual detail. Set the detail to 0, or start the program with weights that have it.");
    }
    const Plan plan = m_document ? planSchedule(m_document->size(), settings.scale, settings.stepLimit)
                                 : Plan{{}, settings.scale, settings.stepLimit, {}};
    const bool needsSteps = !haveSameSteps(settings, this->settings());
    const bool samePlan = settings.scale == m_plan.scale && settings.stepLimit == m_plan.stepLimit;
    if (m_document && needsSteps) {
        keepBranch();
    }
    m_plan = plan;
    m_controls = settings.controls;
    if (!needsSteps) {
        remix();
    } else if (samePlan) {
        m_store.outdateAll(); // shown until the new ones come
        replaceStaircase();
    } else {
        rebuild();
    }
}

void Levels::remix() {
    m_store.outdate(m_plan.levels() - 1);
    Q_EMIT remixed();
}

void Levels::keepBranch() {
    m_branches.insert(m_branches.begin(), {settings(), m_staircase});
    if (m_branches.size() >= mostBranches) {
        m_branches.pop_back();
    }
}

std::vector<ZoomSettings> Levels::branches() const {
    std::vector<ZoomSettings> list{settings()};
    for (const Branch& branch : m_branches) {
        list.push_back(branch.settings);
    }
    return list;
}

/// The staircase of the chosen settings, with what it computed when the photo had them before.
std::shared_ptr<Staircase> Levels::takeStaircase() {
    const auto found = std::find_if(m_branches.begin(), m_branches.end(),
                                    [this](const Branch& branch) { return haveSameSteps(branch.settings, settings()); });
    std::shared_ptr<Staircase> staircase;
    if (found != m_branches.end()) {
        staircase = found->staircase;
        m_branches.erase(found);
    }
    if (!staircase) {
        staircase = newStaircase();
    }
    for (const Branch& branch : m_branches) {
        if (branch.staircase) {
            branch.staircase->cache().setBudget(m_cacheBytes / mostBranches);
        }
    }
    staircase->cache().setBudget(m_cacheBytes);
    return staircase;
}

/// What another share of the detail leaves as it is comes from the branch before.
std::shared_ptr<Staircase> Levels::newStaircase() const {
    const Branch* before = m_branches.empty() ? nullptr : &m_branches.front();
    const bool isAkin = before && before->staircase && differInDetailAlone(before->settings, settings());
    const std::shared_ptr<Staircase> staircase =
        isAkin ? before->staircase->withDetail(m_controls.detail, m_controls.lastDetail)
               : std::make_shared<Staircase>(m_document->photo.rgb, m_network, m_viewingPlan, m_precision, m_cacheBytes, m_controls,
                                             LevelGrid::defaultTileCells, m_plan.levels() - 1);
    if (m_controls.detail > 0) {
        staircase->keepFields();
    }
    return staircase;
}

void Levels::rebuild() {
    m_store.clear();
    replaceStaircase();
}

void Levels::replaceStaircase() {
    retire();
    m_viewingPlan = m_document ? continuedPlan(m_plan) : m_plan;
    if (m_document && m_network) {
        m_staircase = takeStaircase();
        m_engine = std::make_unique<Engine>(
            [staircase = m_staircase](const TileKey& key, const StopCheck& stop) { return staircase->tile(key, stop); });
        prepare();
    }
    Q_EMIT replaced();
}

void Levels::prepare() {
    if (!m_staircase->isPrepared()) {
        m_preparation.post([this, staircase = m_staircase](const StopCheck& stop) {
            staircase->prepare(stop);
            return NewestJob::Show([this] { Q_EMIT preparingChanged(); });
        });
    }
    Q_EMIT preparingChanged();
}

void Levels::stopPreparing() {
    m_preparation.drop();
    Q_EMIT preparingChanged();
}

void Levels::retire() {
    ++m_generation;
    m_viewRequest = 0;
    m_preparation.drop();
    m_staircase.reset();
    if (m_engine) {
        m_disposal.post([engine = std::shared_ptr<Engine>(std::move(m_engine))](std::stop_token) mutable { engine.reset(); });
    }
}

void Levels::want(int level, Area area, Point focus) {
    if (!m_engine) {
        return;
    }
    std::vector<WantedTile> missing;
    for (int step = 1; step <= level; ++step) {
        const Rect pixels = pixelsOf(m_viewingPlan, step, area);
        if (pixels.isEmpty()) {
            continue;
        }
        const Point near = scaled(m_viewingPlan, step, focus);
        for (WantedTile tile : wantedTiles(gridOf(m_viewingPlan, step), step, pixels, near.x, near.y)) {
            tile.distance += levelDistance * step;
            if (!m_store.contains(tile.key)) {
                missing.push_back(tile);
            }
        }
    }
    // The new request first: a tile that both want must not be stopped in between.
    const Engine::RequestId before = m_viewRequest;
    m_viewRequest = 0;
    if (!missing.empty()) {
        m_viewRequest = request(Priority::visible, std::move(missing), {nullptr, nullptr, [this](Outcome outcome, const QString& message) {
                                                                            if (outcome == Outcome::failed) {
                                                                                Q_EMIT failed(message);
                                                                            }
                                                                        }});
    }
    cancel(before);
}

void Levels::wantNothing() {
    cancel(m_viewRequest);
    m_viewRequest = 0;
}

Engine::RequestId Levels::request(Priority priority, std::vector<WantedTile> tiles, Hooks hooks) {
    return m_engine ? m_engine->request(priority, std::move(tiles), listenerOf(std::move(hooks))) : 0;
}

Listener Levels::listenerOf(Hooks hooks) {
    // Calls into this object travel through the event loop, which drops them when the object is gone and must not see them throw. What
    // throws here before ends the request as failed.
    const auto deliver = [this, generation = m_generation](std::function<void()> call) {
        QMetaObject::invokeMethod(
            this,
            [this, generation, call = std::move(call)] {
                const GuardedOutcome outcome = generation == m_generation ? guarded(call) : GuardedOutcome();
                if (!outcome.error.isEmpty()) {
                    Q_EMIT failed(outcome.error);
                }
            },
            Qt::QueuedConnection);
    };
    Listener listener;
    const auto start = std::make_shared<Clock::time_point>(Clock::now());
    listener.tileStarted = [this, deliver, start](const TileKey& key) {
        *start = Clock::now();
        deliver([this, key] { Q_EMIT tileStarted(key); });
    };
    listener.tileDone = [this, deliver, start, hooks, mixed = mixture(), document = m_document, plan = m_viewingPlan](const TileKey& key,
                                                                                                                      const Image& tile) {
        const Arrival arrival{key, std::chrono::duration<double>(Clock::now() - *start).count()};
        const Rect place = gridOf(plan, key.level).pixelsOf(key.column, key.row);
        const float plain = mixed.plainOf(key.level);
        const Image picture = pictureOf(document->photo, tile, plan.sizeOf(key.level), place, plain);
        const TilePicture shown(place, document->colours.shown(picture));
        deliver([this, arrival, shown, hooks, document, plain] {
            // Prepared for another screen or mixed otherwise: it is asked for again.
            if (document == m_document && plain == mixture().plainOf(arrival.key.level)) {
                m_store.insert(arrival.key, shown);
            }
            Q_EMIT tileArrived(arrival);
            if (hooks.tileDone) {
                hooks.tileDone(arrival);
            }
        });
    };
    if (hooks.progress) {
        listener.progress = [deliver, hooks](const Progress& progress) { deliver([hooks, progress] { hooks.progress(progress); }); };
    }
    listener.ended = [deliver, hooks](Outcome outcome, const std::string& message) {
        deliver([hooks, outcome, text = QString::fromStdString(message)] { hooks.ended(outcome, text); });
    };
    return listener;
}

void Levels::cancel(Engine::RequestId id) {
    if (m_engine && id != 0) {
        m_engine->cancel(id);
    }
}

void Levels::setPaused(bool paused) {
    if (!m_engine) {
        return;
    }
    if (paused) {
        m_engine->pause();
    } else {
        m_engine->resume();
    }
}

double Levels::secondsPerCell() const {
    if (!m_staircase) {
        return 0;
    }
    const StaircaseStatistics statistics = m_staircase->statistics();
    if (statistics.tilesComputed == 0 || m_viewingPlan.levels() < 2) {
        return 0;
    }
    const double cells = static_cast<double>(gridOf(m_viewingPlan, 1).cellsOf(0, 0).size().area());
    return (statistics.networkSeconds + statistics.fieldSeconds) / (cells * static_cast<double>(statistics.tilesComputed));
}

double cellsToCompute(const Plan& plan, int level, Rect region) {
    double cells = 0;
    for (int step = 1; step <= level; ++step) {
        const LevelGrid grid = gridOf(plan, step);
        const double tiles = static_cast<double>(tileCount(plan, step, region));
        cells += tiles * static_cast<double>(grid.cellsOf(0, 0).size().area());
    }
    return cells;
}

std::int64_t tileCount(const Plan& plan, int level, Rect region) {
    const Rect pixels = regionAt(plan, level, region);
    return pixels.isEmpty() ? 0 : gridOf(plan, level).tilesMeeting(pixels).size().area();
}

} // namespace casr
