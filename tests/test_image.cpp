#include "core/image/range.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace casr;

namespace {

Image counting(Size size, int channels) {
    std::vector<float> values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i);
    }
    return Image(size, channels, std::move(values));
}

ColourEncoding profile(const char* bytes, bool hasAlpha = false) {
    return {std::make_shared<const std::string>(bytes), hasAlpha};
}

int clamped(int value, int length) {
    return value < 0 ? 0 : value >= length ? length - 1 : value;
}

bool isCropOf(const Image& crop, const Image& image, Rect rect) {
    bool same = crop.size() == rect.size() && crop.channels() == image.channels();
    for (int y = 0; same && y < crop.height(); ++y) {
        for (int x = 0; x < crop.width(); ++x) {
            for (int c = 0; c < crop.channels(); ++c) {
                same =
                    same && crop.at(x, y, c) == image.at(clamped(rect.left + x, image.width()), clamped(rect.top + y, image.height()), c);
            }
        }
    }
    return same;
}

} // namespace

class TestImage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesAreKeptBetweenBlackAndWhiteAndNoNumbersStay() {
        const float infinity = std::numeric_limits<float>::infinity(), none = std::numeric_limits<float>::quiet_NaN();
        const Image kept = inRange(Image({7, 1}, 1, {-0.25f, 0.0f, 0.5f, 1.0f, 1.25f, infinity, none}, {{}, false}));
        QVERIFY(sameBits(cropped(kept, {0, 0, 6, 1}), Image({6, 1}, 1, {0.0f, 0.0f, 0.5f, 1.0f, 1.0f, infinity})));
        QVERIFY(std::isnan(kept.at(6, 0, 0)));
    }

    void valuesMustFitSizeAndChannels() {
        QCOMPARE(Image({2, 3}, 2, std::vector<float>(12)).values().size(), std::size_t{12});
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Image({2, 3}, 2, std::vector<float>(11)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Image({2, 3}, 2, std::vector<float>(13)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Image({-2, -3}, 1, std::vector<float>(6)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, Image({2, 3}, 0, {}));
    }

    void aPictureIsWrittenInPlace() {
        const auto count = [](std::span<float> values) { std::iota(values.begin(), values.end(), 0.0f); };
        const Image image = Image::written({3, 2}, 2, count, {nullptr, true});
        QVERIFY(image.encoding().hasAlpha);
        QCOMPARE(image.at(1, 1, 1), 9.0f);
        QCOMPARE(image.values().size(), std::size_t{12});
        QVERIFY(Image::written({0, 5}, 3, count).isEmpty());
        QVERIFY_EXCEPTION_THROWN(Image::written({-1, 5}, 3, count), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(Image::written({1, 5}, 0, count), std::invalid_argument);
    }

    void aPictureWithoutPixelsIsEmpty() {
        QVERIFY(Image().isEmpty());
        QVERIFY(Image().values().empty());
        QVERIFY(Image({0, 4}, 3, {}).isEmpty());
        QVERIFY(!counting({1, 1}, 1).isEmpty());
    }

    void valuesAreInterleavedRowByRow() {
        const Image image = counting({3, 2}, 2);
        QCOMPARE(image.at(0, 0, 1), 1.0f);
        QCOMPARE(image.at(2, 0, 0), 4.0f);
        QCOMPARE(image.at(0, 1, 0), 6.0f);
        QCOMPARE(image.row(1)[5], 11.0f);
    }

    void copiesShareTheirValues() {
        const Image image = counting({3, 2}, 2);
        const Image copy = image;
        QCOMPARE(copy.values().data(), image.values().data());
    }

    void alphaIsNoColourChannel() {
        QCOMPARE(Image({1, 1}, 4, std::vector<float>(4), {nullptr, true}).colourChannels(), 3);
        QCOMPARE(Image({1, 1}, 4, std::vector<float>(4)).colourChannels(), 4);
    }

    void everyCropRepeatsTheNearestBorderPixel() {
        const Image image = counting({4, 3}, 2);
        for (int left = -5; left <= 6; ++left) {
            for (int top = -5; top <= 5; ++top) {
                for (int width = 0; width <= 11; ++width) {
                    for (const int height : {0, 1, 2, 9}) {
                        const Rect rect = rectAt(left, top, {width, height});
                        QVERIFY2(isCropOf(cropped(image, rect), image, rect),
                                 qPrintable(QString("crop %1,%2 %3x%4").arg(left).arg(top).arg(width).arg(height)));
                    }
                }
            }
        }
    }

    void aCropOfEverythingSharesTheValues() {
        const Image image = counting({4, 3}, 2);
        QCOMPARE(cropped(image, {0, 0, 4, 3}).values().data(), image.values().data());
    }

    void aCropKeepsTheEncoding() {
        const Image image = withEncoding(counting({4, 3}, 4), profile("icc", true));
        QVERIFY(cropped(image, {1, 1, 3, 2}).encoding() == profile("icc", true));
    }

    void aCropOfNothingOrOfNegativeSizeIsRefused() {
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, cropped(Image(), {0, 0, 1, 1}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, cropped(Image({0, 4}, 1, {}), {0, 0, 1, 1}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, cropped(counting({4, 3}, 1), {3, 2, 1, 1}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, cropped(counting({4, 3}, 1), {0, 2, 3, 1}));
    }

    void selectedChannelsComeInOrder() {
        const Image image = withEncoding(counting({2, 2}, 4), profile("icc", true));
        const Image middle = selectChannels(image, 1, 2);
        QCOMPARE(middle.channels(), 2);
        QCOMPARE(middle.at(1, 1, 0), image.at(1, 1, 1));
        QCOMPARE(middle.at(0, 1, 1), image.at(0, 1, 2));
        QVERIFY(middle.encoding() == profile("icc", false));
        QVERIFY(selectChannels(image, 3, 1, true).encoding() == profile("icc", true));
    }

    void channelsThatDoNotExistAreRefused() {
        const Image image = counting({2, 2}, 3);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, selectChannels(image, -1, 1));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, selectChannels(image, 0, 0));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, selectChannels(image, 2, 2));
    }

    void joiningPutsBackWhatSelectingTookApart() {
        const Image image = withEncoding(noisePicture({5, 3}, 4, 1), profile("icc", true));
        const Image joined = joinChannels(selectChannels(image, 0, 3), selectChannels(image, 3, 1), image.encoding());
        QVERIFY(sameBits(joined, image));
        QVERIFY(joined.encoding() == image.encoding());
    }

    void picturesOfOtherSizesAreNotJoined() {
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, joinChannels(counting({2, 3}, 1), counting({3, 2}, 1), {}));
    }

    void encodingsAreEqualWhenTheirBytesAre() {
        QVERIFY(profile("icc") == profile("icc"));
        QVERIFY(ColourEncoding() == ColourEncoding());
        QVERIFY(!(profile("icc") == profile("other")));
        QVERIFY(!(profile("icc") == ColourEncoding()));
        QVERIFY(!(profile("icc") == profile("icc", true)));
    }

    void anotherEncodingKeepsTheValues() {
        const Image image = noisePicture({5, 3}, 3, 2);
        const Image other = withEncoding(image, profile("icc"));
        QVERIFY(sameBits(image, other));
        QVERIFY(other.encoding() == profile("icc"));
    }

    void sameBitsLooksAtEveryBit() {
        const auto one = [](float value) { return Image({1, 1}, 1, {value}); };
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(sameBits(one(1.0f), one(1.0f)));
        QVERIFY(sameBits(one(nan), one(nan)));
        QVERIFY(!sameBits(one(0.0f), one(-0.0f)));
        QVERIFY(!sameBits(one(1.0f), one(std::nextafter(1.0f, 2.0f))));
        QVERIFY(!sameBits(counting({2, 3}, 1), counting({3, 2}, 1)));
        QVERIFY(!sameBits(counting({2, 3}, 2), counting({2, 6}, 1)));
    }

    void anIntersectionHoldsThePixelsOfBoth() {
        const auto holds = [](Rect r, int x, int y) { return x >= r.left && x < r.right && y >= r.top && y < r.bottom; };
        HashRandom random(3);
        for (int round = 0; round < 500; ++round) {
            const Rect a = rectAt(random.below(8), random.below(8), {random.below(6), random.below(6)});
            const Rect b = rectAt(random.below(8), random.below(8), {random.below(6), random.below(6)});
            for (int pixel = 0; pixel < 256; ++pixel) {
                const int x = pixel % 16;
                const int y = pixel / 16;
                QCOMPARE(holds(intersection(a, b), x, y), holds(a, x, y) && holds(b, x, y));
            }
        }
    }

    void rectanglesAreHalfOpen() {
        const Rect rect{2, 3, 5, 4};
        QCOMPARE(rect.width(), 3);
        QCOMPARE(rect.height(), 1);
        QVERIFY(rect == rectAt(2, 3, {3, 1}));
        QVERIFY(!rect.isEmpty());
        QVERIFY(intersection(rect, {5, 3, 9, 4}).isEmpty());
        QVERIFY(expanded(rect, 2) == (Rect{0, 1, 7, 6}));
        QVERIFY(expanded(rect, -1).isEmpty());
        QVERIFY(translated(rect, -2, 10) == (Rect{0, 13, 3, 14}));
        QVERIFY(contains(rect, rect));
        QVERIFY(!contains(rect, {2, 3, 6, 4}));
        QVERIFY(!contains(rect, {2, 2, 5, 4}));
    }

    void anAreaMayPassTwoToThe31() {
        QCOMPARE((Size{65536, 65536}).area(), std::int64_t{4294967296});
        QVERIFY((Size{0, 5}).isEmpty());
        QVERIFY((Size{5, -1}).isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestImage)
#include "test_image.moc"
