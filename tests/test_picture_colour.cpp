#include "core/io/colour_transform.h"
#include "core/io/exif.h"
#include "core/io/output_colours.h"
#include "core/io/picture_file.h"
#include "vips_support.h"

using namespace casr;
using vips::VImage;

namespace {

std::string blob(const VImage& image, const char* name) {
    std::size_t size = 0;
    const void* data = image.get_typeof(name) ? image.get_blob(name, &size) : nullptr;
    return data ? std::string(static_cast<const char*>(data), size) : std::string();
}

/// An EXIF block with orientation 6 alone.
std::string exifBlock(bool bigEndianOrder) {
    return bigEndianOrder ? std::string("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 32)
                          : std::string("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 32);
}

} // namespace

class TestPictureColour : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void profileBytesAreKept_data() { addExtensions({".jpg", ".png", ".tif", ".webp", ".avif"}); }
    void profileBytesAreKept() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto path = folder / ("picture" + extension.toStdString());
        const std::string profile = wideProfile();
        QVERIFY(profile.size() > 128);
        writePicture(path, withProfile(codedPicture(oddSize, 3, 8), profile));
        QCOMPARE(*readPicture(path).image.encoding().iccProfile, profile);
        QVERIFY(readPictureInfo(path).hasProfile);

        writePicture(path, codedPicture(oddSize, 3, 8));
        QVERIFY(!readPicture(path).image.encoding().iccProfile);
        QVERIFY(!readPictureInfo(path).hasProfile);
    }

    void aProfileOfAnotherColourSpaceIsNotRead() {
        const TestFolder folder;
        std::string profile = wideProfile();
        VImage grey = VImage::black(5, 4).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W));
        grey.set(VIPS_META_ICC_NAME, static_cast<VipsCallbackFn>(nullptr), profile.data(), profile.size());
        grey.tiffsave((folder / "grey.tif").c_str());
        QVERIFY(blob(VImage::new_from_file((folder / "grey.tif").c_str()), VIPS_META_ICC_NAME) == profile);
        const Image read = readPicture(folder / "grey.tif").image;
        QVERIFY(read.channels() == 1 && !read.encoding().iccProfile);
        QCOMPARE(convertedTo(OutputColours::displayP3, read).channels(), 3);
    }

    void aProfileOfAnotherColourSpaceIsNotEmbedded() {
        const TestFolder folder;
        const std::string greyProfile = linearGreyProfile();
        writePicture(folder / "a.jpg", withProfile(codedPicture(oddSize, 1, 8), wideProfile()));
        writePicture(folder / "b.jpg", withProfile(codedPicture(oddSize, 3, 8), greyProfile));
        QVERIFY(!readPicture(folder / "a.jpg").image.encoding().iccProfile);
        QVERIFY(!readPicture(folder / "b.jpg").image.encoding().iccProfile);
        for (const char* name : {"c.jpg", "c.png", "c.tif"}) {
            writePicture(folder / name, withProfile(codedPicture(oddSize, 1, 8), greyProfile));
            QVERIFY(readPictureInfo(folder / name).hasProfile);
            QCOMPARE(*readPicture(folder / name).image.encoding().iccProfile, greyProfile);
        }
    }

    void whatHasNoGreyRefusesAGreyProfile_data() { addExtensions({".webp", ".avif"}); }
    void whatHasNoGreyRefusesAGreyProfile() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const std::string greyProfile = linearGreyProfile();
        const Picture picture = withProfile(codedPicture(oddSize, 1, 8), greyProfile);
        QVERIFY(says(errorOf([&] { writePicture(folder / ("a" + extension.toStdString()), picture); }), "PNG"));
        QCOMPARE(folder.count(), 0);
    }

    void wideColoursPassThroughUnclipped() {
        const TestFolder folder;
        const Picture picture = withProfile(flatPicture(oddSize, {0.0f, 1.0f, 0.0f}), wideProfile());
        writePicture(folder / "a.png", picture);
        const Image read = readPicture(folder / "a.png").image;
        QVERIFY(sameBits(read, picture.image));
        QVERIFY(!sameBits(convertedToSrgb(withEncoding(flatPicture(oddSize, {0.2f, 0.5f, 0.3f}).image, read.encoding())),
                          flatPicture(oddSize, {0.2f, 0.5f, 0.3f}).image));
    }

    void everyOrientationIsAppliedOnce_data() {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<QString>("extension");
        for (int orientation = 1; orientation <= 8; ++orientation) {
            for (const QString& extension : QStringList{".jpg", ".tif", ".png", ".webp"}) {
                QTest::addRow("%d %s", orientation, qPrintable(extension)) << orientation << extension;
            }
        }
    }
    void everyOrientationIsAppliedOnce() {
        QFETCH(int, orientation);
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto path = folder / ("turned" + extension.toStdString());
        VImage turned = noise(oddSize, 3, VIPS_INTERPRETATION_sRGB);
        turned.set(VIPS_META_ORIENTATION, orientation);
        turned.jpegsave((folder / "turned.jpg").c_str());
        // By way of JPEG, which gives the others their EXIF block.
        if (extension != ".jpg") {
            opened(folder / "turned.jpg").write_to_file(path.c_str());
        }

        const VImage upright = opened(path).autorot();
        const Picture read = readPicture(path);
        QCOMPARE(codesOf(read.image, 255), codesOf<std::uint8_t>(upright));
        QCOMPARE(read.image.size(), (Size{upright.width(), upright.height()}));
        QCOMPARE(readPictureInfo(path).size, read.image.size());
        QCOMPARE(read.image.size(), (orientation >= 5 ? Size{23, 37} : Size{37, 23}));

        for (const QString& target : everyExtension) {
            writePicture(folder / ("out" + target.toStdString()), read);
            const VImage again = opened(folder / ("out" + target.toStdString()));
            QCOMPARE(vips_image_get_orientation(again.get_image()), 1);
            QCOMPARE((Size{again.width(), again.height()}), read.image.size());
        }
    }

    void orientationInExifAndXmpBecomesUpright() {
        for (const bool order : {false, true}) {
            const std::string block = exifBlock(order);
            const std::string upright = withUprightOrientation(block);
            QCOMPARE(upright.size(), block.size());
            QCOMPARE(static_cast<int>(block[order ? 25 : 24]), 6);
            QCOMPARE(static_cast<int>(upright[order ? 25 : 24]), 1);
            QCOMPARE(withUprightOrientation(block.substr(6)), upright.substr(6));
        }
        QCOMPARE(withUprightOrientationInXmp("<a tiff:Orientation=\"8\"/><tiff:Orientation>3</tiff:Orientation>"),
                 std::string("<a tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation>"));
        QCOMPARE(withUprightOrientationInXmp("tiff:Orientation=\""), std::string("tiff:Orientation=\""));
    }

    void exifCutShortOrNonsenseIsLeftAlone() {
        for (const bool order : {false, true}) {
            const std::string block = exifBlock(order);
            for (std::size_t length = 0; length < 26; ++length) {
                QCOMPARE(withUprightOrientation(block.substr(0, length)), block.substr(0, length));
            }
        }
        const std::string wild = std::string("II*\0\xFF\xFF\xFF\xFF", 8) + std::string(64, '\xFF');
        QCOMPARE(withUprightOrientation(wild), wild);
    }

    void metadataIsKept_data() { addExtensions({".jpg", ".png", ".tif", ".webp", ".avif"}); }
    void metadataIsKept() {
        QFETCH(QString, extension);
        const TestFolder folder;
        VImage photo = noise(oddSize, 3, VIPS_INTERPRETATION_sRGB).copy(VImage::option()->set("xres", 11.811)->set("yres", 11.811));
        photo.set("exif-ifd0-Make", "Lumen (Lumen, ASCII, 6 components, 6 bytes)");
        photo.set("exif-ifd2-FNumber", "28/10 (f/2.8, Rational, 1 components, 8 bytes)");
        const std::string xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>";
        const std::string iptc("Photoshop 3.0\0"
                               "8BIM\x04\x04\0\0\0\0\0\x0A\x1C\x02\x78\0\x05Hello",
                               37);
        vips_image_set_blob_copy(photo.get_image(), VIPS_META_XMP_NAME, xmp.data(), xmp.size());
        vips_image_set_blob_copy(photo.get_image(), VIPS_META_IPTC_NAME, iptc.data(), iptc.size());
        photo.jpegsave((folder / "photo.jpg").c_str());

        const Picture read = readPicture(folder / "photo.jpg");
        QVERIFY(!read.metadata.exif.empty());
        QCOMPARE(read.metadata.xmp, xmp);
        QCOMPARE(read.metadata.iptc, iptc);
        QVERIFY(std::abs(read.metadata.pixelsPerMillimetre - 11.811) < 0.01);

        const auto path = folder / ("out" + extension.toStdString());
        writePicture(path, read);
        const VImage out = opened(path);
        const bool hasIptc = extension == ".jpg" || extension == ".tif";
        QVERIFY(hasIptc ? blob(out, VIPS_META_XMP_NAME) == xmp : says(blob(out, VIPS_META_XMP_NAME), "Hello"));
        QVERIFY(std::abs(readPicture(path).metadata.pixelsPerMillimetre - 11.811) < 0.01);
        if (extension == ".jpg") {
            QCOMPARE(blob(out, VIPS_META_IPTC_NAME), iptc);
        }
        if (extension != ".tif") {
            QVERIFY(std::string(out.get_string("exif-ifd0-Make")).rfind("Lumen", 0) == 0);
            QVERIFY(std::string(out.get_string("exif-ifd2-FNumber")).rfind("28/10", 0) == 0);
            QVERIFY(std::string(out.get_string("exif-ifd2-PixelXDimension")).rfind("37", 0) == 0);
        }
    }

    void metadataThatNoFormatTakesDoesNotStopTheWriting_data() { addExtensions(); }
    void metadataThatNoFormatTakesDoesNotStopTheWriting() {
        QFETCH(QString, extension);
        const TestFolder folder;
        Picture picture = codedPicture(oddSize, 3, 8);
        const auto path = folder / ("picture" + extension.toStdString());
        for (const std::string& exif : {std::string("no exif at all"), std::string(200000, 'x'), exifBlock(true) + std::string(50, '\xFF'),
                                        std::string("Exif\0\0II*\0\xFF\xFF\xFF\x7F", 14)}) {
            picture.metadata = {exif, std::string(150000, ' '), std::string(90000, '\0'), 1e9};
            writePicture(path, picture);
            QCOMPARE(readPicture(path).image.size(), oddSize);
        }
    }

    void cmykBecomesWideRgb_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<bool>("alpha");
        QTest::newRow("JPEG") << ".jpg" << false;
        QTest::newRow("TIFF") << ".tif" << false;
        QTest::newRow("TIFF with alpha") << ".tif" << true;
    }
    void cmykBecomesWideRgb() {
        QFETCH(QString, extension);
        QFETCH(bool, alpha);
        const TestFolder folder;
        const auto path = folder / ("picture" + extension.toStdString());
        const VImage rgb = flat({24, 16}, {150, 125, 110}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR);
        VImage cmyk = rgb.icc_transform("cmyk", VImage::option()->set("input_profile", "srgb"));
        QCOMPARE(cmyk.bands(), 4);
        cmyk = alpha ? cmyk.bandjoin_const({51}).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_CMYK)) : cmyk;
        cmyk.write_to_file(path.c_str());

        const PictureInfo info = readPictureInfo(path);
        QCOMPARE(info.colour, std::string("CMYK"));
        QCOMPARE(info.channels, alpha ? 5 : 4);
        QCOMPARE(info.hasAlpha, alpha);
        const Picture read = readPicture(path);
        QCOMPARE(read.bitsPerSample, 16);
        QCOMPARE(read.image.channels(), alpha ? 4 : 3);
        QCOMPARE(*read.image.encoding().iccProfile, wideProfile());
        const Image srgb = convertedToSrgb(read.image);
        for (const auto& [channel, code] : {std::pair(0, 150), std::pair(1, 125), std::pair(2, 110)}) {
            QVERIFY2(std::abs(srgb.at(9, 9, channel) * 255 - static_cast<float>(code)) < 8,
                     qPrintable(QString::number(srgb.at(9, 9, channel) * 255)));
        }
        QVERIFY(!alpha || std::abs(read.image.at(9, 9, 3) - 0.2f) < 1e-6f);
    }

    void cmykWithoutProfileIsReadToo() {
        const TestFolder folder;
        flat({24, 16}, {0, 0, 0, 0}, VIPS_INTERPRETATION_CMYK).cast(VIPS_FORMAT_UCHAR).tiffsave((folder / "white.tif").c_str());
        flat({24, 16}, {0, 0, 0, 0}, VIPS_INTERPRETATION_CMYK).cast(VIPS_FORMAT_USHORT).tiffsave((folder / "wide.tif").c_str());
        QVERIFY(convertedToSrgb(readPicture(folder / "white.tif").image).at(3, 3, 1) > 0.97f);
        QVERIFY(convertedToSrgb(readPicture(folder / "wide.tif").image).at(3, 3, 1) > 0.97f);
    }

    void labBecomesWideRgb() {
        const TestFolder folder;
        const VImage lab = flat({24, 16}, {53.585, 0, 0}, VIPS_INTERPRETATION_LAB).cast(VIPS_FORMAT_FLOAT);
        lab.colourspace(VIPS_INTERPRETATION_LABS).tiffsave((folder / "wide.tif").c_str());
        lab.colourspace(VIPS_INTERPRETATION_LABQ).tiffsave((folder / "packed.tif").c_str());
        for (const char* name : {"wide.tif", "packed.tif"}) {
            const PictureInfo info = readPictureInfo(folder / name);
            QCOMPARE(info.colour, std::string("Lab"));
            QCOMPARE(info.channels, 3);
            const Picture read = readPicture(folder / name);
            QCOMPARE(read.bitsPerSample, 16);
            const Image srgb = convertedToSrgb(read.image);
            for (int channel = 0; channel < 3; ++channel) {
                QVERIFY2(std::abs(srgb.at(5, 5, channel) * 255 - 128) < 2, qPrintable(QString::number(srgb.at(5, 5, channel) * 255)));
            }
        }
    }

    void alphaAndGreySurviveTheConversionToSrgb() {
        const Image grey = flatPicture({3, 2}, {0.25f, 0.5f}, true).image;
        QVERIFY(sameBits(convertedToSrgb(grey), flatPicture({3, 2}, {0.25f, 0.25f, 0.25f, 0.5f}, true).image));
        const Image rgb = flatPicture({3, 2}, {0.1f, 0.2f, 0.3f}).image;
        QVERIFY(sameBits(convertedToSrgb(rgb), rgb));
        const Image wide = withProfile(flatPicture({3, 2}, {0.5f, 0.5f, 0.5f, 0.125f}, true), wideProfile()).image;
        QVERIFY(std::abs(convertedToSrgb(wide).at(1, 1, 0) - 0.5f) < 0.002f);
        QCOMPARE(convertedToSrgb(wide).at(1, 1, 3), 0.125f);
    }

    void aGreyProfileIsUsedInTheConversion() {
        const Image grey = withProfile(flatPicture({3, 2}, {0.5f}), linearGreyProfile()).image;
        const Image srgb = convertedToSrgb(grey);
        QCOMPARE(srgb.channels(), 3);
        // Half the light is code 188 of sRGB.
        QVERIFY2(std::abs(srgb.at(1, 1, 1) * 255 - 187.5f) < 1, qPrintable(QString::number(srgb.at(1, 1, 1) * 255)));
    }

    void aBrokenProfileIsAnErrorOfTheConversion() {
        const Image image = withProfile(flatPicture({3, 2}, {0.5f, 0.5f, 0.5f}), "no profile").image;
        QVERIFY(says(errorOf([&] { convertedToSrgb(image); }), "profile"));
    }
};

QTEST_GUILESS_MAIN(TestPictureColour)
#include "test_picture_colour.moc"
