#include "core/image/degrade.h"
#include "core/image/resample.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

constexpr Size size{40, 33};

Image flat(float value) {
    return Image(size, 3, std::vector<float>(static_cast<std::size_t>(size.area()) * 3, value));
}

double deviationFrom(const Image& image, const Image& other) {
    double sum = 0.0;
    for (std::size_t i = 0; i < image.values().size(); ++i) {
        sum += std::pow(image.values()[i] - other.values()[i], 2);
    }
    return std::sqrt(sum / static_cast<double>(image.values().size()));
}

Image after(const Image& image, Degradation amount, std::uint64_t seed) {
    HashRandom random(seed);
    return degraded(image, amount, random);
}

} // namespace

class TestDegrade : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingToDoIsRounding() {
        const Image picture = noisePicture(size, 3, 1);
        QVERIFY(sameBits(after(picture, {}, 1), roundedTo8Bit(picture)));
    }

    void noiseHasTheDeviationAskedFor() {
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            const double deviation = deviationFrom(after(flat(0.5f), {0.4, 0}, seed), flat(0.5f));
            QVERIFY2(std::abs(deviation - 0.04) < 0.006, qPrintable(QString::number(deviation)));
        }
    }

    void jpegKeepsFlatColour() {
        for (const float value : {0.0f, 0.25f, 1.0f}) {
            QVERIFY(deviationFrom(after(flat(value), {0, 1}, 1), flat(value)) < 0.02);
        }
    }

    void strongerJpegLosesMore() {
        const Image picture = noisePicture(size, 3, 1);
        const double mild = deviationFrom(after(picture, {0, 0.05}, 1), picture),
                     strong = deviationFrom(after(picture, {0, 1}, 1), picture);
        QVERIFY2(mild > 0.002 && strong > 2.0 * mild, qPrintable(QString("%1 %2").arg(mild).arg(strong)));
    }

    /// In one piece, with the double sum over a square.
    void blurIsAGaussianOfTheDeviationAskedFor() {
        const Image picture = noisePicture(size, 3, 1), result = after(picture, {0, 0, 0.75}, 1);
        constexpr double deviation = 0.75 * 1.2;
        for (const auto& [x, y] : {std::pair(0, 0), std::pair(39, 32), std::pair(17, 2), std::pair(20, 15)}) {
            for (int channel = 0; channel < 3; ++channel) {
                double sum = 0.0, weights = 0.0;
                for (int dy = -9; dy <= 9; ++dy) {
                    for (int dx = -9; dx <= 9; ++dx) {
                        const double weight = std::exp(-0.5 * (dx * dx + dy * dy) / (deviation * deviation));
                        weights += weight;
                        sum += weight * picture.at(std::clamp(x + dx, 0, 39), std::clamp(y + dy, 0, 32), channel);
                    }
                }
                const double far = std::abs(result.at(x, y, channel) - sum / weights);
                QVERIFY2(far < 0.51 / 255, qPrintable(QString::number(far)));
            }
        }
    }

    void moreBlurLosesMore() {
        const Image picture = noisePicture(size, 3, 1);
        double before = 0.002; // rounding is 0.001
        for (const double amount : {0.25, 0.5, 1.0}) {
            const double lost = deviationFrom(after(picture, {0, 0, amount}, 1), picture);
            QVERIFY2(lost > before, qPrintable(QString::number(lost)));
            before = lost;
        }
    }

    void theDrawDecidesAlone() {
        const Image picture = noisePicture(size, 3, 1);
        QVERIFY(sameBits(after(picture, {0.5, 0.5}, 4), after(picture, {0.5, 0.5}, 4)));
        QVERIFY(!sameBits(after(picture, {0.5, 0.5}, 4), after(picture, {0.5, 0.5}, 5)));
    }
};

QTEST_APPLESS_MAIN(TestDegrade)
#include "test_degrade.moc"
