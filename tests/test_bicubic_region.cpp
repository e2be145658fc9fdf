#include "core/image/bicubic_region.h"
#include "core/image/resample.h"
#include "tests/support.h"

#include <QtTest>

using namespace casr;

namespace {

__extension__ typedef __int128 Wide;

const std::vector<Size> oddSizes{{1, 1}, {1, 7}, {3, 2}, {17, 23}, {37, 53}};
const std::vector<double> factors{1.0, 1.03, 1.2, 1.7, 2.0, 2.05, 3.0, 3.37, 4.0};

int scaled(int length, double factor) {
    return static_cast<int>(std::floor(length * factor + 0.5));
}

Size scaled(Size size, double factor) {
    return {scaled(size.width, factor), scaled(size.height, factor)};
}

Axis columnsOf(Size from, Size to) {
    return {from.width, to.width};
}

Axis rowsOf(Size from, Size to) {
    return {from.height, to.height};
}

/// The part `out`, from no more of the parent than must be there.
Image regionOf(const Image& parent, Size child, Rect out) {
    const Axis columns = columnsOf(parent.size(), child), rows = rowsOf(parent.size(), child);
    const Rect read = expanded(cellsOf(columns, rows, out), bicubicReach);
    return bicubicRegion(coveringByBorder({parent, 0, 0}, read), columns, rows, out);
}

double largestDifference(const Image& a, const Image& b) {
    double largest = a.size() == b.size() ? 0.0 : 1e9;
    for (std::size_t i = 0; i < a.values().size() && largest < 1e9; ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(a.values()[i]) - b.values()[i]));
    }
    return largest;
}

Rect randomRect(Size size, HashRandom& random) {
    const int left = random.below(size.width), top = random.below(size.height);
    return {left, top, left + 1 + random.below(size.width - left), top + 1 + random.below(size.height - top)};
}

/// The cell of a sample by looking at all of them, in exact integers.
int cellByScanning(Axis axis, int index) {
    int cell = 0;
    while (std::int64_t{2} * axis.to * (cell + 1) <= (std::int64_t{2} * index + 1) * axis.from) {
        ++cell;
    }
    return cell;
}

int firstByScanning(Axis axis, int cell) {
    int index = 0;
    while (index < axis.to && cellByScanning(axis, index) < cell) {
        ++index;
    }
    return index;
}

} // namespace

class TestBicubicRegion : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholePicturesAreThoseOfResized() {
        for (const Size size : oddSizes) {
            const Image parent = noisePicture(size, 3, 1);
            for (const double factor : factors) {
                const Size child = scaled(size, factor);
                const double difference = largestDifference(regionOf(parent, child, rectOf(child)), resized(parent, child));
                QVERIFY2(difference < 1e-6, qPrintable(QString("x%1 of %2: %3").arg(factor).arg(size.width).arg(difference)));
            }
        }
    }

    void axesMayGrowDifferently() {
        const Image parent = noisePicture({13, 29}, 1, 2);
        const Size child{13, 101};
        QVERIFY(largestDifference(regionOf(parent, child, rectOf(child)), resized(parent, child)) < 1e-6);
    }

    void anySplitGivesTheSameBits() {
        HashRandom random(3);
        for (const Size size : oddSizes) {
            const Image parent = noisePicture(size, 3, 4);
            for (const double factor : factors) {
                const Size child = scaled(size, factor);
                const Image whole = regionOf(parent, child, rectOf(child));
                for (int repeat = 0; repeat < 5; ++repeat) {
                    const Rect out = randomRect(child, random);
                    QVERIFY(sameBits(regionOf(parent, child, out), cropped(whole, out)));
                }
            }
        }
    }

    void theSameSizeIsTheSamePicture() {
        const Image parent = noisePicture({11, 5}, 3, 5);
        QVERIFY(sameBits(regionOf(parent, parent.size(), rectOf(parent.size())), parent));
    }

    void cellsAndOffsetsAreExact() {
        for (int from = 1; from <= 23; ++from) {
            for (int to = from; to <= 4 * from; ++to) {
                const Axis axis{from, to};
                for (int index = 0; index < to; ++index) {
                    const int cell = cellByScanning(axis, index);
                    QCOMPARE(axis.cellOf(index), cell);
                    QCOMPARE(axis.offsetOf(index), static_cast<double>((2 * index + 1) * from - (2 * cell + 1) * to) / (2.0 * to));
                    QVERIFY(std::abs(axis.offsetOf(index)) <= 0.5);
                }
            }
        }
    }

    void theFirstSampleOfACellIsExact() {
        for (int from = 1; from <= 17; ++from) {
            for (int to = from; to <= 4 * from; ++to) {
                for (int cell = -2; cell <= from + 2; ++cell) {
                    QCOMPARE(std::min(Axis{from, to}.firstIn(cell), to), firstByScanning({from, to}, cell));
                }
            }
        }
    }

    void theLongestAxesDoNotOverflow() {
        const Axis axis{(1 << 29) - 1, (1 << 30) - 1};
        for (const int index : {0, 1, 12345678, axis.to / 2, axis.to - 1}) {
            const int cell = axis.cellOf(index);
            QCOMPARE(cell, static_cast<int>(static_cast<Wide>(2LL * index + 1) * axis.from / (2LL * axis.to)));
            QVERIFY(axis.firstIn(cell) <= index && axis.firstIn(cell + 1) > index);
        }
    }

    void aParentThatDoesNotCoverIsRefused() {
        const Image picture = noisePicture({20, 20}, 3, 6);
        const Axis axis{20, 40};
        const Rect out{10, 10, 30, 30};
        const Rect read = expanded(cellsOf(axis, axis, out), bicubicReach);
        bicubicRegion(coveringByBorder({picture, 0, 0}, read), axis, axis, out);
        for (const Rect lacking :
             {Rect{read.left + 1, read.top, read.right, read.bottom}, Rect{read.left, read.top + 1, read.right, read.bottom},
              Rect{read.left, read.top, read.right - 1, read.bottom}, Rect{read.left, read.top, read.right, read.bottom - 1}}) {
            QVERIFY_EXCEPTION_THROWN(bicubicRegion(coveringByBorder({picture, 0, 0}, lacking), axis, axis, out), std::invalid_argument);
        }
    }

    void anEmptyPartIsRefused() {
        const PlacedImage parent{noisePicture({20, 20}, 3, 7), 0, 0};
        QVERIFY_EXCEPTION_THROWN(bicubicRegion(parent, {20, 40}, {20, 40}, {10, 10, 10, 20}), std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestBicubicRegion)
#include "test_bicubic_region.moc"
