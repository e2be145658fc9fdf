#include "core/image/degrade.h"
#include "core/image/resample.h"
#include "core/metrics/blur_estimate.h"
#include "core/metrics/degradation_estimate.h"
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace casr;

namespace {

/// A picture with what photos have: slow shades, an edge, and texture that is the same in all colours.
Image scene(Size size, std::uint64_t seed) {
    HashRandom random(seed);
    std::vector<float> values;
    const double slope = random.uniform(0.5, 1.5), angle = random.uniform(0.2, 1.2);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const double u = static_cast<double>(x) / size.width, v = static_cast<double>(y) / size.height;
            const double texture = u > 0.6 ? 0.08 * std::sin(1.1 * x + 0.3 * y) * std::sin(0.4 * x - 0.9 * y) : 0.0;
            const double grey =
                0.35 + 0.25 * std::sin(slope * 4 * u + 2 * v) + (u * std::cos(angle) + v * std::sin(angle) > 0.7 ? 0.2 : 0.0) + texture;
            for (const double tint : {1.0, 0.9, 0.8}) {
                values.push_back(static_cast<float>(grey * tint));
            }
        }
    }
    return roundedTo8Bit(Image(size, 3, std::move(values)));
}

/// Discs of all sizes over each other, many small and few large: edges as photos have them, and not blurred.
Image leaves(Size size, std::uint64_t seed) {
    HashRandom random(seed);
    std::vector<float> values(3 * static_cast<std::size_t>(size.area()), 0.5f);
    for (int disc = 0; disc < 3000; ++disc) {
        const double radius = 2.0 / (1.0 - random.uniform(0.0, 1.0 - 2.0 / 60.0));
        const double column = random.uniform(0, size.width), row = random.uniform(0, size.height);
        const auto grey = static_cast<float>(random.uniform(0.1, 0.9));
        for (int y = std::max(0, static_cast<int>(row - radius)); y < std::min<double>(size.height, row + radius); ++y) {
            for (int x = std::max(0, static_cast<int>(column - radius)); x < std::min<double>(size.width, column + radius); ++x) {
                if (std::hypot(x - column, y - row) < radius) {
                    std::fill_n(values.begin() + 3 * (std::ptrdiff_t{y} * size.width + x), 3, grey);
                }
            }
        }
    }
    return Image(size, 3, std::move(values));
}

constexpr Size sceneSize{320, 256};

Degradation estimateOf(Degradation amount, std::uint64_t seed) {
    HashRandom random(seed);
    return estimatedDegradation(degraded(scene(sceneSize, seed), amount, random));
}

QString text(double value) {
    return QString::number(value);
}

} // namespace

class TestDegradationEstimate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aCleanPictureHasNeither() {
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            const Degradation found = estimateOf({}, seed);
            QVERIFY2(found.noise < 0.02, qPrintable(text(found.noise)));
            QVERIFY2(found.jpeg < 0.05, qPrintable(text(found.jpeg)));
        }
    }

    void noiseIsFoundByAmount_data() {
        QTest::addColumn<double>("amount");
        for (const double amount : {0.1, 0.25, 0.5, 1.0}) {
            QTest::addRow("%g", amount) << amount;
        }
    }

    void noiseIsFoundByAmount() {
        QFETCH(double, amount);
        for (std::uint64_t seed = 0; seed < 6; ++seed) { // half of them correlated
            const Degradation found = estimateOf({amount, 0}, seed);
            QVERIFY2(found.noise > 0.7 * amount && found.noise < 1.3 * amount, qPrintable(text(found.noise)));
            QVERIFY2(found.jpeg < 0.05, qPrintable(text(found.jpeg)));
        }
    }

    void compressionIsFoundByAmount_data() { noiseIsFoundByAmount_data(); }

    void compressionIsFoundByAmount() {
        QFETCH(double, amount);
        for (std::uint64_t seed = 0; seed < 6; ++seed) { // at any place of the grid
            const Degradation found = estimateOf({0, amount}, seed);
            QVERIFY2(std::abs(found.jpeg - amount) < 0.1 + 0.4 * amount, qPrintable(text(found.jpeg)));
            QVERIFY2(found.noise < 0.05, qPrintable(text(found.noise)));
        }
    }

    void estimatesRiseWithTheAmount() {
        Degradation before{-1, -1};
        for (const double amount : {0.0, 0.1, 0.25, 0.5, 1.0}) {
            Degradation now; // sums over the draws
            for (std::uint64_t seed = 0; seed < 6; ++seed) {
                now.noise += estimateOf({amount, 0}, seed).noise;
            }
            QVERIFY2(now.noise > before.noise, qPrintable(text(now.noise) + " after " + text(before.noise)));
            before = now;
        }
        before.jpeg = -1;
        for (const double amount : {0.0, 0.1, 1.0}) { // of more than 0.25 the drawn scene tells little
            Degradation now;
            for (std::uint64_t seed = 0; seed < 6; ++seed) {
                now.jpeg += estimateOf({0, amount}, seed).jpeg;
            }
            QVERIFY2(now.jpeg > before.jpeg, qPrintable(text(now.jpeg) + " after " + text(before.jpeg)));
            before = now;
        }
    }

    void blurIsFoundByAmount() {
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            HashRandom random(seed);
            const Image sharp = resizedTo8Bit(leaves({640, 512}, seed), sceneSize);
            QVERIFY2(estimatedBlur(sharp) < 0.35, qPrintable(text(estimatedBlur(sharp))));
            for (const double amount : {0.5, 0.75, 1.0}) {
                const double found = estimatedBlur(degraded(sharp, {0, 0, amount}, random));
                QVERIFY2(std::abs(found - amount) < 0.15, qPrintable(text(amount) + ": " + text(found)));
            }
            QCOMPARE(estimatedDegradation(degraded(sharp, {0, 0, 1}, random)).blur, estimatedBlur(degraded(sharp, {0, 0, 1}, random)));
        }
    }

    void blurNeedsEdgesToBeFound() {
        QCOMPARE(estimatedBlur(Image(sceneSize, 3, std::vector<float>(std::size_t{3} * sceneSize.area(), 0.5f))), 0.0);
        QCOMPARE(estimatedBlur(noisePicture({4, 4}, 3, 1)), 0.0);
        QCOMPARE(estimatedBlur(noisePicture({1, 1}, 1, 1)), 0.0);
    }

    void greyPicturesAreMeasuredToo() {
        HashRandom random(3);
        const Image grey = selectChannels(scene(sceneSize, 3), 1, 1);
        const Image coloured = joinChannels(joinChannels(grey, grey, {}), grey, {});
        const Image noisy = selectChannels(degraded(coloured, {0.5, 0}, random), 1, 1);
        QVERIFY(estimatedNoise(grey) < 0.02 && estimatedNoise(coloured) == estimatedNoise(grey));
        QVERIFY2(estimatedNoise(noisy) > 0.35 && estimatedNoise(noisy) < 0.65, qPrintable(text(estimatedNoise(noisy))));
    }

    void whatIsTooSmallOrDarkTellsNothing() {
        const Degradation small = estimatedDegradation(noisePicture({15, 15}, 3, 1));
        QVERIFY(small.noise == 0 && small.jpeg == 0);
        QVERIFY(estimatedNoise(noisePicture({64, 64}, 3, 1, 0.0, 0.02)) == 0);
        QVERIFY(estimatedNoise(noisePicture({64, 64}, 3, 1)) == 1);
    }
};

QTEST_APPLESS_MAIN(TestDegradationEstimate)
#include "test_degradation_estimate.moc"
