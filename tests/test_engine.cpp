#include "core/base/error.h"
#include "core/base/thread_priority.h"
#include "core/zoom/engine.h"
#include "tests/support.h"

#include <QtTest>

#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <thread>

using namespace casr;

namespace {

using Lines = std::vector<std::string>;

std::string nameOf(const TileKey& key) {
    return std::to_string(key.level) + "/" + std::to_string(key.column) + "," + std::to_string(key.row);
}

TileKey keyOf(int column) {
    return {1, column, 0};
}

/// Tiles of level 1 in a row: columns with distances 0, 1, 2, ... and the same number of pixels.
std::vector<WantedTile> tilesOf(std::vector<int> columns, std::int64_t pixels = 100) {
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

const char* textOf(Outcome outcome) {
    return outcome == Outcome::finished ? "finished" : outcome == Outcome::cancelled ? "cancelled" : "failed";
}

/// A listener that logs everything under a name.
Listener loggingTo(Log& log, const std::string& name) {
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

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTileIsComputedAndDelivered() {
        Bench bench;
        bench.ask("a", tilesOf({3, 1, 2}));
        QVERIFY(bench.log.waitFor("a ended"));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/3,0", "1/1,0", "1/2,0"}));
        QCOMPARE(bench.log.after("a started "), (Lines{"1/3,0", "1/1,0", "1/2,0"}));
        QCOMPARE(bench.log.after("a done "), (Lines{"1/3,0", "1/1,0", "1/2,0"}));
        QCOMPARE(bench.log.after("a ended "), Lines{"finished"});
    }

    void tilesGiveWayToThreadsOfNormalPriority() {
        std::promise<int> amount;
        Engine engine([&](const TileKey& key, const StopCheck&) {
            amount.set_value(amountOfGivingWay());
            return FakeTiles::tileOf(key);
        });
        engine.request(Priority::visible, tilesOf({1}), {});
        const int given = amount.get_future().get();
        QVERIFY(given >= 10);
        QVERIFY(given >= amountOfGivingWay());
    }

    void visibleComesBeforeMarginBeforeBackground() {
        Bench bench;
        bench.engine.pause();
        bench.ask("background", tilesOf({1, 2}), Priority::background);
        bench.ask("visible", tilesOf({5, 6}), Priority::visible);
        bench.ask("margin", tilesOf({3, 4}), Priority::margin);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor("ended", 3));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/5,0", "1/6,0", "1/3,0", "1/4,0", "1/1,0", "1/2,0"}));
    }

    void theNearestTilesComeFirst() {
        Bench bench;
        bench.ask("a", {{keyOf(1), 7.5, 1}, {keyOf(2), 0.5, 1}, {keyOf(3), 30.0, 1}, {keyOf(4), 2.0, 1}});
        QVERIFY(bench.log.waitFor("a ended"));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/2,0", "1/4,0", "1/1,0", "1/3,0"}));
    }

    void aNewerRequestGoesFirstAmongEquals() {
        Bench bench;
        bench.tiles.hold();
        bench.ask("old", tilesOf({1, 2, 3}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.ask("new", tilesOf({7, 8}));
        bench.tiles.releaseAll();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/7,0", "1/8,0", "1/2,0", "1/3,0"}));
    }

    void aMoreUrgentRequestGoesFirstEvenWhenOlder() {
        Bench bench;
        bench.engine.pause();
        bench.ask("old", tilesOf({1}), Priority::visible);
        bench.ask("new", tilesOf({2}), Priority::margin);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/2,0"}));
    }

    void whatNobodyWantsAnyMoreIsNotStarted() {
        Bench bench;
        bench.tiles.hold();
        const Engine::RequestId id = bench.ask("a", tilesOf({1, 2, 3}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.engine.cancel(id);
        bench.ask("b", tilesOf({3, 4}));
        bench.tiles.releaseAll();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/3,0", "1/4,0"}));
        QCOMPARE(bench.log.after("a ended "), Lines{"cancelled"});
        QCOMPARE(bench.log.count("a done"), 0);
    }

    void aRunningTileIsStoppedWhenNobodyWantsIt() {
        Bench bench;
        bench.tiles.hold();
        const Engine::RequestId id = bench.ask("a", tilesOf({1, 2}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.tiles.poke();
        QCOMPARE(bench.log.count("stopped"), 0);
        bench.engine.cancel(id);
        bench.tiles.poke();
        QVERIFY(bench.log.waitFor("stopped 1/1,0"));
        QVERIFY(bench.log.waitFor("a ended cancelled"));
    }

    void aRunningTileThatOthersWantGoesOn() {
        Bench bench;
        bench.tiles.hold();
        const Engine::RequestId id = bench.ask("a", tilesOf({1}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.ask("b", tilesOf({1}), Priority::background);
        bench.engine.cancel(id);
        bench.tiles.poke();
        bench.tiles.releaseAll();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.count("stopped"), 0);
        QCOMPARE(bench.log.after("b done "), Lines{"1/1,0"});
        QCOMPARE(bench.log.count("a done"), 0);
        QCOMPARE(bench.log.after("compute "), Lines{"1/1,0"});
    }

    void aTileThatIsWantedAgainAfterItWasStoppedIsComputed() {
        Bench bench;
        bench.tiles.hold();
        const Engine::RequestId id = bench.ask("a", tilesOf({1}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.engine.cancel(id);
        bench.tiles.poke();
        QVERIFY(bench.log.waitFor("a ended cancelled"));
        bench.ask("b", tilesOf({1}));
        bench.tiles.releaseAll();
        QVERIFY(bench.log.waitFor("b ended finished"));
        QCOMPARE(bench.log.count("compute 1/1,0"), 2);
    }

    void aTileOfTwoRequestsIsComputedOnce() {
        Bench bench;
        bench.engine.pause();
        bench.ask("a", tilesOf({1, 2}));
        bench.ask("b", tilesOf({2, 3}), Priority::margin);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/2,0", "1/3,0"}));
        QCOMPARE(bench.log.after("a done "), (Lines{"1/1,0", "1/2,0"}));
        QCOMPARE(bench.log.after("b done "), (Lines{"1/2,0", "1/3,0"}));
    }

    void aPauseFinishesTheRunningTileAndStartsNoOther() {
        Bench bench;
        bench.tiles.hold();
        bench.ask("a", tilesOf({1, 2}));
        QVERIFY(bench.log.waitFor("compute 1/1,0"));
        bench.engine.pause();
        QVERIFY(bench.engine.isPaused());
        bench.tiles.releaseAll();
        QVERIFY(bench.log.waitFor("a done 1/1,0"));
        QVERIFY(bench.waitForWorker());
        QCOMPARE(bench.log.count("compute"), 1);
        bench.engine.resume();
        QVERIFY(!bench.engine.isPaused());
        QVERIFY(bench.log.waitFor("a ended finished"));
        QCOMPARE(bench.log.count("compute"), 2);
    }

    void aPausedRequestCanBeCancelled() {
        Bench bench;
        bench.engine.pause();
        bench.engine.cancel(bench.ask("a", tilesOf({1})));
        QVERIFY(bench.log.waitFor("a ended cancelled"));
        QCOMPARE(bench.log.count("compute"), 0);
    }

    void everyRequestEndsOnce() {
        Bench bench;
        bench.tiles.failAt(3);
        bench.engine.pause();
        bench.ask("finished", tilesOf({1, 2}));
        bench.ask("failed", tilesOf({3, 4}));
        const Engine::RequestId id = bench.ask("cancelled", tilesOf({5}));
        bench.engine.cancel(id);
        bench.engine.cancel(id);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor(" ended ", 3));
        bench.engine.cancel(id);
        bench.engine.cancel(12345);
        QVERIFY(bench.waitForWorker());
        QCOMPARE(bench.log.after("finished ended "), Lines{"finished"});
        QCOMPARE(bench.log.after("cancelled ended "), Lines{"cancelled"});
        QCOMPARE(bench.log.after("failed ended "), Lines{"failed: no luck with 1/3,0"});
    }

    void aFailureIsOnlyThatOfRequestsThatWantTheTile() {
        Bench bench;
        bench.tiles.failAt(2);
        bench.engine.pause();
        bench.ask("a", tilesOf({1, 2}));
        bench.ask("b", tilesOf({2, 3}), Priority::margin);
        bench.ask("c", tilesOf({3, 4}), Priority::background);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor("ended", 3));
        QCOMPARE(bench.log.after("a ended "), Lines{"failed: no luck with 1/2,0"});
        QCOMPARE(bench.log.after("b ended "), Lines{"failed: no luck with 1/2,0"});
        QCOMPARE(bench.log.after("c ended "), Lines{"finished"});
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/2,0", "1/3,0", "1/4,0"}));
    }

    void progressNeverFallsAndEndsAtOne() {
        Bench bench;
        std::vector<Progress> steps;
        Listener listener = loggingTo(bench.log, "a");
        listener.progress = [&](const Progress& progress) { steps.push_back(progress); };
        bench.engine.request(Priority::visible, {{keyOf(1), 1, 300}, {keyOf(2), 2, 0}, {keyOf(3), 3, 500}, {keyOf(4), 4, 200}}, listener);
        QVERIFY(bench.log.waitFor("a ended"));
        QCOMPARE(steps.size(), std::size_t{4});
        const std::vector<double> shares{0.3, 0.3, 0.8, 1.0};
        for (std::size_t i = 0; i < steps.size(); ++i) {
            QCOMPARE(steps[i].share, shares[i]);
            QCOMPARE(steps[i].tilesDone, static_cast<std::int64_t>(i) + 1);
            QCOMPARE(steps[i].tiles, std::int64_t{4});
            QVERIFY(std::isfinite(steps[i].secondsToGo) && steps[i].secondsToGo >= 0.0);
        }
        QCOMPARE(steps.back().secondsToGo, 0.0);
    }

    void tilesWithoutPixelsDoNotUpsetProgress() {
        Bench bench;
        std::vector<Progress> steps;
        Listener listener = loggingTo(bench.log, "a");
        listener.progress = [&](const Progress& progress) { steps.push_back(progress); };
        bench.engine.request(Priority::visible, tilesOf({1, 2}, 0), listener);
        QVERIFY(bench.log.waitFor("a ended"));
        QCOMPARE(steps.size(), std::size_t{2});
        QCOMPARE(steps[0].share, 0.0);
        QCOMPARE(steps[1].share, 1.0);
        QCOMPARE(steps[0].secondsToGo, -1.0);
    }

    void aRequestWithoutTilesFinishes() {
        Bench bench;
        bench.ask("a", {});
        QVERIFY(bench.log.waitFor("a ended finished"));
    }

    void emptyListenersAreFine() {
        Bench bench;
        bench.engine.request(Priority::visible, tilesOf({1, 2}), {});
        bench.ask("a", tilesOf({3}), Priority::background);
        QVERIFY(bench.log.waitFor("a ended finished"));
        QCOMPARE(bench.log.count("compute"), 3);
    }

    void theDestructorCancelsAndWaits() {
        Log log;
        std::atomic<bool> isInside = false;
        {
            Engine engine([&](const TileKey& key, const StopCheck& stop) -> Image {
                log.add("compute " + nameOf(key));
                isInside = true;
                while (!stop()) {
                    std::this_thread::yield();
                }
                isInside = false;
                throw Cancelled();
            });
            engine.request(Priority::visible, tilesOf({1, 2}), loggingTo(log, "a"));
            QVERIFY(log.waitFor("compute 1/1,0"));
            engine.request(Priority::background, tilesOf({3}), loggingTo(log, "b"));
        }
        QVERIFY(!isInside);
        QCOMPARE(log.after("a ended "), Lines{"cancelled"});
        QCOMPARE(log.after("b ended "), Lines{"cancelled"});
        QCOMPARE(log.count("compute"), 1);
    }

    void anIdleOrPausedEngineCanBeDestroyed() {
        Log log;
        FakeTiles tiles(log);
        { Engine idle(tiles.function()); }
        {
            Engine paused(tiles.function());
            paused.pause();
            paused.request(Priority::visible, tilesOf({1}), loggingTo(log, "a"));
        }
        QCOMPARE(log.after("a ended "), Lines{"cancelled"});
        QCOMPARE(log.count("compute"), 0);
    }

    void aRequestMadeDuringDestructionIsDropped() {
        Log log;
        FakeTiles tiles(log);
        Engine::RequestId id = 77;
        {
            Engine engine(tiles.function());
            engine.pause();
            Listener listener = loggingTo(log, "a");
            listener.ended = [&](Outcome, const std::string&) {
                id = engine.request(Priority::visible, tilesOf({2}), loggingTo(log, "b"));
            };
            QVERIFY(engine.request(Priority::visible, tilesOf({1}), listener) != 0);
        }
        QCOMPARE(id, Engine::RequestId{0});
        QCOMPARE(log.count("b "), 0);
    }

    void listenersMayCallTheEngine() {
        Bench bench;
        Engine::RequestId own = 0;
        std::mutex ownSet;
        Listener listener = loggingTo(bench.log, "a");
        const auto logDone = listener.tileDone;
        listener.tileDone = [&, logDone](const TileKey& key, const Image& tile) {
            logDone(key, tile);
            bench.engine.pause();
            bench.engine.request(Priority::visible, tilesOf({7}), loggingTo(bench.log, "b"));
            if (bench.engine.isPaused()) {
                bench.engine.resume();
            }
            const std::scoped_lock lock(ownSet);
            bench.engine.cancel(own);
        };
        const auto logEnded = listener.ended;
        listener.ended = [&, logEnded](Outcome outcome, const std::string& message) {
            logEnded(outcome, message);
            bench.engine.request(Priority::visible, tilesOf({8}), loggingTo(bench.log, "c"));
        };
        {
            const std::scoped_lock lock(ownSet);
            own = bench.engine.request(Priority::visible, tilesOf({1, 2}), listener);
        }
        QVERIFY(bench.log.waitFor(" ended ", 3));
        QCOMPARE(bench.log.after("a ended "), Lines{"cancelled"});
        QCOMPARE(bench.log.after("b ended "), Lines{"finished"});
        QCOMPARE(bench.log.after("c ended "), Lines{"finished"});
        QCOMPARE(bench.log.count("compute 1/2,0"), 0);
    }

    void aRequestCancelledInItsLastTileEndsOnce() {
        Bench bench;
        Engine::RequestId own = 0;
        std::mutex ownSet;
        Listener listener = loggingTo(bench.log, "a");
        listener.tileDone = [&](const TileKey&, const Image&) {
            const std::scoped_lock lock(ownSet);
            bench.engine.cancel(own);
        };
        {
            const std::scoped_lock lock(ownSet);
            own = bench.engine.request(Priority::visible, tilesOf({1}), listener);
        }
        QVERIFY(bench.log.waitFor("a ended"));
        QVERIFY(bench.waitForWorker());
        QCOMPARE(bench.log.count("a ended"), 1);
    }

    void whatIsCancelledWhileListenersRunEndsEvenWhenPaused() {
        Bench bench;
        bench.engine.pause();
        const Engine::RequestId other = bench.ask("b", tilesOf({2}));
        Listener listener = loggingTo(bench.log, "a");
        listener.ended = [&](Outcome, const std::string&) { bench.engine.cancel(other); };
        bench.engine.cancel(bench.engine.request(Priority::visible, tilesOf({1}), listener));
        QVERIFY(bench.log.waitFor("b ended cancelled"));
    }

    void stallsAnywhereChangeNoTileAndLoseNoRequest_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 12; ++seed) {
            QTest::newRow(std::to_string(seed).c_str()) << seed;
        }
    }

    void stallsAnywhereChangeNoTileAndLoseNoRequest() {
        QFETCH(int, seed);
        std::atomic<int> asked = 0, finished = 0, cancelled = 0, wrong = 0;
        {
            Stalls stalls(static_cast<std::uint64_t>(seed));
            Engine engine([&](const TileKey& key, const StopCheck& stop) {
                for (int block = 0; block < 3; ++block) {
                    stalls.here();
                    if (stop()) {
                        throw Cancelled();
                    }
                }
                return FakeTiles::tileOf(key);
            });
            std::vector<std::thread> threads;
            for (int thread = 0; thread < 3; ++thread) {
                threads.emplace_back([&, thread] {
                    HashRandom random(static_cast<std::uint64_t>(100 * seed + thread));
                    for (int i = 0; i < 20; ++i) {
                        auto done = std::make_shared<std::set<TileKey>>();
                        Listener listener;
                        listener.tileStarted = [&](const TileKey&) { stalls.here(); };
                        listener.tileDone = [&, done](const TileKey& key, const Image& tile) {
                            stalls.here();
                            wrong += done->insert(key).second && sameBits(tile, FakeTiles::tileOf(key)) ? 0 : 1;
                        };
                        listener.ended = [&, done](Outcome outcome, const std::string&) {
                            stalls.here();
                            finished += outcome == Outcome::finished ? 1 : 0;
                            cancelled += outcome == Outcome::cancelled ? 1 : 0;
                            wrong += outcome == Outcome::finished && done->size() != 3 ? 1 : 0;
                        };
                        const auto id = engine.request(static_cast<Priority>(random.below(3)),
                                                       tilesOf({random.below(5), 5 + random.below(5), 10 + random.below(5)}), listener);
                        ++asked;
                        stalls.here();
                        if (random.below(2) == 0) {
                            engine.cancel(id);
                        }
                        if (random.below(8) == 0) {
                            engine.pause();
                            stalls.here();
                            engine.resume();
                        }
                    }
                });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
        }
        QCOMPARE(asked.load(), 60);
        QCOMPARE(finished + cancelled, asked.load());
        QCOMPARE(wrong.load(), 0);
    }

    void requestsFromManyThreadsAllEndOnce() {
        constexpr int threadCount = 4, requestsOfThread = 50;
        std::atomic<int> asked = 0, ended = 0, wrong = 0;
        {
            Log log;
            FakeTiles tiles(log);
            Engine engine(tiles.function());
            std::vector<std::thread> threads;
            for (int thread = 0; thread < threadCount; ++thread) {
                threads.emplace_back([&, thread] {
                    HashRandom random(static_cast<std::uint64_t>(thread));
                    for (int i = 0; i < requestsOfThread; ++i) {
                        auto times = std::make_shared<std::atomic<int>>(0);
                        auto share = std::make_shared<std::atomic<double>>(0.0);
                        Listener listener;
                        listener.progress = [&, share](const Progress& progress) {
                            wrong += share->exchange(progress.share) > progress.share ? 1 : 0;
                        };
                        listener.ended = [&, times](Outcome, const std::string&) {
                            ++ended;
                            wrong += ++*times == 1 ? 0 : 1;
                        };
                        const auto id = engine.request(static_cast<Priority>(random.below(3)),
                                                       tilesOf({random.below(20), 20 + random.below(20), 40 + random.below(20)}), listener);
                        ++asked;
                        if (random.below(3) == 0) {
                            engine.cancel(id);
                        }
                        if (random.below(10) == 0) {
                            engine.pause();
                            engine.resume();
                        }
                    }
                });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
        }
        QCOMPARE(asked.load(), threadCount * requestsOfThread);
        QCOMPARE(ended.load(), asked.load());
        QCOMPARE(wrong.load(), 0);
    }

    void wantedTilesAreThoseOfTheRegionNearestFirst() {
        const LevelGrid grid({300, 200}, {900, 600}, 64);
        const Rect region{100, 50, 700, 420};
        const std::vector<WantedTile> tiles = wantedTiles(grid, 2, region, 650, 100);
        std::int64_t pixels = 0, meeting = 0;
        for (int row = 0; row < grid.rows(); ++row) {
            for (int column = 0; column < grid.columns(); ++column) {
                const Rect own = grid.pixelsOf(column, row);
                meeting += intersection(own, region).isEmpty() ? 0 : 1;
                pixels += intersection(own, region).isEmpty() ? 0 : own.size().area();
            }
        }
        QCOMPARE(static_cast<std::int64_t>(tiles.size()), meeting);
        for (std::size_t i = 0; i < tiles.size(); ++i) {
            const Rect own = grid.pixelsOf(tiles[i].key.column, tiles[i].key.row);
            QCOMPARE(tiles[i].key.level, 2);
            QCOMPARE(tiles[i].pixels, own.size().area());
            QCOMPARE(tiles[i].distance, std::hypot((own.left + own.right) / 2.0 - 650, (own.top + own.bottom) / 2.0 - 100));
            QVERIFY(i == 0 || tiles[i - 1].distance <= tiles[i].distance);
            pixels -= tiles[i].pixels;
        }
        QCOMPARE(pixels, std::int64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestEngine)
#include "test_engine.moc"
