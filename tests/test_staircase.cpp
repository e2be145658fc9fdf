#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/zoom/staircase.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QtTest>

#include <atomic>
#include <limits>
#include <thread>

using namespace casr;

namespace {

const Architecture small{16, 2, 16};
const Architecture full{16, 2, 16, 16, 8};
constexpr Size photoSize{37, 53};
constexpr std::size_t plenty = std::size_t{1} << 28;

Image photo() {
    return noisePicture(photoSize, 3, 1);
}

Plan threeSteps() {
    return planSchedule(photoSize, 8.0, 2.05);
}

std::shared_ptr<const Network> sharedNetwork() {
    static const std::shared_ptr<const Network> network = strongNetwork(small, 2);
    return network;
}

Staircase staircaseOf(Precision precision, std::size_t cacheBytes = plenty) {
    return Staircase(photo(), sharedNetwork(), threeSteps(), precision, cacheBytes);
}

Image wholeLevel(Staircase& staircase, int level) {
    return staircase.region(level, rectOf(staircase.plan().sizeOf(level))).image;
}

Rect randomRect(Size size, HashRandom& random) {
    const int left = random.below(size.width), top = random.below(size.height);
    return {left, top, left + 1 + random.below(size.width - left), top + 1 + random.below(size.height - top)};
}

/// A network whose answers a test chooses; the field is a constant a cell.
class FakeNetwork : public Network {
public:
    using Answer = std::function<float(Rect cells, Precision precision, int call)>;

    explicit FakeNetwork(Answer answer) : m_answer(std::move(answer)) {
        m_waves.count = 16;
        m_waves.frequency.assign(32, 0.0f);
    }

    const Architecture& architecture() const override { return small; }
    const FieldWaves& waves() const override { return m_waves; }
    const std::string& checksum() const override { return m_text; }
    const std::string& record() const override { return m_text; }
    std::int64_t parameterCount() const override { return 0; }

    std::shared_ptr<const SourceMemory> remember(const Image&, Precision, const StopCheck&, const StepInputs&) const override {
        return nullptr;
    }
    SuperpixelTile superpixelsOf(const PlacedImage&, Rect) const override { throw std::invalid_argument("none"); }
    Borrowing borrowedBy(const PlacedImage&, Rect, Precision, const StopCheck&, const StepInputs&) const override {
        throw std::invalid_argument("none");
    }

    FieldTile run(const PlacedImage&, Rect cells, Precision precision, const StopCheck&, const StepInputs&) const override {
        const float value = m_answer(cells, precision, m_calls++);
        return {cells, 96, std::vector<float>(static_cast<std::size_t>(cells.size().area()) * 96, value / 16.0f)};
    }

private:
    Answer m_answer;
    FieldWaves m_waves;
    std::string m_text = "fake";
    mutable std::atomic<int> m_calls = 0;
};

Staircase withFake(Image source, FakeNetwork::Answer answer, Precision precision) {
    const Plan plan = planSchedule(source.size(), 2.0);
    return Staircase(std::move(source), std::make_shared<FakeNetwork>(std::move(answer)), plan, precision, 0);
}

constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

Image constantPicture(Size size, float value) {
    return Image(size, 3, std::vector<float>(static_cast<std::size_t>(size.area()) * 3, value));
}

} // namespace

class TestStaircase : public QObject {
    Q_OBJECT

private:
    void addPrecisions() {
        QTest::addColumn<int>("precision");
        QTest::newRow("float32") << static_cast<int>(Precision::float32);
        // bfloat16 where this machine has it.
        QTest::newRow("this machine's own") << static_cast<int>(resolved(Precision::automatic));
    }

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
            parent = levelAtOnce(*sharedNetwork(), parent, staircase.plan().sizeOf(level));
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
        StepInputs inputs;
        inputs.memory = network->remember(photo(), Precision::float32, {});
        QVERIFY(inputs.memory && !inputs.memory->places().empty());
        Image parent = photo();
        for (int level = 1; level < plan.levels(); ++level) {
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

    void degradationIsThePhotosAlone() {
        const auto network = strongNetwork(full, 2);
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        Staircase cleaned(photo(), network, plan, Precision::float32, plenty, {0.5f, 0, {true, true, false, true}});
        Staircase plain(photo(), network, plan, Precision::float32, plenty, {0, 0, {true, true, false, true}});
        const Image first = wholeLevel(cleaned, 1);
        QVERIFY(!sameBits(first, wholeLevel(plain, 1)));
        QVERIFY(sameBits(wholeLevel(cleaned, 2), levelAtOnce(*network, first, plan.sizeOf(2))));
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
        Staircase staircase(constantPicture({1, 1}, 0.5f), Network::untrained(small, 1), planSchedule({1, 1}, 64.0), Precision::float32,
                            plenty);
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

    void soundnessIsJudgedByValuesAndTexture() {
        const Image texture = noisePicture({4, 4}, 3, 1);
        const Image flat = constantPicture({4, 4}, 0.5f);
        QVERIFY(isSound(texture, texture));
        QVERIFY(isSound(flat, flat));
        QVERIFY(isSound(texture, flat));
        QVERIFY(!isSound(flat, texture));
        for (const float bad : {notANumber, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
            std::vector<float> values(texture.values().begin(), texture.values().end());
            values.back() = bad;
            QVERIFY(!isSound(Image({4, 4}, 3, values), texture));
        }
    }

    void anUnsoundTileIsComputedAgainInFloat32() {
        const auto answer = [](Rect, Precision precision, int) { return precision == Precision::bfloat16 ? notANumber : 0.0f; };
        Staircase staircase = withFake(photo(), answer, Precision::bfloat16);
        Staircase reference = withFake(photo(), answer, Precision::float32);
        QVERIFY(sameBits(wholeLevel(staircase, 1), wholeLevel(reference, 1)));
        QCOMPARE(staircase.statistics().tilesRepaired, std::int64_t{1});
        QCOMPARE(reference.statistics().tilesRepaired, std::int64_t{0});
        QCOMPARE(staircase.statistics().tilesComputed, std::int64_t{2});
    }

    void aTileUnsoundInFloat32IsAnErrorAndNotKept() {
        const auto answer = [](Rect, Precision, int call) { return call < 2 ? notANumber : 0.0f; };
        Staircase staircase = withFake(photo(), answer, Precision::float32);
        QVERIFY(says(errorOf([&] { wholeLevel(staircase, 1); }), "float32"));
        QVERIFY(errorOf([&] { wholeLevel(staircase, 1); }).empty());
    }

    void aFlatTileBesideTextureIsRight() {
        // Columns 0 .. 111 are the first tile; texture begins in its halo.
        const Size size{200, 16};
        std::vector<float> values;
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
                values.insert(values.end(), 3, x < 120 ? 1.0f : static_cast<float>((x + y) % 2));
            }
        }
        Staircase staircase = withFake(
            Image(size, 3, values), [](Rect, Precision, int) { return 0.0f; }, Precision::float32);
        QCOMPARE(staircase.gridOf(1).cellsOf(0, 0), (Rect{0, 0, 112, 16}));
        QCOMPARE(wholeLevel(staircase, 1).size(), (Size{400, 32}));
    }

    void theProfileIsThatOfThePrecision() {
        QCOMPARE(staircaseOf(Precision::float32).profile(), numericProfile(Precision::float32));
        QCOMPARE(staircaseOf(Precision::float32).precision(), Precision::float32);
    }
};

QTEST_APPLESS_MAIN(TestStaircase)
#include "test_staircase.moc"
