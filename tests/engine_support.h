#pragma once

// An engine whose tiles are held, and a log of what it does.

#include "core/base/error.h"
#include "core/zoom/engine.h"
#include "tests/support.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace casr::enginetest {

using Lines = std::vector<std::string>;

inline std::string nameOf(const TileKey& key) {
    return std::to_string(key.level) + "/" + std::to_string(key.column) + "," + std::to_string(key.row);
}

inline TileKey keyOf(int column) {
    return {1, column, 0};
}

/// Tiles of level 1 in a row: columns with distances 0, 1, 2, ... and the same number of pixels.
inline std::vector<WantedTile> tilesOf(std::vector<int> columns, std::int64_t pixels = 100) {
    std::vector<WantedTile> list;
    for (const int column : columns) {
        list.push_back({keyOf(column), static_cast<double>(list.size()), pixels});
    }
    return list;
}

/// Lines that any thread adds and any thread can wait for.
class Log {
public:
    void add(const std::string& line) {
        const std::scoped_lock lock(m_mutex);
        m_lines.push_back(line);
        m_changed.notify_all();
    }

    /// False when `count` lines that hold `part` do not come.
    bool waitFor(const std::string& part, int count = 1) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(60), [&] { return countLocked(part) >= count; });
    }

    int count(const std::string& part) {
        const std::scoped_lock lock(m_mutex);
        return countLocked(part);
    }

    /// The lines that hold `part`, in order, without it.
    Lines after(const std::string& part) {
        const std::scoped_lock lock(m_mutex);
        Lines list;
        for (const std::string& line : m_lines) {
            if (says(line, part)) {
                list.push_back(line.substr(line.find(part) + part.size()));
            }
        }
        return list;
    }

private:
    int countLocked(const std::string& part) const {
        return static_cast<int>(std::count_if(m_lines.begin(), m_lines.end(), [&](const std::string& line) { return says(line, part); }));
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    Lines m_lines;
};

/// A tile function that logs what it is asked for. Held, it waits in every tile for releaseAll(), and asks whether to stop at every poke().
class FakeTiles {
public:
    explicit FakeTiles(Log& log) : m_log(log) {}

    Engine::TileFunction function() {
        return [this](const TileKey& key, const StopCheck& stop) { return compute(key, stop); };
    }

    void hold() {
        const std::scoped_lock lock(m_mutex);
        m_isHeld = true;
    }

    /// Makes the held tile ask whether it is still wanted; returns when it has asked.
    void poke() {
        std::unique_lock lock(m_mutex);
        const int wanted = ++m_pokes;
        m_changed.notify_all();
        m_changed.wait(lock, [&] { return m_asked >= wanted; });
    }

    void releaseAll() {
        const std::scoped_lock lock(m_mutex);
        m_isHeld = false;
        m_changed.notify_all();
    }

    void failAt(int column) { m_failing = column; }

    static Image tileOf(const TileKey& key) { return noisePicture({2, 2}, 3, static_cast<std::uint64_t>(key.column)); }

private:
    Image compute(const TileKey& key, const StopCheck& stop) {
        m_log.add("compute " + nameOf(key));
        waitWhileHeld(key, stop);
        if (key.column == m_failing) {
            throw Error("no luck with " + nameOf(key));
        }
        return tileOf(key);
    }

    void waitWhileHeld(const TileKey& key, const StopCheck& stop) {
        std::unique_lock lock(m_mutex);
        while (m_isHeld) {
            m_changed.wait(lock, [&] { return !m_isHeld || m_asked < m_pokes; });
            if (m_asked < m_pokes) {
                lock.unlock();
                const bool isStopped = stop();
                lock.lock();
                m_asked = m_pokes;
                m_changed.notify_all();
                if (isStopped) {
                    m_log.add("stopped " + nameOf(key));
                    throw Cancelled();
                }
            }
        }
    }

    Log& m_log;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isHeld = false;
    int m_pokes = 0;
    int m_asked = 0;
    std::atomic<int> m_failing = -1;
};

inline const char* textOf(Outcome outcome) {
    return outcome == Outcome::finished ? "finished" : outcome == Outcome::cancelled ? "cancelled" : "failed";
}

/// A listener that logs everything under a name.
inline Listener loggingTo(Log& log, const std::string& name) {
    Listener listener;
    listener.tileStarted = [&log, name](const TileKey& key) { log.add(name + " started " + nameOf(key)); };
    listener.tileDone = [&log, name](const TileKey& key, const Image& tile) {
        log.add(name + " done " + nameOf(key) + (sameBits(tile, FakeTiles::tileOf(key)) ? "" : " with wrong pixels"));
    };
    listener.ended = [&log, name](Outcome outcome, const std::string& message) {
        log.add(name + " ended " + textOf(outcome) + (message.empty() ? "" : ": " + message));
    };
    return listener;
}

/// Everything a test needs; the engine goes first when it ends.
struct Bench {
    Log log;
    FakeTiles tiles{log};
    Engine engine{tiles.function()};

    ~Bench() { tiles.releaseAll(); }

    Engine::RequestId ask(const std::string& name, std::vector<WantedTile> wanted, Priority priority = Priority::visible) {
        return engine.request(priority, std::move(wanted), loggingTo(log, name));
    }

    /// Returns when the worker has looked at everything asked before: a cancelled request is ended by it.
    bool waitForWorker() {
        const Engine::RequestId id = ask("marker", tilesOf({99}), Priority::background);
        engine.cancel(id);
        return log.waitFor("marker ended");
    }
};

} // namespace casr::enginetest
