#include "engine_support.h"

#include <QtTest>

#include <future>
#include <set>
#include <thread>

using namespace casr;
using namespace casr::enginetest;

class TestEngineThreads : public QObject {
    Q_OBJECT

private Q_SLOTS:
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
};

QTEST_APPLESS_MAIN(TestEngineThreads)
#include "test_engine_threads.moc"
