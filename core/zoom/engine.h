#pragma once

#include "core/base/stop.h"
#include "core/image/image.h"
#include "core/zoom/level_grid.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace casr {

/// Earlier ones are served first.
enum class Priority { visible, margin, background };

enum class Outcome { finished, cancelled, failed };

struct Progress {
    std::int64_t tilesDone = 0;
    std::int64_t tiles = 0;
    double share = 0;        ///< 0 .. 1, weighted by pixels; never falls.
    double secondsToGo = -1; ///< At the rate of this request's own tiles; below 0 while nothing was measured yet.
};

/// Where a request reports; called on the worker thread, one call at a time. Every function may be empty. What one throws ends its request
/// as failed, with what it says; what `ended` throws nobody is left to hear.
struct Listener {
    std::function<void(const TileKey&)> tileStarted;
    std::function<void(const TileKey&, const Image&)> tileDone;
    std::function<void(const Progress&)> progress;
    std::function<void(Outcome, const std::string& message)> ended; ///< Exactly once.
};

/// One tile that is wanted: served in the order of `distance` (from what is looked at) within its priority.
struct WantedTile {
    TileKey key;
    double distance = 0;
    std::int64_t pixels = 0;
};

/// The tiles of `grid`'s `level` that meet `region`, ordered by the distance of their centres from (focusX, focusY) in level pixels.
std::vector<WantedTile> wantedTiles(const LevelGrid& grid, int level, Rect region, double focusX, double focusY);

/// Computes wanted tiles one after another on its own thread of low priority: visible before margin before background, nearest first,
/// newest request first among equals. What no request wants any more is dropped before it starts, or stopped while it runs. A tile wanted
/// by several requests is computed once. What memory runs short for is tried again, or ends its request as failed. All functions may be
/// called from any thread, also from listeners (but not the destructor).
class Engine {
public:
    /// Computes one tile; throws Cancelled when the check says stop. Called on the worker thread only.
    using TileFunction = std::function<Image(const TileKey&, const StopCheck&)>;
    using RequestId = std::uint64_t;

    explicit Engine(TileFunction compute);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    /// Cancels everything and waits for the worker.
    ~Engine();

    /// The id is above 0. A request made while the engine is being destroyed (by a listener) is dropped: 0, and it never reports.
    RequestId request(Priority priority, std::vector<WantedTile> tiles, Listener listener);
    /// The request ends as cancelled as soon as possible; unknown ids are ignored.
    void cancel(RequestId id);
    /// A running tile is finished, no other is started.
    void pause();
    void resume();
    bool isPaused() const;

private:
    struct Request;

    void run();
    void serve(std::unique_lock<std::mutex>& lock);
    /// The request to serve next; none while paused.
    std::shared_ptr<Request> bestRequest() const;
    bool hasCancelled() const;
    bool isWanted(const TileKey& key) const;
    void compute(std::unique_lock<std::mutex>& lock, const TileKey& key);
    void deliver(std::unique_lock<std::mutex>& lock, const TileKey& key, const Image& tile, double seconds);
    void endRequests(std::unique_lock<std::mutex>& lock, const std::vector<std::shared_ptr<Request>>& ended, Outcome outcome,
                     const std::string& message);
    std::vector<std::shared_ptr<Request>> requestsFor(const TileKey& key) const;
    template <typename Function, typename... Arguments>
    void report(Request& request, const Function& function, const Arguments&... arguments);
    void endCancelled(std::unique_lock<std::mutex>& lock);
    void endFailed(std::unique_lock<std::mutex>& lock);

    TileFunction m_compute;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<RequestId, std::shared_ptr<Request>> m_requests;
    RequestId m_nextId = 1;
    bool m_paused = false;
    bool m_isStopping = false;
    std::thread m_thread;
};

} // namespace casr
