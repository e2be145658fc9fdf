#include "core/io/screen_transform.h"
#include "tests/support.h"

#include <QColorSpace>
#include <QtTest>

using namespace casr;

namespace {

std::string profileOf(const QColorSpace& space) {
    return space.iccProfile().toStdString();
}

std::vector<std::uint16_t> through(const ScreenTransform& transform, const std::vector<std::uint16_t>& codes, int channels) {
    std::vector<std::uint16_t> result(codes.size() / static_cast<std::size_t>(channels) * 3);
    transform.apply(codes.data(), result.data(), result.size() / 3);
    return result;
}

bool isNear(const std::vector<std::uint16_t>& a, const std::vector<std::uint16_t>& b, int tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::abs(a[i] - b[i]) > tolerance) {
            return false;
        }
    }
    return a.size() == b.size();
}

} // namespace

class TestScreenTransform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sRgbStaysSRgb();
    void aWiderPictureIsSeenAsQtSeesIt();
    void coloursReachAScreenOfOtherPrimaries();
    void badProfilesAreRefused();
};

void TestScreenTransform::sRgbStaysSRgb() {
    const std::vector<std::uint16_t> codes{0, 0, 0, 65535, 65535, 65535, 20000, 40000, 60000};
    QVERIFY(isNear(through(ScreenTransform({}, {}, 3), codes, 3), codes, 30));
}

void TestScreenTransform::aWiderPictureIsSeenAsQtSeesIt() {
    const QColorSpace wide(QColorSpace::DisplayP3);
    const ScreenTransform transform(profileOf(wide), {}, 3);
    const QColorTransform reference = wide.transformationToColorSpace(QColorSpace(QColorSpace::SRgb));
    for (const QColor colour : {QColor(128, 100, 90), QColor(30, 60, 50), QColor(200, 190, 180)}) {
        const QRgba64 expected = reference.map(colour.rgba64());
        const QRgba64 code = colour.rgba64();
        QVERIFY(isNear(through(transform, {code.red(), code.green(), code.blue()}, 3), {expected.red(), expected.green(), expected.blue()},
                       200));
    }
}

void TestScreenTransform::coloursReachAScreenOfOtherPrimaries() {
    const QColorSpace screen(QPointF(0.3127, 0.3290), QPointF(0.30, 0.60), QPointF(0.64, 0.33), QPointF(0.15, 0.06),
                             QColorSpace::TransferFunction::SRgb);
    const ScreenTransform transform({}, profileOf(screen), 3);
    QVERIFY(isNear(through(transform, {50000, 20000, 10000}, 3), {20000, 50000, 10000}, 200));
}

void TestScreenTransform::badProfilesAreRefused() {
    QVERIFY(says(errorOf([] { ScreenTransform("no profile", {}, 3); }), "picture"));
    QVERIFY(says(errorOf([] { ScreenTransform({}, "no profile", 3); }), "screen"));
    QVERIFY(says(errorOf([] { ScreenTransform({}, {}, 1); }), "other colours"));
}

QTEST_APPLESS_MAIN(TestScreenTransform)

#include "test_screen_transform.moc"
