#include "core/base/thread_priority.h"
#include "engine_support.h"

#include <QtTest>

using namespace casr;
using namespace casr::enginetest;

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

    void aListenerThatThrowsEndsItsRequestAsFailedAndOthersGoOn_data() {
        QTest::addColumn<QString>("function");
        QTest::addColumn<bool>("isLastTile");
        for (const char* function : {"started", "done", "progress"}) {
            QTest::addRow("%s, first tile", function) << function << false;
            QTest::addRow("%s, last tile", function) << function << true;
        }
    }

    void aListenerThatThrowsEndsItsRequestAsFailedAndOthersGoOn() {
        QFETCH(QString, function);
        QFETCH(bool, isLastTile);
        Bench bench;
        Listener listener = loggingTo(bench.log, "a");
        const auto fail = [] { throw Error("no room to show it"); };
        if (function == "started") {
            listener.tileStarted = [&](const TileKey&) { fail(); };
        } else if (function == "done") {
            listener.tileDone = [&](const TileKey&, const Image&) { fail(); };
        } else {
            listener.progress = [&](const Progress&) { fail(); };
        }
        bench.engine.pause();
        bench.engine.request(Priority::visible, tilesOf(isLastTile ? std::vector{1} : std::vector{1, 2}), listener);
        bench.ask("b", tilesOf({1, 3}), Priority::margin);
        bench.engine.resume();
        QVERIFY(bench.log.waitFor("ended", 2));
        QCOMPARE(bench.log.after("a ended "), Lines{"failed: no room to show it"});
        QCOMPARE(bench.log.after("b ended "), Lines{"finished"});
        QCOMPARE(bench.log.after("compute "), (Lines{"1/1,0", "1/3,0"}));
    }

    void aListenerWithoutMemoryEndsItsRequestAsFailed() {
        Bench bench;
        Listener listener = loggingTo(bench.log, "a");
        listener.tileDone = [](const TileKey&, const Image&) { throw std::bad_alloc(); };
        bench.engine.request(Priority::visible, tilesOf({1, 2}), listener);
        QVERIFY(bench.log.waitFor("a ended failed: There is not enough memory"));
        bench.ask("b", tilesOf({3}));
        QVERIFY(bench.log.waitFor("b ended finished"));
        QCOMPARE(bench.log.count("a ended"), 1);
    }

    void whatTheEndOfARequestThrowsEndsNothingElse() {
        Bench bench;
        Listener listener;
        listener.ended = [&](Outcome, const std::string&) {
            bench.log.add("a ended");
            throw std::bad_alloc();
        };
        bench.engine.request(Priority::visible, tilesOf({1}), listener);
        QVERIFY(bench.log.waitFor("a ended"));
        bench.ask("b", tilesOf({2}));
        QVERIFY(bench.log.waitFor("b ended finished"));
        QCOMPARE(bench.log.count("a ended"), 1);
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
