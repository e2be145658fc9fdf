#pragma once

#include "ui/document.h"
#include "ui/newest_job.h"
#include "ui/tile_store.h"
#include "ui/view_transform.h"
#include "ui/worker.h"
#include "ui/zoom_settings.h"

#include "core/zoom/engine.h"
#include "core/zoom/staircase.h"

#include <QObject>

#include <memory>

namespace casr {

/// The levels of the opened photo for the window: orders tiles from the engine and keeps them ready for the screen. Lives in the GUI
/// thread and never waits; tiles arrive by signals. Whatever belongs to an older photo or plan is ignored when it arrives.
class Levels : public QObject {
    Q_OBJECT

public:
    /// Numbers of one finished tile.
    struct Arrival {
        TileKey key;
        double seconds = 0; ///< From its start to its end, its parents included.
    };

    explicit Levels(QObject* parent = nullptr);
    /// Cancels and waits.
    ~Levels() override;

    /// The controls become those that programs begin with; setNetwork takes the detail back where the weights have none.
    void setDocument(std::shared_ptr<const Document> document);
    void setNetwork(std::shared_ptr<const Network> network);
    /// The same photo with other screen colours: what is shown is prepared again, nothing is computed again.
    void recolour(std::shared_ptr<const Document> document);
    /// Computed tiles are kept up to this many bytes.
    void setCacheBudget(std::size_t bytes);
    std::size_t cacheBudget() const { return m_cacheBytes; }
    /// `precision` is resolved.
    void setPrecision(Precision precision);
    /// Throws Error when the photo cannot have such a plan, or the weights no detail. The staircase of the settings before is kept as a
    /// branch, with what it has computed. Another share of the plain enlargement alone computes nothing again.
    void choose(const ZoomSettings& settings);
    /// The same controls with another plan.
    void setPlan(double scale, double stepLimit) { choose({scale, stepLimit, m_controls}); }
    Mixture mixture() const { return {m_plan.levels() - 1, m_controls.plain}; }
    ZoomSettings settings() const { return {m_plan.scale, m_plan.stepLimit, m_controls}; }

    /// The settings that this photo had, the chosen ones first, then the latest.
    std::vector<ZoomSettings> branches() const;
    static constexpr std::size_t mostBranches = 4;

    const std::shared_ptr<const Document>& document() const { return m_document; }
    /// As chosen.
    const Plan& plan() const { return m_plan; }
    /// Continued to x64; level numbers are those of this one.
    const Plan& viewingPlan() const { return m_viewingPlan; }
    /// True when tiles can be computed: a photo and a network are there.
    bool isReady() const { return m_staircase != nullptr; }
    /// True while what all tiles need of the photo (its memory) is being made, from the opening on.
    bool isPreparing() const { return m_preparation.isBusy(); }
    /// Leaves it to the first tile.
    void stopPreparing();
    const std::shared_ptr<Staircase>& staircase() const { return m_staircase; }
    Precision precision() const { return m_precision; }
    /// Null before setNetwork.
    const std::shared_ptr<const Network>& network() const { return m_network; }

    /// Asks for what is in view of all levels up to `level`, coarse ones first, near `focus` (source coordinates) first; what was
    /// wanted before and is not any more is dropped.
    void want(int level, Area area, Point focus);
    /// Wants nothing for the view any more.
    void wantNothing();

    /// Like Engine::request; tiles are prepared for the screen on the way. `ended` is called in the GUI thread, never after this
    /// photo or plan was replaced.
    struct Hooks {
        std::function<void(const Arrival&)> tileDone;
        std::function<void(const Progress&)> progress;
        std::function<void(Outcome, const QString&)> ended;
    };
    Engine::RequestId request(Priority priority, std::vector<WantedTile> tiles, Hooks hooks);
    void cancel(Engine::RequestId id);
    void setPaused(bool paused);
    bool isPaused() const { return m_engine && m_engine->isPaused(); }

    /// Nullptr when it is not there; valid until control returns to the event loop.
    const TilePicture* tile(const TileKey& key) { return m_store.find(key); }
    bool hasTile(const TileKey& key) const { return m_store.contains(key); }
    /// True for a tile that is shown as earlier settings made it.
    bool isOutdated(const TileKey& key) const { return m_store.isOutdated(key); }

    /// Seconds of one cell (parent pixel), measured on this photo; 0 while nothing was computed.
    double secondsPerCell() const;

Q_SIGNALS:
    /// Another photo, network or plan.
    void replaced();
    /// Another share of the plain enlargement in the result: what is shown of it is out of date.
    void remixed();
    /// isPreparing() is another.
    void preparingChanged();
    /// The same photo for another screen.
    void recoloured();
    void tileStarted(casr::TileKey key);
    void tileArrived(casr::Levels::Arrival arrival);
    void failed(const QString& message);

private:
    struct Branch {
        ZoomSettings settings;
        std::shared_ptr<Staircase> staircase; ///< Null before anything could be computed.
    };

    void rebuild();
    void replaceStaircase();
    void prepare();
    void retire();
    void forgetBranches() { m_branches.clear(); }
    std::shared_ptr<Staircase> takeStaircase();
    std::shared_ptr<Staircase> newStaircase() const;
    void keepBranch();
    void remix();
    Listener listenerOf(Hooks hooks);

    std::shared_ptr<const Document> m_document;
    std::shared_ptr<const Network> m_network;
    Plan m_plan;
    StepControls m_controls;
    Plan m_viewingPlan;
    Precision m_precision;
    TileStore m_store;
    std::size_t m_cacheBytes = TileCache::defaultBudget();
    std::shared_ptr<Staircase> m_staircase;
    std::vector<Branch> m_branches; ///< Of this photo, latest first, without the chosen one.
    std::unique_ptr<Engine> m_engine;
    quint64 m_generation = 0;
    Engine::RequestId m_viewRequest = 0;
    NewestJob m_preparation;
    Worker m_disposal; ///< Ends replaced engines without making the window wait.
};

/// The tiles of `level` that meet `region` of the photo, nearest to the region's middle first; their weight is the cells to compute.
std::vector<WantedTile> tilesOfStep(const Plan& plan, int level, Rect region);

/// How many tiles of `level` meet `region` of the photo.
std::int64_t tileCount(const Plan& plan, int level, Rect region);

/// Cells (parent pixels) to compute for `region` of the photo up to `level`.
double cellsToCompute(const Plan& plan, int level, Rect region);

} // namespace casr
