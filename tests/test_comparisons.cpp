#include "core/image/resample.h"
#include "core/metrics/comparisons.h"
#include "core/metrics/spectrum.h"
#include "tests/support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

using namespace casr;

namespace {

Image flat(Size size, int channels, float value) {
    return Image(size, channels, std::vector<float>(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels), value));
}

bool isNear(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

Image mapped(const Image& image, const std::function<float(float, int x, int y)>& f) {
    std::vector<float> values;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < image.channels(); ++channel) {
                values.push_back(f(image.at(x, y, channel), x, y));
            }
        }
    }
    return Image(image.size(), image.channels(), std::move(values));
}

Image pixel(float r, float g, float b) {
    return Image({1, 1}, 3, {r, g, b});
}

/// Coefficient (u, v) of the orthonormal two-dimensional DCT of a grey cell in codes, from its definition.
double slowCosine(const Image& image, int left, int top, int u, int v) {
    double sum = 0;
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            sum += 255.0 * image.at(left + x, top + y, 0) * std::cos(std::numbers::pi * (2 * x + 1) * u / 16) *
                   std::cos(std::numbers::pi * (2 * y + 1) * v / 16);
        }
    }
    return sum / 4 * (u == 0 ? std::sqrt(0.5) : 1) * (v == 0 ? std::sqrt(0.5) : 1);
}

std::vector<double> slowDescriptor(const Image& image, int left, int top) {
    std::vector<double> values;
    double energy = 0;
    for (int v = 0; v < 8; ++v) {
        for (int u = 0; u < 8; ++u) {
            values.push_back(std::hypot(u, v) * slowCosine(image, left, top, u, v));
            energy += values.back() * values.back() + (u * u + v * v) / 12.0;
        }
    }
    for (double& value : values) {
        value /= std::sqrt(energy);
    }
    return values;
}

double slowSelfSimilarity(const Image& a, const Image& b) {
    std::vector<std::vector<double>> ofA, ofB;
    for (int top = 0; top + 8 <= a.height(); top += 8) {
        for (int left = 0; left + 8 <= a.width(); left += 8) {
            ofA.push_back(slowDescriptor(a, left, top));
            ofB.push_back(slowDescriptor(b, left, top));
        }
    }
    double sum = 0;
    int pairs = 0;
    for (std::size_t i = 0; i < ofA.size(); ++i) {
        for (std::size_t j = 0; j < ofA.size(); ++j) {
            double r = 0, s = 0;
            for (std::size_t k = 0; k < 64; ++k) {
                r += ofA[i][k] * ofA[j][k];
                s += ofB[i][k] * ofB[j][k];
            }
            sum += i == j ? 0 : std::abs(r - s);
            pairs += i == j ? 0 : 1;
        }
    }
    return sum / pairs;
}

/// The jump of luma across a border, in units that cancel in the ratio.
double slowJump(const Image& image, int x, int y, bool isColumn) {
    const auto at = [&](int i) { return image.at(isColumn ? x + i : x, isColumn ? y : y + i, 0); };
    const double before = at(-1) - at(-2), here = at(0) - at(-1), after = at(1) - at(0);
    return std::abs(here - (before + after) / 2);
}

double slowSeamEnergy(const Image& image, const std::vector<int>& columns, const std::vector<int>& rows) {
    double sums[2] = {}, counts[2] = {};
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (const bool isColumn : {true, false}) {
                const int place = isColumn ? x : y, length = isColumn ? image.width() : image.height();
                if (place >= 2 && place + 1 < length) {
                    const std::vector<int>& borders = isColumn ? columns : rows;
                    const int kind = std::count(borders.begin(), borders.end(), place) > 0 ? 1 : 0;
                    sums[kind] += slowJump(image, x, y, isColumn);
                    counts[kind] += 1;
                }
            }
        }
    }
    return sums[1] / counts[1] / (sums[0] / counts[0]);
}

} // namespace

class TestComparisons : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tilesCoverAnySize() {
        const Image image = noisePicture({21, 16}, 1, 1);
        const std::vector<double> power = tiledRadialPower(image), left = radialPower(cropped(image, {0, 0, 16, 16})),
                                  right = radialPower(cropped(image, {5, 0, 21, 16}));
        QCOMPARE(power.size(), std::size_t{9});
        for (std::size_t ring = 0; ring < power.size(); ++ring) {
            QVERIFY(isNear(power[ring], (left[ring] + right[ring]) / 2, 1e-12));
        }
        const Image square = noisePicture({32, 32}, 3, 2);
        QCOMPARE(tiledRadialPower(square), radialPower(square));
    }

    void equalPicturesHaveNoSpectrumDistance() {
        const Image image = noisePicture({37, 23}, 3, 3);
        QCOMPARE(*spectrumDistance(image, image), 0.0);
        QCOMPARE(*spectrumDistance(flat({9, 9}, 3, 0.5f), flat({9, 9}, 3, 0.5f)), 0.0);
    }

    void aTenthOfTheContrastIsTwoDecadesOfPower() {
        const Image image = noisePicture({64, 64}, 1, 4, 0.5, 0.9);
        const Image pale = mapped(image, [](float value, int, int) { return 0.1f * value; });
        QVERIFY(isNear(*spectrumDistance(image, pale), 2, 1e-3));
        QVERIFY(isNear(*spectrumDistance(pale, image), 2, 1e-3));
    }

    void powerOfRoundingAloneIsNotCompared() {
        const Image grey = flat({64, 64}, 1, 0.5f);
        const Image noise = noisePicture({64, 64}, 1, 5, 0.5, 0.5 + 0.5 / 255);
        // Rings 0 and 1 hold the brightness that the window spreads; the noise lies below the power of rounding.
        QVERIFY(*spectrumDistance(grey, noise) < 0.01);
        const double rounding =
            radialPower(mapped(noisePicture({256, 256}, 1, 6), [](float value, int, int) { return (value - 0.5f) / 255; }))[60];
        QVERIFY(isNear(rounding / roundingPower, 1, 0.2));
    }

    void spectraOfTinyPicturesAreNotCompared() {
        QVERIFY(!spectrumDistance(flat({1, 9}, 1, 0), flat({1, 9}, 1, 0)));
        QVERIFY(spectrumDistance(flat({2, 2}, 1, 0), flat({2, 2}, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, tiledRadialPower(flat({1, 9}, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, spectrumDistance(flat({4, 4}, 1, 0), flat({4, 5}, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, spectrumDistance(Image(), Image()));
    }

    void selfSimilarityAgreesWithTheSlowDefinition() {
        const Image a = noisePicture({37, 26}, 1, 7), b = resized(resized(a, {12, 9}), a.size());
        const double distance = *selfSimilarityDistance(a, b);
        QVERIFY2(isNear(distance, slowSelfSimilarity(a, b), 1e-5), qPrintable(QString::number(distance)));
        QVERIFY(distance > 0.05);
        QCOMPARE(*selfSimilarityDistance(a, a), 0.0);
        QCOMPARE(*selfSimilarityDistance(b, a), distance);
    }

    void selfSimilarityDoesNotSeeBrightnessOrContrast() {
        const Image a = noisePicture({64, 48}, 1, 8);
        const Image b = mapped(a, [](float value, int, int) { return 0.2f + 0.5f * value; });
        QVERIFY(*selfSimilarityDistance(a, b) < 1e-3);
    }

    void flatCellsAreLikeNothing() {
        const Image grey = flat({64, 48}, 3, 0.4f);
        QVERIFY(isNear(*selfSimilarityDistance(grey, flat({64, 48}, 3, 0.9f)), 0, 1e-9));
        const Image half = mapped(grey, [](float value, int x, int) { return value + (x % 8 < 4 ? 0.2f : 0.0f); });
        QVERIFY(isNear(*selfSimilarityDistance(grey, half), 1, 0.01));
    }

    void manyCellsAreDrawnTheSameWayEveryTime() {
        const Image a = noisePicture({400, 300}, 1, 9), b = noisePicture({400, 300}, 1, 10);
        QCOMPARE(*selfSimilarityDistance(a, b), *selfSimilarityDistance(a, b));
        QVERIFY(isNear(*selfSimilarityDistance(a, b), slowSelfSimilarity(cropped(a, {0, 0, 120, 88}), cropped(b, {0, 0, 120, 88})), 0.005));
    }

    void lessThanTwoCellsHaveNoSelfSimilarity() {
        QVERIFY(!selfSimilarityDistance(flat({15, 15}, 1, 0), flat({15, 15}, 1, 0)));
        QVERIFY(!selfSimilarityDistance(flat({7, 99}, 1, 0), flat({7, 99}, 1, 0)));
        QVERIFY(selfSimilarityDistance(flat({16, 8}, 1, 0), flat({16, 8}, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, selfSimilarityDistance(flat({16, 8}, 1, 0), flat({8, 16}, 1, 0)));
    }

    void seamEnergyAgreesWithTheSlowDefinition() {
        const Image image = noisePicture({29, 17}, 1, 11);
        const std::vector<int> columns{8, 16, 24}, rows{9};
        QVERIFY(isNear(*seamEnergy(image, columns, rows), slowSeamEnergy(image, columns, rows), 1e-4));
        QVERIFY(isNear(*seamEnergy(image, {5}, {}), slowSeamEnergy(image, {5}, {}), 1e-4));
    }

    void aSeamShowsAndATextureDoesNot() {
        const Image image = noisePicture({256, 256}, 1, 12);
        QVERIFY(isNear(*seamEnergy(image, {64, 128, 192}, {64, 128, 192}), 1, 0.1));
        const Image stepped = mapped(image, [](float value, int x, int) { return 0.1f * value + (x < 128 ? 0.2f : 0.6f); });
        QVERIFY(*seamEnergy(stepped, {128}, {}) > 5);
        QVERIFY(isNear(*seamEnergy(stepped, {64}, {}), 1, 0.2));
    }

    void flatPicturesHaveNoSeams() { QCOMPARE(*seamEnergy(flat({16, 16}, 3, 0.5f), {8}, {8}), 1.0); }

    void onlyBordersThatJumpGiveInfinity() {
        // Columns 2 .. 4 have jumps; marked all three, what is left are the rows, which are flat.
        const Image step = mapped(flat({6, 8}, 1, 0), [](float, int x, int) { return x < 3 ? 0.0f : 1.0f; });
        QCOMPARE(*seamEnergy(step, {2, 3, 4}, {}), std::numeric_limits<double>::infinity());
    }

    void withoutBordersThereIsNoSeamEnergy() {
        const Image image = noisePicture({16, 16}, 1, 13);
        QVERIFY(!seamEnergy(image, {}, {}));
        QVERIFY(!seamEnergy(image, {0, 1, 15, 16, -3}, {}));
        QVERIFY(seamEnergy(image, {2}, {}) && seamEnergy(image, {14}, {}));
        QVERIFY(!seamEnergy(noisePicture({4, 1}, 1, 14), {2}, {})); // and no other place
    }

    void colourDifferencesAreThoseOfTheStandard() {
        const Image white = pixel(1, 1, 1), black = pixel(0, 0, 0);
        QVERIFY(isNear(colourDifference(white, black, {1, 1}), 100, 1e-6));
        QCOMPARE(colourDifference(white, white, {1, 1}), 0.0);
        // L*a*b* of the sRGB primaries under D65: 53.24 80.09 67.20, 87.73 -86.18 83.18, 32.30 79.19 -107.86.
        const auto length = [](double l, double a, double b) { return std::sqrt(l * l + a * a + b * b); };
        QVERIFY(isNear(colourDifference(pixel(1, 0, 0), black, {1, 1}), length(53.24, 80.09, 67.20), 0.05));
        QVERIFY(isNear(colourDifference(pixel(0, 1, 0), black, {1, 1}), length(87.73, -86.18, 83.18), 0.05));
        QVERIFY(isNear(colourDifference(pixel(0, 0, 1), black, {1, 1}), length(32.30, 79.19, -107.86), 0.05));
        QVERIFY(isNear(colourDifference(pixel(0.5f, 0.5f, 0.5f), black, {1, 1}), 53.39, 0.01));
        // Below the knee the curve is straight: L* = 903.3 Y, Y = 0.02 / 12.92.
        QVERIFY(isNear(colourDifference(pixel(0.02f, 0.02f, 0.02f), black, {1, 1}), 903.3 * 0.02 / 12.92, 1e-3));
    }

    void coloursAreComparedWithoutDetail() {
        const Image grey = flat({32, 32}, 3, 0.5f);
        const Image board = mapped(grey, [](float value, int x, int y) { return value + ((x + y) % 2 ? 0.2f : -0.2f); });
        QVERIFY(colourDifference(grey, board, {32, 32}) > 15);
        QVERIFY(colourDifference(grey, board, {4, 4}) < 0.5);
        QVERIFY(isNear(colourDifference(grey, flat({32, 32}, 1, 0.5f), {4, 4}), 0, 1e-4));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, colourDifference(grey, flat({31, 32}, 3, 0.5f), {4, 4}));
    }

    void valuesOutsideAreClamped() { QVERIFY(isNear(colourDifference(pixel(1.5f, 1.2f, 3), pixel(-1, -0.1f, 0), {1, 1}), 100, 1e-6)); }
};

QTEST_APPLESS_MAIN(TestComparisons)
#include "test_comparisons.moc"
