#include "cli_support.h"
#include "core/io/picture_file.h"
#include "core/network/tensor_file.h"
#include "network_support.h"
#include "support.h"

#include <QtTest>

using namespace casr;

/// `casr sheet`, run as a user would.
class TestSheet : public QObject {
    Q_OBJECT

private:
    QString path(const char* name) const { return m_folder.filePath(name); }

    Run sheet(QStringList further) const {
        return runCasr(QStringList{"sheet", path("photos"), "-o", path("sheet.png"), "--weights", path("detailed.safetensors"),
                                   "--precision", "fp32"} +
                       further);
    }

    /// The option for a list of places with these lines.
    QStringList places(const QByteArray& lines) const {
        QFile file(path("places.tsv"));
        const bool isOpen = file.open(QIODevice::WriteOnly);
        Q_ASSERT(isOpen);
        file.write(lines);
        return {"--places", file.fileName()};
    }

    Size sizeOfSheet() const { return readPictureInfo(path("sheet.png").toStdString()).size; }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() {
        startPictureLibrary();
        QVERIFY(QDir(m_folder.path()).mkdir("photos"));
        writePicture(path("photos/a.png").toStdString(), {noisePicture({41, 33}, 3, 5), 8, {}});
        writePicture(path("photos/b.png").toStdString(), {noisePicture({110, 100}, 3, 6), 8, {}});
        writeTensorFile(path("detailed.safetensors").toStdString(), strongWeights({16, 1, 16, 0, 0, 1}, 3));
    }

    void everyPictureIsShownThreeTimesAtEveryScale() {
        const Run run = sheet({"--edge", "40", "--scales", "2,4"});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(sizeOfSheet(), (Size{6 * 44 - 4, 2 * 44 - 4}));
    }

    void listedPlacesAreShownInTheirOrderAndStayInside() {
        const Run run =
            sheet(QStringList{"--edge", "20", "--scales", "1"} + places("# subject, picture, x, y\nb\tb.png\t60\t50\na\ta.png\t0\t32\n"));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(sizeOfSheet(), (Size{3 * 24 - 4, 2 * 24 - 4}));
        const Image result = readPicture(path("sheet.png").toStdString()).image;
        const Image a = readPicture(path("photos/a.png").toStdString()).image, b = readPicture(path("photos/b.png").toStdString()).image;
        for (int cell = 0; cell < 3; ++cell) {
            QVERIFY(sameBits(cropped(result, rectAt(24 * cell, 0, {20, 20})), cropped(b, rectAt(51, 41, {20, 20}))));
            QVERIFY(sameBits(cropped(result, rectAt(24 * cell, 24, {20, 20})), cropped(a, rectAt(0, 13, {20, 20}))));
        }
    }

    void whatCannotBeShownIsSaid_data() {
        QTest::addColumn<QStringList>("further");
        QTest::addColumn<QString>("message");
        QTest::newRow("photos below a cell") << QStringList{"--scales", "1"} << "smaller than 320";
        QTest::newRow("no such list") << QStringList{"--places", path("none.tsv")} << "none.tsv";
        QTest::newRow("empty list") << places("# nothing\n") << "lists no place";
    }

    void whatCannotBeShownIsSaid() {
        QFETCH(const QStringList, further);
        QFETCH(const QString, message);
        const Run run = sheet(further);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains(message), qPrintable(run.err));
    }

    void aListWithAMistakeIsRefusedWithItsLine_data() {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("message");
        QTest::newRow("three fields") << QByteArray("a\ta.png\t1\n") << "Line 1";
        QTest::newRow("no number") << QByteArray("a\ta.png\t1\t1\nb\tb.png\t1\tx\n") << "Line 2";
        QTest::newRow("below zero") << QByteArray("a\ta.png\t-1\t1\n") << "Line 1";
        QTest::newRow("outside") << QByteArray("a\ta.png\t41\t1\n") << "outside its picture";
        QTest::newRow("no such picture") << QByteArray("c\tc.png\t1\t1\n") << "c.png";
    }

    void aListWithAMistakeIsRefusedWithItsLine() {
        QFETCH(const QByteArray, lines);
        QFETCH(const QString, message);
        const Run run = sheet(QStringList{"--edge", "20", "--scales", "1"} + places(lines));
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains(message), qPrintable(run.err));
    }
};

QTEST_GUILESS_MAIN(TestSheet)
#include "test_sheet.moc"
