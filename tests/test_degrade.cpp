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

    void theDrawDecidesAlone() {
        const Image picture = noisePicture(size, 3, 1);
        QVERIFY(sameBits(after(picture, {0.5, 0.5}, 4), after(picture, {0.5, 0.5}, 4)));
        QVERIFY(!sameBits(after(picture, {0.5, 0.5}, 4), after(picture, {0.5, 0.5}, 5)));
    }
};

QTEST_APPLESS_MAIN(TestDegrade)
#include "test_degrade.moc"
