#include "core/io/colour_transform.h"
#include "core/io/picture_file.h"
#include "picture_support.h"

#include <array>
#include <cmath>
#include <cstdint>

using namespace casr;

namespace {

/// The bytes of a little-endian TIFF structure, directory first, as cameras write it.
class TiffWriter {
public:
    void add(int tag, int type, std::uint32_t count, const std::string& bytes) {
        m_entries += number(tag, 2) + number(type, 2) + number(count, 4);
        m_entries += bytes.size() <= 4 ? bytes + std::string(4 - bytes.size(), '\0') : number(extraStart + m_extra.size(), 4);
        m_extra += bytes.size() <= 4 ? std::string() : bytes + std::string(bytes.size() % 2, '\0');
        ++m_count;
    }
    void addShort(int tag, std::uint64_t value) { add(tag, 3, 1, number(value, 2)); }
    void addLong(int tag, std::uint64_t value) { add(tag, 4, 1, number(value, 4)); }
    void addText(int tag, const std::string& text) { add(tag, 2, static_cast<std::uint32_t>(text.size()) + 1, text + '\0'); }
    void addFractions(int tag, int type, const std::vector<double>& values) {
        std::string bytes;
        for (const double value : values) {
            bytes += number(static_cast<std::uint32_t>(std::lround(value * 10000)), 4) + number(10000, 4);
        }
        add(tag, type, static_cast<std::uint32_t>(values.size()), bytes);
    }

    /// Everything before the pixels, which come at `pixelStart`.
    std::string header() const {
        std::string bytes = std::string("II*\0", 4) + number(8, 4) + number(m_count, 2) + m_entries + number(0, 4);
        bytes.resize(extraStart, '\0');
        bytes += m_extra;
        bytes.resize(pixelStart, '\0');
        return bytes;
    }

    static std::string number(std::uint64_t value, int bytes) {
        std::string text;
        for (int at = 0; at < bytes; ++at) {
            text += static_cast<char>(value >> 8 * at & 0xFF);
        }
        return text;
    }

    static constexpr std::size_t extraStart = 512;
    static constexpr std::size_t pixelStart = 1024;

private:
    std::string m_entries;
    std::string m_extra;
    std::uint32_t m_count = 0;
};

const Size sensor{96, 64};

/// What the camera's sensor gives for neutral grey: its white balance.
const std::array<double, 3> neutral{0.5, 1.0, 0.8};

void addPlainTags(TiffWriter& tiff, Size size, int photometric, int orientation) {
    tiff.addLong(254, 0);
    tiff.addLong(256, static_cast<std::uint64_t>(size.width));
    tiff.addLong(257, static_cast<std::uint64_t>(size.height));
    tiff.addShort(258, 16);
    tiff.addShort(259, 1);
    tiff.addShort(262, static_cast<std::uint64_t>(photometric));
    tiff.addText(271, "Canon");
    tiff.addText(272, "EOS 5D");
    tiff.addLong(273, TiffWriter::pixelStart);
    tiff.addShort(274, static_cast<std::uint64_t>(orientation));
    tiff.addShort(277, 1);
    tiff.addLong(278, static_cast<std::uint64_t>(size.height));
    tiff.addLong(279, static_cast<std::uint64_t>(size.area() * 2));
}

/// A camera that sees the primaries of sRGB, with a Bayer mosaic of red, green, green and blue.
void addCameraTags(TiffWriter& tiff) {
    const std::array<double, 9> srgbOfXyz{3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108,
                                          0.0415560, 0.0556434,  -0.2040259, 1.0572252};
    std::vector<double> cameraOfXyz;
    for (std::size_t at = 0; at < srgbOfXyz.size(); ++at) {
        cameraOfXyz.push_back(srgbOfXyz[at] * neutral[at / 3]);
    }
    tiff.add(33421, 3, 2, TiffWriter::number(2, 2) + TiffWriter::number(2, 2));
    tiff.add(33422, 1, 4, std::string("\0\1\1\2", 4));
    tiff.add(50706, 1, 4, std::string("\1\4\0\0", 4));
    tiff.addText(50708, "Lumen One");
    tiff.addLong(50717, 65535);
    tiff.addFractions(50721, 10, cameraOfXyz);
    tiff.addFractions(50728, 5, {neutral.begin(), neutral.end()});
    tiff.addShort(50778, 21);
}

/// Mosaic samples of the linear sRGB colours of the left and of the right half.
std::string mosaic(const std::array<double, 3>& left, const std::array<double, 3>& right) {
    std::string bytes;
    for (int y = 0; y < sensor.height; ++y) {
        for (int x = 0; x < sensor.width; ++x) {
            const auto channel = static_cast<std::size_t>(y % 2 + x % 2);
            const double light = (x < sensor.width / 2 ? left : right)[channel] * neutral[channel];
            bytes += TiffWriter::number(static_cast<std::uint64_t>(light * 65535 + 0.5), 2);
        }
    }
    return bytes;
}

const std::array<double, 3> orange{0.5, 0.25, 0.1};
const std::array<double, 3> grey{0.2, 0.2, 0.2};

std::string dng(int orientation = 1, Size size = sensor) {
    TiffWriter tiff;
    addPlainTags(tiff, size, 32803, orientation);
    addCameraTags(tiff);
    return tiff.header() + mosaic(orange, grey);
}

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
