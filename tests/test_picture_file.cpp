#include "core/io/colour_transform.h"
#include "core/io/exif.h"
#include "core/io/picture_file.h"
#include "picture_support.h"

#include <vips/vips8>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include <sys/stat.h>

using namespace casr;
using vips::VImage;

namespace {

const Size oddSize{37, 23};

std::string blob(const VImage& image, const char* name) {
    std::size_t size = 0;
    const void* data = image.get_typeof(name) ? image.get_blob(name, &size) : nullptr;
    return data ? std::string(static_cast<const char*>(data), size) : std::string();
}

VImage opened(const std::filesystem::path& path) {
    return VImage::new_from_file(path.c_str());
}

/// The pixels as libvips decodes them, in their own codes.
template <typename Sample>
std::vector<int> codesOf(const VImage& image) {
    const VImage memory = image.copy_memory();
    const auto* first = static_cast<const Sample*>(memory.data());
    return {first, first + static_cast<std::ptrdiff_t>(memory.width()) * memory.height() * memory.bands()};
}

std::vector<int> codesOf(const Image& image, int largest) {
    std::vector<int> codes;
    for (const float value : image.values()) {
        codes.push_back(static_cast<int>(std::lround(value * static_cast<float>(largest))));
    }
    return codes;
}

/// A libvips picture of 8-bit noise.
VImage noise(Size size, int bands, VipsInterpretation interpretation) {
    HashRandom random(7);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(bands));
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random.below(256));
    }
    return VImage::new_from_memory(bytes.data(), bytes.size(), size.width, size.height, bands, VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", interpretation))
        .copy_memory(); // Last: a picture that is in memory already would go on pointing at these bytes.
}

VipsInterpretation interpretation(int bits) {
    return bits == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

VImage flat(Size size, const std::vector<double>& colour, VipsInterpretation interpretation) {
    const VImage black = VImage::black(size.width, size.height, VImage::option()->set("bands", static_cast<int>(colour.size())));
    const VImage filled = black.linear(std::vector<double>(colour.size(), 1.0), colour);
    return filled.copy(VImage::option()->set("interpretation", interpretation));
}

std::string wideProfile() {
    VipsBlob* profile = nullptr;
    if (vips_profile_load("p3", &profile, nullptr)) {
        return {};
    }
    std::size_t size = 0;
    const auto* data = static_cast<const char*>(vips_blob_get(profile, &size));
    const std::string bytes(data, size);
    vips_area_unref(VIPS_AREA(profile));
    return bytes;
}

std::string bigEndian(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// An ICC profile of grey in linear light: D50 white and a tone curve of gamma 1, nothing else.
std::string linearGreyProfile() {
    const std::string white = bigEndian(0xF6D6) + bigEndian(0x10000) + bigEndian(0xD32D);
    const std::string tags = bigEndian(2) + "wtpt" + bigEndian(156) + bigEndian(20) + "kTRC" + bigEndian(176) + bigEndian(14);
    // Some noise at the end, because libpng refuses profiles that deflate to next to nothing.
    HashRandom random(3);
    std::string data = "XYZ " + bigEndian(0) + white + "curv" + bigEndian(0) + bigEndian(1) + std::string("\1\0\0\0", 4);
    std::generate_n(std::back_inserter(data), 320, [&] { return static_cast<char>(random.below(256)); });
    std::string header = bigEndian(512) + "none" + bigEndian(0x02100000) + "mntrGRAYXYZ " + std::string(12, '\0') + "acsp";
    header += std::string(28, '\0') + white;
    return header + std::string(128 - header.size(), '\0') + tags + data;
}

Picture withProfile(const Picture& picture, const std::string& profile) {
    Picture result = picture;
    const ColourEncoding encoding{std::make_shared<const std::string>(profile), picture.image.encoding().hasAlpha};
    result.image = withEncoding(picture.image, encoding);
    return result;
}

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

/// An EXIF block with orientation 6 alone.
std::string exifBlock(bool bigEndianOrder) {
    return bigEndianOrder ? std::string("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 32)
                          : std::string("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 32);
}

/// AVIF is the one format that cannot be written without loss.
const QStringList losslessExtensions{".png", ".tif", ".tiff", ".webp", ".jxl"};
const QStringList everyExtension{".jpg", ".png", ".tif", ".webp", ".jxl", ".avif"};

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

void addExtensions(const QStringList& extensions) {
    QTest::addColumn<QString>("extension");
    for (const QString& extension : extensions) {
        QTest::newRow(qPrintable(extension)) << extension;
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

    void metadataThatNoFormatTakesDoesNotStopTheWriting_data() { addExtensions(everyExtension); }
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

QTEST_GUILESS_MAIN(TestPictureFile)
#include "test_picture_file.moc"
