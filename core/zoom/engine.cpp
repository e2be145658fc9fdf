#include "core/zoom/engine.h"

#include "core/base/error.h"
#include "core/base/thread_priority.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <new>
#include <optional>

namespace casr {

namespace {

using Clock = std::chrono::steady_clock;

/// Until the next try when not even the bookkeeping got its memory.
constexpr std::chrono::milliseconds pauseWithoutMemory{20};

/// What to tell of a tile that failed; nothing when it was only cancelled.
std::optional<std::string> messageOf(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Cancelled&) {
        return std::nullopt;
    } catch (const std::bad_alloc&) {
        return "There is not enough memory for a tile. Close other programs, then go on.";
    } catch (const std::exception& error) {
        return error.what();
    }
}

} // namespace

std::vector<WantedTile> wantedTiles(const LevelGrid& grid, int level, Rect region, double focusX, double focusY) {
    std::vector<WantedTile> list;
    const Rect tiles = grid.tilesMeeting(region);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            const Rect pixels = grid.pixelsOf(column, row);
            const double x = 0.5 * (pixels.left + pixels.right), y = 0.5 * (pixels.top + pixels.bottom);
            list.push_back({{level, column, row}, std::hypot(x - focusX, y - focusY), pixels.size().area()});
        }
    }
    std::stable_sort(list.begin(), list.end(), [](const WantedTile& a, const WantedTile& b) { return a.distance < b.distance; });
    return list;
}

struct Engine::Request {
    RequestId id = 0;
    Priority priority = Priority::visible;
    std::vector<WantedTile> pending; ///< Farthest first, so that the next one is at the back.
    Listener listener;
    Progress progress;
    std::int64_t pixels = 0;
    std::int64_t pixelsDone = 0;
    bool isCancelled = false;
    std::exception_ptr failure; ///< What a function of the listener has thrown.
    double busySeconds = 0;

    bool isOver() const { return isCancelled || failure; }

    /// Searched from the back: the next tiles are there.
    auto find(const TileKey& key) const {
        return std::find_if(pending.rbegin(), pending.rend(), [&](const WantedTile& tile) { return tile.key == key; });
    }

    bool wants(const TileKey& key) const { return find(key) != pending.rend(); }

    /// Books the tile, which took `seconds`, as done.
    void take(const TileKey& key, double seconds) {
        const auto found = find(key);
        pixelsDone += found->pixels;
        busySeconds += seconds;
        pending.erase(std::next(found).base());
        ++progress.tilesDone;
        progress.share = pending.empty() ? 1.0 : static_cast<double>(pixelsDone) / static_cast<double>(std::max<std::int64_t>(pixels, 1));
        progress.secondsToGo =
            pixelsDone > 0 ? busySeconds * static_cast<double>(pixels - pixelsDone) / static_cast<double>(pixelsDone) : -1.0;
    }

    /// True when this request is served before `other`.
    bool precedes(const Request& other) const {
        if (priority != other.priority) {
            return priority < other.priority;
        }
        return id > other.id;
    }
};

Engine::Engine(TileFunction compute) : m_compute(std::move(compute)), m_thread([this] { run(); }) {}

Engine::~Engine() {
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [id, request] : m_requests) {
            request->isCancelled = true;
        }
        m_isStopping = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

Engine::RequestId Engine::request(Priority priority, std::vector<WantedTile> tiles, Listener listener) {
    auto request = std::make_shared<Request>();
    request->priority = priority;
    request->pending.assign(tiles.rbegin(), tiles.rend());
    std::stable_sort(request->pending.begin(), request->pending.end(),
                     [](const WantedTile& a, const WantedTile& b) { return a.distance > b.distance; });
    request->listener = std::move(listener);
    request->progress.tiles = static_cast<std::int64_t>(request->pending.size());
    for (const WantedTile& tile : request->pending) {
        request->pixels += tile.pixels;
    }
    const std::scoped_lock lock(m_mutex);
    if (m_isStopping) {
        return 0;
    }
    request->id = m_nextId++;
    m_requests[request->id] = request;
    m_changed.notify_all();
    return request->id;
}

void Engine::cancel(RequestId id) {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_requests.find(id);
    if (found != m_requests.end()) {
        found->second->isCancelled = true;
        m_changed.notify_all();
    }
}

void Engine::pause() {
    const std::scoped_lock lock(m_mutex);
    m_paused = true;
}

void Engine::resume() {
    const std::scoped_lock lock(m_mutex);
    m_paused = false;
    m_changed.notify_all();
}

bool Engine::isPaused() const {
    const std::scoped_lock lock(m_mutex);
    return m_paused;
}

std::shared_ptr<Engine::Request> Engine::bestRequest() const {
    if (m_paused) {
        return nullptr;
    }
    std::shared_ptr<Request> best;
    for (const auto& [id, request] : m_requests) {
        if (!request->isOver() && (!best || request->precedes(*best))) {
            best = request;
        }
    }
    return best;
}

bool Engine::hasCancelled() const {
    return std::any_of(m_requests.begin(), m_requests.end(), [](const auto& entry) { return entry.second->isCancelled; });
}

bool Engine::isWanted(const TileKey& key) const {
    return std::any_of(m_requests.begin(), m_requests.end(),
                       [&](const auto& entry) { return !entry.second->isOver() && entry.second->wants(key); });
}

std::vector<std::shared_ptr<Engine::Request>> Engine::requestsFor(const TileKey& key) const {
    std::vector<std::shared_ptr<Request>> list;
    for (const auto& [id, request] : m_requests) {
        if (!request->isOver() && request->wants(key)) {
            list.push_back(request);
        }
    }
    return list;
}

/// Calls a function of the listener while nothing is locked; none any more once one has thrown.
template <typename Function, typename... Arguments>
void Engine::report(Request& request, const Function& function, const Arguments&... arguments) {
    if (!function || request.failure) {
        return;
    }
    try {
        function(arguments...);
    } catch (...) {
        const std::scoped_lock lock(m_mutex);
        request.failure = std::current_exception();
    }
}

void Engine::endRequests(std::unique_lock<std::mutex>& lock, const std::vector<std::shared_ptr<Request>>& ended, Outcome outcome,
                         const std::string& message) {
    for (const std::shared_ptr<Request>& request : ended) {
        m_requests.erase(request->id);
    }
    lock.unlock();
    for (const std::shared_ptr<Request>& request : ended) {
        try {
            if (request->listener.ended) {
                request->listener.ended(outcome, message);
            }
        } catch (...) { // the request is over, and its last function has failed
        }
    }
    lock.lock();
}

void Engine::endCancelled(std::unique_lock<std::mutex>& lock) {
    std::vector<std::shared_ptr<Request>> cancelled;
    for (const auto& [id, request] : m_requests) {
        if (request->isCancelled) {
            cancelled.push_back(request);
        }
    }
    if (!cancelled.empty()) {
        endRequests(lock, cancelled, Outcome::cancelled, "");
    }
}

void Engine::endFailed(std::unique_lock<std::mutex>& lock) {
    std::vector<std::shared_ptr<Request>> failed;
    for (const auto& [id, request] : m_requests) {
        if (request->failure) {
            failed.push_back(request);
        }
    }
    for (const std::shared_ptr<Request>& request : failed) {
        const std::optional<std::string> message = messageOf(request->failure);
        endRequests(lock, {request}, message ? Outcome::failed : Outcome::cancelled, message.value_or(""));
    }
}

void Engine::deliver(std::unique_lock<std::mutex>& lock, const TileKey& key, const Image& tile, double seconds) {
    std::vector<std::shared_ptr<Request>> receivers = requestsFor(key), done;
    done.reserve(receivers.size()); // nothing is taken until all memory is there
    for (const std::shared_ptr<Request>& request : receivers) {
        request->take(key, seconds);
        if (request->pending.empty()) {
            done.push_back(request);
        }
    }
    lock.unlock();
    for (const std::shared_ptr<Request>& request : receivers) {
        report(*request, request->listener.tileDone, key, tile);
        report(*request, request->listener.progress, request->progress);
    }
    lock.lock();
    std::erase_if(done, [](const std::shared_ptr<Request>& request) { return request->failure != nullptr; });
    endRequests(lock, done, Outcome::finished, "");
}

void Engine::compute(std::unique_lock<std::mutex>& lock, const TileKey& key) {
    const std::vector<std::shared_ptr<Request>> starting = requestsFor(key);
    lock.unlock();
    for (const std::shared_ptr<Request>& request : starting) {
        report(*request, request->listener.tileStarted, key);
    }
    const Clock::time_point start = Clock::now();
    const auto isUnwanted = [&] {
        const std::scoped_lock inner(m_mutex);
        return !isWanted(key);
    };
    std::optional<Image> tile;
    std::exception_ptr failure;
    try {
        tile = m_compute(key, isUnwanted);
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    if (tile) {
        deliver(lock, key, *tile, std::chrono::duration<double>(Clock::now() - start).count());
    } else if (const std::optional<std::string> message = messageOf(failure)) {
        endRequests(lock, requestsFor(key), Outcome::failed, *message);
    }
}

void Engine::serve(std::unique_lock<std::mutex>& lock) {
    const std::shared_ptr<Request> best = bestRequest();
    if (!best) {
        // Something may have changed while listeners were called: only the predicate knows.
        m_changed.wait(lock, [this] { return m_isStopping || hasCancelled() || bestRequest(); });
    } else if (best->pending.empty()) {
        endRequests(lock, {best}, Outcome::finished, "");
    } else {
        compute(lock, best->pending.back().key);
    }
}

void Engine::run() {
    giveWay();
    std::unique_lock lock(m_mutex);
    for (;;) {
        // Read before listeners are called: once it is set everything is cancelled and nothing new comes, so all end here.
        const bool isLastRound = m_isStopping;
        try {
            endFailed(lock);
            endCancelled(lock);
            if (isLastRound) {
                return;
            }
            serve(lock);
        } catch (const std::bad_alloc&) { // nothing was booked yet: the round can be made again
            if (!lock.owns_lock()) {
                lock.lock();
            }
            m_changed.wait_for(lock, pauseWithoutMemory);
        }
    }
}

} // namespace casr
