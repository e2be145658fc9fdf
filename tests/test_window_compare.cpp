// Holding pictures against each other in the real window.

#include "tests/window_support.h"

#include "ui/compare_controller.h"

#include "core/image/resample.h"

#include <QClipboard>
#include <QMenu>

class TestWindowCompare : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void cGoesThroughAllWaysAndBack();
    void theWipesLineFollowsTheMouseAndStaysInView();
    void aWipeDownMovesUpAndDown();
    void theLoupeShowsTheOtherPictureAtTheCursor();
    void panesShowTheSamePlace();
    void theWheelZoomsAtTheCursorInEveryPane();
    void blinkingShowsTheOtherPictureInPlace();
    void blinkingByItselfGoesOn();
    void theDifferenceOfAPictureAndItselfIsBlack();
    void differencesAreMadeStronger();
    void aBicubicEnlargementIsTheResampledPhoto();
    void aRightClickChoosesWhatAPaneShows();
    void anotherFileIsLaidOverThePhoto();
    void anotherPhotoTakesTheComparedFileAway();
    void aComparedStepThatTheNewPlanLacksBecomesItsLast();
    void theComparedFileHasTheScreensColours();
    void theComparisonIsSavedAsAPicture();
    void whatLeavesTheScreenIsInStandardColours();
    void aFolderThatIsMissingIsSaid();

private:
    casr::Comparison& comparison() const { return canvas().comparison(); }
    QImage shown() const { return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32); }
    /// Between two codes; 255 for pictures of two sizes.
    static int largestDifference(const QImage& a, const QImage& b) {
        int largest = a.size() == b.size() ? 0 : 255;
        for (int y = 0; y < std::min(a.height(), b.height()); ++y) {
            for (int x = 0; x < std::min(a.width(), b.width()); ++x) {
                const QColor first = a.pixelColor(x, y), second = b.pixelColor(x, y);
                largest = std::max({largest, std::abs(first.red() - second.red()), std::abs(first.green() - second.green()),
                                    std::abs(first.blue() - second.blue())});
            }
        }
        return largest;
    }
};

void TestWindowCompare::cGoesThroughAllWaysAndBack() {
    std::vector<casr::CompareMode> modes;
    for (int press = 0; press < casr::compareModes; ++press) {
        QTest::keyClick(&canvas(), Qt::Key_C);
        modes.push_back(comparison().mode());
    }
    using casr::CompareMode;
    QCOMPARE(modes, (std::vector<CompareMode>{CompareMode::wipeAcross, CompareMode::wipeDown, CompareMode::wipeTurned,
                                              CompareMode::sideBySide, CompareMode::fourfold, CompareMode::difference,
                                              CompareMode::signedDifference, CompareMode::loupe, CompareMode::none}));
    QVERIFY(command("compareNoneAction")->isChecked());
}

void TestWindowCompare::theWipesLineFollowsTheMouseAndStaysInView() {
    command("wipeAcrossAction")->trigger();
    const int y = canvas().height() / 2;
    dragPlaces({canvas().width() / 2, y}, {canvas().width() / 4, y});
    QVERIFY(std::abs(comparison().wipe() - 0.25) < 0.01);
    dragPlaces({canvas().width() / 4, y}, {-500, y});
    QVERIFY(comparison().wipe() > 0);
}

void TestWindowCompare::aWipeDownMovesUpAndDown() {
    command("wipeDownAction")->trigger();
    const int x = canvas().width() / 3;
    dragPlaces({x, canvas().height() / 2}, {x, canvas().height() * 3 / 4});
    QVERIFY(std::abs(comparison().wipe() - 0.75) < 0.01);
}

void TestWindowCompare::theLoupeShowsTheOtherPictureAtTheCursor() {
    canvas().setScreenShare(4);
    canvas().setHeldLevel(0);
    comparison().setLabelsShown(false);
    const QImage photo = shown();
    comparison().setOther(0, {casr::ComparedPicture::Kind::nearest, 0});
    command("loupeAction")->trigger();
    const QPoint middle = canvas().rect().center(), outside = middle + QPoint(200, 0);
    QTest::mouseMove(&canvas(), middle);
    command("blinkAction")->setChecked(true);
    const QImage other = shown();
    command("blinkAction")->setChecked(false);
    const QRect inCircle(middle - QPoint(40, 40), QSize(80, 80)), beyond(outside, QSize(60, 60));
    QVERIFY(other.copy(inCircle) != photo.copy(inCircle));
    QCOMPARE(shown().copy(inCircle), other.copy(inCircle));
    QCOMPARE(shown().copy(beyond), photo.copy(beyond));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&canvas(), &leave);
    QCOMPARE(shown(), photo);
}

void TestWindowCompare::panesShowTheSamePlace() {
    canvas().zoomBySteps(6);
    comparison().setOther(0, {casr::ComparedPicture::Kind::step, 0});
    canvas().setHeldLevel(0);
    comparison().setLabelsShown(false);
    command("sideBySideAction")->trigger();
    QCOMPARE(canvas().view().view().width, canvas().width() / 2);
    const QImage picture = shown();
    const int half = canvas().width() / 2;
    QCOMPARE(picture.copy(0, 0, half, picture.height()), picture.copy(picture.width() - half, 0, half, picture.height()));
    command("compareNoneAction")->trigger();
    QCOMPARE(canvas().view().view().width, canvas().width());
}

void TestWindowCompare::theWheelZoomsAtTheCursorInEveryPane() {
    command("fourfoldAction")->trigger();
    canvas().setScreenShare(8);
    const int paneWidth = canvas().view().view().width, paneHeight = canvas().view().view().height;
    const QPoint inPane(60, 40);
    const casr::Point held = canvas().view().toSource({60, 40});
    for (const QPoint origin : {QPoint(0, 0), QPoint(canvas().width() - paneWidth, canvas().height() - paneHeight)}) {
        turnWheel(canvas(), origin + inPane, 120);
        const casr::Point now = canvas().view().toSource({60, 40});
        QVERIFY(std::hypot(now.x - held.x, now.y - held.y) < 1e-6);
    }
}

void TestWindowCompare::blinkingShowsTheOtherPictureInPlace() {
    canvas().setHeldLevel(0);
    canvas().zoomBySteps(9);
    comparison().setOther(0, {casr::ComparedPicture::Kind::nearest, 0});
    comparison().setLabelsShown(false);
    const QImage before = shown();
    const casr::ViewTransform view = canvas().view();
    QTest::keyPress(&canvas(), Qt::Key_Backslash);
    QVERIFY(shown() != before);
    QCOMPARE(canvas().view(), view);
    QTest::keyRelease(&canvas(), Qt::Key_Backslash);
    QCOMPARE(shown(), before);
}

void TestWindowCompare::blinkingByItselfGoesOn() {
    QTest::keyClick(&canvas(), Qt::Key_B, Qt::ShiftModifier);
    QVERIFY(comparison().isBlinking());
    QTRY_VERIFY_WITH_TIMEOUT(!comparison().isBlinking(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(comparison().isBlinking(), patience);
    QTest::keyClick(&canvas(), Qt::Key_B, Qt::ShiftModifier);
    QVERIFY(!comparison().isBlinking());
    QVERIFY(!comparison().isAutoBlinking());
}

void TestWindowCompare::theDifferenceOfAPictureAndItselfIsBlack() {
    canvas().setHeldLevel(0);
    canvas().zoomBySteps(6);
    comparison().setLabelsShown(false);
    comparison().setOther(0, {casr::ComparedPicture::Kind::step, 0});
    const QPoint middle = canvas().rect().center();
    command("differenceAction")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(shown().pixel(middle), qRgb(0, 0, 0), patience);
    command("signedDifferenceAction")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(shown().pixel(middle), qRgb(128, 128, 128), patience);
}

void TestWindowCompare::differencesAreMadeStronger() {
    QImage first(2, 1, QImage::Format_RGB32), second(2, 1, QImage::Format_RGB32);
    first.setPixel(0, 0, qRgb(10, 20, 30));
    second.setPixel(0, 0, qRgb(13, 15, 30));
    first.setPixel(1, 0, qRgb(0, 200, 100));
    second.setPixel(1, 0, qRgb(255, 0, 101));
    QCOMPARE(casr::differenceOf(first, second, 4, false).pixel(0, 0), qRgb(12, 20, 0));
    QCOMPARE(casr::differenceOf(first, second, 4, false).pixel(1, 0), qRgb(255, 255, 4));
    QCOMPARE(casr::differenceOf(first, second, 4, true).pixel(0, 0), qRgb(134, 118, 128));
    QCOMPARE(casr::differenceOf(first, second, 4, true).pixel(1, 0), qRgb(255, 0, 130));
}

void TestWindowCompare::aBicubicEnlargementIsTheResampledPhoto() {
    const casr::Document& document = *m_window->levels().document();
    const casr::Size size{3 * photoSize.width, 3 * photoSize.height};
    casr::ViewTransform view;
    view.setView(size);
    view.setPhoto(photoSize);
    const QImage whole = document.colours.shown(casr::resized(document.picture.image, size, casr::Kernel::bicubic));
    const casr::ViewPicture picture = casr::enlarged(document, casr::Kernel::bicubic, view);
    QCOMPARE(picture.image.size(), whole.size());
    int largest = 0;
    for (int y = 0; y < whole.height(); ++y) {
        for (int x = 0; x < whole.width(); ++x) {
            largest = std::max(largest, std::abs(qBlue(whole.pixel(x, y)) - qBlue(picture.image.pixel(x, y))));
        }
    }
    QVERIFY(largest <= 1);
    QVERIFY(std::abs(picture.area.right - photoSize.width) < 1e-9);
}

void TestWindowCompare::aRightClickChoosesWhatAPaneShows() {
    command("fourfoldAction")->trigger();
    const QPoint place(canvas().width() * 3 / 4, canvas().height() * 3 / 4);
    QContextMenuEvent event(QContextMenuEvent::Mouse, place, canvas().mapToGlobal(place));
    QApplication::sendEvent(&canvas(), &event);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    QAction* step = nullptr;
    for (QAction* action : menu->actions()) {
        step = action->text().startsWith("Step 1") ? action : step;
    }
    QVERIFY(step);
    step->trigger();
    menu->close();
    QCOMPARE(comparison().other(2), (casr::ComparedPicture{casr::ComparedPicture::Kind::step, 1}));
}

void TestWindowCompare::anotherFileIsLaidOverThePhoto() {
    const QString path = m_folder->filePath("other.png");
    const casr::Image red({314, 202}, 3, [] {
        std::vector<float> values(std::size_t{314} * 202 * 3, 0.0f);
        for (std::size_t i = 0; i < values.size(); i += 3) {
            values[i] = 1.0f;
        }
        return values;
    }());
    casr::writePicture(path.toStdU16String(), {red, 8, {}});
    m_window->compare().openFile(path);
    QTRY_COMPARE_WITH_TIMEOUT(comparison().mode(), casr::CompareMode::wipeAcross, patience);
    QCOMPARE(comparison().labelOf(comparison().other(0)), QString("other.png"));
    const QPoint left(canvas().width() / 4, canvas().height() / 2), right(canvas().width() * 3 / 4, canvas().height() / 2);
    QCOMPARE(shown().pixel(left), qRgb(255, 0, 0));
    QVERIFY(shown().pixel(right) != qRgb(255, 0, 0));
}

void TestWindowCompare::anotherPhotoTakesTheComparedFileAway() {
    const auto before = m_window->levels().document();
    m_window->compare().openFile(m_photoPath);
    QTRY_VERIFY_WITH_TIMEOUT(comparison().file() != nullptr, patience);
    m_window->levels().setPlan(4, 2);
    QVERIFY(comparison().file() != nullptr);
    m_window->openPhoto(m_photoPath);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document() != before, patience);
    QVERIFY(comparison().file() == nullptr);
    QCOMPARE(comparison().other(0), casr::ComparedPicture());
}

void TestWindowCompare::aComparedStepThatTheNewPlanLacksBecomesItsLast() {
    using casr::ComparedPicture;
    casr::Levels& levels = m_window->levels();
    levels.setPlan(64, 1.5);
    const int last = levels.viewingPlan().levels() - 1;
    comparison().setOther(0, {ComparedPicture::Kind::step, 1});
    comparison().setOther(1, {ComparedPicture::Kind::step, last});
    levels.setPlan(64, 4);
    const int newLast = levels.viewingPlan().levels() - 1;
    QVERIFY(newLast < last);
    QCOMPARE(comparison().other(0), (ComparedPicture{ComparedPicture::Kind::step, 1}));
    QCOMPARE(comparison().other(1), (ComparedPicture{ComparedPicture::Kind::step, newLast}));
}

void TestWindowCompare::theComparedFileHasTheScreensColours() {
    exchangeScreenColours();
    openWindow(smallNetwork);
    canvas().setHeldLevel(0);
    comparison().setLabelsShown(false);
    m_window->compare().openFile(m_photoPath);
    QTRY_COMPARE_WITH_TIMEOUT(comparison().mode(), casr::CompareMode::wipeAcross, patience);
    const QImage photo = comparison().file()->colours.shown(photograph());
    QCOMPARE(photo, m_window->levels().document()->colours.shown(photograph()));

    // Another screen.
    m_window->compare().setScreen(nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(comparison().file()->colours.shown(photograph()) != photo, patience);
}

void TestWindowCompare::theComparisonIsSavedAsAPicture() {
    command("sideBySideAction")->trigger();
    const QString path = m_folder->filePath("comparison.png");
    const QImage expected = shown();
    m_window->compare().save(path);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
    QImage saved = QImage(path).convertToFormat(QImage::Format_RGB32);
    saved.setColorSpace({}); // equality looks at it too
    QCOMPARE(saved, expected);
}

void TestWindowCompare::whatLeavesTheScreenIsInStandardColours() {
    canvas().setHeldLevel(0);
    const QImage before = shown();
    exchangeScreenColours();
    openWindow(smallNetwork);
    canvas().setHeldLevel(0);
    QVERIFY(largestDifference(shown(), before) > 20);
    command("copyViewAction")->trigger();
    const auto copied = [] { return QApplication::clipboard()->image(); };
    QTRY_VERIFY_WITH_TIMEOUT(copied().size() == before.size() && largestDifference(copied(), before) <= 5, patience);
    const QString path = m_folder->filePath("comparison.png");
    m_window->compare().save(path);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), patience);
    QVERIFY(largestDifference(QImage(path), before) <= 5);
    QVERIFY(QImage(path).colorSpace().isValid());
}

void TestWindowCompare::aFolderThatIsMissingIsSaid() {
    m_window->compare().save(m_folder->filePath("nowhere/comparison.png"));
    auto* bar = child<casr::MessageBar>("messageBar");
    QTRY_VERIFY_WITH_TIMEOUT(bar->text().contains("comparison.png"), patience);
}

QTEST_MAIN(TestWindowCompare)

#include "test_window_compare.moc"
