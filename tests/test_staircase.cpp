#include "core/base/error.h"
#include "core/image/resample.h"
#include "tests/staircase_support.h"

#include <atomic>
#include <limits>
#include <map>
#include <set>
#include <thread>

using namespace casr;

namespace {

Rect randomRect(Size size, HashRandom& random) {
    const int left = random.below(size.width), top = random.below(size.height);
    return {left, top, left + 1 + random.below(size.width - left), top + 1 + random.below(size.height - top)};
}

/// Keeps everything.
class MapBacking : public TileBacking {
public:
    std::optional<Image> load(const TileKey& key) override {
        const auto found = tiles.find(key);
        return found == tiles.end() ? std::nullopt : std::optional(found->second);
    }
    void store(const TileKey& key, const Image& tile) override { tiles[key] = tile; }

    std::map<TileKey, Image> tiles;
};

} // namespace

class TestStaircase : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// One thread where threads are not the question: OpenMP's threads wait by spinning, which is slow on a busy machine.
    void init() { setComputeThreads(1); }

    void thePlanHasThreeStepsAndSeveralTiles() {
        Staircase staircase = staircaseOf(Precision::float32);
        QCOMPARE(staircase.plan().levels(), 4);
        QVERIFY(staircase.gridOf(3).columns() * staircase.gridOf(3).rows() >= 4);
    }

    void theFirstLevelIsThePhoto() {
        Staircase staircase = staircaseOf(Precision::float32);
        const PlacedImage part = staircase.region(0, {3, 5, 30, 50});
        QVERIFY(sameBits(part.image, cropped(photo(), {3, 5, 30, 50})));
        QCOMPARE(part.rect(), (Rect{3, 5, 30, 50}));
        QCOMPARE(staircase.statistics().tilesComputed, std::int64_t{0});
    }

    void everyLevelIsTheLevelComputedInOnePiece() {
        Staircase staircase = staircaseOf(Precision::float32);
        Image parent = photo();
        for (int level = 1; level < staircase.plan().levels(); ++level) {
            parent = levelAtOnce(*sharedNetwork(), parent, staircase.plan().sizeOf(level), inputsOf(staircase.plan(), level));
            QVERIFY(sameBits(wholeLevel(staircase, level), parent));
        }
        // The field is seen: the result is far from plain interpolation.
        const Plan plan = staircase.plan();
        const Image base =
            bicubicRegion(coveringByBorder({photo(), 0, 0}, expanded(rectOf(photoSize), bicubicReach)),
                          {photoSize.width, plan.result().width}, {photoSize.height, plan.result().height}, rectOf(plan.result()));
        double difference = 0.0;
        for (std::size_t i = 0; i < base.values().size(); ++i) {
            difference += std::abs(base.values()[i] - parent.values()[i]);
        }
        QVERIFY(difference > 0.01 * static_cast<double>(base.values().size()));
    }

    void theWholeMethodIsTheLevelComputedInOnePiece() {
        const auto network = strongNetwork(full, 2);
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        Staircase staircase(photo(), network, plan, Precision::float32, plenty);
        const std::shared_ptr<const SourceMemory> memory = network->remember(photo(), Precision::float32, {});
        QVERIFY(memory && !memory->places().empty());
        Image parent = photo();
        for (int level = 1; level < plan.levels(); ++level) {
            StepInputs inputs = inputsOf(plan, level);
            inputs.memory = memory;
            parent = levelAtOnce(*network, parent, plan.sizeOf(level), inputs);
            QVERIFY(sameBits(wholeLevel(staircase, level), parent));
        }
    }

    void everyPartOfTheMethodChangesTheResult() {
        const auto network = strongNetwork(full, 2);
        const auto resultWith = [&](const StepControls& controls) {
            Staircase staircase(photo(), network, planSchedule(photoSize, 2.0), Precision::float32, plenty, controls);
            return wholeLevel(staircase, 1);
        };
        const Image all = resultWith({});
        QVERIFY(sameBits(all, resultWith({})));
        QVERIFY(!sameBits(all, resultWith({0, 0, {false, true, true, true}})));
        QVERIFY(!sameBits(all, resultWith({0, 0, {true, true, false, true}})));
        QVERIFY(!sameBits(all, resultWith({0, 0, {true, true, true, false}})));
        QVERIFY(!sameBits(all, resultWith({0.5f, 0, {}})));
        QVERIFY(!sameBits(all, resultWith({0, 0.5f, {}})));
    }

    void everyControlIsInTheDescription() {
        const StepControls other[] = {{},
                                      {0.5f, 0, {}},
                                      {0, 0.5f, {}},
                                      {0, 0, {}, 0.5f},
                                      {0, 0, {}, 0, 0.5f},
                                      {0, 0, {}, 0, std::nextafter(0.5f, 1.0f)},
                                      {0, 0, {}, 0, 0, 0, 0.5f},
                                      {0, 0, {}, 0, 0, 0, 0, 2},
                                      {0, 0, {}, 0, 0, 0, 0, 8},
                                      {0, 0, {false, true, true, true}},
                                      {0, 0, {true, false, true, true}},
                                      {0, 0, {true, true, false, true}},
                                      {0, 0, {true, true, true, false}}};
        std::set<std::string> texts;
        for (const StepControls& controls : other) {
            texts.insert(describe(controls));
            QCOMPARE(describe(StepControls(controls)), describe(controls));
        }
        QCOMPARE(texts.size(), std::size(other));
    }

    void degradationIsThePhotosAlone() {
        const auto network = strongNetwork(full, 2);
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        Staircase cleaned(photo(), network, plan, Precision::float32, plenty, {0.5f, 0, {true, true, false, true}});
        Staircase plain(photo(), network, plan, Precision::float32, plenty, {0, 0, {true, true, false, true}});
        const Image first = wholeLevel(cleaned, 1);
        QVERIFY(!sameBits(first, wholeLevel(plain, 1)));
        QVERIFY(sameBits(wholeLevel(cleaned, 2), levelAtOnce(*network, first, plan.sizeOf(2), inputsOf(plan, 2))));
    }

    void aCleanedPhotoIsNotProjectedBackTo() {
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        const auto levels = [&](const StepControls& controls) {
            Staircase staircase(photo(), strongNetwork(full, 2), plan, Precision::float32, plenty, controls);
            return std::pair(wholeLevel(staircase, 1), wholeLevel(staircase, 2));
        };
        const StepParts without{true, true, true, false};
        for (const StepControls& cleans : {StepControls{0.5f}, StepControls{0, 0.5f}, StepControls{0, 0, {}, 0, 0, 0, 0.5f}}) {
            StepControls never = cleans;
            never.parts = without;
            const auto cleaned = levels(cleans), unprojected = levels(never), asItIs = levels({0, 0, without});
            QVERIFY(sameBits(cleaned.first, unprojected.first));
            QVERIFY(!sameBits(cleaned.first, asItIs.first));
            QVERIFY(!sameBits(cleaned.second, unprojected.second));
        }
    }

    void preparingHappensOnceAndCanBeStopped() {
        const auto network = strongNetwork(full, 2);
        Staircase staircase(photo(), network, planSchedule(photoSize, 2.0), Precision::float32, plenty);
        QVERIFY(!staircase.isPrepared());
        QVERIFY_EXCEPTION_THROWN(staircase.prepare([] { return true; }), Cancelled);
        QVERIFY(!staircase.isPrepared());
        staircase.prepare();
        QVERIFY(staircase.isPrepared());
        staircase.prepare([] { return true; });
    }

    void aLevelShrinksBackToItsParent() {
        Staircase staircase = staircaseOf(Precision::float32);
        const auto errorWith = [](const Image& child, const Image& parent) {
            const Image back = resized(child, parent.size());
            double sum = 0.0;
            for (std::size_t i = 0; i < back.values().size(); ++i) {
                sum += std::abs(back.values()[i] - parent.values()[i]);
            }
            return sum / static_cast<double>(back.values().size());
        };
        Staircase without(photo(), sharedNetwork(), threeSteps(), Precision::float32, plenty, {0, 0, {true, true, true, false}});
        QVERIFY(errorWith(wholeLevel(staircase, 1), photo()) < 0.5 * errorWith(wholeLevel(without, 1), photo()));
    }

    void aRegionIsTheCropOfItsLevel_data() { addPrecisions(); }

    void aRegionIsTheCropOfItsLevel() {
        QFETCH(int, precision);
        Staircase reference = staircaseOf(static_cast<Precision>(precision));
        std::vector<Image> levels;
        for (int level = 0; level < 4; ++level) {
            levels.push_back(wholeLevel(reference, level));
        }
        HashRandom random(3);
        Staircase staircase = staircaseOf(static_cast<Precision>(precision));
        for (int repeat = 0; repeat < 60; ++repeat) {
            const int level = random.below(4);
            const Rect region = randomRect(staircase.plan().sizeOf(level), random);
            const PlacedImage part = staircase.region(level, region);
            QCOMPARE(part.rect(), region);
            QVERIFY(sameBits(part.image, cropped(levels[static_cast<std::size_t>(level)], region)));
        }
    }

    void theCacheDoesNotChangeABit_data() { addPrecisions(); }

    void theCacheDoesNotChangeABit() {
        QFETCH(int, precision);
        Staircase large = staircaseOf(static_cast<Precision>(precision));
        const Image expected = wholeLevel(large, 3);
        const std::int64_t least = large.statistics().tilesComputed;
        QVERIFY(sameBits(wholeLevel(large, 3), expected));
        QCOMPARE(large.statistics().tilesComputed, least);
        for (const std::size_t bytes : {std::size_t{0}, std::size_t{300000}}) {
            Staircase staircase = staircaseOf(static_cast<Precision>(precision), bytes);
            QVERIFY(sameBits(wholeLevel(staircase, 3), expected));
            QVERIFY(staircase.statistics().tilesComputed > least);
            QVERIFY(staircase.cache().bytes() <= bytes);
        }
    }

    void threadsDoNotChangeABit_data() { addPrecisions(); }

    void threadsDoNotChangeABit() {
        QFETCH(int, precision);
        setComputeThreads(1);
        Staircase one = staircaseOf(static_cast<Precision>(precision));
        const Image expected = wholeLevel(one, 3);
        setComputeThreads(2);
        Staircase shared = staircaseOf(static_cast<Precision>(precision), 500000);
        std::atomic<int> same = 0;
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 3; ++thread) {
            threads.emplace_back([&, thread] {
                HashRandom random(static_cast<std::uint64_t>(thread));
                for (int repeat = 0; repeat < 4; ++repeat) {
                    const Rect region = randomRect(shared.plan().result(), random);
                    same += sameBits(shared.region(3, region).image, cropped(expected, region)) ? 1 : 0;
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        QCOMPARE(same.load(), 12);
    }

    void theSizeOfTilesDoesNotChangeABitInFloat32() {
        Staircase reference = staircaseOf(Precision::float32);
        const Image expected = wholeLevel(reference, 3);
        for (const int cells : {48, 112, 192, 512}) {
            Staircase staircase(photo(), sharedNetwork(), threeSteps(), Precision::float32, plenty, StepControls(), cells);
            QVERIFY(sameBits(wholeLevel(staircase, 3), expected));
        }
    }

    void tilesAreThePixelsOfTheirGrid() {
        Staircase staircase = staircaseOf(Precision::float32);
        const LevelGrid grid = staircase.gridOf(3);
        const Image level = wholeLevel(staircase, 3);
        staircase.cache().clear();
        for (int row = grid.rows() - 1; row >= 0; --row) {
            for (int column = 0; column < grid.columns(); ++column) {
                QVERIFY(!staircase.cachedTile({3, column, row}));
                const Image tile = staircase.tile({3, column, row});
                QVERIFY(sameBits(tile, cropped(level, grid.pixelsOf(column, row))));
                QVERIFY(sameBits(*staircase.cachedTile({3, column, row}), tile));
            }
        }
    }

    void aCancelledRegionLeavesTheStaircaseUsable() {
        Staircase reference = staircaseOf(Precision::float32);
        const Image expected = wholeLevel(reference, 3);
        Staircase staircase = staircaseOf(Precision::float32);
        for (const int most : {0, 1, 2, 5, 3}) {
            int polls = 0;
            const auto stop = [&] { return polls++ >= most; };
            QVERIFY_EXCEPTION_THROWN(staircase.region(3, rectOf(staircase.plan().result()), stop), Cancelled);
        }
        QVERIFY(sameBits(wholeLevel(staircase, 3), expected));
    }

    void aPictureOfOnePixelClimbs() {
        Staircase staircase(Image({1, 1}, 3, {0.5f, 0.5f, 0.5f}), Network::untrained(small, 1), planSchedule({1, 1}, 64.0),
                            Precision::float32, plenty);
        QCOMPARE(wholeLevel(staircase, staircase.plan().levels() - 1).size(), (Size{64, 64}));
    }

    void aScaleOfOneIsThePhoto() {
        Staircase staircase(photo(), sharedNetwork(), planSchedule(photoSize, 1.0), Precision::float32, 0);
        QVERIFY(sameBits(wholeLevel(staircase, 0), photo()));
        QVERIFY_EXCEPTION_THROWN(staircase.tile({1, 0, 0}), std::invalid_argument);
    }

    void whatIsOutsideIsRefused() {
        Staircase staircase = staircaseOf(Precision::float32);
        const Size result = staircase.plan().result();
        QVERIFY_EXCEPTION_THROWN(staircase.region(3, {0, 0, result.width + 1, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.region(3, {-1, 0, 4, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.region(3, {4, 4, 4, 8}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.region(4, {0, 0, 4, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.region(-1, {0, 0, 4, 4}), std::invalid_argument);
        for (const TileKey key : {TileKey{0, 0, 0}, TileKey{4, 0, 0}, TileKey{1, 99, 0}, TileKey{1, 0, -1}}) {
            QVERIFY_EXCEPTION_THROWN(staircase.tile(key), std::invalid_argument);
        }
        QVERIFY_EXCEPTION_THROWN(Staircase(noisePicture({9, 9}, 3, 1), sharedNetwork(), threeSteps(), Precision::float32, 0),
                                 std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(Staircase(noisePicture(photoSize, 1, 1), sharedNetwork(), threeSteps(), Precision::float32, 0),
                                 std::invalid_argument);
    }

    void aViewAtTheSizeOfALevelIsTheLevel_data() { addPrecisions(); }

    void aViewAtTheSizeOfALevelIsTheLevel() {
        QFETCH(int, precision);
        Staircase reference = staircaseOf(static_cast<Precision>(precision));
        Staircase staircase = staircaseOf(static_cast<Precision>(precision));
        for (const int level : {3, 1, 2}) {
            const Size size = staircase.plan().sizeOf(level);
            const PlacedImage view = staircase.view(level, size, rectOf(size));
            QCOMPARE(view.rect(), rectOf(size));
            QVERIFY(sameBits(view.image, wholeLevel(reference, level)));
            QVERIFY(sameBits(wholeLevel(staircase, level), view.image));
        }
    }

    void aViewInsideAStepIsTheFieldAtThatScale() {
        Staircase staircase = staircaseOf(Precision::float32);
        const Image parent = wholeLevel(staircase, 1);
        const Size least = staircase.plan().sizeOf(1), most = staircase.plan().sizeOf(2);
        for (const Size whole : {least, Size{least.width + 7, least.height + 5}, Size{most.width - 3, most.height - 1}}) {
            const Image expected = levelAtOnce(*sharedNetwork(), parent, whole, inputsOf(staircase.plan(), 2));
            QVERIFY(sameBits(staircase.view(2, whole, rectOf(whole)).image, expected));
        }
    }

    void anySplitOfAViewGivesTheSameBits() {
        Staircase staircase = staircaseOf(Precision::float32), small = staircaseOf(Precision::float32, 2000000);
        const Size whole{240, 350};
        const Image expected = staircase.view(3, whole, rectOf(whole)).image;
        HashRandom random(5);
        for (int repeat = 0; repeat < 12; ++repeat) {
            const Rect out = randomRect(whole, random);
            QVERIFY(sameBits(small.view(3, whole, out).image, cropped(expected, out)));
            QVERIFY(small.cache().bytes() <= small.cache().budget());
        }
    }

    void aViewFromCachedFieldsNeedsNoNetwork() {
        Staircase staircase = staircaseOf(Precision::float32);
        const Rect part{10, 20, 130, 140};
        QVERIFY(!staircase.isReady(2, {100, 150}, {4, 4, 60, 60}));
        staircase.view(2, staircase.plan().sizeOf(2), part);
        const std::int64_t computed = staircase.statistics().tilesComputed;
        QVERIFY(staircase.isReady(2, {100, 150}, {8, 15, 60, 60}));
        staircase.view(2, {100, 150}, {8, 15, 60, 60});
        QCOMPARE(staircase.statistics().tilesComputed, computed);
        staircase.cache().dropFields();
        QVERIFY(!staircase.isReady(2, {100, 150}, {8, 15, 60, 60}));
    }

    void fieldsOfTilesAreKeptOnlyWhenAskedFor() {
        Staircase keeping = staircaseOf(Precision::float32), plain = staircaseOf(Precision::float32);
        keeping.keepFields();
        const Size size = plain.plan().sizeOf(1);
        keeping.region(1, rectOf(size));
        plain.region(1, rectOf(size));
        QVERIFY(keeping.isReady(1, {40, 60}, {0, 0, 40, 60}));
        QVERIFY(!plain.isReady(1, {40, 60}, {0, 0, 40, 60}));
    }

    void viewsOutsideAreRefused() {
        Staircase staircase = staircaseOf(Precision::float32);
        const Size most = staircase.plan().sizeOf(1);
        for (const int level : {0, -1, 4}) {
            QVERIFY_EXCEPTION_THROWN(staircase.view(level, most, {0, 0, 4, 4}), std::invalid_argument);
        }
        QVERIFY_EXCEPTION_THROWN(staircase.view(1, {most.width + 1, most.height}, {0, 0, 4, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.view(1, {photoSize.width, photoSize.height - 1}, {0, 0, 4, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.view(1, most, {0, 0, most.width + 1, 4}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(staircase.isReady(1, most, {4, 4, 4, 8}), std::invalid_argument);
    }

    void tilesComeFromTheFirstBackingThatHasThem() {
        const auto first = std::make_shared<MapBacking>(), second = std::make_shared<MapBacking>();
        Staircase writer = staircaseOf(Precision::float32, 0);
        writer.addBacking(second);
        const Image expected = wholeLevel(writer, 2);
        Staircase reader = staircaseOf(Precision::float32, 0);
        reader.addBacking(first);
        reader.addBacking(second);
        QVERIFY(sameBits(wholeLevel(reader, 2), expected));
        QCOMPARE(reader.statistics().tilesComputed, std::int64_t{0});
        QVERIFY(reader.statistics().tilesLoaded > 0);
        QVERIFY(!first->tiles.empty());
        QVERIFY(first->tiles.size() < second->tiles.size()); // level 1 was not needed any more
    }

    void aStoredTileOfAnotherSizeOrKindIsComputedAgain_data() {
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("channels");
        QTest::addColumn<float>("first");
        QTest::newRow("too small") << -8 << 3 << 0.5f;
        QTest::newRow("too large") << 8 << 3 << 0.5f;
        QTest::newRow("grey") << 0 << 1 << 0.5f;
        QTest::newRow("not a number") << 0 << 3 << std::numeric_limits<float>::quiet_NaN();
        QTest::newRow("infinite") << 0 << 3 << std::numeric_limits<float>::infinity();
    }

    void aStoredTileOfAnotherSizeOrKindIsComputedAgain() {
        QFETCH(int, columns);
        QFETCH(int, channels);
        QFETCH(float, first);
        const auto backing = std::make_shared<MapBacking>();
        Staircase reference = staircaseOf(Precision::float32), staircase = staircaseOf(Precision::float32);
        const Image expected = wholeLevel(reference, 1);
        const Size size{expected.width() + columns, expected.height()};
        std::vector<float> values(static_cast<std::size_t>(size.area() * channels), 0.5f);
        values.front() = first;
        backing->tiles[{1, 0, 0}] = Image(size, channels, std::move(values));
        staircase.addBacking(backing);
        QVERIFY(sameBits(wholeLevel(staircase, 1), expected));
        QCOMPARE(staircase.statistics().tilesComputed, std::int64_t{1});
        QVERIFY(sameBits(backing->tiles.at({1, 0, 0}), expected));
    }

    void theProfileIsThatOfThePrecision() {
        QCOMPARE(staircaseOf(Precision::float32).profile(), numericProfile(Precision::float32));
        QCOMPARE(staircaseOf(Precision::float32).precision(), Precision::float32);
    }
};

QTEST_APPLESS_MAIN(TestStaircase)
#include "test_staircase.moc"
