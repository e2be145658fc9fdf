#include "tests/staircase_support.h"

using namespace casr;

namespace {

const Architecture detailed{16, 2, 16, 16, 8, 1};

/// Weights with a milder field, so that levels end at black and white here and there only.
TensorFile detailedWeights() {
    TensorFile file = strongWeights(detailed, 4);
    for (NamedTensor& tensor : file.tensors) {
        for (float& value : tensor.values) {
            value *= tensor.name == "field.weight" ? 0.5f : 1.0f;
        }
    }
    return file;
}

std::shared_ptr<const Network> detailedNetwork() {
    static const std::shared_ptr<const Network> network = loaded(detailedWeights());
    return network;
}

/// The same weights without what makes detail.
std::shared_ptr<const Network> faithfulNetwork() {
    TensorFile file = detailedWeights();
    std::erase_if(file.tensors, [](const NamedTensor& tensor) { return tensor.name.starts_with("detail."); });
    file.metadata["architecture"] = emptyWeights(full).metadata["architecture"];
    return loaded(file);
}

Staircase detailedStaircase(float detail, float last, Precision precision = Precision::float32) {
    return Staircase(photo(), detailedNetwork(), planSchedule(photoSize, 4.0, 2.05), precision, plenty, {0, 0, {}, detail, last});
}

/// The same with a level beyond the result, as the window has it.
Staircase goingOn(float detail, float last, Precision precision = Precision::float32) {
    Plan plan = planSchedule(photoSize, 4.0, 2.05);
    const Size from = plan.result(), to{2 * from.width, 2 * from.height};
    plan.scale = 8;
    plan.steps.push_back({from, to, 2, 8});
    return Staircase(photo(), detailedNetwork(), plan, precision, plenty, {0, 0, {}, detail, last}, LevelGrid::defaultTileCells, 2);
}

double meanDifference(const Image& a, const Image& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        sum += std::abs(a.values()[i] - b.values()[i]);
    }
    return sum / static_cast<double>(a.values().size());
}

} // namespace

class TestStaircaseDetail : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// One thread where threads are not the question: OpenMP's threads wait by spinning, which is slow on a busy machine.
    void init() { setComputeThreads(1); }

    void withoutDetailEveryBitIsThatOfTheFaithfulNetwork_data() { addPrecisions(); }

    void withoutDetailEveryBitIsThatOfTheFaithfulNetwork() {
        QFETCH(int, precision);
        Staircase with = detailedStaircase(0, 0, static_cast<Precision>(precision));
        Staircase without(photo(), faithfulNetwork(), with.plan(), static_cast<Precision>(precision), plenty);
        QVERIFY(sameBits(wholeLevel(with, 2), wholeLevel(without, 2)));
        QCOMPARE(with.tilesNeeded(2, rectOf(with.plan().result())), without.tilesNeeded(2, rectOf(with.plan().result())));
    }

    void levelsWithDetailAreTheLevelsComputedInOnePiece() {
        const StepControls controls{0, 0, {}, 0.75f, 0.25f};
        Staircase staircase(photo(), detailedNetwork(), planSchedule(photoSize, 6.0, 2.05), Precision::float32, plenty, controls);
        const std::shared_ptr<const SourceMemory> memory = detailedNetwork()->remember(photo(), Precision::float32, {});
        const std::vector<float> shares{0.75f * 0.75f, 0.5f * 0.75f, 0.25f};
        QCOMPARE(staircase.plan().levels(), 4);
        Image parent = photo();
        for (int level = 1; level < staircase.plan().levels(); ++level) {
            StepInputs inputs = inputsOf(staircase.plan(), level);
            inputs.memory = memory;
            inputs.detail = true;
            parent = levelAtOnce(*detailedNetwork(), parent, staircase.plan().sizeOf(level), inputs,
                                 shares[static_cast<std::size_t>(level - 1)]);
            QVERIFY(sameBits(wholeLevel(staircase, level), parent));
        }
    }

    void upToTheResultAPlanThatGoesOnGivesTheBitsOfOneThatEndsThere_data() { addPrecisions(); }

    void upToTheResultAPlanThatGoesOnGivesTheBitsOfOneThatEndsThere() {
        QFETCH(int, precision);
        Staircase ending = detailedStaircase(0.75f, 1, static_cast<Precision>(precision));
        Staircase going = goingOn(0.75f, 1, static_cast<Precision>(precision));
        QCOMPARE(ending.resultLevel(), 2);
        QCOMPARE(going.resultLevel(), 2);
        const Size size = ending.plan().result(), smaller{size.width - 7, size.height - 7};
        for (const int level : {1, 2}) {
            QVERIFY(sameBits(wholeLevel(going, level), wholeLevel(ending, level)));
        }
        QVERIFY(sameBits(going.view(2, smaller, rectOf(smaller)).image, ending.view(2, smaller, rectOf(smaller)).image));
        QCOMPARE(going.tilesNeeded(2, rectOf(size)), ending.tilesNeeded(2, rectOf(size)));
    }

    void aLevelBeyondTheResultReadsItsDetailAndAddsHalfOfItsShare() {
        Staircase going = goingOn(0.25f, 1);
        StepInputs inputs = inputsOf(going.plan(), 3);
        inputs.memory = detailedNetwork()->remember(photo(), Precision::float32, {});
        inputs.detail = true;
        const Image expected = levelAtOnce(*detailedNetwork(), wholeLevel(going, 2), going.plan().result(), inputs, 0.5f);
        QVERIFY(sameBits(wholeLevel(going, 3), expected));
    }

    void anotherDetailOfTheResultIsThatOfAFreshStaircaseBeyondItToo() {
        Staircase before = goingOn(0.5f, 0.25f), expected = goingOn(0.5f, 1);
        before.keepFields();
        wholeLevel(before, 3);
        const std::shared_ptr<Staircase> after = before.withDetail(0.5f, 1);
        QVERIFY(after->cachedTile({1, 0, 0}) && !after->cachedTile({2, 0, 0}) && !after->cachedTile({3, 0, 0}));
        QVERIFY(sameBits(wholeLevel(*after, 2), wholeLevel(expected, 2)));
        QCOMPARE(after->statistics().tilesComputed, std::int64_t{0});
        QVERIFY(sameBits(wholeLevel(*after, 3), wholeLevel(expected, 3)));
    }

    void aResultThatIsNoLevelIsRefused() {
        for (const int level : {-1, 3}) {
            QVERIFY_EXCEPTION_THROWN(Staircase(photo(), detailedNetwork(), planSchedule(photoSize, 4.0, 2.05), Precision::float32, plenty,
                                               {}, LevelGrid::defaultTileCells, level),
                                     std::invalid_argument);
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

    void mostOfALevelIsBetweenBlackAndWhite() {
        Staircase staircase = detailedStaircase(1, 1);
        const Image level = wholeLevel(staircase, 2);
        const auto outside = std::count_if(level.values().begin(), level.values().end(), [](float v) { return v <= 0.0f || v >= 1.0f; });
        QVERIFY2(outside < 0.3 * static_cast<double>(level.values().size()), qPrintable(QString::number(outside)));
        QVERIFY(outside > 0);
        QVERIFY(std::all_of(level.values().begin(), level.values().end(), [](float v) { return v >= 0.0f && v <= 1.0f; }));
    }

    void theResultIsLinearInTheLastDetailBetweenBlackAndWhite() {
        const auto at = [](float detail) {
            Staircase staircase = detailedStaircase(0.5f, detail);
            return wholeLevel(staircase, 2);
        };
        const Image none = at(0), half = at(0.5f), all = at(1);
        QVERIFY(meanDifference(none, all) > 0.01);
        const auto isInside = [](float value) { return value > 0.0f && value < 1.0f; };
        std::size_t inside = 0;
        for (std::size_t i = 0; i < none.values().size(); ++i) {
            const float first = none.values()[i], middle = half.values()[i], last = all.values()[i];
            if (isInside(first) && isInside(middle) && isInside(last)) {
                ++inside;
                QVERIFY(std::abs(first + last - 2.0f * middle) < 1e-4f);
            }
        }
        QVERIFY(inside > none.values().size() / 2);
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

    /// A view begins from what the one before was without its detail where that holds it, from the fields where it does not.
    void viewsAfterAnotherDetailAreThoseOfAFreshStaircase_data() {
        QTest::addColumn<float>("detail");
        QTest::addColumn<int>("smaller");
        QTest::addColumn<bool>("isPart");
        QTest::newRow("the same view") << 0.5f << 0 << false;
        QTest::newRow("a part of it") << 0.5f << 0 << true;
        QTest::newRow("another size") << 0.5f << 7 << false;
        QTest::newRow("another detail below") << 0.75f << 0 << false;
    }

    void viewsAfterAnotherDetailAreThoseOfAFreshStaircase() {
        QFETCH(float, detail);
        QFETCH(int, smaller);
        QFETCH(bool, isPart);
        Staircase staircase = detailedStaircase(0.5f, 0.25f), expected = detailedStaircase(detail, 0.75f);
        const Size size = staircase.plan().result(), other{size.width - smaller, size.height - smaller};
        const Rect part = isPart ? expanded(rectOf(other), -9) : rectOf(other);
        staircase.view(2, size, rectOf(size));
        const std::shared_ptr<Staircase> changed = staircase.withDetail(detail, 0.75f);
        QVERIFY(sameBits(changed->view(2, other, part).image, expected.view(2, other, part).image));
        QVERIFY(sameBits(changed->view(2, size, rectOf(size)).image, expected.view(2, size, rectOf(size)).image));
        QVERIFY(
            sameBits(changed->withDetail(detail, 0)->view(2, other, part).image, detailedStaircase(detail, 0).view(2, other, part).image));
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
};

QTEST_APPLESS_MAIN(TestStaircaseDetail)
#include "test_staircase_detail.moc"
