#include "core/image/back_projection.h"
#include "core/image/resample.h"
#include "core/network/architecture.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

struct Case {
    Size parent;
    Size child;
};

/// What a difference of 1 adds at a distance along one axis: parabolas that meet at 0.5 and end at 1.5.
double kernelAt(double distance) {
    constexpr double sharpness = 0.35;
    const double x = std::abs(distance), beyond = x - 1.0;
    if (x <= 0.5) {
        return 1.0 + sharpness - (2.0 + 4.0 * sharpness) * x * x;
    }
    return x <= 1.5 ? (1.0 + 2.0 * sharpness) * beyond * beyond - beyond / 2.0 - sharpness / 2.0 : 0.0;
}

double enlargedAt(const Image& image, double x, double y, int channel) {
    double sum = 0.0;
    for (int row = 0; row < image.height() + 2; ++row) {
        for (int column = 0; column < image.width() + 2; ++column) {
            const double weight = kernelAt(x - (column - 1)) * kernelAt(y - (row - 1));
            sum += weight == 0.0 ? 0.0
                                 : weight * image.at(std::clamp(column - 1, 0, image.width() - 1),
                                                     std::clamp(row - 1, 0, image.height() - 1), channel);
        }
    }
    return sum;
}

/// By the whole-picture resizer: child + enlarged(parent - shrunk(child)).
Image slowBackProjection(const Image& child, const Image& parent) {
    const Image down = resized(child, parent.size());
    std::vector<float> missing(parent.values().begin(), parent.values().end());
    for (std::size_t i = 0; i < missing.size(); ++i) {
        missing[i] -= down.values()[i];
    }
    const Image difference(parent.size(), parent.channels(), missing);
    std::vector<float> values;
    for (int y = 0; y < child.height(); ++y) {
        for (int x = 0; x < child.width(); ++x) {
            const double column = (x + 0.5) * parent.width() / child.width() - 0.5,
                         row = (y + 0.5) * parent.height() / child.height() - 0.5;
            for (int channel = 0; channel < child.channels(); ++channel) {
                values.push_back(static_cast<float>(child.at(x, y, channel) + enlargedAt(difference, column, row, channel)));
            }
        }
    }
    return Image(child.size(), child.channels(), values);
}

PlacedImage bordered(const Image& parent) {
    return coveringByBorder({parent, 0, 0}, expanded(rectOf(parent.size()), bicubicReach));
}

double largestDifference(const Image& a, const Image& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(a.values()[i]) - b.values()[i]));
    }
    return largest;
}

double energyOfDifference(const Image& a, const Image& b) {
    double energy = 0.0;
    for (std::size_t i = 0; i < a.values().size(); ++i) {
        energy += std::pow(static_cast<double>(a.values()[i]) - b.values()[i], 2);
    }
    return energy;
}

} // namespace

class TestBackProjection : public QObject {
    Q_OBJECT

private:
    void addCases() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<double>("scale");
        QTest::newRow("x2") << 23 << 17 << 2.0;
        QTest::newRow("x4") << 9 << 14 << 4.0;
        QTest::newRow("x2.37") << 31 << 12 << 2.37;
        QTest::newRow("x1.2") << 26 << 25 << 1.2;
        QTest::newRow("one pixel") << 1 << 1 << 3.0;
        QTest::newRow("one row") << 30 << 1 << 2.5;
    }

    static Axis axisOf(int length, double scale) { return {length, static_cast<int>(std::lround(length * scale))}; }

private Q_SLOTS:
    void itIsWhatTheWholePictureResizerGives_data() { addCases(); }

    void itIsWhatTheWholePictureResizerGives() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(double, scale);
        const Axis columns = axisOf(width, scale), rows = axisOf(height, scale);
        const Image parent = noisePicture({width, height}, 3, 1), child = noisePicture({columns.to, rows.to}, 3, 2);
        const Image result = backProjected({child, 0, 0}, bordered(parent), columns, rows, rectOf(child.size()));
        QVERIFY(largestDifference(result, slowBackProjection(child, parent)) < 1e-5);
    }

    void aShareOfItIsThatShareOfTheWay() {
        const Image parent = noisePicture({9, 7}, 3, 1), child = noisePicture({25, 16}, 3, 2);
        const Axis columns{9, 25}, rows{7, 16};
        const Image all = slowBackProjection(child, parent);
        for (const float share : {0.0f, 0.3f, 0.75f, 1.0f}) {
            const Image made = backProjected({child, 0, 0}, bordered(parent), columns, rows, rectOf(child.size()), share);
            for (std::size_t i = 0; i < made.values().size(); ++i) {
                const float expected = child.values()[i] + share * (all.values()[i] - child.values()[i]);
                QVERIFY(std::abs(made.values()[i] - expected) < 1e-5f);
            }
        }
    }

    void aPartIsTheCropOfTheWhole_data() { addCases(); }

    void aPartIsTheCropOfTheWhole() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(double, scale);
        const Axis columns = axisOf(width, scale), rows = axisOf(height, scale);
        const Image parent = noisePicture({width, height}, 3, 1), child = noisePicture({columns.to, rows.to}, 3, 2);
        const Image whole = backProjected({child, 0, 0}, bordered(parent), columns, rows, rectOf(child.size()));
        HashRandom random(3);
        for (int repeat = 0; repeat < 20; ++repeat) {
            const int left = random.below(columns.to), top = random.below(rows.to);
            const Rect out{left, top, left + 1 + random.below(columns.to - left), top + 1 + random.below(rows.to - top)};
            const Rect read = readByBackProjection(columns, rows, out);
            const PlacedImage part{cropped(child, read), read.left, read.top};
            QVERIFY(sameBits(backProjected(part, bordered(parent), columns, rows, out), cropped(whole, out)));
            QVERIFY(contains(expanded(cellsOf(columns, rows, out), Reach::backProjection), cellsOf(columns, rows, read)));
        }
    }

    void aChildOfItsParentStaysNearlyAsItIs() {
        const Image parent = noisePicture({20, 20}, 3, 1);
        const Axis axis{20, 60};
        const Image child = backProjected({resized(parent, {60, 60}), 0, 0}, bordered(parent), axis, axis, {0, 0, 60, 60});
        const Image again = backProjected({child, 0, 0}, bordered(parent), axis, axis, {0, 0, 60, 60});
        QVERIFY(largestDifference(resized(again, {20, 20}), parent) < largestDifference(resized(child, {20, 20}), parent));
    }

    void nearlyAllOfADifferenceComesBackWhateverItsWave() {
        for (const double scale : {1.5, 2.0, 2.6, 3.0, 4.0}) {
            const Image parent = noisePicture({24, 24}, 3, 1), grey(parent.size(), 3, std::vector<float>(parent.values().size(), 0.5f));
            const Axis axis = axisOf(24, scale);
            const Image child = resized(grey, {axis.to, axis.to});
            const Image result = backProjected({child, 0, 0}, bordered(parent), axis, axis, rectOf(child.size()));
            QVERIFY(energyOfDifference(resized(result, parent.size()), parent) < 0.02 * energyOfDifference(grey, parent));
        }
    }

    void whatIsNotCoveredIsRefused() {
        const Image parent = noisePicture({8, 8}, 3, 1), child = noisePicture({16, 16}, 3, 2);
        const Axis axis{8, 16};
        QVERIFY_EXCEPTION_THROWN(backProjected({cropped(child, {4, 4, 12, 12}), 4, 4}, bordered(parent), axis, axis, {4, 4, 12, 12}),
                                 std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(backProjected({child, 0, 0}, {cropped(parent, {4, 4, 8, 8}), 4, 4}, axis, axis, {0, 0, 16, 16}),
                                 std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(backProjected({noisePicture({16, 16}, 1, 2), 0, 0}, bordered(parent), axis, axis, {0, 0, 16, 16}),
                                 std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestBackProjection)
#include "test_back_projection.moc"
