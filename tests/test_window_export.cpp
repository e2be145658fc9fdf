// Exports from the real window.

#include "tests/window_support.h"

#include "ui/export_dialog.h"

#include "core/io/output_colours.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>

class TestWindowExport : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void theExportHoldsTheStaircasesPixels();
    void anExportCanBeInOtherColoursWithoutThePhotosMetadata();
    void allStepsAreExportedUnderTheNamesThatWereChosen();
    void anExportThatCannotBeWrittenIsRefusedInTheDialog();
    void theFormatAndTheNameOfAnExportFollowEachOther();
    void aFormatThatCannotHoldTheResultIsGreyedAndSaysWhy();
    void anExportIsProposedBesideThePhotoWhereThatCanBeWritten();
    void aStepBeyondTheScaleIsExportedAsTheLastOne();
    void dialogsEndWhenAnotherPhotoComes();
};

void TestWindowExport::theExportHoldsTheStaircasesPixels() {
    m_window->canvas().setRegion(casr::Rect{20, 21, 51, 44});
    QSignalSpy finished(&m_window->exporter(), &casr::FileExporter::finished);
    QTest::keyClick(&m_window->canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QString path = m_folder->filePath("result.tif");
    dialog->findChild<QLineEdit*>("exportPath")->setText(path);
    dialog->findChild<QComboBox*>("exportBits")->setCurrentIndex(2);
    clickButton(QDialogButtonBox::Save);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

    casr::Levels& levels = m_window->levels();
    const int level = levels.plan().levels() - 1;
    const casr::Rect pixels = casr::regionAt(levels.plan(), level, {20, 21, 51, 44});
    const casr::Image expected = levels.staircase()->region(level, pixels).image;
    const casr::Picture written = casr::readPicture(path.toStdU16String());
    QCOMPARE(written.bitsPerSample, 16);
    QVERIFY2(written.metadata.xmp.find("20,21,31,23") != std::string::npos, written.metadata.xmp.c_str());
    QVERIFY(written.metadata.xmp.find(levels.staircase()->network().checksum()) != std::string::npos);
    QCOMPARE(written.image.size(), expected.size());
    float largest = 0;
    for (std::size_t i = 0; i < expected.values().size(); ++i) {
        largest = std::max(largest, std::abs(std::clamp(expected.values()[i], 0.0f, 1.0f) - written.image.values()[i]));
    }
    QVERIFY2(largest <= 0.51f / 65535, qPrintable(QString::number(largest)));
}

void TestWindowExport::anExportCanBeInOtherColoursWithoutThePhotosMetadata() {
    m_window->canvas().setRegion(casr::Rect{20, 21, 51, 44});
    QSignalSpy finished(&m_window->exporter(), &casr::FileExporter::finished);
    QTest::keyClick(&m_window->canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QString path = m_folder->filePath("wide.png");
    dialog->findChild<QLineEdit*>("exportPath")->setText(path);
    dialog->findChild<QComboBox*>("exportBits")->setCurrentIndex(2);
    dialog->findChild<QComboBox*>("exportColours")->setCurrentIndex(2);
    dialog->findChild<QComboBox*>("exportMetadata")->setCurrentIndex(2);
    clickButton(QDialogButtonBox::Save);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);

    casr::Levels& levels = m_window->levels();
    const int level = levels.plan().levels() - 1;
    const casr::Image faithful = levels.staircase()->region(level, casr::regionAt(levels.plan(), level, {20, 21, 51, 44})).image;
    const casr::Picture written = casr::readPicture(path.toStdU16String());
    const casr::Image expected = casr::convertedTo(casr::OutputColours::displayP3, faithful);
    QVERIFY(written.image.encoding() == expected.encoding());
    QCOMPARE(written.image.size(), expected.size());
    float largest = 0;
    for (std::size_t i = 0; i < expected.values().size(); ++i) {
        largest = std::max(largest, std::abs(std::clamp(expected.values()[i], 0.0f, 1.0f) - written.image.values()[i]));
    }
    QVERIFY2(largest <= 0.51f / 65535, qPrintable(QString::number(largest)));
    QVERIFY(written.metadata.exif.empty() && !written.metadata.xmp.empty());
}

void TestWindowExport::allStepsAreExportedUnderTheNamesThatWereChosen() {
    QVERIFY(QDir().mkdir(m_folder->filePath("steps")));
    QFile taken(m_folder->filePath("steps/photo-1.jpg"));
    QVERIFY(taken.open(QIODevice::WriteOnly));
    taken.write("taken");
    taken.close();
    m_window->canvas().setRegion(casr::Rect{20, 21, 51, 44});
    QSignalSpy finished(&m_window->exporter(), &casr::FileExporter::finished);
    command("exportAllAction")->trigger();
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QPushButton* save = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
    dialog->findChild<QLineEdit*>("exportFolder")->setText(m_folder->filePath("steps"));
    auto* names = dialog->findChild<QLineEdit*>("exportNames");
    for (const char* wrong : {"{colour}", "a/b", ""}) {
        names->setText(wrong);
        QVERIFY2(!save->isEnabled(), wrong);
        QVERIFY(!dialog->findChild<QLabel*>("exportAllSummary")->text().isEmpty());
    }
    names->setText("photo-{number}");
    dialog->findChild<QComboBox*>("exportAllFormat")->setCurrentText("JPEG");
    auto* conflict = dialog->findChild<QComboBox*>("exportConflict");
    conflict->setCurrentIndex(0); // leave what exists
    QVERIFY(!dialog->findChild<QLabel*>("exportAllSummary")->text().contains("photo-1.jpg"));
    conflict->setCurrentIndex(1); // number the new
    QVERIFY(dialog->findChild<QLabel*>("exportAllSummary")->text().contains("photo-1-2.jpg"));
    clickButton(QDialogButtonBox::Save);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, patience);
    const int levels = m_window->levels().plan().levels();
    QStringList expected{"photo-1-2.jpg", "photo-1.jpg"};
    for (int level = 2; level < levels; ++level) {
        expected << QString("photo-%1.jpg").arg(level);
    }
    QCOMPARE(QDir(m_folder->filePath("steps")).entryList(QDir::Files, QDir::Name).size(), expected.size());
    for (const QString& name : expected) {
        QVERIFY2(QFileInfo::exists(m_folder->filePath("steps/" + name)), qPrintable(name));
    }
    QVERIFY(taken.open(QIODevice::ReadOnly));
    QCOMPARE(taken.readAll(), QByteArray("taken"));
}

void TestWindowExport::anExportThatCannotBeWrittenIsRefusedInTheDialog() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QPushButton* save = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Save);
    QVERIFY(save->isEnabled());
    for (const char* name : {"result.unknown", "nowhere/result.png"}) {
        dialog->findChild<QLineEdit*>("exportPath")->setText(m_folder->filePath(name));
        QVERIFY2(!save->isEnabled(), name);
        QVERIFY(!dialog->findChild<QLabel*>("exportSummary")->text().isEmpty());
    }
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowExport::theFormatAndTheNameOfAnExportFollowEachOther() {
    QTest::keyClick(&m_window->canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    auto* format = dialog->findChild<QComboBox*>("exportFormat");
    auto* path = dialog->findChild<QLineEdit*>("exportPath");
    path->setText(m_folder->filePath("a.b.tiff"));
    QCOMPARE(format->currentText(), QString("TIFF"));
    QTest::keyClick(format, Qt::Key_J);
    QCOMPARE(path->text(), m_folder->filePath("a.b.jpg"));
    path->setText(m_folder->filePath("a.unknown"));
    QCOMPARE(format->currentIndex(), -1);
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowExport::aFormatThatCannotHoldTheResultIsGreyedAndSaysWhy() {
    const QString wide = m_folder->filePath("wide.png"); // at x64 too wide for WebP
    casr::writePicture(wide.toStdU16String(), {casr::Image({300, 20}, 3, std::vector<float>(300 * 20 * 3, 0.5f)), 8, {}});
    m_window->openPhoto(wide);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->path, wide, patience);
    m_window->levels().setPlan(64, 4);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().isReady(), patience);
    QTest::keyClick(&m_window->canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    const QAbstractItemModel* formats = dialog->findChild<QComboBox*>("exportFormat")->model();
    for (int row = 0; row < formats->rowCount(); ++row) {
        const QModelIndex item = formats->index(row, 0);
        const bool isWebP = item.data().toString() == "WebP";
        if (isWebP || item.data().toString() == "PNG") {
            QCOMPARE(item.flags().testFlag(Qt::ItemIsEnabled), !isWebP);
            QCOMPARE(item.data(Qt::ToolTipRole).toString().contains("WebP"), isWebP);
        }
    }
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowExport::anExportIsProposedBesideThePhotoWhereThatCanBeWritten() {
    const casr::Levels& levels = m_window->levels();
    const QString card = m_folder->filePath("card"), photo = card + "/photo.png";
    QVERIFY(QDir().mkdir(card) && QFile::copy(m_photoPath, photo));
    m_window->openPhoto(photo);
    QTRY_COMPARE_WITH_TIMEOUT(levels.document()->path, photo, patience);
    QCOMPARE(QFileInfo(casr::suggestedExport(levels, 1, "png")).absolutePath(), card);
    QVERIFY(QDir(card).removeRecursively());
    const QString elsewhere = QFileInfo(casr::suggestedExport(levels, 1, "png")).absolutePath();
    QVERIFY2(elsewhere != card && QFileInfo(elsewhere).isWritable(), qPrintable(elsewhere));
}

void TestWindowExport::aStepBeyondTheScaleIsExportedAsTheLastOne() {
    const int last = m_window->levels().plan().levels() - 1;
    canvas().setHeldLevel(last + 1);
    QCOMPARE(canvas().heldLevel(), std::optional<int>(last + 1));
    QTest::keyClick(&canvas(), Qt::Key_E, Qt::ControlModifier);
    QWidget* dialog = QApplication::activeModalWidget();
    QVERIFY(dialog);
    QCOMPARE(dialog->findChild<QComboBox*>("exportLevel")->currentIndex(), last);
    QVERIFY(dialog->findChild<QLineEdit*>("exportPath")->text().endsWith("_x8.png"));
    clickButton(QDialogButtonBox::Cancel);
}

void TestWindowExport::dialogsEndWhenAnotherPhotoComes() {
    const QString other = m_folder->filePath("other.png");
    casr::writePicture(other.toStdU16String(), {casr::cropped(photograph(), {0, 0, 40, 30}), 8, {}});
    for (const char* name : {"exportAction", "exportAllAction", "printAction", "filmAction"}) {
        const auto before = m_window->levels().document();
        command(name)->trigger();
        const QPointer<QWidget> dialog = QApplication::activeModalWidget();
        QVERIFY2(dialog, name);
        Q_EMIT m_window->levels().replaced(); // of the same photo and plan
        QVERIFY2(dialog->isVisible(), name);
        m_window->openPhoto(before->path == other ? m_photoPath : other);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document() != before, patience);
        QVERIFY2(!dialog || !dialog->isVisible(), name);
    }
    command("exportAction")->trigger();
    m_window->levels().setPlan(2, 2);
    QVERIFY(!QApplication::activeModalWidget());
}

QTEST_MAIN(TestWindowExport)

#include "test_window_export.moc"
