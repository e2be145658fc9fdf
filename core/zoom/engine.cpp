#include "core/zoom/engine.h"

#include "core/base/error.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace casr {

namespace {

using Clock = std::chrono::steady_clock;

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
    Clock::duration busy{};

    bool wants(const TileKey& key) const {
        return std::any_of(pending.begin(), pending.end(), [&](const WantedTile& tile) { return tile.key == key; });
    }

    void take(const TileKey& key) {
        const auto found = std::find_if(pending.begin(), pending.end(), [&](const WantedTile& tile) { return tile.key == key; });
        pixelsDone += found->pixels;
        pending.erase(found);
        ++progress.tilesDone;
        progress.share = pixels > 0 ? static_cast<double>(pixelsDone) / static_cast<double>(pixels) : 1.0;
        progress.secondsToGo = std::chrono::duration<double>(busy).count() * (1.0 / progress.share - 1.0);
    }

    /// True when this request is served before `other`.
    bool precedes(const Request& other) const {
        if (priority != other.priority) {
            return priority < other.priority;
        }
        return id > other.id;
    }
};

Engine::Engine(TileFunction compute) : m_compute(std::move(compute)), m_thread([this](std::stop_token stop) { run(stop); }) {}

Engine::~Engine() {
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [id, request] : m_requests) {
            request->isCancelled = true;
        }
        m_thread.request_stop();
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
    std::shared_ptr<Request> best;
    for (const auto& [id, request] : m_requests) {
        if (!request->isCancelled && (!best || request->precedes(*best))) {
            best = request;
        }
    }
    return best;
}

bool Engine::isWanted(const TileKey& key) const {
    return std::any_of(m_requests.begin(), m_requests.end(),
                       [&](const auto& entry) { return !entry.second->isCancelled && entry.second->wants(key); });
}

std::vector<std::shared_ptr<Engine::Request>> Engine::requestsFor(const TileKey& key) const {
    std::vector<std::shared_ptr<Request>> list;
    for (const auto& [id, request] : m_requests) {
        if (!request->isCancelled && request->wants(key)) {
            list.push_back(request);
        }
    }
    return list;
}

void Engine::endRequests(std::unique_lock<std::mutex>& lock, const std::vector<std::shared_ptr<Request>>& ended, Outcome outcome,
                         const std::string& message) {
    for (const std::shared_ptr<Request>& request : ended) {
        m_requests.erase(request->id);
    }
    lock.unlock();
    for (const std::shared_ptr<Request>& request : ended) {
        if (request->listener.ended) {
            request->listener.ended(outcome, message);
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

void Engine::deliver(std::unique_lock<std::mutex>& lock, const TileKey& key, const Image& tile) {
    std::vector<std::shared_ptr<Request>> receivers = requestsFor(key), done;
    for (const std::shared_ptr<Request>& request : receivers) {
        request->take(key);
        if (request->pending.empty()) {
            done.push_back(request);
        }
    }
    lock.unlock();
    for (const std::shared_ptr<Request>& request : receivers) {
        if (request->listener.tileDone) {
            request->listener.tileDone(key, tile);
        }
        if (request->listener.progress) {
            request->listener.progress(request->progress);
        }
    }
    lock.lock();
    endRequests(lock, done, Outcome::finished, "");
}

void Engine::compute(std::unique_lock<std::mutex>& lock, const TileKey& key) {
    const std::vector<std::shared_ptr<Request>> starting = requestsFor(key);
    lock.unlock();
    for (const std::shared_ptr<Request>& request : starting) {
        if (request->listener.tileStarted) {
            request->listener.tileStarted(key);
        }
    }
    const Clock::time_point start = Clock::now();
    const auto isUnwanted = [&] {
        const std::scoped_lock inner(m_mutex);
        return !isWanted(key);
    };
    try {
        const Image tile = m_compute(key, isUnwanted);
        lock.lock();
        for (const auto& [id, request] : m_requests) {
            request->busy += Clock::now() - start;
        }
        deliver(lock, key, tile);
    } catch (const Cancelled&) {
        lock.lock();
    } catch (const std::exception& error) {
        lock.lock();
        endRequests(lock, requestsFor(key), Outcome::failed, error.what());
    }
}

void Engine::run(std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    for (;;) {
        endCancelled(lock);
        if (stop.stop_requested()) {
            return;
        }
        const std::shared_ptr<Request> best = m_paused ? nullptr : bestRequest();
        if (!best) {
            m_changed.wait(lock);
        } else if (best->pending.empty()) {
            endRequests(lock, {best}, Outcome::finished, "");
        } else {
            compute(lock, best->pending.back().key);
        }
    }
}

} // namespace casr
