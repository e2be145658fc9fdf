#include "core/image/resample.h"
#include "core/metrics/metrics.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace casr;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Image flat(Size size, int channels, float value) {
    return Image(size, channels, std::vector<float>(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels), value));
}

Image withValue(const Image& image, int x, int y, float value) {
    std::vector<float> values(image.values().begin(), image.values().end());
    for (int c = 0; c < image.channels(); ++c) {
        values[static_cast<std::size_t>((y * image.width() + x) * image.channels() + c)] = value;
    }
    return Image(image.size(), image.channels(), std::move(values), image.encoding());
}

bool isNear(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// The two-dimensional window at every place, weights and sums as the paper defines them.
double slowSsim(const Image& a, const Image& b, double peak) {
    double total = 0.0;
    int count = 0;
    for (int y = 5; y < a.height() - 5; ++y) {
        for (int x = 5; x < a.width() - 5; ++x) {
            double sum = 0.0, meanA = 0.0, meanB = 0.0;
            for (int pass = 0; pass < 2; ++pass) {
                double varianceA = 0.0, varianceB = 0.0, covariance = 0.0;
                for (int dy = -5; dy <= 5; ++dy) {
                    for (int dx = -5; dx <= 5; ++dx) {
                        const double weight = std::exp(-(dx * dx + dy * dy) / (2.0 * 1.5 * 1.5));
                        const double va = a.at(x + dx, y + dy, 0);
                        const double vb = b.at(x + dx, y + dy, 0);
                        if (pass == 0) {
                            sum += weight;
                            meanA += weight * va;
                            meanB += weight * vb;
                        } else {
                            varianceA += weight * (va - meanA) * (va - meanA) / sum;
                            varianceB += weight * (vb - meanB) * (vb - meanB) / sum;
                            covariance += weight * (va - meanA) * (vb - meanB) / sum;
                        }
                    }
                }
                if (pass == 0) {
                    meanA /= sum;
                    meanB /= sum;
                    continue;
                }
                const double c1 = std::pow(0.01 * peak, 2);
                const double c2 = std::pow(0.03 * peak, 2);
                total += (2 * meanA * meanB + c1) * (2 * covariance + c2) /
                         ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2));
                ++count;
            }
        }
    }
    return total / count;
}

} // namespace

class TestMetrics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void lumaIsThatOfBt601_data() {
        QTest::addColumn<std::vector<float>>("pixel");
        QTest::addColumn<double>("luma");
        QTest::newRow("black") << std::vector<float>{0, 0, 0} << 16.0;
        QTest::newRow("white") << std::vector<float>{1, 1, 1} << 235.0;
        QTest::newRow("red") << std::vector<float>{1, 0, 0} << 81.481;
        QTest::newRow("green") << std::vector<float>{0, 1, 0} << 144.553;
        QTest::newRow("blue") << std::vector<float>{0, 0, 1} << 40.966;
        QTest::newRow("mixed") << std::vector<float>{0.25, 0.5, 0.75} << 115.37125;
        QTest::newRow("grey") << std::vector<float>{0.5} << 125.5;
    }

    void lumaIsThatOfBt601() {
        QFETCH(std::vector<float>, pixel);
        QFETCH(double, luma);
        const Image image = lumaOf(Image({1, 1}, static_cast<int>(pixel.size()), pixel));
        QCOMPARE(image.channels(), 1);
        QVERIFY(isNear(image.at(0, 0, 0), luma, 1e-5));
    }

    void alphaHasNoLuma() {
        const Image opaque({2, 1}, 4, {0.1f, 0.2f, 0.3f, 1, 0.4f, 0.5f, 0.6f, 0}, {nullptr, true});
        QVERIFY(sameBits(lumaOf(opaque), lumaOf(selectChannels(opaque, 0, 3))));
        const Image grey({2, 1}, 2, {0.1f, 1, 0.4f, 0}, {nullptr, true});
        QVERIFY(sameBits(lumaOf(grey), lumaOf(selectChannels(grey, 0, 1))));
    }

    void picturesWithoutColourHaveNoLuma() { QVERIFY_THROWS_EXCEPTION(std::invalid_argument, lumaOf(flat({2, 2}, 2, 0))); }

    void shavingTakesTheBorderFromEverySide() {
        const Image image = noisePicture({7, 6}, 2, 1);
        QVERIFY(sameBits(shaved(image, 0), image));
        QVERIFY(sameBits(shaved(image, 2), cropped(image, {2, 2, 5, 4})));
    }

    void aPictureThatIsAllBorderIsRefused() {
        QVERIFY(says(errorOf([] { shaved(flat({7, 6}, 1, 0), 3); }), "7 x 6 pixels is too small"));
    }

    void psnrIsHandComputed() {
        const Image a({2, 1}, 1, {0, 0});
        QVERIFY(isNear(psnr(a, Image({2, 1}, 1, {0.1f, 0.1f}), 1.0), 20.0, 1e-5));
        QVERIFY(isNear(psnr(a, Image({2, 1}, 1, {1, 0}), 1.0), 3.010299957, 1e-8));
        QVERIFY(isNear(psnr(a, Image({2, 1}, 1, {3, 4}), 255.0), 10 * std::log10(255.0 * 255.0 / 12.5), 1e-12));
        QCOMPARE(psnr(flat({3, 3}, 3, 0.25f), flat({3, 3}, 3, 0.75f), 1.0), 10 * std::log10(4.0));
    }

    void equalPicturesHaveInfinitePsnrAndFullSimilarity() {
        const Image image = noisePicture({13, 12}, 1, 2);
        QCOMPARE(psnr(image, image, 1.0), infinity);
        QVERIFY(isNear(ssim(image, image, 1.0), 1.0, 1e-12));
    }

    void unlikePicturesAreNotCompared() {
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, psnr(flat({2, 3}, 1, 0), flat({3, 2}, 1, 0), 1.0));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, psnr(flat({2, 3}, 1, 0), flat({2, 3}, 3, 0), 1.0));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, psnr(Image(), Image(), 1.0));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, ssim(flat({12, 12}, 1, 0), flat({12, 13}, 1, 0), 1.0));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, ssim(flat({12, 12}, 3, 0), flat({12, 12}, 3, 0), 1.0));
    }

    void similarityAgreesWithTheSlowDefinition() {
        for (const Size size : {Size{11, 11}, Size{17, 12}, Size{12, 31}}) {
            const Image a = noisePicture(size, 1, 3, 16, 235);
            const Image b = noisePicture(size, 1, 4, 16, 235);
            std::vector<float> mixed;
            for (std::size_t i = 0; i < a.values().size(); ++i) {
                mixed.push_back(0.8f * a.values()[i] + 0.2f * b.values()[i]);
            }
            const Image close(size, 1, std::move(mixed));
            QVERIFY(isNear(ssim(a, b, 255), slowSsim(a, b, 255), 1e-10));
            QVERIFY(isNear(ssim(a, close, 255), slowSsim(a, close, 255), 1e-10));
            QVERIFY(ssim(a, close, 255) > ssim(a, b, 255) + 0.3);
        }
    }

    void similarityOfFlatPicturesIsHandComputed() {
        const double c1 = 2.55 * 2.55;
        const double expected = (2.0 * 100 * 120 + c1) / (100.0 * 100 + 120.0 * 120 + c1);
        QVERIFY(isNear(ssim(flat({15, 11}, 1, 100), flat({15, 11}, 1, 120), 255), expected, 1e-9));
    }

    void aPictureSmallerThanTheWindowIsRefused() {
        QVERIFY(says(errorOf([] { ssim(flat({10, 40}, 1, 0), flat({10, 40}, 1, 0), 1); }), "more than 10 pixels"));
        QCOMPARE(ssim(flat({11, 11}, 1, 0), flat({11, 11}, 1, 0), 1), 1.0);
    }

    void fidelityRoundsToEightBitFirst() {
        const Image truth = roundedTo8Bit(noisePicture({25, 23}, 3, 5));
        std::vector<float> values(truth.values().begin(), truth.values().end());
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] += (i % 2 ? 0.4f : -0.4f) / 255.0f;
        }
        const Fidelity fidelity = fidelityOfLuma(Image(truth.size(), 3, std::move(values)), truth, 2.0);
        QCOMPARE(fidelity.psnr, infinity);
        QVERIFY(isNear(fidelity.ssim, 1.0, 1e-12));
    }

    void fidelityLeavesOutTheScaleRoundedUp() {
        const Image truth = flat({25, 23}, 3, 0.0f);
        QCOMPARE(fidelityOfLuma(withValue(truth, 2, 11, 1.0f), truth, 2.1).psnr, infinity);
        QCOMPARE(fidelityOfLuma(withValue(truth, 22, 11, 1.0f), truth, 2.1).psnr, infinity);
        const double expected = 10 * std::log10(255.0 * 255.0 * 19 * 17 / (219.0 * 219.0));
        QVERIFY(isNear(fidelityOfLuma(withValue(truth, 3, 11, 1.0f), truth, 2.1).psnr, expected, 1e-9));
        QVERIFY(isNear(fidelityOfLuma(withValue(truth, 11, 19, 1.0f), truth, 3.0).psnr, expected, 1e-9));
    }

    void fidelityOfATinyPictureIsAnError() {
        QVERIFY(says(errorOf([] { fidelityOfLuma(flat({4, 4}, 3, 0), flat({4, 4}, 3, 0), 2); }), "too small"));
        QVERIFY(says(errorOf([] { fidelityOfLuma(flat({14, 14}, 3, 0), flat({14, 14}, 3, 0), 2); }), "too small"));
    }

    void lowResolutionPsnrComparesAtTheSourcesSize() {
        const Image result = roundedTo8Bit(noisePicture({26, 22}, 3, 6));
        const Image source = resizedTo8Bit(result, {13, 11});
        QCOMPARE(lowResolutionPsnr(result, source), infinity);
        std::vector<float> values(source.values().begin(), source.values().end());
        for (float& value : values) {
            value += (value > 0.5f ? -25.0f : 25.0f) / 255.0f;
        }
        const double expected = 20 * std::log10(255.0 / 25.0);
        QVERIFY(isNear(lowResolutionPsnr(result, Image(source.size(), 3, std::move(values))), expected, 1e-4));
    }

    void lowResolutionPsnrRoundsAComputedParentToo() {
        const Image result = roundedTo8Bit(noisePicture({26, 22}, 3, 6));
        const Image parent = resizedTo8Bit(result, {13, 11});
        std::vector<float> values(parent.values().begin(), parent.values().end());
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] += (i % 2 ? 0.4f : -0.4f) / 255.0f;
        }
        QCOMPARE(lowResolutionPsnr(result, Image(parent.size(), 3, std::move(values))), infinity);
    }

    void lowResolutionPsnrLeavesAlphaOut() {
        const Image colours = roundedTo8Bit(noisePicture({8, 8}, 3, 7));
        const auto withAlpha = [](const Image& image, float alpha) {
            return joinChannels(image, flat(image.size(), 1, alpha), {nullptr, true});
        };
        const Image source = resizedTo8Bit(colours, {4, 4});
        QCOMPARE(lowResolutionPsnr(withAlpha(colours, 0.0f), withAlpha(source, 1.0f)), infinity);
    }
};

QTEST_APPLESS_MAIN(TestMetrics)
#include "test_metrics.moc"
