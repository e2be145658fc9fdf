// Opening, looking, choosing and running in the real window.

#include "tests/window_support.h"

#include "ui/message_bar.h"

#include "core/base/error.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSignalSpy>
#include <QSpinBox>

class TestWindow : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void theWheelZoomsAtTheCursor();
    void controlWheelIsFine();
    void draggingMovesThePhoto();
    void keysZoomFitAndShowPixelForPixel();
    void aDoubleClickTogglesFitAndFullSize();
    void heldZShowsPixelForPixelUntilReleased();
    void zoomingInComputesWhatIsInView();
    void theRegionToolDrawsMovesAndResizes();
    void theRegionCanBeTyped();
    void theScaleDialogTakesACommaAndShowsThePlan();
    void theScaleDialogChoosesThePassesOfAStep();
    void anImpossibleScaleIsRefusedInTheDialog();
    void aRunComputesEveryStepAndReportsProgress();
    void theNextStepComputesOneStepOnly();
    void aPausedRunGoesOn();
    void aRunThatIsPausedInItsLastTileEndsUnpaused();
    void aStoppedRunEndsAndCanStartAgain();
    void stepKeysHoldAStep();
    void theStaircaseListHoldsAStep();
    void aBrokenFileShowsAMessageAndKeepsThePhoto();
    void aMissingNetworkStillShowsPhotos();
    void withoutANetworkTheStaircaseListOffersNoWork();
    void aDroppedFileOpens();
    void aPastedPictureOpens();
    void closingWhileComputingWaits();
    void everyCommandIsInAMenuWithATip();
    void noShortcutIsTakenTwice();
    void lettersTypedIntoABoxAreNoCommands();
    void aKeyThatNothingTakesEndsAtTheWindow();

private:
    casr::MessageBar* messages() const { return child<casr::MessageBar>("messageBar"); }
};

void TestWindow::theWheelZoomsAtTheCursor() {
    casr::Canvas& canvas = m_window->canvas();
    const double before = canvas.view().scale();
    const QPoint cursor(canvas.width() / 2 + 60, canvas.height() / 2 - 40);
    canvas.setScreenShare(8);
    const double start = canvas.view().scale();
    const casr::Point held = canvas.view().toSource({double(cursor.x()), double(cursor.y())});
    for (int notch = 0; notch < 3; ++notch) {
        turnWheel(canvas, cursor, 120);
    }
    QVERIFY(before < start);
    QVERIFY(std::abs(canvas.view().scale() / start - 2.0) < 1e-9);
    const casr::Point after = canvas.view().toSource({double(cursor.x()), double(cursor.y())});
    QVERIFY(std::hypot(after.x - held.x, after.y - held.y) < 1e-6);
}

void TestWindow::controlWheelIsFine() {
    casr::Canvas& canvas = m_window->canvas();
    const double before = canvas.view().scale();
    turnWheel(canvas, canvas.rect().center(), 120, Qt::ControlModifier);
    QVERIFY(canvas.view().scale() > before);
    QVERIFY(canvas.view().scale() < before * 1.1);
}

void TestWindow::draggingMovesThePhoto() {
    casr::Canvas& canvas = m_window->canvas();
    canvas.zoomBySteps(6);
    const casr::Point grabbed{80, 50};
    const QPoint target = place(grabbed) + QPoint(40, -30);
    drag(grabbed, canvas.view().toSource({double(target.x()), double(target.y())}));
    QVERIFY((place(grabbed) - target).manhattanLength() <= 1);
}

void TestWindow::keysZoomFitAndShowPixelForPixel() {
    casr::Canvas& canvas = m_window->canvas();
    const double fitted = canvas.view().scale();
    QTest::keyClick(&canvas, Qt::Key_Plus);
    QVERIFY(canvas.view().scale() > fitted);
    QTest::keyClick(&canvas, Qt::Key_Minus);
    QVERIFY(std::abs(canvas.view().scale() / fitted - 1) < 1e-9);
    QTest::keyClick(&canvas, Qt::Key_1, Qt::ControlModifier);
    QVERIFY(std::abs(canvas.shown().screenShare - 1) < 1e-9);
    QTest::keyClick(&canvas, Qt::Key_0, Qt::ControlModifier);
    QVERIFY(canvas.view().isFitted());
}

void TestWindow::aDoubleClickTogglesFitAndFullSize() {
    casr::Canvas& canvas = m_window->canvas();
    QTest::mouseDClick(&canvas, Qt::LeftButton, Qt::NoModifier, canvas.rect().center());
    QVERIFY(!canvas.view().isFitted());
    QVERIFY(std::abs(canvas.shown().screenShare - 1) < 1e-9);
    QTest::mouseDClick(&canvas, Qt::LeftButton, Qt::NoModifier, canvas.rect().center());
    QVERIFY(canvas.view().isFitted());
}

void TestWindow::heldZShowsPixelForPixelUntilReleased() {
    casr::Canvas& canvas = m_window->canvas();
    const double before = canvas.view().scale();
    QTest::keyPress(&canvas, Qt::Key_Z);
    QVERIFY(std::abs(canvas.shown().screenShare - 1) < 1e-9);
    QTest::keyRelease(&canvas, Qt::Key_Z);
    QCOMPARE(canvas.view().scale(), before);
}

void TestWindow::zoomingInComputesWhatIsInView() {
    casr::Canvas& canvas = m_window->canvas();
    for (int notch = 0; notch < 6; ++notch) {
        turnWheel(canvas, canvas.rect().center(), 120);
    }
    QVERIFY(canvas.shown().level > 0);
    QTRY_VERIFY_WITH_TIMEOUT(canvas.shown().isComplete, patience);
    QVERIFY(child<QLabel>("scaleReadOut")->text().contains("screen"));
    QVERIFY2(child<QLabel>("badge")->text().contains(QString::number(canvas.shown().level)), qPrintable(child<QLabel>("badge")->text()));
}

void TestWindow::theRegionToolDrawsMovesAndResizes() {
    casr::Canvas& canvas = m_window->canvas();
    QTest::keyClick(&canvas, Qt::Key_R);
    QVERIFY(canvas.isRegionToolActive());
    drag({20, 30}, {80, 70});
    QVERIFY(canvas.region().has_value());
    QCOMPARE(canvas.region()->size(), (casr::Size{60, 40}));
    drag({50, 50}, {60, 55});
    QCOMPARE(*canvas.region(), (casr::Rect{30, 35, 90, 75}));
    drag({90, 75}, {100, 80});
    QCOMPARE(*canvas.region(), (casr::Rect{30, 35, 100, 80}));
    drag({30, 57}, {10, 57});
    QCOMPARE(*canvas.region(), (casr::Rect{10, 35, 100, 80}));
    QTest::keyClick(&canvas, Qt::Key_R);
    QVERIFY(!canvas.isRegionToolActive());
}

void TestWindow::theRegionCanBeTyped() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_G, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    dialog->findChild<QSpinBox*>("regionLeft")->setValue(11);
    dialog->findChild<QSpinBox*>("regionTop")->setValue(12);
    dialog->findChild<QSpinBox*>("regionWidth")->setValue(33);
    dialog->findChild<QSpinBox*>("regionHeight")->setValue(1000);
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(*m_window->canvas().region(), (casr::Rect{11, 12, 44, 101}));
}

void TestWindow::theScaleDialogTakesACommaAndShowsThePlan() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_R, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    auto* value = dialog->findChild<QLineEdit*>("scaleValue");
    value->selectAll();
    QTest::keyClicks(value, "2,5");
    QVERIFY(dialog->findChild<QLabel*>("scalePlan")->text().contains("393"));
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().plan().scale, 2.5);
    QCOMPARE(m_window->levels().plan().result(), (casr::Size{393, 253}));
}

void TestWindow::theScaleDialogChoosesThePassesOfAStep() {
    const auto choose = [&](int shown, int wanted, QDialogButtonBox::StandardButton button) {
        QTest::keyClick(&m_window->canvas(), Qt::Key_R, Qt::ControlModifier);
        auto* passes = QApplication::activeModalWidget()->findChild<QComboBox*>("scalePasses");
        QCOMPARE(passes->currentData().toInt(), shown);
        passes->setCurrentIndex(passes->findData(wanted));
        clickButton(button);
    };
    choose(1, 4, QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().staircase()->controls().ensemble, 4);
    QCOMPARE(m_window->levels().plan().scale, 8.0);
    QVERIFY(casr::settingsText(m_window->levels().settings()).contains("4 passes"));
    choose(4, 8, QDialogButtonBox::Cancel);
    QCOMPARE(m_window->levels().settings().controls.ensemble, 4);
    choose(4, 1, QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().staircase()->controls().ensemble, 1);
    QVERIFY(!casr::settingsText(m_window->levels().settings()).contains("passes"));
}

void TestWindow::anImpossibleScaleIsRefusedInTheDialog() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_R, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QPushButton* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    QVERIFY(ok->isEnabled());
    for (const char* text : {"65", "0.5", "x", ""}) {
        dialog->findChild<QLineEdit*>("scaleValue")->setText(text);
        QVERIFY2(!ok->isEnabled(), text);
        QVERIFY(!dialog->findChild<QLabel*>("scalePlan")->text().isEmpty());
    }
    clickButton(QDialogButtonBox::Cancel);
    QCOMPARE(m_window->levels().plan().scale, 8.0);
}

void TestWindow::aRunComputesEveryStepAndReportsProgress() {
    casr::Canvas& canvas = m_window->canvas();
    canvas.setRegion(casr::Rect{20, 20, 50, 45});
    std::vector<double> shares;
    connect(&m_window->run(), &casr::RegionRun::progressed, this, [&] { shares.push_back(m_window->run().progress().share); });
    QTest::keyClick(&canvas, Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(m_window->run().isRunning());
    QVERIFY(child<QWidget>("runBar")->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    QVERIFY(std::is_sorted(shares.begin(), shares.end()));
    QCOMPARE(shares.back(), 1.0);
    QVERIFY(!child<QWidget>("runBar")->isVisible());
    const casr::Plan& plan = m_window->levels().plan();
    QCOMPARE(m_window->run().completeLevel(*canvas.region()), plan.levels() - 1);
    for (int level = 1; level < plan.levels(); ++level) {
        for (const casr::WantedTile& tile : casr::tilesOfStep(plan, level, *canvas.region())) {
            QVERIFY(m_window->levels().hasTile(tile.key));
        }
    }
}

void TestWindow::theNextStepComputesOneStepOnly() {
    casr::Canvas& canvas = m_window->canvas();
    canvas.setRegion(casr::Rect{20, 20, 50, 45});
    QTest::keyClick(&canvas, Qt::Key_Period);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    QCOMPARE(m_window->run().completeLevel(*canvas.region()), 1);
    QCOMPARE(m_window->run().progress().levels, 1);
    QTest::keyClick(&canvas, Qt::Key_Period);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    QCOMPARE(m_window->run().completeLevel(*canvas.region()), 2);
}

void TestWindow::aPausedRunGoesOn() {
    casr::Canvas& canvas = m_window->canvas();
    QTest::keyClick(&canvas, Qt::Key_Return, Qt::ControlModifier);
    QTest::keyClick(&canvas, Qt::Key_F6);
    QVERIFY(m_window->run().isPaused());
    QVERIFY(m_window->levels().isPaused());
    QVERIFY(command("pauseAction")->text().contains("Resume"));
    QTest::keyClick(&canvas, Qt::Key_F6);
    QVERIFY(!m_window->run().isPaused());
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    QCOMPARE(m_window->run().progress().share, 1.0);
}

void TestWindow::aRunThatIsPausedInItsLastTileEndsUnpaused() {
    casr::Levels& levels = m_window->levels();
    canvas().setRegion(casr::Rect{20, 20, 50, 45});
    canvas().setHeldLevel(0); // the view wants no tiles
    const int last = levels.plan().levels() - 1;
    std::int64_t toStart = casr::tileCount(levels.plan(), last, *canvas().region());
    bool wasPaused = false;
    const QObject here;
    connect(&levels, &casr::Levels::tileStarted, &here, [&](const casr::TileKey& key) {
        if (key.level == last && --toStart == 0) {
            m_window->run().setPaused(true);
            wasPaused = levels.isPaused();
        }
    });
    QElapsedTimer clock;
    clock.start();
    QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    QVERIFY(wasPaused);
    QVERIFY(!m_window->run().isPaused());
    QVERIFY(!levels.isPaused());
    QVERIFY(m_window->run().progress().secondsElapsed <= static_cast<double>(clock.elapsed()) / 1000);
}

void TestWindow::aStoppedRunEndsAndCanStartAgain() {
    casr::Canvas& canvas = m_window->canvas();
    QSignalSpy ended(&m_window->run(), &casr::RegionRun::ended);
    QTest::keyClick(&canvas, Qt::Key_Return, Qt::ControlModifier);
    QTest::keyClick(&canvas, Qt::Key_Escape);
    QVERIFY(!m_window->run().isRunning());
    QCOMPARE(ended.size(), 1);
    QCOMPARE(ended.at(0).at(0).value<casr::Outcome>(), casr::Outcome::cancelled);
    QTest::keyClick(&canvas, Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 2, patience);
    QCOMPARE(ended.at(1).at(0).value<casr::Outcome>(), casr::Outcome::finished);
}

void TestWindow::stepKeysHoldAStep() {
    casr::Canvas& canvas = m_window->canvas();
    canvas.zoomBySteps(9);
    QTest::keyClick(&canvas, Qt::Key_1);
    QCOMPARE(canvas.heldLevel(), std::optional<int>(1));
    QCOMPARE(canvas.shown().level, 1);
    QTest::keyClick(&canvas, Qt::Key_BracketRight);
    QCOMPARE(canvas.heldLevel(), std::optional<int>(2));
    QTest::keyClick(&canvas, Qt::Key_BracketLeft);
    QTest::keyClick(&canvas, Qt::Key_BracketLeft);
    QTest::keyClick(&canvas, Qt::Key_BracketLeft);
    QCOMPARE(canvas.heldLevel(), std::optional<int>(0));
    QTest::keyClick(&canvas, Qt::Key_0);
    QVERIFY(!canvas.heldLevel());
}

void TestWindow::theStaircaseListHoldsAStep() {
    auto* list = child<QListWidget>("staircaseList");
    QVERIFY(list->count() >= m_window->levels().plan().levels() + 1);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier, list->visualItemRect(list->item(2)).center());
    QCOMPARE(m_window->canvas().heldLevel(), std::optional<int>(1));
    QTest::keyClick(&m_window->canvas(), Qt::Key_0);
    QCOMPARE(list->currentRow(), 0);
}

void TestWindow::aBrokenFileShowsAMessageAndKeepsThePhoto() {
    QFile broken(m_folder->filePath("broken.jpg"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("no picture at all");
    broken.close();
    const auto before = m_window->levels().document();
    m_window->openPhoto(broken.fileName());
    auto* bar = m_window->findChild<casr::MessageBar*>("messageBar");
    QTRY_VERIFY_WITH_TIMEOUT(bar->text().contains("broken.jpg"), patience);
    QCOMPARE(m_window->levels().document(), before);
}

void TestWindow::aMissingNetworkStillShowsPhotos() {
    const QString missing = m_folder->filePath("none.safetensors");
    openWindow([missing] { return casr::Network::load(missing.toStdU16String()); });
    auto* bar = m_window->findChild<casr::MessageBar*>("messageBar");
    QTRY_VERIFY_WITH_TIMEOUT(bar->text().contains("none.safetensors"), patience);
    m_window->canvas().zoomBySteps(9);
    QVERIFY(!m_window->levels().isReady());
    QVERIFY(!command("runAction")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>("badge")->text().startsWith("Interpolated"), patience);
}

void TestWindow::withoutANetworkTheStaircaseListOffersNoWork() {
    const auto actionsOfTheList = [&] {
        auto* list = child<QListWidget>("staircaseList");
        Q_EMIT list->customContextMenuRequested(list->visualItemRect(list->item(2)).center());
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        std::vector<bool> enabled;
        for (const QAction* action : menu ? menu->actions() : QList<QAction*>()) {
            enabled.push_back(action->isEnabled());
        }
        if (menu) {
            menu->close();
        }
        return enabled;
    };
    QCOMPARE(actionsOfTheList(), (std::vector<bool>{true, true}));
    openWindow([]() -> std::shared_ptr<const casr::Network> { throw casr::Error("No weights."); });
    QTRY_VERIFY_WITH_TIMEOUT(messages()->text().contains("No weights"), patience);
    QCOMPARE(actionsOfTheList(), (std::vector<bool>{false, false}));
    const QSignalSpy started(&m_window->run(), &casr::RegionRun::started);
    m_window->run().start({0, 0, 10, 10}, 1, 1);
    QCOMPARE(started.size(), 0);
}

void TestWindow::aDroppedFileOpens() {
    const QString other = m_folder->filePath("other.png");
    casr::writePicture(other.toStdU16String(), {casr::cropped(photograph(), {0, 0, 40, 30}), 8, {}});
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(other)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->size(), (casr::Size{40, 30}), patience);
    QVERIFY(m_window->windowTitle().contains("other.png"));
    QCOMPARE(QSettings().value("recentFiles").toStringList().first(), other);
}

void TestWindow::aPastedPictureOpens() {
    QImage picture(31, 17, QImage::Format_RGB32);
    picture.fill(QColor(10, 200, 90));
    QApplication::clipboard()->setImage(picture);
    QTest::keyClick(&m_window->canvas(), Qt::Key_V, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->size(), (casr::Size{31, 17}), patience);
    QVERIFY(std::abs(m_window->levels().document()->picture.image.at(3, 3, 1) - 200.0f / 255) < 1e-4f);
}

void TestWindow::closingWhileComputingWaits() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_Return, Qt::ControlModifier);
    m_window->canvas().zoomBySteps(12);
    QVERIFY(m_window->run().isRunning());
    m_window->close();
    m_window.reset();
    QVERIFY(QSettings().contains("window/geometry"));
}

void TestWindow::everyCommandIsInAMenuWithATip() {
    QSet<QAction*> listed;
    for (const QMenu* menu : m_window->menuBar()->findChildren<QMenu*>()) {
        for (QAction* action : menu->actions()) {
            listed.insert(action);
        }
    }
    int commands = 0;
    for (QAction* action : m_window->findChildren<QAction*>(QRegularExpression("Action$"))) {
        QVERIFY2(listed.contains(action), qPrintable(action->objectName()));
        QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->objectName()));
        ++commands;
    }
    QVERIFY(commands > 30);
}

void TestWindow::noShortcutIsTakenTwice() {
    QSet<QString> taken;
    for (const QAction* action : m_window->findChildren<QAction*>()) {
        for (const QKeySequence& keys : action->shortcuts()) {
            QVERIFY2(!taken.contains(keys.toString()), qPrintable(keys.toString()));
            taken.insert(keys.toString());
        }
    }
    QVERIFY(taken.contains("Ctrl+O"));
}

void TestWindow::lettersTypedIntoABoxAreNoCommands() {
    QLineEdit box(m_window.get());
    box.show();
    box.setFocus();
    QTRY_VERIFY_WITH_TIMEOUT(box.hasFocus(), patience);
    QTest::keyClicks(&box, "tr1");
    QCOMPARE(box.text(), QString("tr1"));
    QVERIFY(!command("regionToolAction")->isChecked());
    QVERIFY(!m_window->canvas().heldLevel());
}

void TestWindow::aKeyThatNothingTakesEndsAtTheWindow() {
    auto* list = child<QListWidget>("staircaseList");
    list->setFocus();
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->canvas().hasFocus(), patience);
    QTest::keyClick(list, Qt::Key_F9);
    const double before = m_window->canvas().view().scale();
    QTest::keyPress(m_window.get(), Qt::Key_Z);
    QVERIFY(m_window->canvas().view().scale() != before);
    QTest::keyRelease(m_window.get(), Qt::Key_Z);
    QCOMPARE(m_window->canvas().view().scale(), before);
}

QTEST_MAIN(TestWindow)

#include "test_window.moc"
