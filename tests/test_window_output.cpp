// Printing and zoom films of the real window.

#include "tests/pdf_support.h"
#include "tests/support.h"
#include "tests/window_support.h"

#include "ui/message_bar.h"
#include "ui/page_painter.h"
#include "ui/print_job.h"
#include "ui/video_encoder.h"

#include "core/base/error.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPdfWriter>
#include <QPrinter>
#include <QSpinBox>
#include <QStandardItemModel>

#include <cerrno>
#include <csignal>

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
    void aPrinterGetsAWholePageOrNothing();
    void everyBandOfAPageHasItsPixels();
    void aPageThatIsStoppedBetweenItsBandsLeavesNothing();

    void aFilmBecomesNumberedPictures();
    void aStoppedFilmLeavesNothing();
    void whatCannotBeAFilmIsRefusedInTheDialog();
    void aFilmBecomesAVideoWhereFfmpegIs();
    void aVideoThatFfmpegCannotMakeIsSaid();
    void aStoppedVideoLeavesNothing();
    void aFilmOfMuchWorkIsStoppedOnlyWhenTheUserAgrees();
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
    void saveFilm(int format, const QString& target) const;
    /// Until the window takes keys again.
    void startFilm(int format, const QString& target) const;
    bool isNothingLeft() const { return filesNamed(".casr-film*").isEmpty(); }
    QStringList filesNamed(const QString& pattern) const {
        return QDir(m_folder->path()).entryList({pattern}, QDir::AllEntries | QDir::Hidden);
    }
    /// The process of hangingFfmpeg; 0 before it is there.
    pid_t ffmpegProcess() const { return read(m_folder->filePath("process")).trimmed().toInt(); }

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

/// Tells its process in the test's folder.
const QByteArray hangingFfmpeg = "echo $$ > ../../process\necho frame=1\nexec sleep 600\n";

bool isGone(pid_t process) {
    return ::kill(process, 0) == -1 && errno == ESRCH;
}

const QPageLayout a4(QPageSize(QPageSize::A4), QPageLayout::Portrait, {10, 10, 10, 10}, QPageLayout::Millimeter);

std::shared_ptr<QPrinter> printerTo(const QString& path) {
    auto printer = std::make_shared<QPrinter>(QPrinter::HighResolution);
    printer->setOutputFormat(QPrinter::PdfFormat);
    printer->setOutputFileName(path);
    return printer;
}

/// Noise: no part of it looks like another one.
std::shared_ptr<const casr::Document> largeDocument() {
    return casr::documentOf({}, {noisePicture({2120, 2510}, 3, 1), 8, {}}, {}, {});
}

/// Most of the document above, which goes to the page in two bands, through a printer or into a file.
casr::PrintJob bandedPage(bool isPaper, const QString& path) {
    casr::PrintJob job;
    job.pixels = {20, 10, 2120, 2510};
    job.millimetres = {126, 150};
    job.layout = a4;
    job.printer = isPaper ? printerTo(path) : nullptr;
    job.file = isPaper ? QString() : path;
    return job;
}

bool isNear(double a, double b, double tolerance = 0.1) {
    return std::abs(a - b) < tolerance;
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
    job.layout = a4;
    job.file = m_folder->filePath("large.pdf");
    QVERIFY2(casr::problemOf(job).contains("Ctrl+E"), qPrintable(casr::problemOf(job)));
    job.pixels = {0, 0, 20000, 20000};
    QVERIFY2(casr::problemOf(job).isEmpty(), qPrintable(casr::problemOf(job)));
}

void TestWindowOutput::aPrintThatFailsOrStopsLeavesNothing() {
    casr::PrintJob job;
    job.pixels = {0, 0, 157, 101};
    job.millimetres = {100, 60};
    job.layout = a4;
    job.file = m_folder->filePath("nowhere/a.pdf");
    const auto go = [](double) {};
    QVERIFY_EXCEPTION_THROWN(casr::print(
                                 job, *levels().document(), nullptr, [] { return false; }, go),
                             casr::Error);
    job.file = m_folder->filePath("stopped.pdf");
    QVERIFY_EXCEPTION_THROWN(casr::print(
                                 job, *levels().document(), nullptr, [] { return true; }, go),
                             casr::Cancelled);
    QVERIFY(filesNamed("stopped*").isEmpty());
}

void TestWindowOutput::aPrinterGetsAWholePageOrNothing() {
    casr::PrintJob job;
    job.pixels = {10, 20, 110, 90};
    job.millimetres = {100, 70};
    const auto printTo = [&](const QString& path, const casr::StopCheck& stop) {
        job.printer = printerTo(path);
        casr::print(job, *levels().document(), nullptr, stop, [](double) {});
    };
    const QString stopped = m_folder->filePath("stopped.pdf"), whole = m_folder->filePath("whole.pdf");
    QVERIFY_EXCEPTION_THROWN(printTo(stopped, [] { return true; }), casr::Cancelled);
    QVERIFY(!QFile::exists(stopped));
    printTo(whole, [] { return false; });
    const QList<PdfPicture> pictures = picturesOf(read(whole));
    QCOMPARE(pictures.size(), 1);
    const casr::Document& document = *levels().document();
    QCOMPARE(imageOf(pictures.first()), document.colours.shown(casr::cropped(document.picture.image, job.pixels)));
}

void TestWindowOutput::everyBandOfAPageHasItsPixels() {
    const std::shared_ptr<const casr::Document> document = largeDocument();
    for (const bool isPaper : {false, true}) {
        const QString path = m_folder->filePath(isPaper ? "paper.pdf" : "file.pdf");
        const casr::PrintJob job = bandedPage(isPaper, path);
        const std::vector<casr::Rect> bands = casr::bandsOf(job.pixels.size());
        QCOMPARE(bands.size(), std::size_t{2});
        const auto goOn = [] { return false; };
        casr::print(job, *document, nullptr, goOn, [](double) {});
        const QList<PdfPicture> pictures = picturesOf(read(path));
        QCOMPARE(pictures.size(), static_cast<qsizetype>(bands.size()));
        for (qsizetype i = 0; i < pictures.size(); ++i) {
            const casr::Rect place = casr::translated(bands[static_cast<std::size_t>(i)], job.pixels.left, job.pixels.top);
            QCOMPARE(imageOf(pictures[i]), document->colours.shown(casr::cropped(document->picture.image, place)));
        }
    }
}

void TestWindowOutput::aPageThatIsStoppedBetweenItsBandsLeavesNothing() {
    const std::shared_ptr<const casr::Document> document = largeDocument();
    for (const bool isPaper : {false, true}) {
        const casr::PrintJob job = bandedPage(isPaper, m_folder->filePath("stopped.pdf"));
        int bandsDone = 0;
        const auto stop = [&] { return bandsDone > 0; };
        const auto countBand = [&](double) { ++bandsDone; };
        QVERIFY_EXCEPTION_THROWN(casr::print(job, *document, nullptr, stop, countBand), casr::Cancelled);
        QCOMPARE(bandsDone, 1);
        QVERIFY(filesNamed("stopped*").isEmpty());
    }
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

void TestWindowOutput::saveFilm(int format, const QString& target) const {
    command("filmAction")->trigger();
    QVERIFY(QApplication::activeModalWidget());
    inDialog<QComboBox>("filmSize")->setCurrentIndex(0);
    inDialog<QSpinBox>("filmSeconds")->setValue(1);
    inDialog<QComboBox>("filmRate")->setCurrentText("24");
    inDialog<QComboBox>("filmFormat")->setCurrentIndex(format);
    inDialog<QLineEdit>("filmTarget")->setText(target);
    QVERIFY2(dialogButton(QDialogButtonBox::Save)->isEnabled(), qPrintable(inDialog<QLabel>("filmSummary")->text()));
    clickButton(QDialogButtonBox::Save);
}

void TestWindowOutput::startFilm(int format, const QString& target) const {
    saveFilm(format, target);
    m_window->activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->isActiveWindow(), patience);
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
    QTRY_VERIFY_WITH_TIMEOUT(isNothingLeft(), patience);
}

void TestWindowOutput::aStoppedFilmLeavesNothing() {
    const QString target = m_folder->filePath("zoom");
    saveFilm(0, target);
    QVERIFY(child<QWidget>("runBar")->isVisible());
    command("stopAction")->trigger(); // at once, before the film can be done; the key needs an active window
    QTRY_VERIFY_WITH_TIMEOUT(!child<QWidget>("runBar")->isVisible(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(isNothingLeft(), patience);
    QVERIFY(!QFile::exists(target));
    saveFilm(0, target);
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
    QTRY_VERIFY_WITH_TIMEOUT(isNothingLeft(), patience);
}

void TestWindowOutput::aVideoThatFfmpegCannotMakeIsSaid() {
    installFfmpeg("echo Unknown encoder libvpx >&2\nexit 1\n");
    const QString target = m_folder->filePath("zoom.webm");
    startFilm(2, target);
    QTRY_VERIFY2_WITH_TIMEOUT(message().contains("Unknown encoder libvpx"), qPrintable(message()), patience);
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY_WITH_TIMEOUT(isNothingLeft(), patience);
    QVERIFY(!child<QWidget>("runBar")->isVisible());
}

void TestWindowOutput::aStoppedVideoLeavesNothing() {
    installFfmpeg(hangingFfmpeg);
    const QString target = m_folder->filePath("zoom.mp4");
    startFilm(1, target);
    QTRY_VERIFY2_WITH_TIMEOUT(ffmpegProcess() > 0, qPrintable(message()), patience);
    const pid_t process = ffmpegProcess();
    QVERIFY(child<QLabel>("runText")->text().contains("video"));
    QVERIFY(!isGone(process));
    QTest::keyClick(&canvas(), Qt::Key_Escape);
    QVERIFY(isGone(process));
    QVERIFY(!child<QWidget>("runBar")->isVisible());
    QVERIFY(!QFile::exists(target));
    QTRY_VERIFY_WITH_TIMEOUT(isNothingLeft(), patience);
}

void TestWindowOutput::aFilmOfMuchWorkIsStoppedOnlyWhenTheUserAgrees() {
    installFfmpeg(hangingFfmpeg);
    askBeforeAllWorkEnds();
    startFilm(1, m_folder->filePath("zoom.mp4"));
    QTRY_VERIFY2_WITH_TIMEOUT(ffmpegProcess() > 0, qPrintable(message()), patience);
    const pid_t process = ffmpegProcess();
    QVERIFY(child<QLabel>("runText")->text().contains("video"));
    const auto stop = [&] { command("stopAction")->trigger(); };
    QVERIFY(questionOf(stop, QMessageBox::No).contains("film"));
    QVERIFY(child<QWidget>("runBar")->isVisible());
    QVERIFY(questionOf([&] { m_window->close(); }, QMessageBox::No).contains("Close"));
    QVERIFY(m_window->isVisible());
    QVERIFY(!isGone(process));
    QVERIFY(questionOf(stop, QMessageBox::Yes).contains("film"));
    QVERIFY(isGone(process));
    QVERIFY(!child<QWidget>("runBar")->isVisible());
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
