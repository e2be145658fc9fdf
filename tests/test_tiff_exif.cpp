#include "core/io/picture_stream.h"
#include "core/io/tiff_exif.h"
#include "exif_support.h"
#include "picture_support.h"

#include <cmath>
#include <memory>

#include <tiffio.h>

using namespace casr;

namespace {

struct CloseTiff {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

std::unique_ptr<TIFF, CloseTiff> opened(const std::filesystem::path& path) {
    return std::unique_ptr<TIFF, CloseTiff>(TIFFOpen(path.c_str(), "r"));
}

/// One grey pixel, 300 of which go on one `unit`.
void writeGrey(const std::filesystem::path& path, std::uint16_t unit) {
    const std::unique_ptr<TIFF, CloseTiff> tiff(TIFFOpen(path.c_str(), "w"));
    std::uint8_t grey = 128;
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, 1);
    TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff.get(), TIFFTAG_XRESOLUTION, 300.0);
    TIFFSetField(tiff.get(), TIFFTAG_YRESOLUTION, 300.0);
    TIFFSetField(tiff.get(), TIFFTAG_RESOLUTIONUNIT, unit);
    TIFFWriteScanline(tiff.get(), &grey, 0, 0);
}

PictureLayout layoutOf(const Picture& picture) {
    return {picture.image.size(), picture.image.channels(), picture.bitsPerSample, picture.image.encoding(), picture.metadata};
}

} // namespace

class TestTiffExif : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aDensityWithoutAUnitIsNone() {
        const TestFolder folder;
        const auto densityWith = [&](std::uint16_t unit) {
            writeGrey(folder / "density.tif", unit);
            return readPicture(folder / "density.tif").metadata.pixelsPerMillimetre;
        };
        QCOMPARE(densityWith(RESUNIT_NONE), 0.0);
        QVERIFY(std::abs(densityWith(RESUNIT_INCH) - 300 / 25.4) < 1e-6);
        QVERIFY(std::abs(densityWith(RESUNIT_CENTIMETER) - 30) < 1e-6);
    }

    void exifIsInEveryKindOfTiff_data() {
        QTest::addColumn<bool>("bigEndian");
        QTest::addColumn<bool>("big");
        QTest::addColumn<bool>("pyramid");
        for (int kind = 0; kind < 8; ++kind) {
            QTest::addRow("kind %d", kind) << ((kind & 1) != 0) << ((kind & 2) != 0) << ((kind & 4) != 0);
        }
    }
    void exifIsInEveryKindOfTiff() {
        QFETCH(bool, bigEndian);
        QFETCH(bool, big);
        QFETCH(bool, pyramid);
        const TestFolder folder;
        Picture picture = codedPicture({601, 333}, 3, 16);
        picture.metadata.exif = exifBlock(bigEndian);
        StreamOptions stream;
        stream.bigTiff = big ? BigTiff::always : BigTiff::automatic;
        stream.pyramid = pyramid;
        writePictureStream(folder / "a.tif", layoutOf(picture), stream, [&](Rect rect) { return cropped(picture.image, rect); });
        QVERIFY(sameBits(readPicture(folder / "a.tif").image, picture.image));

        const auto tiff = opened(folder / "a.tif");
        const char* make = nullptr;
        toff_t photo = 0, position = 0;
        QCOMPARE(TIFFNumberOfDirectories(tiff.get()) > 1, pyramid);
        QVERIFY(TIFFSetDirectory(tiff.get(), 0));
        QVERIFY(TIFFGetField(tiff.get(), TIFFTAG_MAKE, &make));
        QCOMPARE(std::string(make), std::string("Lumen"));
        QVERIFY(TIFFGetField(tiff.get(), TIFFTAG_EXIFIFD, &photo));
        QVERIFY(TIFFGetField(tiff.get(), TIFFTAG_GPSIFD, &position));

        QVERIFY(TIFFReadEXIFDirectory(tiff.get(), photo));
        float exposure = 0, aperture = 0;
        std::uint32_t width = 0;
        std::uint16_t count = 0;
        void* note = nullptr;
        QVERIFY(TIFFGetField(tiff.get(), EXIFTAG_EXPOSURETIME, &exposure));
        QVERIFY(TIFFGetField(tiff.get(), EXIFTAG_FNUMBER, &aperture));
        QVERIFY(TIFFGetField(tiff.get(), EXIFTAG_PIXELXDIMENSION, &width));
        QVERIFY2(std::abs(exposure - 1.0f / 125) < 1e-6f, qPrintable(QString::number(exposure)));
        QVERIFY2(std::abs(aperture - 2.8f) < 1e-6f, qPrintable(QString::number(aperture)));
        QCOMPARE(width, 601u);
        QVERIFY(!TIFFGetField(tiff.get(), EXIFTAG_MAKERNOTE, &count, &note));

        const char* hemisphere = nullptr;
        QVERIFY(TIFFReadGPSDirectory(tiff.get(), position));
        QVERIFY(TIFFGetField(tiff.get(), GPSTAG_LATITUDEREF, &hemisphere));
        QCOMPARE(std::string(hemisphere), std::string("N"));
    }

    void nonsenseLeavesTheFileReadable() {
        const TestFolder folder;
        Picture picture = codedPicture({37, 23}, 3, 8);
        const std::string block = exifBlock(true);
        for (std::size_t length = 0; length <= block.size(); ++length) {
            picture.metadata.exif = block.substr(0, length);
            writePicture(folder / "a.tif", picture);
            QVERIFY(sameBits(readPicture(folder / "a.tif").image, picture.image));
        }
        HashRandom random(9);
        for (int round = 0; round < 100; ++round) {
            picture.metadata.exif = block;
            for (int change = 0; change < 5; ++change) {
                picture.metadata.exif[6 + static_cast<std::size_t>(random.below(180))] = static_cast<char>(random.below(256));
            }
            writePicture(folder / "a.tif", picture);
            QVERIFY(sameBits(readPicture(folder / "a.tif").image, picture.image));
        }
    }

    void overlappingValuesDoNotAddUp() {
        const TestFolder folder;
        std::string block("Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x1A\0\0\0\0\0\0\0", 32);
        block += number(4000, 2, false);
        for (std::uint64_t tag = 1; tag <= 4000; ++tag) {
            block += number(tag, 2, false) + number(7, 2, false) + number(40000, 4, false) + number(0, 4, false);
        }
        const Picture picture = codedPicture({37, 23}, 3, 8);
        writePicture(folder / "a.tif", picture);
        QVERIFY(addMetadataToTiff(folder / "a.tif", block, "", picture.image.size()));
        QVERIFY(sameBits(readPicture(folder / "a.tif").image, picture.image));
        QVERIFY(bytesOf(folder / "a.tif").size() > 40000);
        QVERIFY(bytesOf(folder / "a.tif").size() < 200000);
    }

    void whatIsNoTiffIsLeftAlone() {
        const TestFolder folder;
        putBytes(folder / "a.tif", "no picture");
        QVERIFY(!addMetadataToTiff(folder / "a.tif", "", "", {5, 5}));
        QCOMPARE(bytesOf(folder / "a.tif"), std::string("no picture"));
        QVERIFY(!addMetadataToTiff(folder / "missing.tif", exifBlock(false), "", {5, 5}));
    }
};

QTEST_GUILESS_MAIN(TestTiffExif)
#include "test_tiff_exif.moc"
