// The turned wipe of the real window.

#include "tests/window_support.h"

#include "ui/message_bar.h"

#include <QLineEdit>
#include <QMenu>
#include <QPainterPath>

using casr::TurnedWipe;

class TestWindowView : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        startOnce();
        m_path = qgetenv("PATH");
    }
    void init() { openAll(); }
    void cleanup() {
        closeAll();
        qputenv("PATH", m_path);
    }

    void theTurnedWipesHandleMovesItAndStaysInView();
    void draggingTheTurnedWipesLineTurnsIt();
    void aTurnKeepsTheSidesWhereTheyAre();
    void eachSideOfATurnedWipeShowsItsPicture();
    void theSidesOfATurnedWipeFillTheView();
    void theLabelsOfATurnedWipeLieInTheirOwnSide();

private:
    casr::Comparison& comparison() const { return canvas().comparison(); }
    QImage shown() const { return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32); }
    QString message() const { return child<casr::MessageBar>("messageBar")->text(); }
    const casr::Levels& levels() const { return m_window->levels(); }
    int lastLevel() const { return levels().plan().levels() - 1; }

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
    static void type(const QString& name, const QString& text) {
        auto* edit = inDialog<QLineEdit>(name);
        edit->selectAll();
        QTest::keyClicks(edit, text);
    }
    static QPushButton* dialogButton(QDialogButtonBox::StandardButton button) {
        return QApplication::activeModalWidget()->findChild<QDialogButtonBox*>()->button(button);
    }

    QByteArray read(const QString& path) const {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QByteArray m_path;
};

namespace {

const QSizeF view(800, 500);

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

QTEST_MAIN(TestWindowView)

#include "test_window_view.moc"
