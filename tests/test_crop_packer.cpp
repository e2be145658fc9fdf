#include "core/io/crop_packer.h"
#include "core/train/crop_file.h"
#include "picture_support.h"

#include <cmath>

using namespace casr;

namespace {

std::vector<std::string> pack(const TestFolder& pictures, int edge, const std::filesystem::path& file) {
    std::vector<std::string> reports;
    packCrops(pictures.path(), edge, file, [&](const std::string& line) { reports.push_back(line); });
    return reports;
}

int sampleOf(const CropFile& crops, int crop, int x, int y, int channel) {
    return crops.crop(crop)[(y * crops.edge + x) * 3 + channel];
}

} // namespace

class TestCropPacker : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cropsAreCutOnAGridFromTheTopLeft() {
        const TestFolder pictures, out;
        const Picture picture = codedPicture({71, 47}, 3, 8);
        writePicture(pictures / "photo.png", picture);
        QVERIFY(pack(pictures, 20, out / "crops").empty());
        const CropFile crops = readCropFile(out / "crops");
        QCOMPARE(crops.edge, 20);
        QCOMPARE(crops.count(), 6);
        for (int crop = 0; crop < 6; ++crop) {
            for (int y = 0; y < 20; ++y) {
                for (int x = 0; x < 60; ++x) {
                    const float value = picture.image.at(crop % 3 * 20 + x / 3, crop / 3 * 20 + y, x % 3);
                    QCOMPARE(sampleOf(crops, crop, x / 3, y, x % 3), static_cast<int>(std::lround(value * 255)));
                }
            }
        }
    }

    void picturesOfOnePhotoShareItsNumber() {
        const TestFolder pictures, out;
        for (const char* name : {"b_2.png", "a_x_1.png", "a_x_2.png", "b_1.png", "c.png"}) {
            writePicture(pictures / name, codedPicture({16, 16}, 3, 8));
        }
        pack(pictures, 16, out / "crops");
        QCOMPARE(readCropFile(out / "crops").photos, (std::vector<std::uint32_t>{0, 0, 1, 1, 2}));
    }

    void greyAlphaAndSixteenBitsBecomeEightBitRgb() {
        const TestFolder pictures, out;
        writePicture(pictures / "a.png", flatPicture({16, 16}, {0.2f, 0.5f}, true));
        Picture wide = flatPicture({16, 16}, {0.2f, 0.4f, 0.6f, 0.5f}, true);
        wide.bitsPerSample = 16;
        writePicture(pictures / "b.png", wide);
        pack(pictures, 16, out / "crops");
        const CropFile crops = readCropFile(out / "crops");
        QCOMPARE(crops.count(), 2);
        for (int channel = 0; channel < 3; ++channel) {
            QCOMPARE(sampleOf(crops, 0, 7, 7, channel), 51);
            QCOMPARE(sampleOf(crops, 1, 7, 7, channel), 51 * (channel + 1));
        }
    }

    void unreadableAndSmallPicturesAreReportedAndLeftOut() {
        const TestFolder pictures, out;
        writePicture(pictures / "good.png", codedPicture({16, 16}, 3, 8));
        writePicture(pictures / "small.png", codedPicture({16, 15}, 3, 8));
        putBytes(pictures / "notes.txt", "no picture");
        const std::vector<std::string> reports = pack(pictures, 16, out / "crops");
        QCOMPARE(static_cast<int>(reports.size()), 2);
        QVERIFY(says(reports[0], "notes.txt") && says(reports[1], "small.png"));
        QCOMPARE(readCropFile(out / "crops").count(), 1);
    }

    void aFolderWithoutCropsIsAnError() {
        const TestFolder pictures, out;
        QVERIFY(says(errorOf([&] { pack(pictures, 16, out / "crops"); }), "no crop"));
        QVERIFY(says(errorOf([&] { packCrops(pictures / "missing", 16, out / "crops", [](const std::string&) {}); }), "cannot be listed"));
        QCOMPARE(out.count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestCropPacker)
#include "test_crop_packer.moc"
