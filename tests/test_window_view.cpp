// The turned wipe, bookmarks, printing and zoom films of the real window.

#include "tests/pdf_support.h"
#include "tests/window_support.h"

#include "ui/bookmarks.h"
#include "ui/film_frames.h"
#include "ui/level_pixels.h"
#include "ui/message_bar.h"
#include "ui/page_painter.h"
#include "ui/print_job.h"
#include "ui/video_encoder.h"
#include "ui/view_picture.h"

#include "core/base/error.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPainterPath>
#include <QPdfWriter>
#include <QPrinter>
#include <QSpinBox>
#include <QStandardItemModel>

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

    void aBookmarkBringsTheViewBack();
    void bookmarksSurviveARestart();
    void bookmarksAreRenamedAndRemoved();
    void aBookmarkOfAStepThatIsNoMoreFollowsTheZoom();
    void damagedBookmarksAreLeftOut();
    void aPhotoHasSoManyBookmarksAndNoMore();
    void bookmarksOfPhotosUnusedForLongAreForgotten();
    void aPastedPictureKeepsNoBookmarks();

    void aPrintHasItsExactSize();
    void bandsOfAPrintLeaveNoGap();
    void theDialogPrintsTheExportsPixels();
    void theDialogSaysSizeAndResolution();
    void whatCannotBePrintedIsRefusedInTheDialog();
    void tooManyPixelsForAPrintAreExportedInstead();
    void aPrintThatFailsOrStopsLeavesNothing();

    void aFilmGrowsEvenlyButForItsEasedEnds();
    void aFilmLooksAtTheSamePointAllTheTime();
    void theFirstFrameIsTheWholePhotoAndTheLastTheStaircasesPixels();
    void framesAreMadeFromAtMostTwiceTheirPixels();
    void aFilmBecomesNumberedPictures();
    void aStoppedFilmLeavesNothing();
    void whatCannotBeAFilmIsRefusedInTheDialog();
    void aFilmBecomesAVideoWhereFfmpegIs();
    void aVideoThatFfmpegCannotMakeIsSaid();
    void aStoppedVideoLeavesNothing();
    void withoutFfmpegVideosAreGreyAndItIsSaidWhy();

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
    /// A program of that name that comes first, or nothing at all, where programs are looked for.
    void installFfmpeg(const QByteArray& script) const;
    void startFilm(int format, const QString& target) const;
    bool isNothingLeft() const { return QDir(m_folder->path()).entryList({".casr-film*"}, QDir::AllEntries | QDir::Hidden).isEmpty(); }

    QByteArray m_path;
};

namespace {

const QSizeF view(800, 500);

QImage band(casr::Rect rect) {
    QImage image(rect.width(), rect.height(), QImage::Format_RGB32);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            image.setPixel(x, y, qRgb((rect.left + x) % 251, (rect.top + y) % 241, 7));
        }
    }
    return image;
}

/// `bytes` of a PDF's picture as Qt would show it.
QImage imageOf(const PdfPicture& picture) {
    return QImage(reinterpret_cast<const uchar*>(picture.rgb.constData()), picture.width, picture.height, 3 * picture.width,
                  QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

bool isNear(double a, double b, double tolerance = 0.1) {
    return std::abs(a - b) < tolerance;
}

casr::FilmPath pathIn(const casr::Levels& levels, casr::Size frame, int frames) {
    const casr::Size photo = levels.document()->size();
    return casr::filmPath(photo, frame, {0, 0, double(photo.width), double(photo.height)}, {90.3, 40.7}, levels.plan().scale, frames);
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

void TestWindowView::aPrintHasItsExactSize() {
    const QPageLayout layout(QPageSize(QPageSize::A4), QPageLayout::Landscape, {10, 10, 10, 10}, QPageLayout::Millimeter);
    const QString written = m_folder->filePath("written.pdf"), printed = m_folder->filePath("printed.pdf");
    {
        QPdfWriter writer(written);
        writer.setPageLayout(layout);
        casr::paintOnPage(writer, {310, 200}, {155.5, 100.3}, band);
        QPrinter printer(QPrinter::HighResolution);
        printer.setOutputFormat(QPrinter::PdfFormat);
        printer.setOutputFileName(printed);
        printer.setPageLayout(layout);
        casr::paintOnPage(printer, {310, 200}, {155.5, 100.3}, band);
    }
    for (const QString& path : {written, printed}) {
        const QList<PdfPicture> pictures = picturesOf(read(path));
        QCOMPARE(pictures.size(), 1);
        const QRectF place = pictures.first().millimetres;
        QVERIFY2(isNear(place.width(), 155.5) && isNear(place.height(), 100.3), qPrintable(QString::number(place.width())));
        QVERIFY(isNear(place.center().x(), 148.5, 0.3) && isNear(place.center().y(), 105, 0.3));
        QCOMPARE(imageOf(pictures.first()), band({0, 0, 310, 200}));
    }
}

void TestWindowView::bandsOfAPrintLeaveNoGap() {
    const QString path = m_folder->filePath("bands.pdf");
    const casr::Size pixels{3001, 3000};
    {
        QPdfWriter writer(path);
        casr::paintOnPage(writer, pixels, {150, 150}, band);
    }
    const QList<PdfPicture> pictures = picturesOf(read(path));
    QVERIFY(pictures.size() > 1);
    QRectF all;
    int rows = 0;
    for (const PdfPicture& picture : pictures) {
        // From the top down, each over the lowest row of the one before.
        QVERIFY(all.isNull() || isNear(picture.millimetres.bottom() - all.top(), 150.0 / pixels.height, 0.01));
        all = all.united(picture.millimetres);
        rows += picture.height;
    }
    QVERIFY2(isNear(all.width(), 150) && isNear(all.height(), 150), qPrintable(QString::number(all.height())));
    QCOMPARE(rows, pixels.height + static_cast<int>(pictures.size()) - 1);
    QCOMPARE(imageOf(pictures.last()), band({0, pixels.height - pictures.last().height, pixels.width, pixels.height}));
}

void TestWindowView::theDialogPrintsTheExportsPixels() {
    canvas().setRegion(casr::Rect{20, 21, 51, 44});
    canvas().setHeldLevel(lastLevel());
    QTest::keyClick(&canvas(), Qt::Key_P, Qt::ControlModifier);
    QVERIFY(QApplication::activeModalWidget());
    const QString path = m_folder->filePath(QString::fromUtf8("pr\u00efnt 100%.pdf"));
    QCOMPARE(inDialog<QComboBox>("printLevel")->currentIndex(), lastLevel());
    inDialog<QComboBox>("printPrinter")->setCurrentText("PDF file");
    inDialog<QLineEdit>("printFile")->setText(path);
    type("printWidth", "6,2");
    clickButton(QDialogButtonBox::Ok);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("Printed"), qPrintable(message()), patience);
    const QList<PdfPicture> pictures = picturesOf(read(path));
    QCOMPARE(pictures.size(), 1);
    QVERIFY(isNear(pictures.first().millimetres.width(), 62) && isNear(pictures.first().millimetres.height(), 46));
    const casr::Rect pixels = casr::regionAt(levels().plan(), lastLevel(), {20, 21, 51, 44});
    const casr::Image exported = levels().staircase()->region(lastLevel(), pixels).image;
    QCOMPARE(imageOf(pictures.first()), levels().document()->colours.shown(exported));
    QVERIFY(!child<QWidget>("runBar")->isVisible());
}

void TestWindowView::theDialogSaysSizeAndResolution() {
    canvas().setRegion(casr::Rect{20, 20, 70, 45});
    canvas().setHeldLevel(lastLevel());
    QTest::keyClick(&canvas(), Qt::Key_P, Qt::ControlModifier);
    inDialog<QComboBox>("printPrinter")->setCurrentText("PDF file");
    const auto* summary = inDialog<QLabel>("printSummary");
    QTest::mouseClick(inDialog<QPushButton>("printFit"), Qt::LeftButton);
    QVERIFY2(summary->text().contains(QString::fromUtf8("27.7 \u00d7 13")), qPrintable(summary->text()));
    type("printHeight", "5.08");
    QVERIFY2(summary->text().contains("100 ppi"), qPrintable(summary->text())); // 200 pixels on 2 inches
    QCOMPARE(inDialog<QLineEdit>("printWidth")->text(), QString("10.16"));
    inDialog<QComboBox>("printUnit")->setCurrentIndex(1);
    QCOMPARE(inDialog<QLineEdit>("printWidth")->text(), QString("4.00"));
    QVERIFY2(summary->text().contains("100 ppi"), qPrintable(summary->text()));
    inDialog<QComboBox>("printLevel")->setCurrentIndex(0);
    QVERIFY2(summary->text().contains("13 ppi"), qPrintable(summary->text())); // 25 pixels on 2 inches
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowView::whatCannotBePrintedIsRefusedInTheDialog() {
    QTest::keyClick(&canvas(), Qt::Key_P, Qt::ControlModifier);
    inDialog<QComboBox>("printPrinter")->setCurrentText("PDF file");
    const QPushButton* print = dialogButton(QDialogButtonBox::Ok);
    QVERIFY(print->isEnabled());
    for (const char* size : {"400", "0", "-3", "x"}) {
        type("printWidth", size);
        QVERIFY2(!print->isEnabled(), size);
        QVERIFY(!inDialog<QLabel>("printSummary")->text().isEmpty());
    }
    type("printWidth", "3");
    QVERIFY(print->isEnabled());
    for (const QString& path : {m_folder->filePath("nowhere/a.pdf"), m_folder->path()}) {
        inDialog<QLineEdit>("printFile")->setText(path);
        QVERIFY(!print->isEnabled());
    }
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowView::tooManyPixelsForAPrintAreExportedInstead() {
    casr::PrintJob job;
    job.pixels = {0, 0, 40000, 20000};
    job.millimetres = {100, 50};
    job.layout = QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, {10, 10, 10, 10}, QPageLayout::Millimeter);
    job.file = m_folder->filePath("large.pdf");
    QVERIFY2(casr::problemOf(job).contains("Ctrl+E"), qPrintable(casr::problemOf(job)));
    job.pixels = {0, 0, 20000, 20000};
    QVERIFY2(casr::problemOf(job).isEmpty(), qPrintable(casr::problemOf(job)));
}

void TestWindowView::aPrintThatFailsOrStopsLeavesNothing() {
    casr::PrintJob job;
    job.pixels = {0, 0, 157, 101};
    job.millimetres = {100, 60};
    job.layout = QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, {10, 10, 10, 10}, QPageLayout::Millimeter);
    job.file = m_folder->filePath("nowhere/a.pdf");
    const auto go = [](double) {};
    QVERIFY_EXCEPTION_THROWN(casr::print(
                                 job, *levels().document(), nullptr, [] { return false; }, go),
                             casr::Error);
    job.file = m_folder->filePath("stopped.pdf");
    QVERIFY_EXCEPTION_THROWN(casr::print(
                                 job, *levels().document(), nullptr, [] { return true; }, go),
                             casr::Cancelled);
    QVERIFY(QDir(m_folder->path()).entryList({"stopped*"}, QDir::AllEntries | QDir::Hidden).isEmpty());
}

void TestWindowView::aFilmGrowsEvenlyButForItsEasedEnds() {
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 101);
    QVERIFY(isNear(path.viewAt(0).scale, 64.0 / photoSize.width, 1e-9));
    QVERIFY(isNear(path.viewAt(100).scale, 8, 1e-9));
    const auto growth = [&](int index) { return std::log(path.viewAt(index + 1).scale / path.viewAt(index).scale); };
    for (int index = 0; index < 50; ++index) {
        QVERIFY(growth(index) > 0);
        QVERIFY(index == 0 || growth(index) > growth(index - 1));
        QVERIFY(isNear(growth(index), growth(99 - index), 1e-9));
    }
    QVERIFY(growth(0) < growth(50) / 20);
}

void TestWindowView::aFilmLooksAtTheSamePointAllTheTime() {
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 50);
    const casr::FilmView first = path.viewAt(0), last = path.viewAt(49);
    // In frame coordinates from the middle: (fixed - centre) * scale is the same in all.
    const double fixed = (first.centre.x * first.scale - last.centre.x * last.scale) / (first.scale - last.scale);
    for (int index = 0; index < 50; ++index) {
        const casr::FilmView now = path.viewAt(index);
        QVERIFY(isNear((fixed - now.centre.x) * now.scale, (fixed - first.centre.x) * first.scale, 1e-6));
    }
}

void TestWindowView::theFirstFrameIsTheWholePhotoAndTheLastTheStaircasesPixels() {
    const casr::Size size{64, 48};
    const casr::FilmPath path = pathIn(levels(), size, 9);
    casr::FilmFrames frames(levels().document(), levels().staircase(), path, levels().mixture());
    const auto go = [] { return false; };
    casr::ViewTransform whole;
    whole.setView(size);
    whole.setPhoto(photoSize);
    const casr::ViewPicture photo = casr::enlarged(*levels().document(), casr::Kernel::bicubic, whole);
    const QImage first = frames.frame(0, go);
    QCOMPARE(first.copy(0, (size.height - photo.image.height()) / 2, size.width, photo.image.height()), photo.image);
    QCOMPARE(first.pixel(5, 0), qRgb(0, 0, 0));

    const casr::FilmView end = path.viewAt(8);
    const casr::Rect pixels =
        casr::rectAt(static_cast<int>(std::lround(end.centre.x * 8 - 32)), static_cast<int>(std::lround(end.centre.y * 8 - 24)), size);
    QVERIFY(casr::contains(pixels, casr::rectAt(90 * 8, 41 * 8, {1, 1})));
    QCOMPARE(frames.frame(8, go), levels().document()->colours.shown(levels().staircase()->region(lastLevel(), pixels).image));
    casr::FilmFrames mixed(levels().document(), levels().staircase(), path, {lastLevel(), 1.0f});
    const casr::Document& document = *levels().document();
    const casr::Image plain = casr::levelPixels(document, levels().staircase().get(), lastLevel(), pixels, 1.0f, go);
    QCOMPARE(mixed.frame(8, go), document.colours.shown(plain));
    QCOMPARE(mixed.frame(0, go), first);
    QVERIFY_EXCEPTION_THROWN(casr::FilmFrames(levels().document(), levels().staircase(), path, {}).frame(7, [] { return true; }),
                             casr::Cancelled);
}

void TestWindowView::framesAreMadeFromAtMostTwiceTheirPixels() {
    const casr::Plan& plan = levels().staircase()->plan();
    for (double scale = 0.2; scale < 8; scale *= 1.01) {
        const casr::FilmScale from = casr::filmScaleFor(plan, scale);
        const double larger = static_cast<double>(from.whole.width) / photoSize.width / scale;
        QVERIFY2(larger > 0.99 && (from.level == 0 || larger < 1.43), qPrintable(QString::number(scale)));
    }
    QCOMPARE(casr::filmScaleFor(plan, 8).whole, plan.sizeOf(lastLevel()));
}

void TestWindowView::installFfmpeg(const QByteArray& script) const {
    const QString folder = m_folder->filePath("bin");
    QVERIFY(QDir().mkpath(folder));
    QFile program(folder + "/ffmpeg");
    if (script.isEmpty()) {
        qputenv("PATH", folder.toLocal8Bit());
        return;
    }
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\n" + script);
    program.close();
    QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    qputenv("PATH", folder.toLocal8Bit() + ":" + m_path);
}

void TestWindowView::startFilm(int format, const QString& target) const {
    command("filmAction")->trigger();
    QVERIFY(QApplication::activeModalWidget());
    inDialog<QComboBox>("filmSize")->setCurrentIndex(0);
    inDialog<QSpinBox>("filmSeconds")->setValue(1);
    inDialog<QComboBox>("filmRate")->setCurrentText("24");
    inDialog<QComboBox>("filmFormat")->setCurrentIndex(format);
    inDialog<QLineEdit>("filmTarget")->setText(target);
    QVERIFY2(dialogButton(QDialogButtonBox::Save)->isEnabled(), qPrintable(inDialog<QLabel>("filmSummary")->text()));
    clickButton(QDialogButtonBox::Save);
    m_window->activateWindow();
    QTRY_VERIFY(m_window->isActiveWindow());
}

void TestWindowView::aFilmBecomesNumberedPictures() {
    const QString target = m_folder->filePath("zoom 50%d");
    startFilm(0, target);
    QVERIFY(child<QWidget>("runBar")->isVisible());
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("zoom 50%d"), qPrintable(message()), patience);
    const QStringList names = QDir(target).entryList(QDir::Files, QDir::Name);
    QCOMPARE(names.size(), 24);
    QCOMPARE(names.first(), QString("frame-00001.png"));
    QCOMPARE(names.last(), QString("frame-00024.png"));
    QCOMPARE(QImage(QDir(target).filePath(names.last())).size(), QSize(640, 360));
    QVERIFY(!child<QWidget>("runBar")->isVisible());
    QTRY_VERIFY(isNothingLeft());
}

void TestWindowView::aStoppedFilmLeavesNothing() {
    const QString target = m_folder->filePath("zoom");
    startFilm(0, target);
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(!child<QWidget>("runBar")->isVisible(), patience);
    QTRY_VERIFY(isNothingLeft());
    QVERIFY(!QFile::exists(target));
    startFilm(0, target);
    m_window.reset();
    QVERIFY(isNothingLeft());
    QVERIFY(!QFile::exists(target));
}

void TestWindowView::whatCannotBeAFilmIsRefusedInTheDialog() {
    command("filmAction")->trigger();
    const QPushButton* save = dialogButton(QDialogButtonBox::Save);
    inDialog<QComboBox>("filmFormat")->setCurrentIndex(0);
    inDialog<QComboBox>("filmSize")->setCurrentText(QString::fromUtf8("3840 \u00d7 2160"));
    QVERIFY(!save->isEnabled());
    QVERIFY(inDialog<QLabel>("filmSummary")->text().contains("zoom in"));
    inDialog<QComboBox>("filmSize")->setCurrentIndex(0);
    QVERIFY(save->isEnabled());
    for (const QString& target : {m_folder->path(), m_photoPath, m_folder->filePath("nowhere/zoom")}) {
        inDialog<QLineEdit>("filmTarget")->setText(target);
        QVERIFY2(!save->isEnabled(), qPrintable(target));
    }
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowView::aFilmBecomesAVideoWhereFfmpegIs() {
    installFfmpeg("for name; do :; done\necho \"$@\" > ../../arguments\nls > ../../frames\necho frame=24\ncp frame-00001.png \"$name\"\n");
    const QString target = m_folder->filePath("zoom.mp4");
    startFilm(1, target);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("zoom.mp4"), qPrintable(message()), patience);
    QVERIFY(!QImage(target, "png").isNull());
    QVERIFY(read(m_folder->filePath("arguments")).contains("-framerate 24 -i frame-%05d.png"));
    QCOMPARE(read(m_folder->filePath("frames")).count("frame-"), 24);
    QTRY_VERIFY(isNothingLeft());
}

void TestWindowView::aVideoThatFfmpegCannotMakeIsSaid() {
    installFfmpeg("echo Unknown encoder libvpx >&2\nexit 1\n");
    const QString target = m_folder->filePath("zoom.webm");
    startFilm(2, target);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("Unknown encoder libvpx"), qPrintable(message()), patience);
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY(isNothingLeft());
    QVERIFY(!child<QWidget>("runBar")->isVisible());
}

void TestWindowView::aStoppedVideoLeavesNothing() {
    installFfmpeg("echo frame=1\nexec sleep 600\n");
    const QString target = m_folder->filePath("zoom.mp4");
    startFilm(1, target);
    QTRY_VERIFY2_WITH_TIMEOUT(child<QLabel>("runText")->text().contains("video"), qPrintable(message()), patience);
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QVERIFY(!child<QWidget>("runBar")->isVisible());
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY(isNothingLeft());
}

void TestWindowView::withoutFfmpegVideosAreGreyAndItIsSaidWhy() {
    installFfmpeg({});
    QVERIFY(casr::VideoEncoder::program().isEmpty());
    command("filmAction")->trigger();
    const auto* formats = qobject_cast<const QStandardItemModel*>(inDialog<QComboBox>("filmFormat")->model());
    QVERIFY(formats->item(0)->isEnabled());
    QVERIFY(!formats->item(1)->isEnabled());
    QVERIFY(!formats->item(2)->isEnabled());
    QVERIFY(inDialog<QLabel>("filmWhyNoVideo")->text().contains("ffmpeg"));
    clickButton(QDialogButtonBox::Cancel);
    installFfmpeg("exit 0\n");
    command("filmAction")->trigger();
    QVERIFY(!inDialog<QLabel>("filmWhyNoVideo"));
    clickButton(QDialogButtonBox::Cancel);
}

QTEST_MAIN(TestWindowView)

#include "test_window_view.moc"
