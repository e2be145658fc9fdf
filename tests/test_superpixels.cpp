#include "core/image/superpixels.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>
#include <map>

using namespace casr;

namespace {

constexpr int cell = 4;

std::vector<float> randomLogits(Rect rect, std::uint64_t seed) {
    std::vector<float> logits(9 * static_cast<std::size_t>(rect.size().area()));
    HashRandom random(seed);
    for (float& value : logits) {
        value = static_cast<float>(random.uniform());
    }
    return logits;
}

/// The nine planes of the part `part` of `rect`.
std::vector<float> croppedLogits(const std::vector<float>& logits, Rect rect, Rect part) {
    std::vector<float> result;
    for (int plane = 0; plane < 9; ++plane) {
        for (int y = part.top; y < part.bottom; ++y) {
            for (int x = part.left; x < part.right; ++x) {
                result.push_back(logits[static_cast<std::size_t>((plane * rect.height() + y - rect.top) * rect.width() + x - rect.left)]);
            }
        }
    }
    return result;
}

PlacedImage placed(Rect rect, std::uint64_t seed) {
    return {noisePicture(rect.size(), 3, seed), rect.left, rect.top};
}

} // namespace

class TestSuperpixels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPixelBelongsToTheNeighbourWithTheLargestLogit() {
        const Rect rect{-3, 2, 3, 7};
        for (int neighbour = 0; neighbour < 9; ++neighbour) {
            std::vector<float> logits(9 * 30, 0.0f);
            std::fill_n(logits.begin() + 30 * neighbour, 30, 1.0f);
            const SuperpixelLabels labels = mostLikelySuperpixels(logits, rect, cell);
            QVERIFY((labels.at(-3, 2) == SuperpixelLabels::Label{-1 + neighbour % 3 - 1, 0 + neighbour / 3 - 1}));
            QVERIFY((labels.at(2, 6) == SuperpixelLabels::Label{0 + neighbour % 3 - 1, 1 + neighbour / 3 - 1}));
        }
    }

    void theFirstOfEqualsWins() {
        const SuperpixelLabels labels = mostLikelySuperpixels(std::vector<float>(9, 0.5f), {0, 0, 1, 1}, cell);
        QVERIFY((labels.at(0, 0) == SuperpixelLabels::Label{-1, -1}));
    }

    void aMeanIsThatOfAllPixelsOfTheSuperpixel() {
        const Rect whole{-14, -9, 41, 37};
        const PlacedImage picture = placed(whole, 1);
        const SuperpixelLabels labels = mostLikelySuperpixels(randomLogits(whole, 2), whole, cell);
        const Rect out = expanded(whole, -(3 * cell - 1));
        const Image means = superpixelMeans(picture, labels, out);
        std::map<std::pair<int, int>, std::array<double, 4>> sums;
        for (int y = whole.top; y < whole.bottom; ++y) {
            for (int x = whole.left; x < whole.right; ++x) {
                auto& sum = sums[{labels.at(x, y).column, labels.at(x, y).row}];
                for (std::size_t channel = 0; channel < 3; ++channel) {
                    sum[channel] += picture.pixel(x, y)[channel];
                }
                sum[3] += 1.0;
            }
        }
        for (int y = out.top; y < out.bottom; ++y) {
            for (int x = out.left; x < out.right; ++x) {
                const auto& sum = sums[{labels.at(x, y).column, labels.at(x, y).row}];
                for (int channel = 0; channel < 3; ++channel) {
                    const double mean = sum[static_cast<std::size_t>(channel)] / sum[3];
                    QVERIFY(std::abs(means.at(x - out.left, y - out.top, channel) - mean) < 1e-6);
                }
            }
        }
    }

    void aPartIsTheCropOfTheWhole() {
        const Rect whole{-20, -20, 60, 50};
        const PlacedImage picture = placed(whole, 1);
        const std::vector<float> logits = randomLogits(whole, 2);
        const Rect out = expanded(whole, -11);
        const Image means = superpixelMeans(picture, mostLikelySuperpixels(logits, whole, cell), out);
        for (const Rect part : {Rect{-3, -2, 5, 9}, Rect{10, 11, 11, 12}, Rect{30, 0, 47, 33}}) {
            const Rect read = expanded(part, 11);
            const SuperpixelLabels labels = mostLikelySuperpixels(croppedLogits(logits, whole, read), read, cell);
            const PlacedImage around{cropped(picture.image, translated(read, 20, 20)), read.left, read.top};
            QVERIFY(sameBits(superpixelMeans(around, labels, part), cropped(means, translated(part, -out.left, -out.top))));
        }
    }

    void aBlockIsTheMeanOfItsPixels() {
        const PlacedImage picture = placed({-7, -6, 20, 17}, 3);
        const Rect blocks{-2, -1, 4, 3};
        const PlacedImage means = meansOfBlocks(picture, blocks, 3);
        QCOMPARE(means.rect(), blocks);
        for (int y = blocks.top; y < blocks.bottom; ++y) {
            for (int x = blocks.left; x < blocks.right; ++x) {
                for (int channel = 0; channel < 3; ++channel) {
                    double sum = 0;
                    for (int i = 0; i < 9; ++i) {
                        sum += picture.pixel(3 * x + i % 3, 3 * y + i / 3)[channel];
                    }
                    QVERIFY(std::abs(means.pixel(x, y)[channel] - sum / 9) < 1e-6);
                }
            }
        }
    }

    void theSuperpixelsOfLargerCellsFollowTheLikelihoodsBetweenBlocks() {
        const Rect rect{-9, -5, 23, 30};
        constexpr int factor = 2;
        const Rect blocks = blocksAround(rect, factor);
        const std::vector<float> logits = randomLogits(blocks, 5);
        const SuperpixelLabels labels = upsampledSuperpixels(logits, blocks, cell, factor, rect);
        QCOMPARE(labels.cell, factor * cell);
        const auto floorOf = [](int place, int by) { return static_cast<int>(std::floor(static_cast<double>(place) / by)); };
        const auto likelihood = [&](int x, int y, int column, int row) {
            const std::size_t at = static_cast<std::size_t>((y - blocks.top) * blocks.width() + x - blocks.left);
            double all = 0, one = 0;
            for (int n = 0; n < 9; ++n) {
                const double value = std::exp(logits[static_cast<std::size_t>(n * blocks.size().area()) + at]);
                all += value;
                one += floorOf(x, cell) + n % 3 - 1 == column && floorOf(y, cell) + n / 3 - 1 == row ? value : 0;
            }
            return one / all;
        };
        for (int y = rect.top; y < rect.bottom; ++y) {
            for (int x = rect.left; x < rect.right; ++x) {
                std::map<std::pair<int, int>, double> sums;
                for (int n = 0; n < 9; ++n) {
                    const int column = floorOf(x, factor * cell) + n % 3 - 1, row = floorOf(y, factor * cell) + n / 3 - 1;
                    // A pixel's middle lies a quarter of a block beside that of its own block.
                    const int own[] = {floorOf(x, factor), floorOf(y, factor)};
                    const int other[] = {own[0] + (x % 2 == 0 ? -1 : 1), own[1] + (y % 2 == 0 ? -1 : 1)};
                    sums[{column, row}] =
                        0.5625 * likelihood(own[0], own[1], column, row) + 0.1875 * likelihood(other[0], own[1], column, row) +
                        0.1875 * likelihood(own[0], other[1], column, row) + 0.0625 * likelihood(other[0], other[1], column, row);
                }
                const auto best = std::max_element(sums.begin(), sums.end(), [](auto a, auto b) { return a.second < b.second; });
                QCOMPARE(labels.at(x, y).column, best->first.first);
                QCOMPARE(labels.at(x, y).row, best->first.second);
            }
        }
    }

    void whatDoesNotFitIsRefused() {
        const Rect rect{0, 0, 40, 40};
        const SuperpixelLabels labels = mostLikelySuperpixels(randomLogits(rect, 1), rect, cell);
        QVERIFY_EXCEPTION_THROWN(mostLikelySuperpixels(std::vector<float>(10), {0, 0, 1, 1}, cell), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(mostLikelySuperpixels({}, {0, 0, 0, 0}, cell), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(meansOfBlocks(placed(rect, 1), {0, 0, 21, 20}, 2), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(upsampledSuperpixels(randomLogits(rect, 1), rect, cell, 2, {0, 0, 10, 10}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(upsampledSuperpixels(std::vector<float>(9), rect, cell, 2, {4, 4, 10, 10}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(superpixelMeans(placed(rect, 1), labels, {10, 11, 20, 20}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(superpixelMeans(placed({0, 0, 30, 40}, 1), labels, {11, 11, 20, 20}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(superpixelMeans(placed(rect, 1), labels, {12, 12, 12, 20}), std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestSuperpixels)
#include "test_superpixels.moc"
