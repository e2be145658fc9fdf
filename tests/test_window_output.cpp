// Printing and zoom films of the real window.

#include "tests/pdf_support.h"
#include "tests/window_support.h"

#include "ui/film_frames.h"
#include "ui/level_pixels.h"
#include "ui/message_bar.h"
#include "ui/page_painter.h"
#include "ui/print_job.h"
#include "ui/video_encoder.h"
#include "ui/view_picture.h"

#include "core/base/error.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPdfWriter>
#include <QPrinter>
#include <QSpinBox>
#include <QStandardItemModel>

class TestWindowOutput : public WindowTest {
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
    QImage shown() const { return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32); }
    QString message() const { return child<casr::MessageBar>("messageBar")->text(); }
    const casr::Levels& levels() const { return m_window->levels(); }
    int lastLevel() const { return levels().plan().levels() - 1; }

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

void TestWindowOutput::aPrintHasItsExactSize() {
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

void TestWindowOutput::bandsOfAPrintLeaveNoGap() {
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

void TestWindowOutput::theDialogPrintsTheExportsPixels() {
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

void TestWindowOutput::theDialogSaysSizeAndResolution() {
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

void TestWindowOutput::whatCannotBePrintedIsRefusedInTheDialog() {
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

void TestWindowOutput::tooManyPixelsForAPrintAreExportedInstead() {
    casr::PrintJob job;
    job.pixels = {0, 0, 40000, 20000};
    job.millimetres = {100, 50};
    job.layout = QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Portrait, {10, 10, 10, 10}, QPageLayout::Millimeter);
    job.file = m_folder->filePath("large.pdf");
    QVERIFY2(casr::problemOf(job).contains("Ctrl+E"), qPrintable(casr::problemOf(job)));
    job.pixels = {0, 0, 20000, 20000};
    QVERIFY2(casr::problemOf(job).isEmpty(), qPrintable(casr::problemOf(job)));
}

void TestWindowOutput::aPrintThatFailsOrStopsLeavesNothing() {
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

void TestWindowOutput::aFilmGrowsEvenlyButForItsEasedEnds() {
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

void TestWindowOutput::aFilmLooksAtTheSamePointAllTheTime() {
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 50);
    const casr::FilmView first = path.viewAt(0), last = path.viewAt(49);
    // In frame coordinates from the middle: (fixed - centre) * scale is the same in all.
    const double fixed = (first.centre.x * first.scale - last.centre.x * last.scale) / (first.scale - last.scale);
    for (int index = 0; index < 50; ++index) {
        const casr::FilmView now = path.viewAt(index);
        QVERIFY(isNear((fixed - now.centre.x) * now.scale, (fixed - first.centre.x) * first.scale, 1e-6));
    }
}

void TestWindowOutput::theFirstFrameIsTheWholePhotoAndTheLastTheStaircasesPixels() {
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

void TestWindowOutput::framesAreMadeFromAtMostTwiceTheirPixels() {
    const casr::Plan& plan = levels().staircase()->plan();
    for (double scale = 0.2; scale < 8; scale *= 1.01) {
        const casr::FilmScale from = casr::filmScaleFor(plan, scale);
        const double larger = static_cast<double>(from.whole.width) / photoSize.width / scale;
        QVERIFY2(larger > 0.99 && (from.level == 0 || larger < 1.43), qPrintable(QString::number(scale)));
    }
    QCOMPARE(casr::filmScaleFor(plan, 8).whole, plan.sizeOf(lastLevel()));
}

void TestWindowOutput::installFfmpeg(const QByteArray& script) const {
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

void TestWindowOutput::startFilm(int format, const QString& target) const {
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

void TestWindowOutput::aFilmBecomesNumberedPictures() {
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

void TestWindowOutput::aStoppedFilmLeavesNothing() {
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

void TestWindowOutput::whatCannotBeAFilmIsRefusedInTheDialog() {
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

void TestWindowOutput::aFilmBecomesAVideoWhereFfmpegIs() {
    installFfmpeg("for name; do :; done\necho \"$@\" > ../../arguments\nls > ../../frames\necho frame=24\ncp frame-00001.png \"$name\"\n");
    const QString target = m_folder->filePath("zoom.mp4");
    startFilm(1, target);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("zoom.mp4"), qPrintable(message()), patience);
    QVERIFY(!QImage(target, "png").isNull());
    QVERIFY(read(m_folder->filePath("arguments")).contains("-framerate 24 -i frame-%05d.png"));
    QCOMPARE(read(m_folder->filePath("frames")).count("frame-"), 24);
    QTRY_VERIFY(isNothingLeft());
}

void TestWindowOutput::aVideoThatFfmpegCannotMakeIsSaid() {
    installFfmpeg("echo Unknown encoder libvpx >&2\nexit 1\n");
    const QString target = m_folder->filePath("zoom.webm");
    startFilm(2, target);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("Unknown encoder libvpx"), qPrintable(message()), patience);
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY(isNothingLeft());
    QVERIFY(!child<QWidget>("runBar")->isVisible());
}

void TestWindowOutput::aStoppedVideoLeavesNothing() {
    installFfmpeg("echo frame=1\nexec sleep 600\n");
    const QString target = m_folder->filePath("zoom.mp4");
    startFilm(1, target);
    QTRY_VERIFY2_WITH_TIMEOUT(child<QLabel>("runText")->text().contains("video"), qPrintable(message()), patience);
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QVERIFY(!child<QWidget>("runBar")->isVisible());
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY(isNothingLeft());
}

void TestWindowOutput::withoutFfmpegVideosAreGreyAndItIsSaidWhy() {
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

QTEST_MAIN(TestWindowOutput)

#include "test_window_output.moc"
