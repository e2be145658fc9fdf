#include "core/image/sampling.h"
#include "core/metrics/consistency.h"
#include "core/metrics/metrics.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

constexpr Size parentSize{23, 17};
constexpr Size childSize{59, 41};
const Axis columns{parentSize.width, childSize.width};
const Axis rows{parentSize.height, childSize.height};

double largestDifference(const Image& a, const Image& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(a.values()[i]) - b.values()[i]));
    }
    return largest;
}

PlacedImage part(const Image& image, Rect rect) {
    return {cropped(image, rect), rect.left, rect.top};
}

} // namespace

class TestConsistency : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aReducedRegionIsThatOfTheReducedWhole();
    void aReducedRegionNeedsWhatItReads();
    void tapsOfAWindowAreThoseOfTheWholeEnlargement();
    void nearestTakesThePixelUnderTheSample();
    void pixelsWithinTwoCodesAreReproduced();
    void equalPicturesAgreeWithoutEnd();
    void picturesOfOtherSizesAreRefused();
    void theMeanDifferenceKeepsItsSign();
    void aPlainEnlargementAddsNothing();
    void addedDetailStaysInItsCell();
    void aSeamShowsInTheFirstCellsOfItsTile();
    void jumpsNeedThePixelsBeforeTheTile();
    void thePeakIsTheBrightestSquare();
};

void TestConsistency::aReducedRegionIsThatOfTheReducedWhole() {
    const Image child = noisePicture(childSize, 3, 1);
    const Image whole = resized(child, parentSize);
    for (const Rect cells : {Rect{0, 0, 23, 17}, Rect{4, 3, 9, 5}, Rect{20, 15, 23, 17}, Rect{0, 8, 1, 9}}) {
        const Image reduced = reducedRegion(part(child, readForReduced(columns, rows, cells)), columns, rows, cells);
        QVERIFY(largestDifference(reduced, cropped(whole, cells)) < 1e-6);
    }
}

void TestConsistency::aReducedRegionNeedsWhatItReads() {
    const Rect cells{4, 3, 9, 5};
    Rect read = readForReduced(columns, rows, cells);
    read.right -= 1;
    const PlacedImage small = part(noisePicture(childSize, 3, 1), read);
    QVERIFY_EXCEPTION_THROWN(reducedRegion(small, columns, rows, cells), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(reducedRegion(small, columns, rows, {}), std::invalid_argument);
}

void TestConsistency::tapsOfAWindowAreThoseOfTheWholeEnlargement() {
    const Image image = noisePicture(parentSize, 3, 2);
    for (const Kernel kernel : {Kernel::nearest, Kernel::bicubic, Kernel::lanczos3}) {
        const Image whole = resized(image, {3 * parentSize.width, 3 * parentSize.height}, kernel);
        const std::vector<Taps> across = tapsFrom(10 / 3.0, 3, 31, kernel), down = tapsFrom(0, 3, 51, kernel);
        const Image window = weightedRegion(part(image, readBy(across, down, parentSize)), parentSize, across, down);
        QVERIFY(largestDifference(window, cropped(whole, rectAt(10, 0, {31, 51}))) < 1e-5);
    }
}

void TestConsistency::nearestTakesThePixelUnderTheSample() {
    const std::vector<Taps> taps = tapsFrom(-1, 2, 6, Kernel::nearest);
    std::vector<int> places;
    for (const Taps& tap : taps) {
        places.push_back(tap.first);
    }
    QCOMPARE(places, (std::vector<int>{-1, -1, 0, 0, 1, 1}));
}

void TestConsistency::pixelsWithinTwoCodesAreReproduced() {
    const Image original({2, 2}, 3, {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f});
    const float near = 1.9f / 255, far = 2.1f / 255;
    const Image reduced({2, 2}, 3, {0.5f, 0.5f, 0.5f, 0.5f + near, 0.5f, 0.5f - near, 0.5f + far, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f - far});
    const Agreement agreement = agreementOf(reduced, original);
    QCOMPARE(agreement.pixels, std::int64_t{4});
    QCOMPARE(agreement.reproduced, std::int64_t{2});
    QCOMPARE(agreement.share(), 0.5);
    QVERIFY(std::abs(agreement.psnr() - psnr(reduced, original, 1.0)) < 1e-6);
}

void TestConsistency::equalPicturesAgreeWithoutEnd() {
    const Image image = noisePicture(parentSize, 3, 3);
    QCOMPARE(agreementOf(image, image).share(), 1.0);
    QVERIFY(std::isinf(agreementOf(image, image).psnr()));
    QCOMPARE(Agreement{}.share(), 1.0);
}

void TestConsistency::picturesOfOtherSizesAreRefused() {
    const Image image = noisePicture(parentSize, 3, 3);
    QVERIFY_EXCEPTION_THROWN(agreementOf(image, noisePicture(childSize, 3, 3)), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(meanDifference(image, noisePicture(parentSize, 1, 3)), std::invalid_argument);
}

void TestConsistency::theMeanDifferenceKeepsItsSign() {
    const Image difference = meanDifference(Image({1, 1}, 3, {0.1f, 0.2f, 0.0f}), Image({1, 1}, 3, {0.4f, 0.2f, 0.3f}));
    QCOMPARE(difference.channels(), 1);
    QVERIFY(std::abs(difference.at(0, 0, 0) + 0.2) < 1e-6);
}

void TestConsistency::aPlainEnlargementAddsNothing() {
    const Image parent = noisePicture(parentSize, 3, 4);
    const PlacedImage covering = coveringByBorder({parent, 0, 0}, expanded(rectOf(parentSize), bicubicReach));
    const Image child = bicubicRegion(covering, columns, rows, rectOf(childSize));
    const Image added = addedDetail(covering, {child, 0, 0}, columns, rows, rectOf(parentSize));
    QCOMPARE(added.size(), parentSize);
    QCOMPARE(*std::max_element(added.values().begin(), added.values().end()), 0.0f);
}

void TestConsistency::addedDetailStaysInItsCell() {
    const Image parent = noisePicture(parentSize, 1, 5);
    const PlacedImage covering = coveringByBorder({parent, 0, 0}, expanded(rectOf(parentSize), bicubicReach));
    const Image plain = bicubicRegion(covering, columns, rows, rectOf(childSize));
    std::vector<float> values(plain.values().begin(), plain.values().end());
    const int x = 30, y = 12;
    values[static_cast<std::size_t>(y) * childSize.width + x] += 0.5f;
    const Rect cells{5, 2, 20, 9};
    const Image added = addedDetail(covering, {Image(childSize, 1, values), 0, 0}, columns, rows, cells);
    int pixels = 0;
    for (int column = 0; column < childSize.width; ++column) {
        for (int row = 0; row < childSize.height; ++row) {
            pixels += columns.cellOf(column) == columns.cellOf(x) && rows.cellOf(row) == rows.cellOf(y) ? 1 : 0;
        }
    }
    for (int row = cells.top; row < cells.bottom; ++row) {
        for (int column = cells.left; column < cells.right; ++column) {
            const bool isChanged = column == columns.cellOf(x) && row == rows.cellOf(y);
            const double expected = isChanged ? 0.5 / std::sqrt(pixels) : 0.0;
            QVERIFY(std::abs(added.at(column - cells.left, row - cells.top, 0) - expected) < 1e-6);
        }
    }
    QVERIFY_EXCEPTION_THROWN(addedDetail(covering, part(plain, {0, 0, 9, 9}), columns, rows, cells), std::invalid_argument);
}

void TestConsistency::aSeamShowsInTheFirstCellsOfItsTile() {
    const Rect cells{8, 6, 16, 12};
    const int left = columns.firstIn(cells.left), top = rows.firstIn(cells.top);
    std::vector<float> values;
    for (int y = 0; y < childSize.height; ++y) {
        for (int x = 0; x < childSize.width; ++x) {
            values.push_back(0.01f * static_cast<float>(x) + (x >= left ? 0.25f : 0.0f) + (y >= top ? 0.125f : 0.0f)); // a slope is no seam
        }
    }
    const Image child(childSize, 1, std::move(values));
    const Image jumps = seamJumps({child, 0, 0}, columns, rows, cells);
    for (int y = 0; y < jumps.height(); ++y) {
        for (int x = 0; x < jumps.width(); ++x) {
            const bool isAcross = x == 0 && y > 0, isDown = y == 0 && x > 0;
            const double least = isAcross ? 0.25 : isDown ? 0.125 : 0;
            QVERIFY(x == 0 && y == 0 ? jumps.at(0, 0, 0) > 0.125 : std::abs(jumps.at(x, y, 0) - least) < 1e-6);
        }
    }
    const Image first = seamJumps({child, 0, 0}, columns, rows, {0, 0, 8, 6});
    QVERIFY(std::all_of(first.values().begin(), first.values().end(), [](float value) { return value == 0; }));
}

void TestConsistency::jumpsNeedThePixelsBeforeTheTile() {
    const Rect cells{8, 6, 16, 12};
    const Rect pixels{columns.firstIn(8), rows.firstIn(6), columns.firstIn(16), rows.firstIn(12)};
    const Image child = noisePicture(childSize, 3, 1);
    QVERIFY_EXCEPTION_THROWN(seamJumps(part(child, pixels), columns, rows, cells), std::invalid_argument);
    const Rect read{pixels.left - 2, pixels.top - 2, pixels.right, pixels.bottom};
    QVERIFY(sameBits(seamJumps(part(child, read), columns, rows, cells), seamJumps({child, 0, 0}, columns, rows, cells)));
}

void TestConsistency::thePeakIsTheBrightestSquare() {
    std::vector<float> values(20 * 12, 0.0f);
    for (int y = 4; y < 8; ++y) {
        for (int x = 12; x < 16; ++x) {
            values[static_cast<std::size_t>(y) * 20 + x] = 1.0f;
        }
    }
    const Peak peak = peakOf(Image({20, 12}, 1, values), 4);
    QCOMPARE(peak.x, 14.0);
    QCOMPARE(peak.y, 6.0);
    QCOMPARE(peak.mean, 1.0);
    const Peak small = peakOf(Image({2, 1}, 1, {0.25f, 0.75f}), 8);
    QCOMPARE(small.x, 1.0);
    QCOMPARE(small.mean, 0.5);
}

QTEST_APPLESS_MAIN(TestConsistency)

#include "test_consistency.moc"
