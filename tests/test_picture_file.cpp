#include "core/io/colour_transform.h"
#include "core/io/picture_file.h"
#include "vips_support.h"

#include <array>
#include <limits>

#include <sys/stat.h>

using namespace casr;
using vips::VImage;

namespace {

std::uint32_t crcOf(const std::string& bytes) {
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const char byte : bytes) {
        crc ^= static_cast<std::uint8_t>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

std::string pngChunk(const std::string& nameAndData) {
    return bigEndian(static_cast<std::uint32_t>(nameAndData.size() - 4)) + nameAndData + bigEndian(crcOf(nameAndData));
}

/// The beginning of a grey 8-bit PNG of any size.
std::string pngHeader(int width, int height) {
    const std::string header = "IHDR" + bigEndian(static_cast<std::uint32_t>(width)) + bigEndian(static_cast<std::uint32_t>(height));
    return "\x89PNG\r\n\x1A\n" + pngChunk(header + std::string("\x08\0\0\0\0", 5)) + pngChunk("IDATabcd");
}

/// AVIF is the one format that cannot be written without loss.
const QStringList losslessExtensions{".png", ".tif", ".tiff", ".webp", ".jxl"};

void addFormatsAndChannels() {
    QTest::addColumn<QString>("extension");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("bits");
    for (const QString& extension : losslessExtensions) {
        const bool webp = extension == ".webp";
        for (int channels = webp ? 3 : 1; channels <= 4; ++channels) {
            for (int bits = 8; bits <= (webp ? 8 : 16); bits += 8) {
                QTest::addRow("%s, %d channels, %d bits", qPrintable(extension), channels, bits) << extension << channels << bits;
            }
        }
    }
}

/// The largest difference between two pictures of the same size and channels.
float largestDifference(const Image& first, const Image& second) {
    float largest = 0;
    for (std::size_t at = 0; at < first.values().size(); ++at) {
        largest = std::max(largest, std::abs(first.values()[at] - second.values()[at]));
    }
    return largest;
}

/// Red grows to the right, green downwards; alpha is 0.6.
Picture gradient(Size size, int channels) {
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const std::array<float, 4> pixel{static_cast<float>(x) / static_cast<float>(size.width - 1),
                                             static_cast<float>(y) / static_cast<float>(size.height - 1), 0.3f, 0.6f};
            values.insert(values.end(), pixel.begin(), pixel.begin() + channels);
        }
    }
    return {Image(size, channels, std::move(values), {nullptr, channels == 4}), 16, {}};
}

} // namespace

class TestPictureFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void losslessFormatsComeBackExactly_data() { addFormatsAndChannels(); }
    void losslessFormatsComeBackExactly() {
        QFETCH(QString, extension);
        QFETCH(int, channels);
        QFETCH(int, bits);
        const TestFolder folder;
        const Picture picture = codedPicture(oddSize, channels, bits);
        const auto path = folder / ("picture" + extension.toStdString());
        writePicture(path, picture, {.bitsPerSample = 0, .quality = 90, .lossless = true});
        const Picture read = readPicture(path);
        QVERIFY(sameBits(read.image, picture.image));
        QCOMPARE(read.bitsPerSample, bits);
        QCOMPARE(read.image.encoding().hasAlpha, channels % 2 == 0);
        QCOMPARE(folder.count(), 1);
    }

    void aFileHoldsTheCodesThatLibvipsReads_data() { addFormatsAndChannels(); }
    void aFileHoldsTheCodesThatLibvipsReads() {
        QFETCH(QString, extension);
        QFETCH(int, channels);
        QFETCH(int, bits);
        const TestFolder folder;
        const Picture picture = codedPicture(oddSize, channels, bits);
        const auto path = folder / ("picture" + extension.toStdString());
        writePicture(path, picture, {.bitsPerSample = 0, .quality = 90, .lossless = true});
        const std::vector<int> expected = codesOf(picture.image, bits == 16 ? 65535 : 255);
        QVERIFY((bits == 16 ? codesOf<std::uint16_t>(opened(path)) : codesOf<std::uint8_t>(opened(path))) == expected);
    }

    void jpegComesBackNearly_data() {
        QTest::addColumn<int>("channels");
        QTest::newRow("grey") << 1;
        QTest::newRow("RGB") << 3;
    }
    void jpegComesBackNearly() {
        QFETCH(int, channels);
        const TestFolder folder;
        const Picture picture = flatPicture(oddSize, std::vector<float>(static_cast<std::size_t>(channels), 0.4f));
        writePicture(folder / "picture.jpg", picture);
        const Picture read = readPicture(folder / "picture.jpg");
        QCOMPARE(read.image.size(), oddSize);
        QCOMPARE(read.image.channels(), channels);
        QCOMPARE(read.bitsPerSample, 8);
        QVERIFY(std::abs(read.image.at(5, 5, 0) - 0.4f) < 0.01f);
    }

    void avifComesBackNearly_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("bits");
        QTest::addColumn<float>("tolerance");
        for (int channels = 3; channels <= 4; ++channels) {
            QTest::addRow("%d channels, 8 bits", channels) << channels << 8 << 3.0f / 255;
            QTest::addRow("%d channels, 12 bits", channels) << channels << 16 << 0.5f / 255;
        }
    }
    void avifComesBackNearly() {
        QFETCH(int, channels);
        QFETCH(int, bits);
        QFETCH(float, tolerance);
        const TestFolder folder;
        const Picture picture = gradient({160, 120}, channels);
        writePicture(folder / "a.avif", picture, {.bitsPerSample = bits, .quality = 100, .lossless = false});
        const Picture read = readPicture(folder / "a.avif");
        QCOMPARE(read.bitsPerSample, bits);
        QCOMPARE(opened(folder / "a.avif").get_int("heif-bitdepth"), bits == 16 ? 12 : 8);
        QCOMPARE(read.image.encoding().hasAlpha, channels == 4);
        const float difference = largestDifference(read.image, picture.image);
        QVERIFY2(difference < tolerance, qPrintable(QString::number(difference * 255)));
    }

    void theWhiteOfTwelveBitsIsOne() {
        const TestFolder folder;
        Picture white = flatPicture({64, 48}, {1.0f, 1.0f, 1.0f});
        white.bitsPerSample = 16;
        writePicture(folder / "a.avif", white);
        const Image read = readPicture(folder / "a.avif").image;
        QVERIFY2(read.at(9, 9, 1) > 0.9995f && read.at(9, 9, 1) <= 1.0f, qPrintable(QString::number(read.at(9, 9, 1))));
    }

    void heicOfEveryDepthIsRead_data() {
        QTest::addColumn<int>("depth");
        for (const int depth : {8, 10, 12}) {
            QTest::addRow("%d bits", depth) << depth;
        }
    }
    void heicOfEveryDepthIsRead() {
        QFETCH(int, depth);
        const TestFolder folder;
        const int bits = depth == 8 ? 8 : 16;
        const double scale = depth == 8 ? 1.0 : 257.0;
        const VImage colour = flat({64, 48}, {200 * scale, 100 * scale, 255 * scale}, interpretation(bits));
        colour.cast(depth == 8 ? VIPS_FORMAT_UCHAR : VIPS_FORMAT_USHORT)
            .heifsave((folder / "a.heic").c_str(), VImage::option()->set("Q", 100)->set("bitdepth", depth));
        const Picture read = readPicture(folder / "a.heic");
        QCOMPARE(readPictureInfo(folder / "a.heic").format, std::string("HEIC"));
        QCOMPARE(read.bitsPerSample, bits);
        for (const auto& [channel, code] : {std::pair(0, 200), std::pair(1, 100), std::pair(2, 255)}) {
            QVERIFY2(std::abs(read.image.at(9, 9, channel) * 255 - static_cast<float>(code)) < 3,
                     qPrintable(QString::number(read.image.at(9, 9, channel) * 255)));
        }
    }

    void theFirstFrameOfAGifIsRead() {
        const TestFolder folder;
        const VImage red = flat(oddSize, {255, 0, 0}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR);
        const VImage blue = flat(oddSize, {0, 0, 255}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR);
        VImage frames = VImage::arrayjoin({red, blue}, VImage::option()->set("across", 1));
        frames.set("page-height", oddSize.height);
        frames.gifsave((folder / "a.gif").c_str());
        const Picture read = readPicture(folder / "a.gif");
        QCOMPARE(readPictureInfo(folder / "a.gif").format, std::string("GIF"));
        QCOMPARE(read.image.size(), oddSize);
        QCOMPARE(read.image.at(5, 5, 0), 1.0f);
        QCOMPARE(read.image.at(5, 5, 2), 0.0f);
    }

    void lossyJpegXlComesBackNearlyInItsOwnColours_data() {
        QTest::addColumn<int>("bits");
        QTest::newRow("8") << 8;
        QTest::newRow("16") << 16;
    }
    void lossyJpegXlComesBackNearlyInItsOwnColours() {
        QFETCH(int, bits);
        const TestFolder folder;
        const Picture picture = withProfile(flatPicture(oddSize, {0.3f, 0.6f, 0.4f}), wideProfile());
        writePicture(folder / "a.jxl", picture, {.bitsPerSample = bits, .quality = 95, .lossless = false});
        const Picture read = readPicture(folder / "a.jxl");
        QCOMPARE(read.bitsPerSample, bits);
        const float difference = largestDifference(convertedToSrgb(read.image), convertedToSrgb(picture.image));
        QVERIFY2(difference < 2.0f / 255, qPrintable(QString::number(difference * 255)));
    }

    void jpegXlKeepsWhatAGreyProfileMeans() {
        const TestFolder folder;
        writePicture(folder / "a.jxl", withProfile(flatPicture(oddSize, {0.5f}), linearGreyProfile()));
        const Image srgb = convertedToSrgb(readPicture(folder / "a.jxl").image);
        // Half the light is code 188 of sRGB.
        QVERIFY2(std::abs(srgb.at(5, 5, 1) * 255 - 187.5f) < 2, qPrintable(QString::number(srgb.at(5, 5, 1) * 255)));
    }

    void losslessJpegXlKeepsTheProfile() {
        const TestFolder folder;
        const Picture picture = withProfile(codedPicture(oddSize, 3, 16), wideProfile());
        writePicture(folder / "a.jxl", picture, {.bitsPerSample = 0, .quality = 90, .lossless = true});
        const Image read = readPicture(folder / "a.jxl").image;
        QVERIFY(sameBits(selectChannels(read, 0, 3), selectChannels(picture.image, 0, 3)));
        QVERIFY(largestDifference(convertedToSrgb(read), convertedToSrgb(picture.image)) < 0.5f / 255);
    }

    void whatHasNoGreyGetsThreeEqualChannels() {
        const TestFolder folder;
        writePicture(folder / "a.avif", flatPicture(oddSize, {0.4f}));
        const Image read = readPicture(folder / "a.avif").image;
        QCOMPARE(read.channels(), 3);
        QVERIFY(std::abs(read.at(5, 5, 2) - 0.4f) < 0.01f);
    }

    void aGreyWebpHasThreeEqualChannels() {
        const TestFolder folder;
        const Picture grey = codedPicture(oddSize, 2, 8);
        writePicture(folder / "picture.webp", grey, {.bitsPerSample = 0, .quality = 90, .lossless = true});
        const Image read = readPicture(folder / "picture.webp").image;
        QCOMPARE(read.channels(), 4);
        for (int channel = 0; channel < 3; ++channel) {
            QVERIFY(sameBits(selectChannels(read, channel, 1), selectChannels(grey.image, 0, 1)));
        }
        QVERIFY(sameBits(selectChannels(read, 3, 1), selectChannels(grey.image, 1, 1)));
    }

    void valuesAreClampedAndHalvesRoundedUp() {
        const TestFolder folder;
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<float> values{-1, nan, 0, 0.5f / 255, 0.4999f / 255, 0.5f, 1, 7, std::numeric_limits<float>::infinity()};
        const Picture picture{Image({9, 1}, 1, values), 8, {}};
        writePicture(folder / "a.png", picture);
        QCOMPARE(codesOf<std::uint8_t>(opened(folder / "a.png")), (std::vector<int>{0, 0, 0, 1, 0, 128, 255, 255, 255}));
        writePicture(folder / "b.png", picture, {.bitsPerSample = 16, .quality = 90, .lossless = false});
        QCOMPARE(codesOf<std::uint16_t>(opened(folder / "b.png")), (std::vector<int>{0, 0, 0, 129, 128, 32768, 65535, 65535, 65535}));
    }

    void sixteenBitsBecomeEightOnRequestOrWhereTheFormatHasNoMore() {
        const TestFolder folder;
        const Picture picture = codedPicture(oddSize, 3, 16);
        writePicture(folder / "a.png", picture, {.bitsPerSample = 8, .quality = 90, .lossless = false});
        writePicture(folder / "a.jpg", picture);
        QCOMPARE(readPicture(folder / "a.png").bitsPerSample, 8);
        QCOMPARE(readPicture(folder / "a.jpg").bitsPerSample, 8);
    }

    void alphaOnWhiteInJpeg() {
        const TestFolder folder;
        writePicture(folder / "a.jpg", flatPicture({16, 16}, {0.0f, 0.0f, 0.0f, 0.25f}, true),
                     {.bitsPerSample = 0, .quality = 100, .lossless = false});
        writePicture(folder / "b.jpg", flatPicture({16, 16}, {1.0f, 0.5f}, true), {.bitsPerSample = 0, .quality = 100, .lossless = false});
        const Image rgb = readPicture(folder / "a.jpg").image;
        QCOMPARE(rgb.channels(), 3);
        QVERIFY(std::abs(rgb.at(3, 3, 1) - 0.75f) < 0.01f);
        QCOMPARE(readPicture(folder / "b.jpg").image.channels(), 1);
        QCOMPARE(readPicture(folder / "b.jpg").image.at(0, 0, 0), 1.0f);
    }

    void premultipliedAlphaIsDividedOut() {
        const TestFolder folder;
        const VImage image = flat({8, 8}, {200, 100, 50, 128}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR);
        image.tiffsave((folder / "a.tif").c_str(), VImage::option()->set("premultiply", true));
        const Picture read = readPicture(folder / "a.tif");
        QCOMPARE(read.bitsPerSample, 8);
        QVERIFY(std::abs(read.image.at(2, 2, 0) * 255 - 200) <= 1.0f);
        QCOMPARE(read.image.at(2, 2, 3) * 255, 128.0f);
    }

    void paletteAndOneBitFilesAreReadAsColourAndGrey() {
        const TestFolder folder;
        const VImage colours = flat({16, 16}, {255, 0, 0}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR);
        colours.pngsave((folder / "palette.png").c_str(), VImage::option()->set("palette", true));
        const VImage grey = flat({16, 16}, {255}, VIPS_INTERPRETATION_B_W).cast(VIPS_FORMAT_UCHAR);
        grey.pngsave((folder / "bit.png").c_str(), VImage::option()->set("bitdepth", 1));
        grey.tiffsave((folder / "bit.tif").c_str(), VImage::option()->set("bitdepth", 1));
        QCOMPARE(readPicture(folder / "palette.png").image.at(3, 3, 0), 1.0f);
        QCOMPARE(readPicture(folder / "palette.png").image.at(3, 3, 2), 0.0f);
        for (const char* name : {"bit.png", "bit.tif"}) {
            QCOMPARE(readPicture(folder / name).image.channels(), 1);
            QCOMPARE(readPicture(folder / name).image.at(3, 3, 0), 1.0f);
        }
    }

    void theHeaderSaysWhatThePictureIs() {
        const TestFolder folder;
        writePicture(folder / "a.png", codedPicture(oddSize, 4, 16));
        writePicture(folder / "b.jpg", codedPicture(oddSize, 1, 8));
        const PictureInfo png = readPictureInfo(folder / "a.png");
        QCOMPARE(png.format, std::string("PNG"));
        QCOMPARE(png.size, oddSize);
        QCOMPARE(png.channels, 4);
        QCOMPARE(png.bitsPerSample, 16);
        QVERIFY(png.hasAlpha);
        QCOMPARE(png.colour, std::string("RGB"));
        const PictureInfo jpeg = readPictureInfo(folder / "b.jpg");
        QCOMPARE(jpeg.format, std::string("JPEG"));
        QCOMPARE(jpeg.colour, std::string("grey"));
        QVERIFY(!jpeg.hasAlpha && !jpeg.hasProfile);
    }

    void anyNameIsReadAndWritten_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"Größe 写真 📷.png", "a[page=3].tif", "sp ace,[Q=1].jpg", "dot.dot.PNG", "quote'\".webp", "%d%s.jpeg"}) {
            QTest::newRow(name) << QString::fromUtf8(name);
        }
        QTest::newRow("long") << QString(240, 'x') + ".png";
    }
    void anyNameIsReadAndWritten() {
        QFETCH(QString, name);
        const TestFolder folder;
        const auto path = folder / name.toStdString();
        QVERIFY(isWritableFormat(path));
        writePicture(path, codedPicture(oddSize, 3, 8));
        QCOMPARE(readPicture(path).image.size(), oddSize);
        std::filesystem::rename(path, folder / "no extension[x]");
        QCOMPARE(readPicture(folder / "no extension[x]").image.size(), oddSize);
    }

    void anOverwrittenFileIsReadAfresh() {
        const TestFolder folder;
        for (const Size size : {Size{5, 6}, Size{7, 3}}) {
            writePicture(folder / "a.png", codedPicture(size, 3, 8));
            QCOMPARE(readPicture(folder / "a.png").image.size(), size);
        }
    }

    void aFileCutShortIsRefused_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<double>("share");
        for (const QString& extension : everyExtension + QStringList{".gif", ".heic"}) {
            for (const double share : {0.02, 0.5, 0.9}) {
                QTest::addRow("%s %g", qPrintable(extension), share) << extension << share;
            }
        }
    }
    void aFileCutShortIsRefused() {
        QFETCH(QString, extension);
        QFETCH(double, share);
        const TestFolder folder;
        const auto path = folder / ("picture" + extension.toStdString());
        noise({200, 150}, 3, VIPS_INTERPRETATION_sRGB).write_to_file(path.c_str());
        const std::string whole = bytesOf(path);
        QCOMPARE(readPicture(path).image.size(), (Size{200, 150}));
        putBytes(path, whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * share)));
        const std::string text = errorOf([&] { readPicture(path); });
        QVERIFY2(says(text, "damaged or cut short"), text.c_str());
        QVERIFY2(says(text, "Copy it again"), text.c_str());
    }

    void whatIsNoPictureIsRefusedWithAReason() {
        const TestFolder folder;
        const auto refusal = [&](const std::filesystem::path& path) {
            const std::string text = errorOf([&] { readPicture(path); });
            return text == errorOf([&] { readPictureInfo(path); }) ? text : "readPictureInfo says something else";
        };
        putBytes(folder / "empty.jpg", "");
        putBytes(folder / "text.jpg", "This is no picture.\n1 2 3\n");
        putBytes(folder / "page.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        putBytes(folder / "photo.NEF", "II*");
        QVERIFY(says(refusal(folder / "missing.jpg"), "No such file"));
        QVERIFY(says(refusal(folder.path()), "is a folder"));
        QVERIFY(says(refusal(folder / "empty.jpg"), "no picture"));
        QVERIFY(says(refusal(folder / "text.jpg"), "no picture"));
        QVERIFY(says(refusal(folder / "page.svg"), "no picture"));
        QVERIFY(says(refusal(folder / "photo.NEF"), "RAW"));
        QVERIFY(says(refusal("/dev/zero"), "device"));
    }

    void aPipeIsRefusedBeforeItIsOpened() {
        const TestFolder folder;
        const auto pipe = folder / "pipe.jpg";
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QVERIFY(says(errorOf([&] { readPicture(pipe); }), "pipe"));
    }

    void aHugePictureIsRefusedFromItsHeader() {
        const TestFolder folder;
        putBytes(folder / "huge.png", pngHeader(40000, 30000));
        QCOMPARE(readPictureInfo(folder / "huge.png").size, (Size{40000, 30000}));
        const std::string text = errorOf([&] { readPicture(folder / "huge.png"); });
        QVERIFY2(says(text, "1144 megapixels"), text.c_str());
    }

    void samplesThatAreNoCodesAreRefused() {
        const TestFolder folder;
        flat({8, 8}, {-5, 5, 5}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_SHORT).tiffsave((folder / "signed.tif").c_str());
        flat({8, 8}, {1, 2, 3, 4, 5, 6}, VIPS_INTERPRETATION_sRGB).cast(VIPS_FORMAT_UCHAR).tiffsave((folder / "many.tif").c_str());
        QVERIFY(says(errorOf([&] { readPicture(folder / "signed.tif"); }), "16-bit TIFF"));
        QVERIFY(says(errorOf([&] { readPicture(folder / "many.tif"); }), "6 channels"));
    }

    void whatCannotBeWrittenIsRefusedAndLeavesNothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("quality");
        QTest::addColumn<QString>("text");
        QTest::newRow("extension") << "a.bmp" << 0 << 90 << "known extension";
        QTest::newRow("no extension") << "a" << 0 << 90 << "known extension";
        QTest::newRow("16-bit JPEG") << "a.jpg" << 16 << 90 << "PNG or TIFF";
        QTest::newRow("16-bit WebP") << "a.webp" << 16 << 90 << "PNG or TIFF";
        QTest::newRow("lossless AVIF") << "a.avif" << 0 << 90 << "JPEG XL";
        QTest::newRow("12 bits") << "a.png" << 12 << 90 << "8 or 16";
        QTest::newRow("quality 0") << "a.jpg" << 0 << 0 << "1 to 100";
        QTest::newRow("quality 101") << "a.jpg" << 0 << 101 << "1 to 100";
        QTest::newRow("no folder") << "missing/a.jpg" << 0 << 90 << "existing folder";
    }
    void whatCannotBeWrittenIsRefusedAndLeavesNothing() {
        QFETCH(QString, name);
        QFETCH(int, bits);
        QFETCH(int, quality);
        QFETCH(QString, text);
        const TestFolder folder;
        const Picture picture = codedPicture(oddSize, 3, 8);
        const WriteOptions options{bits, quality, says(QTest::currentDataTag(), "lossless")};
        const std::string error = errorOf([&] { writePicture(folder / name.toStdString(), picture, options); });
        QVERIFY2(says(error, text.toStdString()), error.c_str());
        QCOMPARE(folder.count(), 0);
    }

    void aFolderIsNotOverwritten() {
        const TestFolder folder;
        std::filesystem::create_directory(folder / "a.png");
        QVERIFY(says(errorOf([&] { writePicture(folder / "a.png", codedPicture(oddSize, 3, 8)); }), "is a folder"));
        QCOMPARE(folder.count(), 1);
    }

    void knownExtensionsAreWritable() {
        for (const char* name : {"a.jpg", "a.JPEG", "a.png", "a.tif", "a.TIFF", "a.webp", "a.jxl", "a.AVIF"}) {
            QVERIFY(isWritableFormat(name));
        }
        for (const char* name : {"a.dz", "a.gif", "a", "jpg", "", "a.png.txt"}) {
            QVERIFY(!isWritableFormat(name));
        }
    }

    void extensionsTellWhichFilesHoldMoreThanEightBits() {
        for (const char* name : {"a.png", "a.TIF", "a.tiff", "a.jxl", "a.avif"}) {
            QVERIFY(holds16Bits(name));
        }
        for (const char* name : {"a.jpg", "a.webp", "a.dz", "a.gif", "a"}) {
            QVERIFY(!holds16Bits(name));
        }
    }
};

QTEST_GUILESS_MAIN(TestPictureFile)
#include "test_picture_file.moc"
