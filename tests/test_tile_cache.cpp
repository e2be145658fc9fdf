#include "core/zoom/tile_cache.h"
#include "tests/support.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace casr;

namespace {

constexpr std::size_t bytesOfTile = 4 * 4 * 3 * sizeof(float);

Image tileOf(int number) {
    return noisePicture({4, 4}, 3, static_cast<std::uint64_t>(number));
}

TileKey keyOf(int number) {
    return {1 + number % 3, number, number / 2};
}

bool holds(TileCache& cache, int number) {
    const std::optional<Image> found = cache.find(keyOf(number));
    return found && sameBits(*found, tileOf(number));
}

/// As heavy as a tile.
std::shared_ptr<const NarrowField> fieldOf(int number) {
    return std::make_shared<const NarrowField>(
        NarrowField{{0, 0, 4, 4}, 6, std::vector<std::uint16_t>(96, static_cast<std::uint16_t>(number))});
}

void fill(TileCache& cache, int count) {
    for (int number = 0; number < count; ++number) {
        cache.insert(keyOf(number), tileOf(number));
    }
}

} // namespace

class TestTileCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatWasPutInComesOut() {
        TileCache cache(10 * bytesOfTile);
        QVERIFY(!cache.find(keyOf(0)));
        fill(cache, 5);
        for (int number = 0; number < 5; ++number) {
            QVERIFY(holds(cache, number));
        }
        QVERIFY(!cache.find(keyOf(5)));
        QCOMPARE(cache.bytes(), 5 * bytesOfTile);
    }

    void levelColumnAndRowAllCount() {
        TileCache cache(10 * bytesOfTile);
        cache.insert({1, 2, 3}, tileOf(1));
        QVERIFY(!cache.find({2, 2, 3}) && !cache.find({1, 3, 3}) && !cache.find({1, 2, 2}));
        QVERIFY(cache.find({1, 2, 3}));
    }

    void theOldestGoesFirst() {
        TileCache cache(3 * bytesOfTile);
        fill(cache, 5);
        QVERIFY(!cache.find(keyOf(0)) && !cache.find(keyOf(1)));
        QVERIFY(holds(cache, 2) && holds(cache, 3) && holds(cache, 4));
    }

    void whatWasFoundIsYoungAgain() {
        TileCache cache(3 * bytesOfTile);
        fill(cache, 3);
        QVERIFY(holds(cache, 0));
        cache.insert(keyOf(3), tileOf(3));
        QVERIFY(!cache.find(keyOf(1)));
        QVERIFY(holds(cache, 0) && holds(cache, 2) && holds(cache, 3));
    }

    void theBudgetIsNeverExceeded() {
        TileCache cache(4 * bytesOfTile - 1);
        for (int number = 0; number < 20; ++number) {
            cache.insert(keyOf(number), tileOf(number));
            QVERIFY(cache.bytes() <= cache.budget());
        }
        QCOMPARE(cache.bytes(), 3 * bytesOfTile);
    }

    void aSecondTileOfTheSameKeyIsNotCountedTwice() {
        TileCache cache(10 * bytesOfTile);
        cache.insert(keyOf(1), tileOf(1));
        cache.insert(keyOf(1), tileOf(1));
        QCOMPARE(cache.bytes(), bytesOfTile);
    }

    void aTileBeyondTheBudgetIsNotKeptAndCostsNoOther() {
        TileCache cache(2 * bytesOfTile);
        fill(cache, 2);
        cache.insert(keyOf(9), noisePicture({40, 40}, 3, 1));
        QVERIFY(!cache.find(keyOf(9)));
        QVERIFY(holds(cache, 0) && holds(cache, 1));
    }

    void noBudgetKeepsNothing() {
        TileCache cache(0);
        fill(cache, 3);
        QCOMPARE(cache.bytes(), std::size_t{0});
        QVERIFY(!cache.find(keyOf(2)));
    }

    void aSmallerBudgetTakesEffectAtOnce() {
        TileCache cache(5 * bytesOfTile);
        fill(cache, 5);
        cache.setBudget(2 * bytesOfTile);
        QCOMPARE(cache.budget(), 2 * bytesOfTile);
        QCOMPARE(cache.bytes(), 2 * bytesOfTile);
        QVERIFY(holds(cache, 3) && holds(cache, 4) && !cache.find(keyOf(2)));
    }

    void halfOfWhatIsHeldIsGivenBackDownToTheLeast() {
        TileCache cache(100 * bytesOfTile);
        fill(cache, 8);
        QCOMPARE(cache.holdLess(3 * bytesOfTile), 4 * bytesOfTile);
        QCOMPARE(cache.bytes(), 4 * bytesOfTile);
        QVERIFY(holds(cache, 7) && !cache.find(keyOf(3)));
        QCOMPARE(cache.holdLess(3 * bytesOfTile), 3 * bytesOfTile);
        QCOMPARE(cache.holdLess(5 * bytesOfTile), 3 * bytesOfTile); // never more than before
        fill(cache, 8);
        QCOMPARE(cache.bytes(), 3 * bytesOfTile);
        QCOMPARE(cache.budget(), 100 * bytesOfTile);
        cache.holdAll();
        fill(cache, 8);
        QCOMPARE(cache.bytes(), 8 * bytesOfTile);
    }

    void aBudgetThatIsSetWhileLessIsHeldTakesEffect() {
        TileCache cache(8 * bytesOfTile);
        fill(cache, 8);
        cache.holdLess(0);
        cache.setBudget(6 * bytesOfTile);
        fill(cache, 8);
        QCOMPARE(cache.bytes(), 6 * bytesOfTile);
        cache.holdAll();
        fill(cache, 8);
        QCOMPARE(cache.bytes(), 6 * bytesOfTile);
    }

    void aClearedCacheCanBeUsedAgain() {
        TileCache cache(5 * bytesOfTile);
        fill(cache, 5);
        cache.clear();
        QCOMPARE(cache.bytes(), std::size_t{0});
        QVERIFY(!cache.find(keyOf(0)));
        fill(cache, 1);
        QVERIFY(holds(cache, 0));
    }

    void fieldsLieBesideTheTilesAndWeighTheirBytes() {
        TileCache cache(10 * bytesOfTile);
        fill(cache, 3);
        QVERIFY(!cache.findField(keyOf(0)));
        cache.insertField(keyOf(0), fieldOf(0));
        cache.insertField(keyOf(7), fieldOf(7));
        QCOMPARE(cache.bytes(), 5 * bytesOfTile);
        QCOMPARE(cache.findField(keyOf(7))->coefficients.front(), 7.0f);
        QVERIFY(!cache.find(keyOf(7)));
        QVERIFY(holds(cache, 0));
        cache.dropFields();
        QVERIFY(!cache.findField(keyOf(0)) && !cache.findField(keyOf(7)));
        QCOMPARE(cache.bytes(), 3 * bytesOfTile);
        QVERIFY(holds(cache, 0) && holds(cache, 1) && holds(cache, 2));
    }

    void theOldestGoesFirstWhateverItIs() {
        TileCache cache(3 * bytesOfTile);
        cache.insert(keyOf(0), tileOf(0));
        cache.insertField(keyOf(0), fieldOf(0));
        cache.insertField(keyOf(1), fieldOf(1));
        QVERIFY(holds(cache, 0));
        cache.insert(keyOf(2), tileOf(2));
        QVERIFY(!cache.findField(keyOf(0)));
        QVERIFY(holds(cache, 0) && cache.findField(keyOf(1)) && holds(cache, 2));
    }

    void aFieldWithDetailTakesThePlaceOfOneWithout() {
        TileCache cache(100 * bytesOfTile);
        NarrowField detailed = *fieldOf(0);
        detailed.detail.assign(32, 1);
        cache.insertField(keyOf(0), fieldOf(0));
        cache.insertField(keyOf(0), std::make_shared<const NarrowField>(detailed));
        QVERIFY(cache.findField(keyOf(0))->hasDetail());
        QCOMPARE(cache.bytes(), detailed.bytes());
        cache.insertField(keyOf(0), fieldOf(0));
        QVERIFY(cache.findField(keyOf(0))->hasDetail());
    }

    void anotherCacheGetsWhatIsWanted() {
        TileCache cache(100 * bytesOfTile), other(100 * bytesOfTile), small(bytesOfTile);
        fill(cache, 3); // levels 1, 2, 3
        cache.insertField(keyOf(1), fieldOf(1));
        const auto isWanted = [](int level, bool isField) { return level == 1 || isField; };
        cache.share(other, isWanted);
        QVERIFY(holds(other, 0) && !other.find(keyOf(1)) && !other.find(keyOf(2)) && other.findField(keyOf(1)));
        QVERIFY(holds(cache, 0) && holds(cache, 1) && holds(cache, 2) && cache.findField(keyOf(1)));
        cache.share(small, [](int, bool isField) { return !isField; });
        QVERIFY(!small.find(keyOf(0)) && holds(small, 2)); // the last used
    }

    void theDefaultBudgetIsAtMostAGigabyte() {
        QVERIFY(TileCache::defaultBudget() > 0);
        QVERIFY(TileCache::defaultBudget() <= std::size_t{1} << 30);
    }

    void threadsSeeWholeTiles() {
        TileCache cache(8 * bytesOfTile);
        Stalls stalls(1);
        std::atomic<int> wrong = 0, found = 0;
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&, thread] {
                HashRandom random(static_cast<std::uint64_t>(thread));
                for (int step = 0; step < 2000; ++step) {
                    const int number = random.below(16);
                    stalls.here();
                    if (const std::optional<Image> tile = cache.find(keyOf(number))) {
                        ++found;
                        wrong += sameBits(*tile, tileOf(number)) ? 0 : 1;
                    } else {
                        cache.insert(keyOf(number), tileOf(number));
                    }
                    if (const auto field = cache.findField(keyOf(number))) {
                        wrong += field->coefficients.back() == static_cast<float>(number) ? 0 : 1;
                    } else {
                        cache.insertField(keyOf(number), fieldOf(number));
                    }
                    if (step % 300 == 299) {
                        cache.dropFields();
                    }
                    if (step % 500 == 499) {
                        cache.setBudget((4 + static_cast<std::size_t>(random.below(8))) * bytesOfTile);
                    }
                    if (step % 900 == 899) {
                        cache.clear();
                    }
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        QVERIFY(found > 0);
        QCOMPARE(wrong.load(), 0);
        QVERIFY(cache.bytes() <= cache.budget());
    }
};

QTEST_APPLESS_MAIN(TestTileCache)
#include "test_tile_cache.moc"
