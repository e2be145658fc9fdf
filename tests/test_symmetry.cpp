#include "core/image/symmetry.h"
#include "tests/support.h"

#include <QtTest>

#include <algorithm>

using namespace casr;

namespace {

constexpr Size whole{7, 5};

/// Each symmetry's definition, pixel by pixel: mirrored, then flipped, then transposed.
Image turnedSlowly(const Image& image, Symmetry symmetry) {
    const Size size = symmetry.transposes ? Size{image.height(), image.width()} : image.size();
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const int column = symmetry.transposes ? y : x, row = symmetry.transposes ? x : y;
            const int from = symmetry.mirrors ? image.width() - 1 - column : column;
            const int line = symmetry.flips ? image.height() - 1 - row : row;
            for (int channel = 0; channel < image.channels(); ++channel) {
                values.push_back(image.at(from, line, channel));
            }
        }
    }
    return Image(size, image.channels(), std::move(values));
}

Image turnedWhole(const Image& image, Symmetry symmetry) {
    return turned(PlacedImage{image, 0, 0}, symmetry, image.size()).image;
}

} // namespace

class TestSymmetry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPixelGoesWhereTheDefinitionSays() {
        const Image picture = noisePicture(whole, 3, 1);
        for (std::size_t i = 0; i < symmetries.size(); ++i) {
            const Image result = turnedWhole(picture, symmetries[i]);
            QVERIFY(sameBits(result, turnedSlowly(picture, symmetries[i])));
            QCOMPARE(result.size(), turned(whole, symmetries[i]));
            for (std::size_t other = 0; other < i; ++other) {
                QVERIFY(result.size() != turned(whole, symmetries[other]) || !sameBits(result, turnedWhole(picture, symmetries[other])));
            }
        }
    }

    void aPartIsThatPartOfTheTurnedPicture() {
        const Image picture = noisePicture(whole, 2, 2);
        for (const Symmetry symmetry : symmetries) {
            for (const Rect rect : {Rect{0, 0, 1, 1}, Rect{2, 1, 7, 3}, Rect{6, 4, 7, 5}}) {
                const PlacedImage part = turned(PlacedImage{cropped(picture, rect), rect.left, rect.top}, symmetry, whole);
                QCOMPARE(part.rect(), turned(rect, symmetry, whole));
                QVERIFY(contains(rectOf(turned(whole, symmetry)), part.rect()));
                QVERIFY(sameBits(part.image, cropped(turnedSlowly(picture, symmetry), part.rect())));
            }
        }
    }

    void aPartThatReachesPastTheBorderDoesSoBehindASymmetry() {
        const Image picture = noisePicture(whole, 1, 3);
        const Rect rect{-3, -2, 9, 4};
        for (const Symmetry symmetry : symmetries) {
            const PlacedImage part = turned(coveringByBorder({picture, 0, 0}, rect), symmetry, whole);
            QVERIFY(sameBits(part.image, cropped(turnedSlowly(picture, symmetry), part.rect())));
        }
    }

    void groupsAreClosedAndNothingElseIsOne() {
        const Image picture = noisePicture({4, 4}, 1, 4);
        for (int count = 0; count <= 8; ++count) {
            std::vector<Image> pictures;
            for (int i = 0; i < count; ++i) {
                pictures.push_back(turnedSlowly(picture, symmetries[static_cast<std::size_t>(i)]));
            }
            bool isClosed = count > 0;
            for (const Image& first : pictures) {
                for (int i = 0; i < count; ++i) {
                    const Image both = turnedSlowly(first, symmetries[static_cast<std::size_t>(i)]);
                    isClosed =
                        isClosed && std::any_of(pictures.begin(), pictures.end(), [&](const Image& one) { return sameBits(one, both); });
                }
            }
            QCOMPARE(areGroup(count), isClosed);
        }
        QVERIFY(!areGroup(16) && !areGroup(-1));
    }
};

QTEST_APPLESS_MAIN(TestSymmetry)
#include "test_symmetry.moc"
