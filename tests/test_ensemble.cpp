#include "core/network/ensemble.h"

#include "core/image/symmetry.h"
#include "tests/staircase_support.h"

#include <stdexcept>

using namespace casr;

namespace {

const Architecture detailed{16, 2, 16, 16, 8, 1};
constexpr Rect somewhere{3, 20, 26, 41};

const std::shared_ptr<const Network>& network() {
    static const std::shared_ptr<const Network> shared = strongNetwork(detailed, 5);
    return shared;
}

StepInputs inputsFor(const Network& runs, const Image& picture) {
    StepInputs inputs;
    inputs.picture = picture.size();
    inputs.detail = true;
    inputs.memory = runs.remember(picture, Precision::float32, {}, inputs);
    return inputs;
}

FieldTile fieldOf(const Network& runs, const Image& picture, Rect cells) {
    return runs.run(parentOf(runs, picture, cells), cells, Precision::float32, {}, inputsFor(runs, picture));
}

Image turnedWhole(const Image& image, Symmetry symmetry) {
    return turned(PlacedImage{image, 0, 0}, symmetry, image.size()).image;
}

/// A field's value at parent pixels (down, right) from the centre of a cell, term by term.
double valueAt(const FieldWaves& waves, const float* cell, int colour, double down, double right) {
    const float* of = cell + static_cast<std::ptrdiff_t>(colour) * 2 * waves.count;
    double sum = 0;
    for (int k = 0; k < waves.count; ++k) {
        const double phase =
            waves.frequency[static_cast<std::size_t>(2 * k)] * down + waves.frequency[static_cast<std::size_t>(2 * k + 1)] * right;
        sum += of[k] * std::cos(phase) + of[waves.count + k] * std::sin(phase);
    }
    return sum;
}

/// Where a point (down, right) from a pixel's centre lies behind a symmetry.
std::pair<double, double> turnedPoint(double down, double right, Symmetry symmetry) {
    const double row = symmetry.flips ? -down : down, column = symmetry.mirrors ? -right : right;
    return symmetry.transposes ? std::pair(column, row) : std::pair(row, column);
}

} // namespace

class TestEnsemble : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { setComputeThreads(1); }

    void theFieldIsTheMeanOfTheTurnedPasses_data() {
        QTest::addColumn<int>("passes");
        QTest::newRow("two") << 2;
        QTest::newRow("four") << 4;
        QTest::newRow("eight") << 8;
    }

    void theFieldIsTheMeanOfTheTurnedPasses() {
        QFETCH(int, passes);
        const auto ensemble = ensembleOf(network(), passes);
        const FieldTile mean = fieldOf(*ensemble, photo(), somewhere);
        std::vector<FieldTile> turnedFields;
        for (int pass = 0; pass < passes; ++pass) {
            const Symmetry symmetry = symmetries[static_cast<std::size_t>(pass)];
            turnedFields.push_back(fieldOf(*network(), turnedWhole(photo(), symmetry), turned(somewhere, symmetry, photoSize)));
        }
        double largest = 0;
        for (int y = somewhere.top; y < somewhere.bottom; y += 3) {
            for (int x = somewhere.left; x < somewhere.right; x += 2) {
                const double down = 0.37 * std::sin(x + 3 * y), right = 0.41 * std::cos(2 * x - y);
                for (int colour = 0; colour < 3; ++colour) {
                    double expected = 0;
                    for (int pass = 0; pass < passes; ++pass) {
                        const Symmetry symmetry = symmetries[static_cast<std::size_t>(pass)];
                        const Rect cell = turned(rectAt(x, y, {1, 1}), symmetry, photoSize);
                        const auto [turnedDown, turnedRight] = turnedPoint(down, right, symmetry);
                        const float* of = turnedFields[static_cast<std::size_t>(pass)].of(cell.left, cell.top);
                        expected += valueAt(network()->waves(), of, colour, turnedDown, turnedRight) / passes;
                    }
                    const double found = valueAt(ensemble->waves(), mean.of(x, y), colour, down, right);
                    largest = std::max(largest, std::abs(expected));
                    QVERIFY2(std::abs(found - expected) < 2e-5, qPrintable(QString("%1 for %2").arg(found).arg(expected)));
                }
            }
        }
        QVERIFY(largest > 0.1);
    }

    void theDetailIsTheMeanToo() {
        const auto ensemble = ensembleOf(network(), 4);
        const FieldTile mean = fieldOf(*ensemble, photo(), somewhere);
        QCOMPARE(mean.detail.size(), static_cast<std::size_t>(somewhere.size().area()) * DetailMap::values);
        std::vector<double> expected(mean.detail.size());
        for (std::size_t pass = 0; pass < 4; ++pass) {
            const Symmetry symmetry = symmetries[pass];
            const Rect cells = turned(somewhere, symmetry, photoSize);
            const FieldTile field = fieldOf(*network(), turnedWhole(photo(), symmetry), cells);
            std::size_t at = 0;
            for (int y = somewhere.top; y < somewhere.bottom; ++y) {
                for (int x = somewhere.left; x < somewhere.right; ++x) {
                    const Rect cell = turned(rectAt(x, y, {1, 1}), symmetry, photoSize);
                    const int index = (cell.top - cells.top) * cells.width() + cell.left - cells.left;
                    for (int i = 0; i < DetailMap::values; ++i, ++at) {
                        expected[at] += 0.25 * field.detail[static_cast<std::size_t>(index * DetailMap::values + i)];
                    }
                }
            }
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(std::abs(mean.detail[i] - expected[i]) < 1e-5);
        }
    }

    void withEightPassesATurnedPhotoGivesTheTurnedResult() {
        const auto resultOf = [&](const Image& picture, int passes) {
            StepControls controls;
            controls.ensemble = passes;
            Staircase staircase(picture, network(), planSchedule(picture.size(), 3.0), Precision::float32, plenty, controls);
            return wholeLevel(staircase, 1);
        };
        const auto difference = [&](Symmetry symmetry, int passes) {
            const Image expected = turnedWhole(resultOf(photo(), passes), symmetry),
                        found = resultOf(turnedWhole(photo(), symmetry), passes);
            float largest = 0;
            for (std::size_t i = 0; i < expected.values().size(); ++i) {
                largest = std::max(largest, std::abs(expected.values()[i] - found.values()[i]));
            }
            return largest;
        };
        for (const Symmetry symmetry : symmetries) {
            QVERIFY(difference(symmetry, 8) < 2e-3f); // fields are kept as bfloat16
        }
        QVERIFY(difference(symmetries[1], 1) > 0.05f);
        QVERIFY(difference(symmetries[1], 2) < 2e-3f);
        QVERIFY(difference(symmetries[4], 2) > 0.05f);
    }

    void onePassIsTheNetworkAndOtherNumbersAreRefused() {
        QCOMPARE(ensembleOf(network(), 1), network());
        for (const int passes : {0, 3, 5, 16, -1}) {
            QVERIFY_EXCEPTION_THROWN(ensembleOf(network(), passes), std::invalid_argument);
        }
    }

    void theWeightsAreThoseOfTheNetwork() {
        const auto ensemble = ensembleOf(network(), 8);
        QCOMPARE(ensemble->checksum(), network()->checksum());
        QCOMPARE(ensemble->record(), network()->record());
        QCOMPARE(ensemble->parameterCount(), network()->parameterCount());
        QVERIFY(ensemble->architecture() == network()->architecture());
        QCOMPARE(ensemble->waves().count, 4 * network()->waves().count);
        QCOMPARE(ensembleOf(network(), 2)->waves().frequency, network()->waves().frequency);
    }

    void anEnsembleOfANetworkWithoutAMemoryRemembersNothing() {
        QVERIFY(!ensembleOf(strongNetwork(small, 1), 2)->remember(photo(), Precision::float32, {}));
        QVERIFY(ensembleOf(network(), 2)->remember(photo(), Precision::float32, {}) != nullptr);
    }

    void aDepthMapIsTurnedWithItsParent() {
        const auto ensemble = ensembleOf(network(), 8);
        const PlacedImage parent = parentOf(*ensemble, photo(), somewhere);
        const auto fieldWith = [&](const Network& runs, Symmetry symmetry, bool isTurned) {
            const PlacedImage depth{noisePicture(parent.image.size(), 1, 9), parent.left, parent.top};
            const PlacedImage used = isTurned ? turned(depth, symmetry, photoSize) : depth;
            StepInputs inputs;
            inputs.picture = turned(photoSize, symmetry);
            inputs.depth = &used;
            return runs.run(turned(parent, symmetry, photoSize), turned(somewhere, symmetry, photoSize), Precision::float32, {}, inputs);
        };
        const FieldTile mean = fieldWith(*ensemble, {}, false);
        double expected = 0, found = 0;
        const Rect cell = rectAt(somewhere.left + 4, somewhere.top + 7, {1, 1});
        for (const Symmetry symmetry : symmetries) {
            const Rect place = turned(cell, symmetry, photoSize);
            expected += valueAt(network()->waves(), fieldWith(*network(), symmetry, true).of(place.left, place.top), 0, 0, 0) / 8;
        }
        found = valueAt(ensemble->waves(), mean.of(cell.left, cell.top), 0, 0, 0);
        QVERIFY(std::abs(found - expected) < 2e-5);
    }

    void textureIsBorrowedAsInTheFirstPass() {
        const auto ensemble = ensembleOf(network(), 8);
        const PlacedImage parent = parentOf(*network(), photo(), expanded(somewhere, memoryCell));
        const auto borrowedBy = [&](const Network& runs) {
            return runs.borrowedBy(parent, somewhere, Precision::float32, {}, inputsFor(runs, photo()));
        };
        const Borrowing own = borrowedBy(*ensemble), first = borrowedBy(*network());
        QCOMPARE(own.token, first.token);
        QVERIFY(!own.token.empty());
        QVERIFY(ensemble->remember(photo(), Precision::float32, {})->places() ==
                network()->remember(photo(), Precision::float32, {})->places());
    }

    void tilesAndViewsOfAnEnsembleArePartsOfTheWhole_data() { addPrecisions(); }

    void tilesAndViewsOfAnEnsembleArePartsOfTheWhole() {
        QFETCH(int, precision);
        StepControls controls;
        controls.ensemble = 8;
        controls.detail = controls.lastDetail = 0.5f;
        const Plan plan = planSchedule(photoSize, 4.0, 2.05);
        const auto made = [&](int cells) {
            return Staircase(photo(), network(), plan, static_cast<Precision>(precision), plenty, controls, cells);
        };
        Staircase whole = made(LevelGrid::defaultTileCells), parts = made(LevelGrid::defaultTileCells);
        const Image expected = wholeLevel(whole, 2);
        const Rect part{31, 44, 90, 171};
        QVERIFY(sameBits(parts.region(2, part).image, cropped(expected, part)));
        QVERIFY(sameBits(parts.view(2, plan.sizeOf(2), part).image, cropped(expected, part)));
        if (static_cast<Precision>(precision) == Precision::float32) {
            Staircase small = made(48);
            QVERIFY(sameBits(wholeLevel(small, 2), expected));
        }
        const auto faithful = whole.withDetail(0, 0);
        controls.detail = controls.lastDetail = 0;
        Staircase fresh = made(LevelGrid::defaultTileCells);
        QVERIFY(sameBits(wholeLevel(*faithful, 2), wholeLevel(fresh, 2)));
    }

    void anEnsembleCanBeStopped() {
        const auto ensemble = ensembleOf(network(), 8);
        int polls = 0;
        const StopCheck later = [&] { return ++polls > 12; };
        const PlacedImage parent = parentOf(*ensemble, photo(), somewhere);
        StepInputs inputs;
        inputs.picture = photoSize;
        QVERIFY_EXCEPTION_THROWN(ensemble->run(parent, somewhere, Precision::float32, later, inputs), Cancelled);
        QVERIFY(polls > 12);
    }
};

QTEST_APPLESS_MAIN(TestEnsemble)
#include "test_ensemble.moc"
