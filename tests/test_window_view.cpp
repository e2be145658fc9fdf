// The turned wipe, bookmarks, held keys and sessions of the real window.

#include "tests/window_support.h"

#include "ui/bookmarks.h"
#include "ui/message_bar.h"
#include "ui/session.h"

#include <QClipboard>
#include <QListWidget>
#include <QMenu>
#include <QPainterPath>

using casr::TurnedWipe;

class TestWindowView : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void theTurnedWipesHandleMovesItAndStaysInView();
    void draggingTheTurnedWipesLineTurnsIt();
    void aTurnKeepsTheSidesWhereTheyAre();
    void eachSideOfATurnedWipeShowsItsPicture();
    void theSidesOfATurnedWipeFillTheView();
    void theLabelsOfATurnedWipeLieInTheirOwnSide();

    void aBookmarkBringsTheViewBack();
    void bookmarksSurviveARestart();
    void bookmarksAreRenamedAndRemoved();
    void aBookmarkOfAStepThatIsNoMoreFollowsTheZoom();
    void damagedBookmarksAreLeftOut();
    void aPhotoHasSoManyBookmarksAndNoMore();
    void bookmarksOfPhotosUnusedForLongAreForgotten();
    void aPastedPictureKeepsNoBookmarks();

    void heldKeysWorkAfterAClickInAList();

    void whatACrashLeftIsOfferedAndComesBack();
    void aClosedWindowLeavesNothing();
    void twoWindowsDoNotShareASession();

private:
    casr::Comparison& comparison() const { return canvas().comparison(); }
    QImage shown() const { return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32); }
    QString message() const { return child<casr::MessageBar>("messageBar")->text(); }
    const casr::Levels& levels() const { return m_window->levels(); }
    casr::SessionKeeper& session() const { return *m_window->findChild<casr::SessionKeeper*>(); }

    /// The bookmarks that the menu lists when it opens.
    QList<QAction*> listedBookmarks() const {
        auto* menu = child<QMenu>("bookmarkMenu");
        menu->popup({});
        menu->close();
        return menu->actions().mid(3);
    }
    template <class T>
    static T* inDialog(const QString& name) {
        return QApplication::activeModalWidget()->findChild<T*>(name);
    }
};

namespace {

const QSizeF view(800, 500);

bool isNear(double a, double b, double tolerance = 0.1) {
    return std::abs(a - b) < tolerance;
}

} // namespace

void TestWindowView::theTurnedWipesHandleMovesItAndStaysInView() {
    command("wipeTurnedAction")->trigger();
    const QSizeF size = canvas().size();
    const double degrees = comparison().turnedWipe().degrees();
    const QPoint target(canvas().width() / 4, canvas().height() / 3);
    dragPlaces(canvas().rect().center(), target);
    QVERIFY((comparison().turnedWipe().handle(size) - target).manhattanLength() < 2);
    dragPlaces(target, {-400, 3000});
    QVERIFY(QRectF({}, size).contains(comparison().turnedWipe().handle(size)));
    QCOMPARE(comparison().turnedWipe().degrees(), degrees);
}

void TestWindowView::draggingTheTurnedWipesLineTurnsIt() {
    command("wipeTurnedAction")->trigger();
    const QSizeF size = canvas().size();
    const QPointF handle = comparison().turnedWipe().handle(size);
    const double angle = comparison().turnedWipe().degrees() * M_PI / 180;
    const QPoint onLine = (handle + 120 * QPointF(-std::sin(angle), std::cos(angle))).toPoint();
    const QPoint target = handle.toPoint() + QPoint(-110, 60);
    dragPlaces(onLine, target);
    QVERIFY(std::abs(comparison().turnedWipe().distance(target, size)) < 1);
    QCOMPARE(comparison().turnedWipe().handle(size), handle);

    QTest::mousePress(&canvas(), Qt::LeftButton, Qt::NoModifier, target);
    QMouseEvent move(QEvent::MouseMove, QPointF(target) + QPointF(5, 9), canvas().mapToGlobal(QPointF(target) + QPointF(5, 9)),
                     Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
    QApplication::sendEvent(&canvas(), &move);
    QTest::mouseRelease(&canvas(), Qt::LeftButton, Qt::ShiftModifier, target);
    QVERIFY(std::abs(std::remainder(comparison().turnedWipe().degrees(), TurnedWipe::stepDegrees)) < 1e-9);
}

void TestWindowView::aTurnKeepsTheSidesWhereTheyAre() {
    TurnedWipe wipe;
    QPointF inside(10, 250);
    QVERIFY(wipe.distance(inside, view) < 0);
    for (int degrees = 0; degrees <= 360; degrees += 10) {
        const double angle = degrees * M_PI / 180;
        wipe.turnTo(wipe.handle(view) + 100 * QPointF(-std::sin(angle), std::cos(angle)), view, false);
        const QPointF before = wipe.handle(view) - 50 * QPointF(std::cos(angle), std::sin(angle));
        QVERIFY2(wipe.distance(before, view) < 0, qPrintable(QString::number(degrees)));
    }
}

void TestWindowView::eachSideOfATurnedWipeShowsItsPicture() {
    canvas().setScreenShare(4);
    canvas().setHeldLevel(0);
    comparison().setLabelsShown(false);
    comparison().setOther(0, {casr::ComparedPicture::Kind::nearest, 0});
    const QImage photo = shown();
    command("blinkAction")->setChecked(true);
    const QImage other = shown();
    command("blinkAction")->setChecked(false);
    command("wipeTurnedAction")->trigger();
    const QImage wiped = shown();
    int before = 0, after = 0;
    for (int y = 0; y < wiped.height(); ++y) {
        for (int x = 0; x < wiped.width(); ++x) {
            const double distance = comparison().turnedWipe().distance({x + 0.5, y + 0.5}, canvas().size());
            before += distance < -20 && wiped.pixel(x, y) != other.pixel(x, y) ? 1 : 0;
            after += distance > 20 && wiped.pixel(x, y) != photo.pixel(x, y) ? 1 : 0;
        }
    }
    QVERIFY(photo != other);
    QCOMPARE(before, 0);
    QCOMPARE(after, 0);
}

void TestWindowView::theSidesOfATurnedWipeFillTheView() {
    TurnedWipe wipe;
    for (int degrees = 0; degrees < 360; degrees += 15) {
        const double angle = degrees * M_PI / 180;
        wipe.moveTo({double(degrees * 2), double(degrees)}, view);
        wipe.turnTo(wipe.handle(view) + 100 * QPointF(-std::sin(angle), std::cos(angle)), view, true);
        QImage filled(view.toSize(), QImage::Format_RGB32);
        filled.fill(Qt::black);
        QPainter painter(&filled);
        for (const auto side : {TurnedWipe::Side::before, TurnedWipe::Side::after}) {
            QPainterPath area;
            area.addPolygon(wipe.area(side, view));
            painter.setClipPath(area);
            painter.fillRect(filled.rect(), Qt::white);
        }
        painter.end();
        QImage white = filled;
        white.fill(Qt::white);
        QVERIFY2(filled == white, qPrintable(QString::number(degrees)));
    }
}

void TestWindowView::theLabelsOfATurnedWipeLieInTheirOwnSide() {
    TurnedWipe wipe;
    for (int degrees = 0; degrees < 360; degrees += 5) {
        const double angle = degrees * M_PI / 180;
        wipe.turnTo(wipe.handle(view) + 100 * QPointF(-std::sin(angle), std::cos(angle)), view, false);
        for (const auto side : {TurnedWipe::Side::before, TurnedWipe::Side::after}) {
            const QRectF label = wipe.labelPlace(side, {120, 20}, view, 10);
            QVERIFY(QRectF({}, view).contains(label));
            QVERIFY2(wipe.area(side, view).intersected(QPolygonF(label)).boundingRect().size().toSize() == label.size().toSize(),
                     qPrintable(QString::number(degrees)));
        }
    }
}

void TestWindowView::aBookmarkBringsTheViewBack() {
    canvas().setScreenShare(6);
    canvas().centreOn({70, 60});
    canvas().setHeldLevel(1);
    const casr::ViewTransform kept = canvas().view();
    QTest::keyClick(&canvas(), Qt::Key_B, Qt::ControlModifier);
    canvas().fit();
    canvas().setHeldLevel(std::nullopt);
    const QList<QAction*> listed = listedBookmarks();
    QCOMPARE(listed.size(), 1);
    QVERIFY2(listed.first()->text().contains("at 70, 60"), qPrintable(listed.first()->text()));
    listed.first()->trigger();
    QVERIFY(std::abs(canvas().view().scale() - kept.scale()) < 1e-9);
    QVERIFY(isNear(canvas().view().centre().x, 70, 1e-6) && isNear(canvas().view().centre().y, 60, 1e-6));
    QCOMPARE(canvas().heldLevel(), std::optional<int>(1));
}

void TestWindowView::bookmarksSurviveARestart() {
    QVERIFY(!listedBookmarks().first()->isEnabled());
    canvas().setScreenShare(6);
    command("addBookmarkAction")->trigger();
    const casr::ViewTransform kept = canvas().view();
    m_window.reset();
    openWindow(smallNetwork);
    QCOMPARE(listedBookmarks().size(), 1);
    listedBookmarks().first()->trigger();
    QVERIFY(std::abs(canvas().view().scale() - kept.scale()) < 1e-9);
}

void TestWindowView::bookmarksAreRenamedAndRemoved() {
    for (int count = 0; count < 3; ++count) {
        canvas().zoomBySteps(2);
        command("addBookmarkAction")->trigger();
    }
    const std::vector<casr::Bookmark> before = casr::bookmarksOf(m_photoPath);
    command("manageBookmarksAction")->trigger();
    auto* list = inDialog<QListWidget>("bookmarkList");
    QCOMPARE(list->count(), 3);
    list->item(0)->setText("  The eye & lash ");
    list->setCurrentRow(1);
    QTest::mouseClick(inDialog<QPushButton>("removeBookmark"), Qt::LeftButton);
    clickButton(QDialogButtonBox::Ok);
    const std::vector<casr::Bookmark> after = casr::bookmarksOf(m_photoPath);
    QCOMPARE(after.size(), 2u);
    QCOMPARE(after[0].name, QString("The eye & lash"));
    QCOMPARE(after[0].scale, before[0].scale);
    QCOMPARE(after[1], before[2]);
    QCOMPARE(listedBookmarks().first()->text(), QString("The eye && lash"));
}

void TestWindowView::aBookmarkOfAStepThatIsNoMoreFollowsTheZoom() {
    casr::keepBookmarks(m_photoPath, {{"far", {50, 50}, 6, 40}});
    canvas().setHeldLevel(1);
    listedBookmarks().first()->trigger();
    QVERIFY(!canvas().heldLevel());
    QCOMPARE(canvas().view().scale(), 6.0);
}

void TestWindowView::damagedBookmarksAreLeftOut() {
    const QString path = QFileInfo(m_photoPath).absoluteFilePath();
    for (const char* text : {"", "{", "7", "[1, {}, [], null]", "[{\"path\": 3, \"views\": 4}]"}) {
        QSettings().setValue("bookmarks", QString(text));
        QVERIFY(casr::bookmarksOf(path).empty());
    }
    QSettings().setValue("bookmarks", QString("[{\"path\":\"%1\",\"views\":[{\"name\":\"a\",\"x\":1,\"y\":2,\"scale\":-3},5,"
                                              "{\"name\":\"b\",\"x\":\"1\",\"y\":2,\"scale\":3},{\"x\":1,\"y\":2,\"scale\":3},"
                                              "{\"name\":\"good\",\"x\":1,\"y\":2,\"scale\":3,\"step\":\"x\"}]}]")
                                          .arg(path));
    const std::vector<casr::Bookmark> left = casr::bookmarksOf(path);
    QCOMPARE(left.size(), 1u);
    QCOMPARE(left.front(), (casr::Bookmark{"good", {1, 2}, 3, std::nullopt}));
}

void TestWindowView::aPhotoHasSoManyBookmarksAndNoMore() {
    for (std::size_t count = 0; count <= casr::mostBookmarks; ++count) {
        command("addBookmarkAction")->trigger();
    }
    QCOMPARE(casr::bookmarksOf(m_photoPath).size(), casr::mostBookmarks);
    QVERIFY(message().contains("Manage"));
}

void TestWindowView::bookmarksOfPhotosUnusedForLongAreForgotten() {
    const auto name = [](int photo) { return QString("/photos/%1.jpg").arg(photo); };
    for (int photo = 0; photo <= casr::mostBookmarkedPhotos; ++photo) {
        casr::keepBookmarks(name(photo), {{"a", {1, 2}, 3, {}}});
    }
    QVERIFY(casr::bookmarksOf(name(0)).empty());
    QCOMPARE(casr::bookmarksOf(name(1)).size(), 1u);
    casr::keepBookmarks(name(1), {});
    QVERIFY(casr::bookmarksOf(name(1)).empty());
}

void TestWindowView::aPastedPictureKeepsNoBookmarks() {
    QImage picture(31, 17, QImage::Format_RGB32);
    picture.fill(Qt::red);
    QApplication::clipboard()->setImage(picture);
    QTest::keyClick(&canvas(), Qt::Key_V, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(levels().document()->size(), (casr::Size{31, 17}), patience);
    QTest::keyClick(&canvas(), Qt::Key_B, Qt::ControlModifier);
    QVERIFY2(message().contains("pasted"), qPrintable(message()));
    QVERIFY(!listedBookmarks().first()->isEnabled());
}

void TestWindowView::heldKeysWorkAfterAClickInAList() {
    command("queueAction")->trigger();
    for (QWidget* list : {child<QWidget>("staircaseList"), child<QWidget>("queueTable")}) {
        list->setFocus();
        QTRY_VERIFY_WITH_TIMEOUT(list->hasFocus(), patience);
        QTest::keyPress(list, Qt::Key_Backslash);
        QVERIFY(canvas().comparison().isBlinking());
        QTest::keyRelease(list, Qt::Key_Backslash);
        QVERIFY(!canvas().comparison().isBlinking());
        const double before = canvas().view().scale();
        QTest::keyPress(list, Qt::Key_Z);
        QVERIFY(canvas().view().scale() != before);
        QTest::keyRelease(list, Qt::Key_Z);
        QCOMPARE(canvas().view().scale(), before);
        QTest::keyPress(list, Qt::Key_Space);
        QCOMPARE(canvas().cursor().shape(), Qt::OpenHandCursor);
        QTest::keyRelease(list, Qt::Key_Space);
        QCOMPARE(canvas().cursor().shape(), Qt::ArrowCursor);
    }
    auto* steps = child<QListWidget>("staircaseList");
    steps->setFocus();
    steps->setCurrentRow(0);
    QTest::keyClick(steps, Qt::Key_Down);
    QCOMPARE(steps->currentRow(), 1);
}

void TestWindowView::whatACrashLeftIsOfferedAndComesBack() {
    canvas().setRegion(casr::Rect{20, 20, 60, 50});
    casr::ZoomSettings settings{5, 3, m_window->levels().settings().controls};
    settings.controls.ensemble = 2;
    m_window->levels().choose(settings);
    canvas().setScreenShare(2);
    canvas().centreOn({70, 40});
    QTRY_VERIFY_WITH_TIMEOUT(QSettings().value("session/scale").toDouble() == 5, patience);
    const casr::ViewTransform view = canvas().view();
    m_window.reset(); // Without being closed, as in a crash.
    m_window = std::make_unique<casr::MainWindow>(smallNetwork);
    m_window->resize(900, 600);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_window->offerLastSession();
    auto* button = child<QPushButton>("messageButton");
    QVERIFY(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(canvas().region(), std::optional<casr::Rect>(casr::Rect{20, 20, 60, 50}), patience);
    QCOMPARE(m_window->levels().plan().scale, 5.0);
    QCOMPARE(m_window->levels().settings().controls.ensemble, 2);
    QVERIFY(std::abs(canvas().view().scale() / view.scale() - 1) < 1e-9);
    QVERIFY(std::abs(canvas().view().centre().x - view.centre().x) < 1);
}

void TestWindowView::aClosedWindowLeavesNothing() {
    QTRY_VERIFY_WITH_TIMEOUT(session().left().has_value(), patience);
    m_window->close();
    QVERIFY(!session().left());
    QFile::remove(m_photoPath);
    m_window->offerLastSession();
    QVERIFY(!child<QPushButton>("messageButton")->isVisible());
}

void TestWindowView::twoWindowsDoNotShareASession() {
    QTRY_VERIFY_WITH_TIMEOUT(session().left().has_value(), patience);
    const QString lock = m_folder->filePath("test.lock");
    auto first = std::make_unique<casr::SessionKeeper>(lock, m_window->levels(), canvas(), nullptr);
    casr::SessionKeeper second(lock, m_window->levels(), canvas(), nullptr);
    QVERIFY(!second.left());
    second.close();
    QVERIFY(first->left().has_value());
    QVERIFY(session().left().has_value());

    // As after a crash, whoever comes then finds it.
    first.reset();
    casr::SessionKeeper third(lock, m_window->levels(), canvas(), nullptr);
    QVERIFY(!second.left());
    QVERIFY(third.left().has_value());
    third.close();
    QVERIFY(!third.left());
}

QTEST_MAIN(TestWindowView)

#include "test_window_view.moc"
