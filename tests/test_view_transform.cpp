#include "ui/view_transform.h"

#include <QTest>

#include <cmath>

namespace {

casr::ViewTransform viewOf(casr::Size photo, casr::Size view) {
    casr::ViewTransform transform;
    transform.setView(view);
    transform.setPhoto(photo);
    return transform;
}

bool isNear(casr::Point a, casr::Point b, double tolerance) {
    return std::abs(a.x - b.x) < tolerance && std::abs(a.y - b.y) < tolerance;
}

} // namespace

class TestViewTransform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPhotoOpensWholeAndCentred();
    void theSourcePointUnderTheAnchorStays();
    void threeNotchesDouble();
    void smallDeltasAddUpToANotch();
    void fineNotchesAreSmaller();
    void toSourceUndoesToDevice();
    void theScaleEndsAtItsLimits();
    void aPhotoSmallerThanTheViewMayBeShownPixelByPixel();
    void theViewNeverLeavesTheLargePhoto();
    void aFittedPhotoStaysFittedWhenTheWindowGrows();
    void aZoomedPhotoKeepsItsScaleWhenTheWindowGrows();
    void anAreaIsFittedAndCentred();
    void theVisibleAreaIsCutAtTheBorders();
};

void TestViewTransform::aPhotoOpensWholeAndCentred() {
    const casr::ViewTransform view = viewOf({4000, 1000}, {800, 600});
    QCOMPARE(view.scale(), 0.2);
    QVERIFY(view.isFitted());
    QVERIFY(isNear(view.toDevice({0, 0}), {0, 200}, 1e-9));
    QVERIFY(isNear(view.toDevice({4000, 1000}), {800, 400}, 1e-9));
}

void TestViewTransform::theSourcePointUnderTheAnchorStays() {
    casr::ViewTransform view = viewOf({4001, 3001}, {803, 601});
    view.setScale(1.0, {400, 300});
    const casr::Point anchor{613.25, 97.5};
    const casr::Point held = view.toSource(anchor);
    for (const double factor : {1.26, 2.0, 3.7, 0.5, 0.9}) {
        view.zoom(factor, anchor);
        QVERIFY2(isNear(view.toSource(anchor), held, 1e-6), qPrintable(QString("factor %1").arg(factor)));
    }
}

void TestViewTransform::threeNotchesDouble() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    const double before = view.scale();
    for (int notch = 0; notch < 3; ++notch) {
        view.zoom(casr::wheelFactor(120, false), {400, 300});
    }
    QVERIFY(std::abs(view.scale() / before - 2.0) < 1e-12);
}

void TestViewTransform::smallDeltasAddUpToANotch() {
    double product = 1;
    for (int part = 0; part < 15; ++part) {
        product *= casr::wheelFactor(8, false);
    }
    QVERIFY(std::abs(product - std::cbrt(2.0)) < 1e-12);
}

void TestViewTransform::fineNotchesAreSmaller() {
    QVERIFY(casr::wheelFactor(120, true) > 1.0);
    QVERIFY(casr::wheelFactor(120, true) < casr::wheelFactor(120, false));
    QVERIFY(std::abs(casr::wheelFactor(120, true) * casr::wheelFactor(-120, true) - 1.0) < 1e-12);
}

void TestViewTransform::toSourceUndoesToDevice() {
    casr::ViewTransform view = viewOf({4001, 2999}, {801, 603});
    view.setScale(7.3, {20, 30});
    const casr::Point source{1234.5, 2345.25};
    QVERIFY(isNear(view.toSource(view.toDevice(source)), source, 1e-9));
}

void TestViewTransform::theScaleEndsAtItsLimits() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    view.zoom(1e9, {400, 300});
    QCOMPARE(view.scale(), casr::ViewTransform::largestScale);
    view.zoom(1e-9, {400, 300});
    QCOMPARE(view.scale(), 0.2);
}

void TestViewTransform::aPhotoSmallerThanTheViewMayBeShownPixelByPixel() {
    casr::ViewTransform view = viewOf({80, 60}, {800, 600});
    QCOMPARE(view.scale(), 10.0);
    view.setScale(0.1, {400, 300});
    QCOMPARE(view.scale(), 1.0);
    QVERIFY(isNear(view.toDevice({40, 30}), {400, 300}, 1e-9));
}

void TestViewTransform::theViewNeverLeavesTheLargePhoto() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    view.setScale(1.0, {400, 300});
    view.pan({1e6, 1e6});
    QVERIFY(isNear(view.toSource({0, 0}), {0, 0}, 1e-6));
    view.pan({-1e6, -1e6});
    QVERIFY(isNear(view.toSource({800, 600}), {4000, 3000}, 1e-6));
}

void TestViewTransform::aFittedPhotoStaysFittedWhenTheWindowGrows() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    view.setView({1600, 1200});
    QCOMPARE(view.scale(), 0.4);
}

void TestViewTransform::aZoomedPhotoKeepsItsScaleWhenTheWindowGrows() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    view.setScale(2.0, {400, 300});
    const casr::Point centre = view.centre();
    view.setView({1000, 700});
    QCOMPARE(view.scale(), 2.0);
    QVERIFY(isNear(view.centre(), centre, 1e-9));
}

void TestViewTransform::anAreaIsFittedAndCentred() {
    casr::ViewTransform view = viewOf({4000, 3000}, {800, 600});
    view.fitArea({1000, 1000, 1200, 1100});
    QCOMPARE(view.scale(), 4.0);
    QVERIFY(isNear(view.centre(), {1100, 1050}, 1e-9));
    view.fitArea({1000, 1000, 1001, 1001}, 16.0);
    QCOMPARE(view.scale(), 16.0);
}

void TestViewTransform::theVisibleAreaIsCutAtTheBorders() {
    const casr::ViewTransform view = viewOf({4000, 1000}, {800, 600});
    const casr::Area area = view.visible();
    QCOMPARE(area.left, 0.0);
    QCOMPARE(area.top, 0.0);
    QCOMPARE(area.right, 4000.0);
    QCOMPARE(area.bottom, 1000.0);
}

QTEST_APPLESS_MAIN(TestViewTransform)

#include "test_view_transform.moc"
