#include "core/io/colour_transform.h"
#include "core/io/linear_light.h"
#include "core/io/picture_file.h"
#include "picture_support.h"

#include <vips/vips8>

#include <array>
#include <cmath>
#include <memory>

#include <lcms2.h>

#include <ImfRgbaFile.h>

using namespace casr;
using vips::VImage;

namespace {

const Size area{23, 17};

/// A libvips picture of one colour.
VImage flat(Size size, const std::vector<double>& colour, VipsInterpretation meaning, VipsBandFormat format) {
    const VImage black = VImage::black(size.width, size.height, VImage::option()->set("bands", static_cast<int>(colour.size())));
    const VImage filled = black.linear(std::vector<double>(colour.size(), 1.0), colour);
    return filled.cast(format).copy(VImage::option()->set("interpretation", meaning));
}

std::string littleEndian(std::uint64_t value, int bytes) {
    std::string text;
    for (int at = 0; at < bytes; ++at) {
        text += static_cast<char>(value >> 8 * at & 0xFF);
    }
    return text;
}

/// A bitmap file with a plain header; `palette` as blue, green, red, 0.
std::string bmp(int width, int height, int bits, int compression, const std::string& palette, const std::string& pixels) {
    const std::size_t at = 54 + palette.size();
    std::string file = "BM" + littleEndian(at + pixels.size(), 4) + littleEndian(0, 4) + littleEndian(at, 4) + littleEndian(40, 4);
    file += littleEndian(static_cast<std::uint32_t>(width), 4) + littleEndian(static_cast<std::uint32_t>(height), 4) + littleEndian(1, 2);
    file += littleEndian(static_cast<std::uint64_t>(bits), 2) + littleEndian(static_cast<std::uint64_t>(compression), 4);
    file += std::string(12, '\0') + littleEndian(compression == 3 ? 0 : palette.size() / 4, 4);
    file.resize(54, '\0');
    return file + palette + pixels;
}

std::vector<int> codesOf(const Image& image) {
    std::vector<int> codes;
    for (const float value : image.values()) {
        codes.push_back(static_cast<int>(std::lround(value * 255)));
    }
    return codes;
}

const std::string redAndGreen("\0\0\xFF\0\0\xFF\0\0", 8);

struct CloseProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

std::string builtInProfile(const char* name) {
    VipsBlob* blob = nullptr;
    vips_profile_load(name, &blob, nullptr);
    std::size_t size = 0;
    const auto* data = static_cast<const char*>(vips_blob_get(blob, &size));
    std::string bytes(data, size);
    vips_area_unref(VIPS_AREA(blob));
    return bytes;
}

Profile openedProfile(const std::string& bytes) {
    return Profile(bytes.empty() ? cmsCreate_sRGBProfile()
                                 : cmsOpenProfileFromMem(bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
}

/// The Lab colour of one pixel by LittleCMS alone, relative colorimetric.
cmsCIELab labOf(const void* pixel, cmsUInt32Number type, const std::string& profile, bool blackPoint) {
    const Profile from = openedProfile(profile), lab(cmsCreateLab4Profile(nullptr));
    const cmsUInt32Number flags = cmsFLAGS_NOOPTIMIZE | (blackPoint ? cmsFLAGS_BLACKPOINTCOMPENSATION : 0u);
    cmsHTRANSFORM transform = cmsCreateTransform(from.get(), type, lab.get(), TYPE_Lab_DBL, INTENT_RELATIVE_COLORIMETRIC, flags);
    cmsCIELab result{};
    cmsDoTransform(transform, pixel, &result, 1);
    cmsDeleteTransform(transform);
    return result;
}

/// The Lab colour of what was read, by its own profile.
cmsCIELab labOf(const Image& image) {
    const std::array<float, 3> pixel{image.at(3, 3, 0), image.at(3, 3, 1), image.at(3, 3, 2)};
    const auto& profile = image.encoding().iccProfile;
    return labOf(pixel.data(), TYPE_RGB_FLT, profile ? *profile : std::string(), false);
}

double srgbCurve(double light) {
    return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

/// An OpenEXR file of one pixel's colour, written by OpenEXR itself.
void writeExr(const std::filesystem::path& path, const Imf::Rgba& pixel, Imf::RgbaChannels channels) {
    const std::vector<Imf::Rgba> pixels(static_cast<std::size_t>(area.area()), pixel);
    Imf::RgbaOutputFile file(path.c_str(), area.width, area.height, channels);
    file.setFrameBuffer(pixels.data(), 1, static_cast<std::size_t>(area.width));
    file.writePixels(area.height);
}

double codeOf(const Image& image, int channel) {
    return convertedToSrgb(image).at(2, 2, channel) * 255;
}

} // namespace

/// Files of every kind, and that their colours are right: LittleCMS is the independent reference.
class TestInputs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void bitmapsOfEveryDepthAreRead_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("channels");
        QTest::addColumn<QList<int>>("codes");
        const auto row = [](const char* name, const std::string& bytes, int channels, const QList<int>& codes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << channels << codes;
        };
        // Rows go from bottom to top: the first of the file is the last of the picture.
        row("1 bit", bmp(3, 2, 1, 0, redAndGreen, std::string("\x40\0\0\0\xA0\0\0\0", 8)), 3,
            {0, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 0});
        row("1 bit grey", bmp(2, 1, 1, 0, std::string("\0\0\0\0\xFF\xFF\xFF\0", 8), std::string("\x40\0\0\0", 4)), 1, {0, 255});
        row("4 bits", bmp(3, 1, 4, 0, redAndGreen, std::string("\x01\x10\0\0", 4)), 3, {255, 0, 0, 0, 255, 0, 0, 255, 0});
        row("8 bits", bmp(2, 1, 8, 0, redAndGreen, std::string("\x01\x07\0\0", 4)), 3, {0, 255, 0, 0, 0, 0});
        row("16 bits", bmp(1, 1, 16, 0, "", std::string("\xE0\x7F\0\0", 4)), 3, {255, 255, 0});
        row("16 bits, 565",
            bmp(1, 1, 16, 3, littleEndian(0xF800, 4) + littleEndian(0x7E0, 4) + littleEndian(0x1F, 4), std::string("\xE0\x07\0\0", 4)), 3,
            {0, 255, 0});
        row("24 bits", bmp(1, 2, 24, 0, "", std::string("\x01\x02\x03\0\x04\x05\x06\0", 8)), 3, {6, 5, 4, 3, 2, 1});
        row("24 bits from the top", bmp(1, -2, 24, 0, "", std::string("\x01\x02\x03\0\x04\x05\x06\0", 8)), 3, {3, 2, 1, 6, 5, 4});
        row("32 bits", bmp(1, 1, 32, 0, "", "\x01\x02\x03\x04"), 3, {3, 2, 1});
        row("runs of 8 bits", bmp(4, 2, 8, 1, redAndGreen, std::string("\x03\x01\x01\0\0\0\0\x04\1\0\1\0\0\1", 14)), 3,
            {0, 255, 0, 255, 0, 0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 255, 0, 0});
        row("runs of 4 bits", bmp(3, 1, 4, 2, redAndGreen, std::string("\x03\x01\0\1", 4)), 3, {255, 0, 0, 0, 255, 0, 255, 0, 0});
    }
    void bitmapsOfEveryDepthAreRead() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, channels);
        QFETCH(QList<int>, codes);
        const TestFolder folder;
        putBytes(folder / "a.bmp", bytes.toStdString());
        const Picture read = readPicture(folder / "a.bmp");
        QCOMPARE(readPictureInfo(folder / "a.bmp").format, std::string("BMP"));
        QCOMPARE(read.image.channels(), channels);
        QCOMPARE(codesOf(read.image), std::vector<int>(codes.begin(), codes.end()));
    }

    void aBitmapWithAlphaKeepsIt() {
        const TestFolder folder;
        std::string bytes = bmp(1, 1, 32, 3, littleEndian(0xFF0000, 4) + littleEndian(0xFF00, 4) + littleEndian(0xFF, 4), "");
        bytes = bytes.replace(14, 4, littleEndian(56, 4)) + littleEndian(0xFF000000u, 4) + "\x01\x02\x03\x80";
        bytes.replace(10, 4, littleEndian(70, 4));
        putBytes(folder / "a.bmp", bytes);
        const Image read = readPicture(folder / "a.bmp").image;
        QVERIFY(read.encoding().hasAlpha);
        QCOMPARE(codesOf(read), (std::vector<int>{3, 2, 1, 128}));
    }

    void aBitmapCutShortIsRefused() {
        const TestFolder folder;
        const std::string whole = bmp(5, 7, 24, 0, "", std::string(7 * 16, 'x'));
        for (const std::size_t length : {std::size_t{2}, std::size_t{30}, std::size_t{54}, whole.size() - 1}) {
            putBytes(folder / "a.bmp", whole.substr(0, length));
            const std::string text = errorOf([&] { readPicture(folder / "a.bmp"); });
            QVERIFY2(says(text, "damaged or cut short"), text.c_str());
        }
        putBytes(folder / "a.bmp", bmp(30000, 30000, 8, 0, redAndGreen, "none"));
        QVERIFY(says(errorOf([&] { readPicture(folder / "a.bmp"); }), "unpack"));
    }

    void linearLightGetsAVisibleToneCurve_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("OpenEXR") << "a.exr";
        QTest::newRow("Radiance") << "a.hdr";
        QTest::newRow("float TIFF") << "a.tif";
        QTest::newRow("name with options") << "a[page=3].exr";
    }
    void linearLightGetsAVisibleToneCurve() {
        QFETCH(QString, name);
        const TestFolder folder;
        const auto path = folder / name.toStdString();
        const auto write = [&](double red, double green, double blue) {
            const VImage light = flat(area, {red, green, blue}, VIPS_INTERPRETATION_scRGB, VIPS_FORMAT_FLOAT);
            if (name.endsWith(".exr")) {
                writeExr(path, {static_cast<float>(red), static_cast<float>(green), static_cast<float>(blue), 1}, Imf::WRITE_RGB);
            } else {
                name.endsWith(".hdr") ? light.radsave(path.c_str()) : light.tiffsave(path.c_str());
            }
        };
        write(0.25, 0.5, 0.125);
        const Picture plain = readPicture(path);
        QCOMPARE(plain.bitsPerSample, 16);
        QCOMPARE(plain.image.channels(), 3);
        QVERIFY(says(plain.notes.at(0), "soft"));
        QVERIFY(std::abs(codeOf(plain.image, 0) - 255 * srgbCurve(0.25)) < 1);
        QVERIFY(std::abs(codeOf(plain.image, 1) - 255 * srgbCurve(0.5)) < 1);
        QVERIFY(std::abs(codeOf(plain.image, 2) - 255 * srgbCurve(0.125)) < 1);

        write(4, 2, 2);
        const Image soft = readPicture(path).image;
        const Picture clipped = readPicture(path, {.page = 0, .tone = ToneCurve::clip});
        QVERIFY(says(clipped.notes.at(0), "clip"));
        QVERIFY(soft.at(2, 2, 0) < 1.0f && soft.at(2, 2, 0) > 0.9f);
        QCOMPARE(readPictureInfo(path).bitsPerSample, 32);
        // All channels are divided by the largest, the red of Display P3, so that the hue survives.
        const double largest = 0.8225 * 4 + 0.1775 * 2;
        QVERIFY(std::abs(codeOf(clipped.image, 1) - 255 * srgbCurve(2 / largest)) < 1);
    }

    void theToneCurveIsMonotonousAndLeavesOrdinaryTonesAlone() {
        float before = -1;
        for (float light = 0; light < 20; light += 0.01f) {
            const float tone = underToneCurve(light, ToneCurve::soft);
            QVERIFY(tone >= before && tone <= 1);
            QVERIFY(light > 0.8f || tone == light);
            before = tone;
        }
        QCOMPARE(underToneCurve(3, ToneCurve::clip), 1.0f);
        QCOMPARE(underToneCurve(-3, ToneCurve::soft), 0.0f);
    }

    void alphaOfOpenExrIsDividedOut() {
        const TestFolder folder;
        writeExr(folder / "a.exr", {0.25f, 0.125f, 0.0f, 0.5f}, Imf::WRITE_RGBA);
        const Image read = readPicture(folder / "a.exr").image;
        QCOMPARE(read.channels(), 4);
        QCOMPARE(read.at(2, 2, 3), 0.5f);
        QVERIFY(std::abs(codeOf(read, 0) - 255 * srgbCurve(0.5)) < 1);
    }

    void floatGreyStaysGreyAndNumbersThatAreNoneBecomeBlack() {
        const TestFolder folder;
        flat(area, {0.5}, VIPS_INTERPRETATION_B_W, VIPS_FORMAT_FLOAT).tiffsave((folder / "a.tif").c_str());
        const Image grey = readPicture(folder / "a.tif").image;
        QCOMPARE(grey.channels(), 1);
        QVERIFY(std::abs(grey.at(2, 2, 0) - srgbCurve(0.5)) < 1e-3);
        flat(area, {std::nan(""), 0.5, 0.5}, VIPS_INTERPRETATION_scRGB, VIPS_FORMAT_FLOAT).tiffsave((folder / "b.tif").c_str());
        const Image coloured = readPicture(folder / "b.tif").image;
        QVERIFY(codeOf(coloured, 0) < 20); // some of the green, in wider primaries
        QVERIFY(codeOf(coloured, 1) > 150 && codeOf(coloured, 2) > 150);
    }

    void integersOf32BitsAreRead() {
        const TestFolder folder;
        flat(area, {4294967295.0, 2147483648.0, 0}, VIPS_INTERPRETATION_RGB, VIPS_FORMAT_UINT).tiffsave((folder / "a.tif").c_str());
        const Picture read = readPicture(folder / "a.tif");
        QCOMPARE(read.bitsPerSample, 16);
        QCOMPARE(read.image.at(1, 1, 0), 1.0f);
        QVERIFY(std::abs(read.image.at(1, 1, 1) - 0.5f) < 1e-4f);
    }

    void everyPageOfATiffCanBeChosen() {
        const TestFolder folder;
        const VImage red = flat(area, {255, 0, 0}, VIPS_INTERPRETATION_sRGB, VIPS_FORMAT_UCHAR);
        const VImage blue = flat(area, {0, 0, 255}, VIPS_INTERPRETATION_sRGB, VIPS_FORMAT_UCHAR);
        VImage pages = VImage::arrayjoin({red, blue}, VImage::option()->set("across", 1));
        pages.set("page-height", area.height);
        pages.tiffsave((folder / "a.tif").c_str());
        QCOMPARE(readPictureInfo(folder / "a.tif").pages, 2);
        const Picture first = readPicture(folder / "a.tif"), second = readPicture(folder / "a.tif", {.page = 1});
        QCOMPARE(first.image.size(), area);
        QCOMPARE(first.image.at(3, 3, 0), 1.0f);
        QCOMPARE(second.image.at(3, 3, 2), 1.0f);
        QVERIFY(says(second.notes.at(0), "page 2 of 2"));
        const std::string text = errorOf([&] { readPicture(folder / "a.tif", {.page = 2}); });
        QVERIFY2(says(text, "no page 3") && says(text, "2 pages"), text.c_str());
    }

    void tiledTiffGivesThePixelsOfStrips() {
        const TestFolder folder;
        const Picture picture = codedPicture({300, 211}, 3, 16);
        writePicture(folder / "strips.tif", picture);
        VImage::new_from_file((folder / "strips.tif").c_str())
            .tiffsave((folder / "tiles.tif").c_str(), VImage::option()->set("tile", true)->set("tile_width", 64)->set("tile_height", 32));
        QVERIFY(sameBits(readPicture(folder / "tiles.tif").image, picture.image));
    }

    void coloursAgreeWithLittleCms_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QList<double>>("colour");
        for (const QList<double>& colour : {QList<double>{200, 30, 60}, {20, 180, 90}, {128, 128, 128}, {250, 240, 20}, {12, 9, 40}}) {
            for (const char* kind : {"sRGB", "p3", "p3 in 16 bits", "float"}) {
                QTest::addRow("%s %g %g %g", kind, colour[0], colour[1], colour[2]) << QString(kind) << colour;
            }
        }
        for (const QList<double>& colour :
             {QList<double>{0, 150, 200, 20}, {200, 20, 10, 0}, {0, 0, 0, 0}, {90, 90, 90, 128}, {255, 255, 0, 0}}) {
            for (const char* kind : {"CMYK", "CMYK without profile"}) {
                QTest::addRow("%s %g %g %g %g", kind, colour[0], colour[1], colour[2], colour[3]) << QString(kind) << colour;
            }
        }
        for (const QList<double>& colour : {QList<double>{50, 0, 0}, {60, 40, -20}, {30, -20, 25}, {85, 5, 60}}) {
            QTest::addRow("Lab %g %g %g", colour[0], colour[1], colour[2]) << "Lab" << colour;
        }
    }
    void coloursAgreeWithLittleCms() {
        QFETCH(QString, kind);
        QFETCH(QList<double>, colour);
        const TestFolder folder;
        const auto path = folder / "a.tif";
        const std::vector<double> values(colour.begin(), colour.end());
        cmsCIELab expected{};
        const auto write = [&](VImage image, const std::string& profile) {
            if (!profile.empty()) {
                vips_image_set_blob_copy(image.get_image(), VIPS_META_ICC_NAME, profile.data(), profile.size());
            }
            image.tiffsave(path.c_str());
        };
        if (kind == "Lab") {
            expected = {colour[0], colour[1], colour[2]};
            flat(area, values, VIPS_INTERPRETATION_LAB, VIPS_FORMAT_FLOAT).colourspace(VIPS_INTERPRETATION_LABS).tiffsave(path.c_str());
        } else if (kind.startsWith("CMYK")) {
            const std::string profile = builtInProfile("cmyk");
            const std::array<std::uint8_t, 4> pixel{static_cast<std::uint8_t>(colour[0]), static_cast<std::uint8_t>(colour[1]),
                                                    static_cast<std::uint8_t>(colour[2]), static_cast<std::uint8_t>(colour[3])};
            expected = labOf(pixel.data(), TYPE_CMYK_8, profile, true);
            write(flat(area, values, VIPS_INTERPRETATION_CMYK, VIPS_FORMAT_UCHAR), kind == "CMYK" ? profile : std::string());
        } else if (kind == "float") {
            const std::array<double, 3> pixel{srgbCurve(colour[0] / 255 * 0.8), srgbCurve(colour[1] / 255 * 0.8),
                                              srgbCurve(colour[2] / 255 * 0.8)};
            expected = labOf(pixel.data(), TYPE_RGB_DBL, {}, false);
            flat(area, {colour[0] / 255 * 0.8, colour[1] / 255 * 0.8, colour[2] / 255 * 0.8}, VIPS_INTERPRETATION_scRGB, VIPS_FORMAT_FLOAT)
                .tiffsave(path.c_str());
        } else {
            const std::string profile = kind == "sRGB" ? std::string() : builtInProfile("p3");
            const std::array<double, 3> pixel{colour[0] / 255, colour[1] / 255, colour[2] / 255};
            expected = labOf(pixel.data(), TYPE_RGB_DBL, profile, false);
            const bool wide = kind.endsWith("16 bits");
            const double scale = wide ? 257 : 1;
            write(flat(area, {colour[0] * scale, colour[1] * scale, colour[2] * scale},
                       wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB, wide ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR),
                  profile);
        }
        const cmsCIELab got = labOf(readPicture(path).image);
        const double difference = cmsCIE2000DeltaE(&expected, &got, 1, 1, 1);
        QVERIFY2(difference < 1, qPrintable(QString("%1: %2 %3 %4, expected %5 %6 %7")
                                                .arg(difference)
                                                .arg(got.L)
                                                .arg(got.a)
                                                .arg(got.b)
                                                .arg(expected.L)
                                                .arg(expected.a)
                                                .arg(expected.b)));
    }

    void theDisplayAgreesWithLittleCms() {
        const std::string profile = builtInProfile("p3");
        for (const auto& colour : {std::array<float, 3>{0.5f, 0.4f, 0.3f}, {0.35f, 0.6f, 0.4f}, {0.9f, 0.85f, 0.8f}}) {
            Picture picture = flatPicture(area, {colour.begin(), colour.end()});
            picture.image = withEncoding(picture.image, {std::make_shared<const std::string>(profile), false});
            const cmsCIELab expected = labOf(colour.data(), TYPE_RGB_FLT, profile, false), got = labOf(convertedToSrgb(picture.image));
            QVERIFY(cmsCIE2000DeltaE(&expected, &got, 1, 1, 1) < 1);
        }
    }

    void aBombIsRefusedFromItsHeaderUnlessItIsAllowed() {
        const TestFolder folder;
        const std::string greys("\0\0\0\0\xFF\xFF\xFF\0", 8);
        putBytes(folder / "a.bmp", bmp(17000, 16000, 8, 0, greys, "hardly any pixels"));
        const std::string text = errorOf([&] { readPicture(folder / "a.bmp"); });
        QVERIFY2(says(text, "would unpack to 272 MB") && says(text, "--allow-large"), text.c_str());
        const std::string allowed = errorOf([&] { readPicture(folder / "a.bmp", {.allowLarge = true}); });
        QVERIFY2(says(allowed, "damaged or cut short"), allowed.c_str());
    }

    void whatNoMemoryHoldsIsRefusedEvenWhenItIsAllowed() {
        const TestFolder folder;
        putBytes(folder / "a.bmp", bmp(1 << 20, 1 << 20, 8, 0, redAndGreen, "x"));
        const std::string text = errorOf([&] { readPicture(folder / "a.bmp", {.allowLarge = true}); });
        QVERIFY2(says(text, "MB of memory when opened"), text.c_str());
    }
};

QTEST_GUILESS_MAIN(TestInputs)
#include "test_inputs.moc"
