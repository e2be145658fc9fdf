#include "core/io/colour_transform.h"
#include "core/io/picture_file.h"
#include "picture_support.h"
#include "raw_support.h"

#include <array>
#include <cmath>

using namespace casr;

namespace {

double srgbCode(double light) {
    return 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}

/// How far the pixel is from the linear sRGB colour, in codes of 8 bits.
double distance(const Image& srgb, int x, int y, const std::array<double, 3>& colour) {
    double largest = 0;
    for (int channel = 0; channel < 3; ++channel) {
        largest = std::max(largest, std::abs(srgb.at(x, y, channel) * 255 - srgbCode(colour[static_cast<std::size_t>(channel)])));
    }
    return largest;
}

} // namespace

class TestRawFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void coloursComeOutWithTheWhiteBalanceOfTheCamera() {
        const TestFolder folder;
        putBytes(folder / "a.dng", dng());
        const Picture read = readPicture(folder / "a.dng");
        QCOMPARE(read.bitsPerSample, 16);
        QCOMPARE(read.image.size(), sensor);
        QCOMPARE(read.image.channels(), 3);
        QVERIFY(read.image.encoding().iccProfile);
        const Image srgb = convertedToSrgb(read.image);
        for (const int y : {10, 31, 50}) {
            QVERIFY2(distance(srgb, 20, y, orange) < 1.5, qPrintable(QString::number(distance(srgb, 20, y, orange))));
            QVERIFY2(distance(srgb, 75, y, grey) < 1.5, qPrintable(QString::number(distance(srgb, 75, y, grey))));
        }
        // Wide: in Display P3 the red of this orange is a smaller number than in sRGB.
        QVERIFY(read.image.at(20, 20, 0) < srgb.at(20, 20, 0) - 0.01f);
    }

    void theHeaderSaysWhatComesOut() {
        const TestFolder folder;
        putBytes(folder / "a.dng", dng(6));
        const PictureInfo info = readPictureInfo(folder / "a.dng");
        QCOMPARE(info.format, std::string("RAW"));
        QCOMPARE(info.size, (Size{64, 96}));
        QCOMPARE(info.size, readPicture(folder / "a.dng").image.size());
        QCOMPARE(info.channels, 3);
        QCOMPARE(info.bitsPerSample, 16);
        QVERIFY(info.hasProfile && !info.hasAlpha);
    }

    void theOrientationIsAppliedOnce_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<bool>("swapped");
        QTest::addColumn<QPoint>("greyAt");
        QTest::newRow("upright") << 1 << false << QPoint(80, 30);
        QTest::newRow("upside down") << 3 << false << QPoint(15, 30);
        QTest::newRow("to the right") << 6 << true << QPoint(30, 80);
        QTest::newRow("to the left") << 8 << true << QPoint(30, 15);
    }
    void theOrientationIsAppliedOnce() {
        QFETCH(int, orientation);
        QFETCH(bool, swapped);
        QFETCH(QPoint, greyAt);
        const TestFolder folder;
        putBytes(folder / "a.dng", dng(orientation));
        const Image srgb = convertedToSrgb(readPicture(folder / "a.dng").image);
        QCOMPARE(srgb.size(), (swapped ? Size{64, 96} : sensor));
        QVERIFY(distance(srgb, greyAt.x(), greyAt.y(), grey) < 1.5);
        QVERIFY(distance(srgb, srgb.width() - 1 - greyAt.x(), srgb.height() - 1 - greyAt.y(), orange) < 1.5);
    }

    void halfTheSizeIsAPreviewInTheSameColours() {
        const TestFolder folder;
        putBytes(folder / "a.dng", dng(6));
        ReadOptions options;
        options.halfSize = true;
        const Image srgb = convertedToSrgb(readPicture(folder / "a.dng", options).image);
        QCOMPARE(srgb.size(), (Size{32, 48}));
        QVERIFY2(distance(srgb, 15, 10, orange) < 1.5, qPrintable(QString::number(distance(srgb, 15, 10, orange))));
        QVERIFY2(distance(srgb, 15, 40, grey) < 1.5, qPrintable(QString::number(distance(srgb, 15, 40, grey))));
    }

    void whatLooksLikeARawFileIsSaidWithoutDecoding() {
        const TestFolder folder;
        putBytes(folder / "a.Dng", "no picture at all");
        putBytes(folder / "fuji", "FUJIFILMCCD-RAW 0201");
        putBytes(folder / "a.tif", dng());
        putBytes(folder / "empty", "");
        std::filesystem::create_directory(folder / "folder.dng");
        QVERIFY(looksLikeRaw(folder / "a.Dng"));
        QVERIFY(looksLikeRaw(folder / "fuji"));
        for (const char* name : {"a.tif", "empty", "folder.dng", "missing.dng"}) {
            QVERIFY2(!looksLikeRaw(folder / name), name);
        }
    }

    void aRawFileIsKnownByItsContent() {
        const TestFolder folder;
        for (const char* name : {"a.tif", "a.jpg", "a", "ä [1].Dng"}) {
            putBytes(folder / name, dng());
            QCOMPARE(readPictureInfo(folder / name).format, std::string("RAW"));
            QCOMPARE(readPicture(folder / name).image.channels(), 3);
        }
    }

    void aGreyTiffWithTheNameOfACameraIsNoRawFile() {
        const TestFolder folder;
        TiffWriter tiff;
        addPlainTags(tiff, sensor, 1, 1);
        putBytes(folder / "a.tif", tiff.header() + mosaic(grey, grey));
        QCOMPARE(readPictureInfo(folder / "a.tif").format, std::string("TIFF"));
        QCOMPARE(readPicture(folder / "a.tif").image.channels(), 1);
    }

    void theSameFileGivesTheSamePicture() {
        const TestFolder folder;
        putBytes(folder / "a.dng", dng());
        const Image first = readPicture(folder / "a.dng").image;
        const Image second = readPicture(folder / "a.dng").image;
        QVERIFY(sameBits(first, second));
        QCOMPARE(*first.encoding().iccProfile, *second.encoding().iccProfile);
    }

    void aRawFileCutShortIsRefused_data() {
        QTest::addColumn<int>("bytes");
        for (const int bytes : {0, 4, 100, 700, 1030, 7000, 13311}) {
            QTest::addRow("%d bytes", bytes) << bytes;
        }
    }
    void aRawFileCutShortIsRefused() {
        QFETCH(int, bytes);
        const TestFolder folder;
        QCOMPARE(dng().size(), std::size_t{13312});
        putBytes(folder / "a.dng", dng().substr(0, static_cast<std::size_t>(bytes)));
        const std::string text = errorOf([&] { readPicture(folder / "a.dng"); });
        QVERIFY2(says(text, "camera RAW file that is damaged, cut short") && says(text, "16-bit TIFF"), text.c_str());
    }

    void aRawFileOfNonsenseIsRefused() {
        const TestFolder folder;
        HashRandom random(5);
        for (int round = 0; round < 40; ++round) {
            std::string bytes = dng();
            for (int change = 0; change < 12; ++change) {
                bytes[static_cast<std::size_t>(random.below(600))] = static_cast<char>(random.below(256));
            }
            putBytes(folder / "a.dng", bytes);
            // Either outcome will do, as long as it is one of the two.
            const std::string text = errorOf([&] { QVERIFY(!readPicture(folder / "a.dng").image.size().isEmpty()); });
            QVERIFY2(text.empty() || says(text, "a.dng"), text.c_str());
        }
    }

    void aHugeRawFileIsRefusedBeforeItIsDecoded() {
        const TestFolder folder;
        putBytes(folder / "a.dng", dng(1, {40000, 40000}));
        const std::string text = errorOf([&] { readPicture(folder / "a.dng"); });
        QVERIFY2(says(text, "1525 megapixels"), text.c_str());
    }

    void whatOnlyHasTheNameOfARawFileIsRefused() {
        const TestFolder folder;
        putBytes(folder / "a.CR2", "This is no picture.");
        const std::string text = errorOf([&] { readPicture(folder / "a.CR2"); });
        QVERIFY2(says(text, "camera RAW"), text.c_str());
        QCOMPARE(errorOf([&] { readPictureInfo(folder / "a.CR2"); }), text);
        QVERIFY(says(errorOf([&] { readPicture(folder / "missing.dng"); }), "No such file"));
    }
};

QTEST_GUILESS_MAIN(TestRawFile)
#include "test_raw_file.moc"
