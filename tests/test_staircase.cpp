#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/zoom/staircase.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QtTest>

#include <atomic>
#include <limits>
#include <set>
#include <thread>

using namespace casr;

namespace {

const Architecture small{16, 2, 16};
const Architecture full{16, 2, 16, 16, 8};
const Architecture detailed{16, 2, 16, 16, 8, 2};
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

std::shared_ptr<const Network> detailedNetwork() {
    static const std::shared_ptr<const Network> network = strongNetwork(detailed, 2);
    return network;
}

/// The same weights without what makes detail.
std::shared_ptr<const Network> faithfulNetwork() {
    TensorFile file = strongWeights(detailed, 2);
    std::erase_if(file.tensors, [](const NamedTensor& tensor) { return tensor.name.starts_with("detail."); });
    file.metadata["architecture"] = emptyWeights(full).metadata["architecture"];
    return loaded(file);
}

Staircase detailedStaircase(float detail, float last, Precision precision = Precision::float32) {
    return Staircase(photo(), detailedNetwork(), planSchedule(photoSize, 4.0, 2.05), precision, plenty, {0, 0, {}, detail, last});
}

double meanDifference(const Image& a, const Image& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        sum += std::abs(a.values()[i] - b.values()[i]);
    }
    return sum / static_cast<double>(a.values().size());
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

    void everyControlIsInTheDescription() {
        const StepControls other[] = {{},
                                      {0.5f, 0, {}},
                                      {0, 0.5f, {}},
                                      {0, 0, {}, 0.5f},
                                      {0, 0, {}, 0, 0.5f},
                                      {0, 0, {}, 0, std::nextafter(0.5f, 1.0f)},
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
        QVERIFY(sameBits(wholeLevel(cleaned, 2), levelAtOnce(*network, first, plan.sizeOf(2))));
    }

    void aCleanedPhotoIsNotProjectedBackTo() {
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        const auto levels = [&](const StepControls& controls) {
            Staircase staircase(photo(), strongNetwork(full, 2), plan, Precision::float32, plenty, controls);
            return std::pair(wholeLevel(staircase, 1), wholeLevel(staircase, 2));
        };
        const auto cleaned = levels({0.5f, 0, {}}), unprojected = levels({0.5f, 0, {true, true, true, false}});
        QVERIFY(sameBits(cleaned.first, unprojected.first));
        QVERIFY(!sameBits(cleaned.second, unprojected.second));
    }

    void withoutDetailEveryBitIsThatOfTheFaithfulNetwork_data() { addPrecisions(); }

    void withoutDetailEveryBitIsThatOfTheFaithfulNetwork() {
        QFETCH(int, precision);
        Staircase with = detailedStaircase(0, 0, static_cast<Precision>(precision));
        Staircase without(photo(), faithfulNetwork(), with.plan(), static_cast<Precision>(precision), plenty);
        QVERIFY(sameBits(wholeLevel(with, 2), wholeLevel(without, 2)));
        QCOMPARE(with.tilesNeeded(2, rectOf(with.plan().result())), without.tilesNeeded(2, rectOf(with.plan().result())));
    }

    void levelsWithDetailAreTheLevelsComputedInOnePiece() {
        Staircase staircase = detailedStaircase(0.75f, 0.25f);
        StepInputs inputs;
        inputs.memory = detailedNetwork()->remember(photo(), Precision::float32, {});
        inputs.detail = true;
        Image parent = photo();
        for (int level = 1; level < staircase.plan().levels(); ++level) {
            parent = levelAtOnce(*detailedNetwork(), parent, staircase.plan().sizeOf(level), inputs, level == 1 ? 0.75f : 0.25f);
            QVERIFY(sameBits(wholeLevel(staircase, level), parent));
        }
    }

    void tilesWithDetailAreTheSameAtAnySize() {
        Staircase reference = detailedStaircase(0.5f, 1);
        const Image expected = wholeLevel(reference, 2);
        for (const int cells : {48, 112}) {
            Staircase staircase(photo(), detailedNetwork(), reference.plan(), Precision::float32, 400000, {0, 0, {}, 0.5f, 1}, cells);
            QVERIFY(sameBits(wholeLevel(staircase, 2), expected));
        }
    }

    void theResultIsLinearInTheLastDetail() {
        const auto at = [](float detail) {
            Staircase staircase = detailedStaircase(0.5f, detail);
            return wholeLevel(staircase, 2);
        };
        const Image none = at(0), half = at(0.5f), all = at(1);
        QVERIFY(meanDifference(none, all) > 0.01);
        for (std::size_t i = 0; i < none.values().size(); ++i) {
            QVERIFY(std::abs(none.values()[i] + all.values()[i] - 2.0f * half.values()[i]) < 1e-4f);
        }
    }

    void theLastDetailChangesOnFinishedTilesWithoutTheNetwork() {
        Staircase staircase = detailedStaircase(0.5f, 0), expected = detailedStaircase(0.5f, 0.75f);
        staircase.keepFields();
        const Image before = wholeLevel(staircase, 2);
        const std::shared_ptr<Staircase> other = staircase.withDetail(0.5f, 0.75f);
        QCOMPARE(other->controls().lastDetail, 0.75f);
        QVERIFY(other->isPrepared());
        QVERIFY(other->cachedTile({1, 0, 0}) && !other->cachedTile({2, 0, 0}));
        QVERIFY(sameBits(wholeLevel(*other, 2), wholeLevel(expected, 2)));
        QCOMPARE(other->statistics().tilesComputed, std::int64_t{0});
        QVERIFY(sameBits(wholeLevel(staircase, 2), before));
        QVERIFY(sameBits(wholeLevel(*other->withDetail(0.5f, 0), 2), before));
    }

    void anotherDetailInEveryStepLeavesTheFieldsOfTheFirstAsTheyAre() {
        Staircase staircase = detailedStaircase(0.5f, 0.5f), expected = detailedStaircase(1, 1);
        staircase.keepFields();
        wholeLevel(staircase, 2);
        const std::shared_ptr<Staircase> other = staircase.withDetail(1, 1);
        QVERIFY(!other->cachedTile({1, 0, 0}));
        QVERIFY(sameBits(wholeLevel(*other, 1), wholeLevel(expected, 1)));
        QCOMPARE(other->statistics().tilesComputed, std::int64_t{0});
        QVERIFY(sameBits(wholeLevel(*other, 2), wholeLevel(expected, 2)));
        QVERIFY(other->statistics().tilesComputed > 0);
    }

    void aFieldWithoutDetailIsMadeAgainWhereDetailIsWanted() {
        Staircase staircase = detailedStaircase(0, 0), expected = detailedStaircase(0, 1);
        const Size size = staircase.plan().result();
        staircase.view(2, size, rectOf(size)); // keeps fields, and they have no detail
        const std::shared_ptr<Staircase> other = staircase.withDetail(0, 1);
        QVERIFY(staircase.isReady(2, size, rectOf(size)) && !other->isReady(2, size, rectOf(size)));
        QVERIFY(sameBits(other->view(2, size, rectOf(size)).image, wholeLevel(expected, 2)));
    }

    void detailThatTheWeightsDoNotHaveIsRefused() {
        const auto make = [](float detail, float last) {
            Staircase(photo(), sharedNetwork(), threeSteps(), Precision::float32, plenty, {0, 0, {}, detail, last});
        };
        QVERIFY(says(errorOf([&] { make(0.5f, 0); }), "no detail"));
        QVERIFY(says(errorOf([&] { make(0, 0.5f); }), "no detail"));
        Staircase staircase = staircaseOf(Precision::float32);
        QVERIFY(says(errorOf([&] { staircase.withDetail(0, 0.5f); }), "no detail"));
        QVERIFY(errorOf([&] { staircase.withDetail(0, 0); }).empty());
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
            QVERIFY(sameBits(staircase.view(2, whole, rectOf(whole)).image, levelAtOnce(*sharedNetwork(), parent, whole)));
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

    void aRepairedTileIsViewedFromItsRepairedField() {
        const auto answer = [](Rect, Precision precision, int) { return precision == Precision::bfloat16 ? notANumber : 0.25f; };
        Staircase staircase = withFake(photo(), answer, Precision::bfloat16), reference = withFake(photo(), answer, Precision::float32);
        QVERIFY(sameBits(staircase.view(1, {60, 90}, {0, 0, 60, 90}).image, reference.view(1, {60, 90}, {0, 0, 60, 90}).image));
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

    void aLackOfMemoryShrinksTheCacheAndChangesNoTile_data() {
        QTest::addColumn<bool>("bad");
        QTest::newRow("the allocator's exception") << true;
        QTest::newRow("the network's error") << false;
    }

    void aLackOfMemoryShrinksTheCacheAndChangesNoTile() {
        QFETCH(bool, bad);
        const auto sound = [](Rect, Precision, int) { return 0.25f; };
        const auto failing = [bad](Rect, Precision, int call) -> float {
            if (call >= 2) {
                return 0.25f;
            }
            if (bad) {
                throw std::bad_alloc();
            }
            throw OutOfMemory("no memory");
        };
        Staircase reference = withFake(photo(), sound, Precision::float32), staircase = withFake(photo(), failing, Precision::float32);
        std::vector<std::string> notices;
        staircase.setNotice([&](const std::string& text) { notices.push_back(text); });
        staircase.cache().setBudget(plenty);
        QVERIFY(sameBits(wholeLevel(staircase, 1), wholeLevel(reference, 1)));
        QCOMPARE(staircase.statistics().memoryRetries, std::int64_t{2});
        QCOMPARE(staircase.cache().budget(), plenty / 4);
        QCOMPARE(notices.size(), std::size_t{2});
        QVERIFY(says(notices.back(), "64 MB"));
    }

    void memoryThatNeverComesIsAnErrorAndNotTheEnd() {
        bool isShort = true;
        const auto failing = [&](Rect, Precision, int) -> float {
            if (isShort) {
                throw std::bad_alloc();
            }
            return 0.25f;
        };
        Staircase staircase = withFake(photo(), failing, Precision::float32);
        QVERIFY(says(errorOf([&] { wholeLevel(staircase, 1); }), "memory"));
        isShort = false;
        QVERIFY(errorOf([&] { wholeLevel(staircase, 1); }).empty());
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

    void theProfileIsThatOfThePrecision() {
        QCOMPARE(staircaseOf(Precision::float32).profile(), numericProfile(Precision::float32));
        QCOMPARE(staircaseOf(Precision::float32).precision(), Precision::float32);
    }
};

QTEST_APPLESS_MAIN(TestStaircase)
#include "test_staircase.moc"
