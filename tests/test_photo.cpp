#include "core/image/resample.h"
#include "core/zoom/photo.h"
#include "tests/support.h"

#include <QtTest>

using namespace casr;

namespace {

ColourEncoding someEncoding(bool hasAlpha) {
    return {std::make_shared<const std::string>("a profile"), hasAlpha};
}

Image pictureOfChannels(Size size, int channels, bool hasAlpha, double low = 0.0, double high = 1.0) {
    return withEncoding(noisePicture(size, channels, 1, low, high), someEncoding(hasAlpha));
}

constexpr Size size{13, 9};
constexpr Size level{31, 22};

} // namespace

class TestPhoto : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rgbStaysAsItIs() {
        const Image picture = pictureOfChannels(size, 3, false);
        const Photo photo = photoOf(picture);
        QVERIFY(sameBits(photo.rgb, picture));
        QVERIFY(photo.alpha.isEmpty() && !photo.isGrey);
        QCOMPARE(photo.size(), size);
        const Image result = pictureOf(photo, noisePicture(level, 3, 2), level, rectOf(level));
        QVERIFY(sameBits(result, noisePicture(level, 3, 2)));
        QCOMPARE(result.encoding(), someEncoding(false));
    }

    void greyIsRepeatedAndComesBackAsOneChannel() {
        const Image picture = pictureOfChannels(size, 1, false);
        const Photo photo = photoOf(picture);
        QVERIFY(photo.isGrey);
        QCOMPARE(photo.rgb.channels(), 3);
        for (int channel = 0; channel < 3; ++channel) {
            QVERIFY(sameBits(selectChannels(photo.rgb, channel, 1), picture));
        }
        const Image rgb = noisePicture(level, 3, 3);
        const Image result = pictureOf(photo, rgb, level, rectOf(level));
        QCOMPARE(result.channels(), 1);
        QCOMPARE(result.encoding(), someEncoding(false));
        for (int x = 0; x < level.width; ++x) {
            QVERIFY(std::abs(result.at(x, 5, 0) - (rgb.at(x, 5, 0) + rgb.at(x, 5, 1) + rgb.at(x, 5, 2)) / 3.0) < 1e-6);
        }
    }

    void alphaIsBicubicFromThePhoto_data() {
        QTest::addColumn<int>("channels");
        QTest::newRow("grey and alpha") << 2;
        QTest::newRow("RGB and alpha") << 4;
    }

    void alphaIsBicubicFromThePhoto() {
        QFETCH(int, channels);
        const Image picture = pictureOfChannels(size, channels, true, 0.3, 0.7);
        const Photo photo = photoOf(picture);
        QVERIFY(sameBits(photo.alpha, selectChannels(picture, channels - 1, 1)));
        const Image result = pictureOf(photo, noisePicture(level, 3, 4), level, rectOf(level));
        QCOMPARE(result.channels(), channels);
        QCOMPARE(result.encoding(), someEncoding(true));
        const Image expected = resized(photo.alpha, level);
        for (int y = 0; y < level.height; ++y) {
            for (int x = 0; x < level.width; ++x) {
                QVERIFY(std::abs(result.at(x, y, channels - 1) - expected.at(x, y, 0)) < 1e-6);
            }
        }
    }

    void alphaNeverLeavesItsRange() {
        const Photo photo = photoOf(pictureOfChannels(size, 4, true, -0.5, 1.5));
        const Image alpha = selectChannels(pictureOf(photo, noisePicture(level, 3, 5), level, rectOf(level)), 3, 1);
        const auto [low, high] = std::minmax_element(alpha.values().begin(), alpha.values().end());
        QCOMPARE(*low, 0.0f);
        QCOMPARE(*high, 1.0f);
    }

    void thePlainShareMixesThePhotosBicubicEnlargementIn() {
        const Image picture = pictureOfChannels(size, 3, false);
        const Photo photo = photoOf(picture);
        const Image rgb = noisePicture(level, 3, 8), plain = resized(photo.rgb, level);
        for (const float share : {0.0f, 0.3f, 1.0f}) {
            const Image mixed = pictureOf(photo, rgb, level, rectOf(level), share);
            for (std::size_t i = 0; i < mixed.values().size(); ++i) {
                const double expected = (1.0 - share) * rgb.values()[i] + share * plain.values()[i];
                QVERIFY(std::abs(mixed.values()[i] - expected) < 1e-6);
            }
        }
    }

    void aPlainGreyPhotoStaysGrey() {
        const Photo photo = photoOf(pictureOfChannels(size, 1, false));
        const Image mixed = pictureOf(photo, noisePicture(level, 3, 8), level, rectOf(level), 1.0f);
        QCOMPARE(mixed.channels(), 1);
        const Image plain = resized(selectChannels(photo.rgb, 0, 1), level);
        for (std::size_t i = 0; i < mixed.values().size(); ++i) {
            QVERIFY(std::abs(mixed.values()[i] - plain.values()[i]) < 1e-6);
        }
    }

    void alphaAndMixtureDoNotDependOnTheRegion() {
        const Photo photo = photoOf(pictureOfChannels(size, 4, true));
        const Image rgb = noisePicture(level, 3, 6);
        constexpr float plain = 0.4f;
        const Image whole = pictureOf(photo, rgb, level, rectOf(level), plain);
        HashRandom random(7);
        for (int repeat = 0; repeat < 50; ++repeat) {
            const int left = random.below(level.width), top = random.below(level.height);
            const Rect out{left, top, left + 1 + random.below(level.width - left), top + 1 + random.below(level.height - top)};
            QVERIFY(sameBits(pictureOf(photo, cropped(rgb, out), level, out, plain), cropped(whole, out)));
        }
    }

    void otherPicturesAreRefused() {
        QVERIFY(says(errorOf([] { photoOf(noisePicture(size, 2, 1)); }), "2 colour channels"));
        QVERIFY(says(errorOf([] { photoOf(noisePicture(size, 4, 1)); }), "4 colour channels"));
        QVERIFY(says(errorOf([] { photoOf(pictureOfChannels(size, 5, true)); }), "Convert it"));
        QVERIFY(!errorOf([] { photoOf(Image()); }).empty());
        QVERIFY(!errorOf([] { photoOf(noisePicture({0, 5}, 3, 1)); }).empty());
    }
};

QTEST_APPLESS_MAIN(TestPhoto)
#include "test_photo.moc"
