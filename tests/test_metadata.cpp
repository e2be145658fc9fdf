#include "core/io/iptc.h"
#include "core/io/jxl_boxes.h"
#include "core/io/metadata_edit.h"
#include "core/io/picture_stream.h"
#include "core/io/tiff_directory.h"
#include "core/io/tiff_exif.h"
#include "exif_support.h"
#include "picture_support.h"

#include <cmath>

#include <brotli/encode.h>

using namespace casr;

namespace {

TiffEntry text(const std::string& value) {
    return {tiffType::text, value.size() + 1, value + '\0'};
}
TiffEntry number(std::uint64_t value) {
    return {tiffType::number32, 1, littleEndian(value, 4)};
}
TiffEntry fraction(std::uint64_t above, std::uint64_t below, int count = 1) {
    std::string value;
    for (int index = 0; index < count; ++index) {
        value += littleEndian(above, 4) + littleEndian(below, 4);
    }
    return {tiffType::fraction, static_cast<std::uint64_t>(count), value};
}

/// A box of JPEG XL that holds another one, packed.
std::string packedBox(const std::string& name, const std::string& data) {
    std::string packed(BrotliEncoderMaxCompressedSize(data.size()), '\0');
    std::size_t length = packed.size();
    const auto bytes = [](const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); };
    BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, data.size(), bytes(data), &length,
                          reinterpret_cast<std::uint8_t*>(packed.data()));
    packed.resize(length);
    const std::string size = littleEndian(12 + packed.size(), 4);
    return std::string(size.rbegin(), size.rend()) + "brob" + name + packed;
}

constexpr int make = 271, aperture = 33437, latitudeSide = 1, latitude = 2;

/// A photo's block: maker, other software, f/2.8, a size that will be wrong, and a place.
std::string exifOfPhoto() {
    return exifBlockOf({{make, text("Lumen")}, {tag::software, text("Camera 1.0")}},
                       {{aperture, fraction(28, 10)},
                        {tag::pixelWidth, number(4000)},
                        {tag::pixelHeight, number(3000)},
                        {tag::makerNote, {7, 8, "the note"}}},
                       {{latitudeSide, text("N")}, {latitude, fraction(48, 1, 3)}});
}

const std::string caption("\x1C\x02\x78\0\x05Hello", 10);

const std::string xmpOfPhoto =
    R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" )"
    R"(xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" )"
    R"(xmp:Rating="4" exif:GPSLatitude="48,0.0N" tiff:ImageWidth="4000"/></rdf:RDF></x:xmpmeta>)";

/// A rating and a thumbnail.
std::string xmpWithThumbnail(const std::string& thumbnail) {
    return R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description )"
           R"(rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmp:Rating="4">)"
           R"(<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:width>160</xmpGImg:width>)"
           R"(<xmpGImg:height>120</xmpGImg:height><xmpGImg:format>JPEG</xmpGImg:format><xmpGImg:image>)" +
           thumbnail + R"(</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails></rdf:Description></rdf:RDF></x:xmpmeta>)";
}

/// Those of all files in a folder and in those in it.
std::string bytesUnder(const std::filesystem::path& folder) {
    std::string bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        bytes += entry.is_regular_file() ? bytesOf(entry.path()) : std::string();
    }
    return bytes;
}

Metadata photoMetadata() {
    return {exifOfPhoto(), xmpOfPhoto, caption, 11.811};
}

TiffEntries mainOf(const std::string& exif) {
    return readerOfExif(exif).mainDirectory();
}
TiffEntries photoOf(const std::string& exif) {
    const TiffReader reader = readerOfExif(exif);
    return reader.directoryAt(reader.mainDirectory(), tag::exif);
}
TiffEntries positionOf(const std::string& exif) {
    const TiffReader reader = readerOfExif(exif);
    return reader.directoryAt(reader.mainDirectory(), tag::position);
}
bool areSame(const TiffEntries& a, const TiffEntries& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        const TiffEntry &left = one.second, &right = other.second;
        return one.first == other.first && left.type == right.type && left.count == right.count && left.value == right.value;
    });
}
std::string textIn(const TiffEntries& entries, int key) {
    const auto found = entries.find(key);
    return found == entries.end() ? std::string() : std::string(found->second.value.c_str());
}

} // namespace

class TestMetadata : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void whatWentInComesBackFromEveryFormat_data() { addExtensions(); }
    void whatWentInComesBackFromEveryFormat() {
        QFETCH(QString, extension);
        const TestFolder folder;
        Picture picture = codedPicture({61, 43}, 3, 8);
        picture.metadata = photoMetadata();
        picture.metadata.done = {{"Scale", "8"}, {"Steps", "x4 x2"}};
        const auto path = folder / ("a" + extension.toStdString());
        const std::vector<std::string> warnings = writePicture(path, picture);
        QVERIFY2(warnings.empty(), warnings.empty() ? "" : warnings.front().c_str());

        const Metadata read = readPicture(path).metadata;
        QCOMPARE(textIn(mainOf(read.exif), make), std::string("Lumen"));
        QVERIFY(says(textIn(mainOf(read.exif), tag::software), "CASR Zoom"));
        QCOMPARE(photoOf(read.exif)[aperture].value, fraction(28, 10).value);
        QCOMPARE(numberOf(photoOf(read.exif)[tag::pixelWidth].value), std::uint64_t{61});
        QVERIFY(!positionOf(read.exif).empty());
        QVERIFY(says(read.xmp, "Rating") && says(read.xmp, "x4 x2") && !says(read.xmp, "4000"));
        QVERIFY2(std::abs(read.pixelsPerMillimetre - 11.811) < 0.05, qPrintable(QString::number(read.pixelsPerMillimetre)));
        const bool keepsIptc = extension == ".jpg" || extension == ".tif";
        QVERIFY(keepsIptc ? says(iimOf(read.iptc), caption) : says(read.xmp, "Hello"));
    }

    void thePositionIsLeftOutOnRequest_data() { addExtensions(); }
    void thePositionIsLeftOutOnRequest() {
        QFETCH(QString, extension);
        const TestFolder folder;
        Picture picture = codedPicture({61, 43}, 3, 8);
        picture.metadata = photoMetadata();
        WriteOptions options;
        options.keepPosition = false;
        writePicture(folder / ("a" + extension.toStdString()), picture, options);
        const Metadata read = readPicture(folder / ("a" + extension.toStdString())).metadata;
        QVERIFY(positionOf(read.exif).empty());
        QCOMPARE(photoOf(read.exif).count(tag::makerNote), std::size_t{0});
        QVERIFY(!says(read.xmp, "GPS") && says(read.xmp, "Rating"));
        QVERIFY(!says(bytesOf(folder / ("a" + extension.toStdString())), "48,0.0N"));
    }

    void allOfThePhotosMetadataIsLeftOutOnRequest_data() { addExtensions(); }
    void allOfThePhotosMetadataIsLeftOutOnRequest() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const std::filesystem::path path = folder / ("a" + extension.toStdString());
        Picture picture = codedPicture({61, 43}, 3, 8);
        picture.metadata = photoMetadata();
        picture.metadata.done = {{"Steps", "x4 x2"}};
        WriteOptions options;
        options.keepMetadata = false;
        QVERIFY(writePicture(path, picture, options).empty());
        const std::string bytes = bytesOf(path);
        QVERIFY(!says(bytes, "Lumen") && !says(bytes, "Rating") && !says(bytes, caption) && !says(bytes, "48,0.0N"));
        const Metadata read = readPicture(path).metadata;
        QVERIFY2(says(read.xmp, "x4 x2"), read.xmp.c_str()); // what was done
        QVERIFY2(std::abs(read.pixelsPerMillimetre - 11.811) < 0.05, qPrintable(QString::number(read.pixelsPerMillimetre)));
    }

    void theOldThumbnailsGo_data() { addExtensions(everyStreamedExtension); }
    void theOldThumbnailsGo() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const std::string ofExif = "AllOfThePhotoInSmall", ofXmp = "AllOfThePhotoOnceMore";
        Picture picture = codedPicture({61, 43}, 3, 8);
        picture.metadata.exif = exifWithThumbnail("\xFF\xD8\xFF" + ofExif + "\xFF\xD9");
        picture.metadata.xmp = xmpWithThumbnail(ofXmp);
        const auto path = folder / ("a" + extension.toStdString());
        writePictureStream(path, {{61, 43}, 3, 8, {}, picture.metadata}, {}, [&](Rect rect) { return cropped(picture.image, rect); });
        const std::string bytes = bytesUnder(folder.path());
        QVERIFY(bytes.size() > 100 && !says(bytes, ofExif) && !says(bytes, ofXmp));
        if (extension == ".dz") {
            return; // no picture that can be read, and no metadata
        }
        const Metadata read = readPicture(path).metadata; // formats may pack what they hold
        QVERIFY(!says(read.exif, ofExif) && !says(read.xmp, ofXmp));
        QCOMPARE(textIn(mainOf(read.exif), make), std::string("Lumen"));
        QVERIFY(says(read.xmp, "Rating") && !says(read.xmp, "Thumbnails"));
    }

    void damagedMetadataWarnsAndNeverAborts() {
        const TestFolder folder;
        Picture picture = codedPicture({9, 7}, 3, 8);
        picture.metadata.exif = "no exif at all";
        picture.metadata.xmp = "<x:xmpmeta";
        for (const QString& extension : everyExtension) {
            const std::vector<std::string> warnings = writePicture(folder / ("a" + extension.toStdString()), picture);
            QCOMPARE(warnings.size(), std::size_t{2});
            QVERIFY2(says(warnings[0], "EXIF is damaged") && says(warnings[1], "XMP is damaged"), warnings[1].c_str());
            QCOMPARE(readPicture(folder / ("a" + extension.toStdString())).image.size(), (Size{9, 7}));
        }
        const EditedMetadata secret = edited(picture.metadata, {{9, 7}, false, true});
        QVERIFY(secret.metadata.exif.empty() && secret.metadata.xmp.empty());
    }

    void aBlockThatIsTooLongLosesTheMakerNoteFirst() {
        const std::string exif = exifBlockOf({{make, text("Lumen")}}, {{tag::makerNote, {7, 70000, std::string(70000, 'n')}}}, {});
        const EditedMetadata result = edited({exif, "", "", 0}, {{9, 7}, true, true});
        QVERIFY(says(result.warnings.at(0), "maker note"));
        QCOMPARE(textIn(mainOf(result.metadata.exif), make), std::string("Lumen"));
        QVERIFY(result.metadata.exif.size() < 1000);
    }

    void untouchedMetadataKeepsItsBytes() {
        const Metadata plain{
            "", R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>)",
            caption, 0};
        const EditedMetadata result = edited(plain, {{9, 7}, true, true});
        QCOMPARE(result.metadata.xmp, plain.xmp);
        QCOMPARE(result.metadata.iptc, plain.iptc);
    }

    void lossesAreListedBeforeTheExport() {
        PictureLayout layout{{61, 43}, 4, 16, {nullptr, true}, photoMetadata()};
        const auto listed = [&](const char* name) {
            std::string all;
            for (const std::string& loss : lossesOf(name, layout)) {
                all += loss + "\n";
            }
            return all;
        };
        QVERIFY(says(listed("a.jpg"), "transparency") && says(listed("a.jpg"), "8 bits") && !says(listed("a.jpg"), "IPTC"));
        QVERIFY(says(listed("a.png"), "IPTC") && !says(listed("a.png"), "bits"));
        QVERIFY(says(listed("a.tif"), "maker note"));
        QVERIFY(says(listed("a.avif"), "12 bits"));
        QVERIFY(says(listed("a.dz"), "DeepZoom"));
        StreamOptions pyramid, lossless;
        pyramid.pyramid = true;
        lossless.write.lossless = true;
        QCOMPARE(lossesOf("a.webp", layout, lossless).size(), lossesOf("a.webp", layout).size());
        QCOMPARE(lossesOf("a.jpg", layout, lossless).size(), lossesOf("a.jpg", layout).size() + 1);
        QVERIFY(!lossesOf("a.png", layout, pyramid).empty() && says(lossesOf("a.png", layout, pyramid).front(), "pyramid"));
        QVERIFY(lossesOf("a.tif", layout, pyramid).size() == lossesOf("a.tif", layout).size());
        layout = {{61, 43}, 3, 8, {}, {}};
        QVERIFY(listed("a.jpg").empty() && listed("a.png").empty() && listed("a.tif").empty());
        QVERIFY(says(errorOf([&] { lossesOf("a.xyz", layout); }), "extension"));
    }

    void iptcIsUnwrappedAndWrapped() {
        const std::string wrapped = photoshopBlockOf(caption);
        QVERIFY(wrapped != caption);
        QCOMPARE(iimOf(wrapped), caption);
        QCOMPARE(iimOf(caption), caption);
        QCOMPARE(photoshopBlockOf(wrapped), wrapped);
        for (std::size_t length = 0; length < wrapped.size(); ++length) {
            QVERIFY(iimOf(wrapped.substr(0, length)).size() <= caption.size());
        }
        QCOMPARE(iimOf("nonsense"), std::string());
    }

    void exifBlocksAreReadInBothOrdersAndNeverBeyondTheirEnd() {
        const std::string block = exifOfPhoto();
        QCOMPARE(textIn(mainOf(block), make), std::string("Lumen"));
        QCOMPARE(textIn(mainOf(block.substr(6)), make), std::string("Lumen"));
        const std::string big = exifBlock(true), little = exifBlock(false);
        QVERIFY(big.substr(6, 2) == "MM" && little.substr(6, 2) == "II");
        QCOMPARE(textIn(mainOf(big), make), std::string("Lumen"));
        QCOMPARE(photoOf(big)[aperture].value, fraction(28, 10).value);
        QCOMPARE(positionOf(big)[latitude].value, fraction(48, 1).value + fraction(0, 1, 2).value);
        QVERIFY(areSame(mainOf(big), mainOf(little)) && areSame(photoOf(big), photoOf(little)));
        QVERIFY(areSame(positionOf(big), positionOf(little)));
        HashRandom random(4);
        for (int round = 0; round < 600; ++round) {
            const std::string& whole = round % 2 == 0 ? block : big;
            std::string changed = whole.substr(0, static_cast<std::size_t>(random.below(static_cast<int>(whole.size()))));
            for (int change = 0; change < 6 && !changed.empty(); ++change) {
                changed[static_cast<std::size_t>(random.below(static_cast<int>(changed.size())))] = static_cast<char>(random.below(256));
            }
            std::size_t held = 0;
            for (const auto& [key, entry] : photoOf(changed)) {
                held += entry.value.size();
            }
            QVERIFY(held <= 2 * changed.size());
        }
    }

    void packedBoxesOfJpegXlAreRead() {
        const TestFolder folder;
        const std::string start("\0\0\0\x0CJXL \r\n\x87\n", 12), xml = packedBox("xml ", xmpOfPhoto);
        putBytes(folder / "a.jxl", start + packedBox("Exif", std::string(4, '\0') + exifOfPhoto().substr(6)) + xml);
        QCOMPARE(readJxlMetadata(folder / "a.jxl").exif, exifOfPhoto());
        QCOMPARE(readJxlMetadata(folder / "a.jxl").xmp, xmpOfPhoto);
        putBytes(folder / "b.jxl", start + xml.substr(0, xml.size() - 9) + std::string(9, '\xFF')); // damaged
        QCOMPARE(readJxlMetadata(folder / "b.jxl").xmp, std::string());
    }

    void aJpegXlFileInBoxesGetsMoreOfThem() {
        const TestFolder folder;
        writePicture(folder / "a.jxl", codedPicture({9, 7}, 3, 8));
        const Image before = readPicture(folder / "a.jxl").image;
        QVERIFY(addMetadataToJxl(folder / "a.jxl", exifOfPhoto(), ""));
        QVERIFY(addMetadataToJxl(folder / "a.jxl", "", xmpOfPhoto));
        const Metadata read = readJxlMetadata(folder / "a.jxl");
        QCOMPARE(read.exif, exifOfPhoto());
        QCOMPARE(read.xmp, xmpOfPhoto);
        QCOMPARE(before.size(), (Size{9, 7}));
        QVERIFY(sameBits(readPicture(folder / "a.jxl").image, before));
        putBytes(folder / "b.jxl", "no picture");
        QVERIFY(!addMetadataToJxl(folder / "b.jxl", exifOfPhoto(), xmpOfPhoto));
        QCOMPARE(bytesOf(folder / "b.jxl"), std::string("no picture"));
    }
};

QTEST_GUILESS_MAIN(TestMetadata)
#include "test_metadata.moc"
