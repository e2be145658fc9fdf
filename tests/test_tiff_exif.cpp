#include "core/io/picture_stream.h"
#include "core/io/tiff_exif.h"
#include "picture_support.h"

#include <cmath>
#include <memory>

#include <tiffio.h>

using namespace casr;

namespace {

std::string number(std::uint64_t value, int bytes, bool bigEndian) {
    std::string text;
    for (int at = 0; at < bytes; ++at) {
        text += static_cast<char>(value >> 8 * (bigEndian ? bytes - 1 - at : at) & 0xFF);
    }
    return text;
}

/// Make, the exposure time of 1/125 s, f/2.8, a maker note and a latitude of 48 degrees north.
std::string exifBlock(bool bigEndian) {
    const auto two = [&](std::uint64_t value) { return number(value, 2, bigEndian); };
    const auto four = [&](std::uint64_t value) { return number(value, 4, bigEndian); };
    const auto entry = [&](int tag, int type, int count, const std::string& value) {
        return two(static_cast<std::uint64_t>(tag)) + two(static_cast<std::uint64_t>(type)) + four(static_cast<std::uint64_t>(count)) +
               value;
    };
    const std::string start = (bigEndian ? "MM" : "II") + two(42) + four(8);
    const std::string main = two(3) + entry(271, 2, 6, four(50)) + entry(34665, 4, 1, four(56)) + entry(34853, 4, 1, four(140)) + four(0);
    const std::string make("Lumen\0", 6);
    const std::string photo = two(4) + entry(33434, 5, 1, four(116)) + entry(33437, 5, 1, four(124)) +
                              entry(34855, 3, 1, two(400) + two(0)) + entry(37500, 7, 8, four(132)) + four(0) + std::string(6, '\0') +
                              four(1) + four(125) + four(28) + four(10) + "the note";
    const std::string position = two(2) + entry(1, 2, 2, std::string("N\0\0\0", 4)) + entry(2, 5, 3, four(170)) + four(0);
    return std::string("Exif\0\0", 6) + start + main + make + photo + position + four(48) + four(1) + four(0) + four(1) + four(0) + four(1);
}

struct CloseTiff {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

std::unique_ptr<TIFF, CloseTiff> opened(const std::filesystem::path& path) {
    return std::unique_ptr<TIFF, CloseTiff>(TIFFOpen(path.c_str(), "r"));
}

PictureLayout layoutOf(const Picture& picture) {
    return {picture.image.size(), picture.image.channels(), picture.bitsPerSample, picture.image.encoding(), picture.metadata};
}

} // namespace

class TestTiffExif : public QObject {
    Q_OBJECT

private Q_SLOTS:
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
