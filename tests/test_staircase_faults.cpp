#include "core/base/error.h"
#include "tests/staircase_support.h"

#include <atomic>
#include <limits>

using namespace casr;

namespace {

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
    SuperpixelTile superpixelsOf(const PlacedImage&, Rect, int) const override { throw std::invalid_argument("none"); }
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

/// Tiles that cannot be right, and memory that ends.
class TestStaircaseFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// One thread where threads are not the question: OpenMP's threads wait by spinning, which is slow on a busy machine.
    void init() { setComputeThreads(1); }

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

    void aRepairedTileIsViewedFromItsRepairedField() {
        const auto answer = [](Rect, Precision precision, int) { return precision == Precision::bfloat16 ? notANumber : 0.25f; };
        Staircase staircase = withFake(photo(), answer, Precision::bfloat16), reference = withFake(photo(), answer, Precision::float32);
        QVERIFY(sameBits(staircase.view(1, {60, 90}, {0, 0, 60, 90}).image, reference.view(1, {60, 90}, {0, 0, 60, 90}).image));
    }

    void aLackOfMemoryEmptiesTheCacheForATileAndChangesNone_data() {
        QTest::addColumn<bool>("bad");
        QTest::newRow("the allocator's exception") << true;
        QTest::newRow("the network's error") << false;
    }

    void aLackOfMemoryEmptiesTheCacheForATileAndChangesNone() {
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
        QCOMPARE(staircase.cache().budget(), plenty);
        QCOMPARE(notices.size(), std::size_t{2});
        QVERIFY(says(notices.back(), "32 MB"));
    }

    void aTileIsTriedThreeTimesHoweverManyLevelsNeedIt_data() {
        QTest::addColumn<bool>("bad");
        QTest::newRow("the allocator's exception") << true;
        QTest::newRow("the network's error") << false;
    }

    void aTileIsTriedThreeTimesHoweverManyLevelsNeedIt() {
        QFETCH(bool, bad);
        int tries = 0;
        const auto failing = [&](Rect, Precision, int) -> float {
            ++tries;
            if (bad) {
                throw std::bad_alloc();
            }
            throw OutOfMemory("no memory at all");
        };
        Staircase staircase(photo(), std::make_shared<FakeNetwork>(failing), threeSteps(), Precision::float32, plenty);
        QVERIFY(says(errorOf([&] { staircase.tile({3, 0, 0}); }), bad ? "not enough memory" : "no memory at all"));
        QCOMPARE(tries, 3);
        QCOMPARE(staircase.statistics().memoryRetries, std::int64_t{2});
    }

    void afterALackOfMemoryTheCacheHoldsItsBudgetAgain_data() {
        QTest::addColumn<int>("failures");
        QTest::newRow("the tile came out") << 2;
        QTest::newRow("it did not") << 3;
    }

    void afterALackOfMemoryTheCacheHoldsItsBudgetAgain() {
        QFETCH(int, failures);
        const auto failing = [=](Rect, Precision, int call) -> float {
            if (call < failures) {
                throw std::bad_alloc();
            }
            return 0.25f;
        };
        Staircase staircase = withFake(photo(), failing, Precision::float32);
        staircase.cache().setBudget(plenty);
        QCOMPARE(errorOf([&] { wholeLevel(staircase, 1); }).empty(), failures < 3);
        const Image large = constantPicture({4096, 2048}, 0.5f); // 96 MB, more than is held while memory is short
        staircase.cache().insert({2, 0, 0}, large);
        QVERIFY(staircase.cachedTile({2, 0, 0}));
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
};

QTEST_APPLESS_MAIN(TestStaircaseFaults)
#include "test_staircase_faults.moc"
