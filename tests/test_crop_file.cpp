#include "core/train/crop_file.h"
#include "tests/support.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace casr;

namespace {

CropFile sampleCrops(int edge, int count) {
    CropFile crops{edge, {}, {}};
    for (int i = 0; i < count; ++i) {
        crops.photos.push_back(static_cast<std::uint32_t>(i / 2 + 70000));
    }
    HashRandom random(9);
    crops.pixels.resize(crops.bytesOfCrop() * static_cast<std::size_t>(count));
    for (std::uint8_t& byte : crops.pixels) {
        byte = static_cast<std::uint8_t>(random.below(256));
    }
    return crops;
}

} // namespace

class TestCropFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsReadBack() {
        const CropFile crops = sampleCrops(17, 5);
        writeCropFile(path(), crops);
        const CropFile read = readCropFile(path());
        QCOMPARE(read.edge, 17);
        QCOMPARE(read.photos, crops.photos);
        QCOMPARE(read.pixels, crops.pixels);
        QCOMPARE(read.crop(4) - read.pixels.data(), std::ptrdiff_t{4} * 17 * 17 * 3);
    }

    void theBytesAreThoseOfTheDocumentedFormat() {
        writeCropFile(path(), sampleCrops(16, 1));
        const QByteArray bytes = content();
        QCOMPARE(bytes.size(), 8 + 3 * 4 + 4 + 16 * 16 * 3);
        QCOMPARE(bytes.left(24).toHex(), QByteArray("4341535243524f50"
                                                    "01000000"
                                                    "10000000"
                                                    "01000000"
                                                    "70110100"));
    }

    void aFileWithoutCropsIsRead() {
        writeCropFile(path(), sampleCrops(16, 0));
        QCOMPARE(readCropFile(path()).count(), 0);
    }

    void everyTruncationIsRefused() {
        writeCropFile(path(), sampleCrops(16, 2));
        const QByteArray whole = content();
        for (qsizetype length = 0; length < whole.size(); length += length < 40 ? 1 : 97) {
            store(whole.left(length));
            QVERIFY2(says(readError(), "casr-train pack"), qPrintable(QString("length %1").arg(length)));
        }
        store(whole.chopped(1));
        QVERIFY(says(readError(), "cut short"));
    }

    void bytesLeftOverAreRefused() {
        writeCropFile(path(), sampleCrops(16, 2));
        store(content() + "x");
        QVERIFY(says(readError(), "cut short or altered"));
    }

    void anotherKindOfFileIsRefused_data() {
        QTest::addColumn<int>("at");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("magic") << 3 << QByteArray("X");
        QTest::newRow("version") << 8 << QByteArray("\x02");
        QTest::newRow("small edge") << 12 << QByteArray("\x0f");
        QTest::newRow("huge edge") << 12 << QByteArray("\xff\xff\xff\xff");
        QTest::newRow("huge count") << 16 << QByteArray("\xff\xff\xff\xff");
    }

    void anotherKindOfFileIsRefused() {
        QFETCH(int, at);
        QFETCH(QByteArray, bytes);
        writeCropFile(path(), sampleCrops(16, 2));
        store(content().replace(at, bytes.size(), bytes));
        QVERIFY(says(readError(), "casr-train pack"));
    }

    void aMissingFileIsNamed() {
        const std::string message = errorOf([&] { readCropFile(path().parent_path() / "none.crops"); });
        QVERIFY2(says(message, "none.crops") && says(message, "cannot be opened"), message.c_str());
    }

    void aFolderIsNoCropFile() {
        QVERIFY(!errorOf([&] { readCropFile(path().parent_path()); }).empty());
    }

private:
    std::filesystem::path path() const { return m_folder.filePath("sample.crops").toStdString(); }
    std::string readError() const {
        return errorOf([this] { readCropFile(path()); });
    }
    QByteArray content() const {
        QFile file(m_folder.filePath("sample.crops"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void store(const QByteArray& bytes) const {
        QFile file(m_folder.filePath("sample.crops"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    }

    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(TestCropFile)
#include "test_crop_file.moc"
