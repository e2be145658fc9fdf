// Overlays, the numbers of truth and the navigator in the real window.

#include "tests/window_support.h"

#include "ui/message_bar.h"
#include "ui/navigator_dock.h"
#include "ui/numbers.h"
#include "ui/preferences.h"
#include "ui/truth_meter.h"

#include "core/depth/depth_colours.h"
#include "core/image/resample.h"

#include <QLabel>
#include <QListWidget>
#include <QSlider>

class TestWindowTruth : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void theConsistencyOverlayShowsAndGoes();
    void onlyOneColouredOverlayIsOn();
    void theOpacityIsSharedAndShownWithAnOverlay();
    void coloursOfAScaleAreClearWhereNothingIs();
    void depthIsShownInTheColoursOfTheMap();
    void theDepthOverlayComesAndAWrongModelIsToldOf();
    void superpixelBordersLieWhereLabelsDiffer();
    void superpixelMeansAreWhatTheStepReads();
    void largerSuperpixelsAreShownToo();
    void aClickShowsWhatWasBorrowedAndADragDoesNot();
    void sharesOfOnePlaceAddUp();
    void weightsWithoutSuperpixelsAndMemorySwitchTheirOverlaysOff();
    void preparingIsShownAndCanBeStopped();
    void theTruthOfAStepIsThatOfTheWholePicture();
    void aPartThatIsNotComputedHasNoTruth();
    void theSentenceNamesTheShareAndLeadsToTheDetail();
    void theTruthOfACleanedPhotoNamesWhatWasRemoved();
    void sharesAreRoundedTowardsLess();
    void theNavigatorMovesTheView();
    void theNavigatorsRectanglesNest();
    void nHidesAndShowsTheNavigator();

private:
    QImage shown() const { return canvas().grab().toImage(); }
    void runAll() {
        QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    }
};

void TestWindowTruth::theConsistencyOverlayShowsAndGoes() {
    canvas().setScreenShare(4);
    canvas().setHeldLevel(1);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().level == 1 && canvas().shown().isComplete, patience);
    const QImage before = shown();
    QTest::keyClick(&canvas(), Qt::Key_K);
    QCOMPARE(canvas().overlay().kind(), casr::OverlayKind::consistency);
    const QPoint middle = canvas().rect().center();
    QTRY_VERIFY_WITH_TIMEOUT(shown().copy(QRect(middle, QSize(80, 80))) != before.copy(QRect(middle, QSize(80, 80))), patience);
    QTest::keyClick(&canvas(), Qt::Key_O);
    QCOMPARE(canvas().overlay().kind(), casr::OverlayKind::none);
    QCOMPARE(shown(), before);
}

void TestWindowTruth::onlyOneColouredOverlayIsOn() {
    QTest::keyClick(&canvas(), Qt::Key_K);
    QTest::keyClick(&canvas(), Qt::Key_K, Qt::ShiftModifier);
    QCOMPARE(canvas().overlay().kind(), casr::OverlayKind::addedDetail);
    QVERIFY(!command("consistencyAction")->isChecked());
    QTest::keyClick(&canvas(), Qt::Key_T);
    QTest::keyClick(&canvas(), Qt::Key_O);
    QVERIFY(!command("addedDetailAction")->isChecked());
    QVERIFY(!command("tilesAction")->isChecked());
}

void TestWindowTruth::theOpacityIsSharedAndShownWithAnOverlay() {
    auto* slider = child<QSlider>("overlayOpacity");
    QVERIFY(!slider->isVisible());
    QTest::keyClick(&canvas(), Qt::Key_K);
    slider->setValue(35);
    QCOMPARE(canvas().overlay().opacity(), 0.35);
    QTest::keyClick(&canvas(), Qt::Key_K, Qt::ShiftModifier);
    QCOMPARE(canvas().overlay().opacity(), 0.35);
}

void TestWindowTruth::coloursOfAScaleAreClearWhereNothingIs() {
    const casr::OverlayScale consistency = casr::scaleOf(casr::OverlayKind::consistency),
                             added = casr::scaleOf(casr::OverlayKind::addedDetail);
    QCOMPARE(qAlpha(consistency.colourOf(0)), 0);
    QCOMPARE(qAlpha(added.colourOf(0)), 0);
    QCOMPARE(qAlpha(consistency.colourOf(-1)), 255);
    QCOMPARE(consistency.colourOf(1), consistency.colourOf(2.0f / 255));
    QVERIFY(qBlue(consistency.colourOf(-1)) > qRed(consistency.colourOf(-1)));
    QVERIFY(qRed(consistency.colourOf(1)) > qBlue(consistency.colourOf(1)));
}

void TestWindowTruth::depthIsShownInTheColoursOfTheMap() {
    const casr::Image& photo = m_window->levels().document()->photo.rgb;
    const auto map = std::make_shared<const casr::DepthMap>(casr::depthOf(photo, *casr::DepthModel::untrained(3), {}));
    const casr::Rect cells{8, 4, 40, 30};
    const QImage picture = casr::overlayPicture({*m_window->levels().staircase(), map}, casr::OverlayKind::depth, {1, 0, 0}, cells, 0, {});
    QCOMPARE(picture.size(), QSize(cells.width(), cells.height()));
    const casr::PlacedImage around = casr::coveringByBorder({photo, 0, 0}, casr::expanded(cells, casr::guidedDepthReach));
    const casr::Axis columns{photo.width(), photo.width()}, rows{photo.height(), photo.height()};
    const casr::Image depth = casr::guidedDepth(*map, around, columns, rows, cells);
    for (int x = 0; x < picture.width(); ++x) {
        const auto [red, green, blue] = casr::depthColours()[static_cast<std::size_t>(std::lround(depth.at(x, 7, 0) * 255))];
        QCOMPARE(picture.pixel(x, 7), qRgb(red, green, blue));
    }
    const auto& far = casr::depthColours().front();
    const auto& near = casr::depthColours().back();
    QVERIFY(far[0] + far[1] + far[2] < near[0] + near[1] + near[2]);
}

void TestWindowTruth::theDepthOverlayComesAndAWrongModelIsToldOf() {
    canvas().setScreenShare(4);
    canvas().setHeldLevel(1);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().level == 1 && canvas().shown().isComplete, patience);
    const QRect middle(canvas().rect().center(), QSize(80, 80));
    const QImage before = shown().copy(middle);
    QTest::keyClick(&canvas(), Qt::Key_D);
    QTRY_VERIFY_WITH_TIMEOUT(shown().copy(middle) != before, patience);
    QTest::keyClick(&canvas(), Qt::Key_D);
    QCOMPARE(shown().copy(middle), before);
    casr::Preferences preferences = casr::loadPreferences();
    preferences.depthModel = m_photoPath;
    casr::savePreferences(preferences);
    QTest::keyClick(&canvas(), Qt::Key_D);
    QTRY_VERIFY_WITH_TIMEOUT(child<casr::MessageBar>("messageBar")->text().contains("TorchScript"), patience);
}

void TestWindowTruth::superpixelBordersLieWhereLabelsDiffer() {
    casr::Staircase& staircase = *m_window->levels().staircase();
    const casr::Rect cells{20, 10, 33, 21};
    const casr::SuperpixelTile tile = staircase.superpixels(1, cells);
    const QImage picture = casr::overlayPicture({staircase}, casr::OverlayKind::superpixelBorders, {1, 0, 0}, cells, 0, {});
    QCOMPARE(picture.width() % cells.width(), 0);
    const int edge = picture.width() / cells.width();
    int lines = 0;
    for (int y = cells.top; y < cells.bottom; ++y) {
        for (int x = cells.left; x < cells.right; ++x) {
            const QRgb inside = picture.pixel((x - cells.left) * edge, (y - cells.top) * edge + 1);
            const bool isBorder = tile.labels.at(x, y) != tile.labels.at(x - 1, y);
            QCOMPARE(qAlpha(inside) != 0, isBorder);
            lines += isBorder ? 1 : 0;
        }
    }
    QVERIFY(lines > 0);
}

void TestWindowTruth::superpixelMeansAreWhatTheStepReads() {
    casr::Staircase& staircase = *m_window->levels().staircase();
    const casr::Rect cells{0, 0, 19, 13};
    const casr::Image mean = staircase.superpixels(1, cells).mean;
    const QImage picture = casr::overlayPicture({staircase}, casr::OverlayKind::superpixelMeans, {1, 0, 0}, cells, 0, {});
    QCOMPARE(picture.size(), QSize(19, 13));
    for (int y = 0; y < 13; ++y) {
        for (int x = 0; x < 19; ++x) {
            QVERIFY(std::abs(qGreen(picture.pixel(x, y)) - 255 * mean.row(y)[3 * x + 1]) <= 0.51);
        }
    }
}

void TestWindowTruth::largerSuperpixelsAreShownToo() {
    casr::Staircase& staircase = *m_window->levels().staircase();
    const casr::Rect cells{20, 10, 61, 41};
    const auto picture = [&](int cell) {
        return casr::overlayPicture({staircase, nullptr, cell}, casr::OverlayKind::superpixelMeans, {1, 0, 0}, cells, 0, {});
    };
    const casr::Image mean = staircase.superpixels(1, cells, {}, 16).mean;
    QVERIFY(std::abs(qGreen(picture(16).pixel(7, 5)) - 255 * mean.row(5)[3 * 7 + 1]) <= 0.51);
    QVERIFY(picture(16) != picture(4));

    const QList<QAction*> sizes = child<QMenu>("superpixelSizeMenu")->actions();
    QCOMPARE(sizes.size(), 3);
    QVERIFY(sizes.first()->isChecked());
    sizes.last()->trigger();
    QCOMPARE(canvas().overlay().superpixelCell(), 16);
    QVERIFY(!sizes.first()->isChecked());
}

void TestWindowTruth::aClickShowsWhatWasBorrowedAndADragDoesNot() {
    canvas().setScreenShare(4);
    QTest::keyClick(&canvas(), Qt::Key_B);
    QVERIFY(canvas().borrowing().isOn());
    const QPoint middle = canvas().rect().center();
    QTest::mouseClick(&canvas(), Qt::LeftButton, Qt::NoModifier, middle);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().borrowing().isAnswered(), patience);
    const std::vector<casr::BorrowingProbe::Loan> loans = canvas().borrowing().loans();
    QVERIFY(!loans.empty());
    for (const casr::BorrowingProbe::Loan& loan : loans) {
        QVERIFY(casr::contains(casr::rectOf(photoSize), loan.place));
        QVERIFY(loan.weight > 0 && loan.weight <= 1);
    }
    QVERIFY(std::is_sorted(loans.begin(), loans.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; }));
    QTest::mousePress(&canvas(), Qt::LeftButton, Qt::NoModifier, middle);
    QTest::mouseMove(&canvas(), middle + QPoint(60, 0));
    QTest::mouseRelease(&canvas(), Qt::LeftButton, Qt::NoModifier, middle + QPoint(60, 0));
    QVERIFY(canvas().borrowing().isAnswered());
    QTest::keyClick(&canvas(), Qt::Key_O);
    QVERIFY(!canvas().borrowing().isOn());
}

void TestWindowTruth::sharesOfOnePlaceAddUp() {
    const std::vector<casr::Rect> places{{0, 0, 2, 2}, {4, 4, 6, 6}};
    const std::vector<casr::BorrowingProbe::Loan> loans = casr::loansOf({{0, 0, 2, 2}, {1, -1, 0, 1}, {0.5f, 0.9f, 0.25f, 0.5f}}, places);
    QCOMPARE(loans.size(), std::size_t{2});
    QCOMPARE(loans[0].place, places[1]);
    QCOMPARE(loans[0].weight, 0.25);
    QCOMPARE(loans[1].weight, 0.0625);
}

void TestWindowTruth::weightsWithoutSuperpixelsAndMemorySwitchTheirOverlaysOff() {
    QVERIFY(command("superpixelBordersAction")->isEnabled() && command("borrowedAction")->isEnabled());
    m_window->levels().setNetwork(casr::Network::untrained({16, 1, 16}, 7));
    QVERIFY(!command("superpixelBordersAction")->isEnabled());
    QVERIFY(!command("superpixelMeansAction")->isEnabled());
    QVERIFY(!command("borrowedAction")->isEnabled());
    QVERIFY(command("consistencyAction")->isEnabled());
}

void TestWindowTruth::preparingIsShownAndCanBeStopped() {
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->levels().isPreparing(), patience);
    auto* badge = child<QLabel>("badge");
    QVERIFY(!badge->text().contains("Preparing"));
    m_window->levels().setNetwork(smallNetwork());
    QVERIFY(badge->text().contains("Preparing"));
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QVERIFY(!m_window->levels().isPreparing());
    QVERIFY(!badge->text().contains("Preparing"));
    runAll();
    QCOMPARE(m_window->run().completeLevel(casr::rectOf(photoSize)), m_window->levels().plan().levels() - 1);
}

void TestWindowTruth::theTruthOfAStepIsThatOfTheWholePicture() {
    runAll();
    casr::Staircase& staircase = *m_window->levels().staircase();
    const casr::Image& photo = m_window->levels().document()->photo.rgb;
    const int level = m_window->levels().plan().levels() - 1;
    const casr::Size size = staircase.plan().sizeOf(level);
    const casr::Rect patch{30, 25, 70, 60};
    const std::optional<casr::StepTruth> truth = casr::truthOf(staircase, photo, level, patch, {});
    QVERIFY(truth.has_value());
    const casr::Image whole = casr::resized(staircase.region(level, casr::rectOf(size)).image, photoSize);
    const casr::Agreement expected = casr::agreementOf(casr::cropped(whole, patch), casr::cropped(photo, patch));
    QCOMPARE(truth->withPhoto.pixels, expected.pixels);
    QVERIFY(std::abs(truth->withPhoto.psnr() - expected.psnr()) < 1e-3);
    QVERIFY(truth->mostAdded.x >= patch.left && truth->mostAdded.x < patch.right + 1);
    QVERIFY(truth->added > 0);
}

void TestWindowTruth::aPartThatIsNotComputedHasNoTruth() {
    const casr::Image& photo = m_window->levels().document()->photo.rgb;
    QVERIFY(!casr::truthOf(*m_window->levels().staircase(), photo, m_window->levels().plan().levels() - 1, {30, 25, 70, 60}, {}));
}

void TestWindowTruth::theSentenceNamesTheShareAndLeadsToTheDetail() {
    runAll();
    canvas().setScreenShare(1);
    canvas().zoomBySteps(9);
    auto* sentence = child<QLabel>("truthSentence");
    const auto isJudged = [&] { return m_window->truth().truths().contains(canvas().shown().level); };
    QTRY_VERIFY_WITH_TIMEOUT(isJudged() && sentence->text().contains("of the photo reproduced"), patience);
    const casr::Point target = m_window->truth().truths().at(canvas().shown().level).mostAdded;
    Q_EMIT sentence->linkActivated("here");
    const casr::Point middle = canvas().view().centre();
    casr::ViewTransform wanted = canvas().view();
    wanted.setCentre(target);
    QVERIFY(std::hypot(middle.x - wanted.centre().x, middle.y - wanted.centre().y) < 1e-9);
}

void TestWindowTruth::theTruthOfACleanedPhotoNamesWhatWasRemoved() {
    casr::ZoomSettings settings = m_window->levels().settings();
    settings.controls.noise = 0.25f;
    m_window->levels().choose(settings);
    runAll();
    canvas().setScreenShare(1);
    canvas().zoomBySteps(9);
    const auto* sentence = child<QLabel>("truthSentence");
    const auto* list = child<QListWidget>("staircaseList");
    QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains("of the photo (noise 25 % removed) reproduced"), patience);
    QTRY_VERIFY_WITH_TIMEOUT(list->item(2)->text().endsWith("noise 25 % removed"), patience);
    settings.controls.noise = 0;
    m_window->levels().choose(settings);
    QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains("of the photo reproduced"), patience);
    QVERIFY(!list->item(2)->text().contains("removed"));
}

void TestWindowTruth::sharesAreRoundedTowardsLess() {
    QCOMPARE(casr::shareText(1), QString("100"));
    QCOMPARE(casr::shareText(0.9999), QLocale().toString(99.9, 'f', 1));
    QCOMPARE(casr::shareText(0.979), QString("97"));
    QCOMPARE(casr::shareText(0), QString("0"));
}

void TestWindowTruth::theNavigatorMovesTheView() {
    canvas().setScreenShare(8);
    auto* navigator = child<casr::Navigator>("navigator");
    const auto at = [&](casr::Point source) {
        const casr::Point device = navigator->transform().toDevice(source);
        return QPoint(static_cast<int>(device.x), static_cast<int>(device.y));
    };
    canvas().centreOn({80, 50});
    QTest::mousePress(navigator, Qt::LeftButton, Qt::NoModifier, at({100, 70}));
    const casr::Point pressed = canvas().view().centre();
    QVERIFY(std::hypot(pressed.x - 100, pressed.y - 70) < 3 || std::hypot(pressed.x - 80, pressed.y - 50) < 3);
    QTest::mouseMove(navigator, at({90, 60}));
    const casr::Point moved = canvas().view().centre();
    QVERIFY(std::abs(moved.x - (pressed.x - 10)) < 3 && std::abs(moved.y - (pressed.y - 10)) < 3);
    QTest::mouseRelease(navigator, Qt::LeftButton, Qt::NoModifier, at({90, 60}));
    QTest::keyClick(navigator, Qt::Key_Left);
    QVERIFY(canvas().view().centre().x < moved.x);
}

void TestWindowTruth::theNavigatorsRectanglesNest() {
    const casr::Plan plan = casr::planSchedule({4000, 3000}, 8, 2);
    casr::Area outer = casr::fullSizeArea(plan, 0, {1000, 800}, {2000, 1500});
    QCOMPARE(outer.width(), 1000.0);
    for (int level = 1; level < plan.levels(); ++level) {
        const casr::Area inner = casr::fullSizeArea(plan, level, {1000, 800}, {2000, 1500});
        QVERIFY(inner.left > outer.left && inner.right < outer.right && inner.top > outer.top && inner.bottom < outer.bottom);
        outer = inner;
    }
    QCOMPARE(outer.width(), 125.0);
}

void TestWindowTruth::nHidesAndShowsTheNavigator() {
    auto* dock = child<casr::NavigatorDock>("navigatorDock");
    QVERIFY(dock->isVisible());
    QTest::keyClick(&canvas(), Qt::Key_N);
    QVERIFY(!dock->isVisible());
    QTest::keyClick(&canvas(), Qt::Key_N);
    QVERIFY(dock->isVisible());
}

QTEST_MAIN(TestWindowTruth)

#include "test_window_truth.moc"
