#include "core/metrics/spectrum.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace {

casr::Image wave(int side, double cycles) {
    std::vector<float> values;
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            values.push_back(static_cast<float>(0.5 + 0.4 * std::cos(2 * std::numbers::pi * cycles * (x + 0.3 * y) / side)));
        }
    }
    return casr::Image({side, side}, 1, std::move(values));
}

/// The definition, sum by sum.
double powerAt(const casr::Image& image, int u, int v) {
    const int side = image.width();
    const auto window = [&](int i) { return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / side); };
    std::complex<double> sum = 0;
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            sum += std::polar(window(x) * window(y) * image.at(x, y, 0), -2 * std::numbers::pi * (u * x + v * y) / side);
        }
    }
    return std::norm(sum) / (side * side);
}

} // namespace

class TestSpectrum : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ringsAgreeWithTheDefinition();
    void aWaveHasItsPowerAtItsFrequency();
    void theLumaOfColoursIsMeasured();
    void otherSizesAreRefused();
};

void TestSpectrum::ringsAgreeWithTheDefinition() {
    const casr::Image image = wave(8, 2.3);
    const std::vector<double> power = casr::radialPower(image);
    QCOMPARE(power.size(), std::size_t{5});
    for (int ring = 0; ring <= 4; ++ring) {
        double sum = 0, count = 0;
        for (int v = -3; v <= 4; ++v) {
            for (int u = -3; u <= 4; ++u) {
                if (std::lround(std::hypot(u, v)) == ring) {
                    sum += powerAt(image, u, v);
                    ++count;
                }
            }
        }
        QVERIFY2(std::abs(power[ring] - sum / count) < 1e-9, qPrintable(QString::number(ring)));
    }
}

void TestSpectrum::aWaveHasItsPowerAtItsFrequency() {
    const std::vector<double> power = casr::radialPower(wave(64, 16));
    const auto largest = std::max_element(power.begin() + 4, power.end());
    const long ring = largest - power.begin();
    QVERIFY2(ring == 16 || ring == 17, qPrintable(QString::number(ring)));
}

void TestSpectrum::theLumaOfColoursIsMeasured() {
    const casr::Image grey = wave(16, 3);
    const casr::Image two = casr::joinChannels(grey, grey, {});
    const std::vector<double> ofGrey = casr::radialPower(grey), ofColours = casr::radialPower(casr::joinChannels(two, grey, {}));
    for (std::size_t ring = 0; ring < ofGrey.size(); ++ring) {
        QVERIFY(std::abs(ofGrey[ring] - ofColours[ring]) < 1e-9);
    }
}

void TestSpectrum::otherSizesAreRefused() {
    QVERIFY_EXCEPTION_THROWN(casr::radialPower(wave(12, 1)), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(casr::radialPower(casr::cropped(wave(8, 1), {0, 0, 8, 4})), std::invalid_argument);
}

QTEST_APPLESS_MAIN(TestSpectrum)

#include "test_spectrum.moc"
