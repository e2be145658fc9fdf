#include "core/image/resample.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace casr;

namespace {

double slowKernel(Kernel kernel, double x) {
    x = std::abs(x);
    if (kernel == Kernel::lanczos3) {
        const double pi = std::numbers::pi;
        return x >= 3 ? 0.0 : x == 0 ? 1.0 : std::sin(pi * x) * std::sin(pi * x / 3) / (pi * pi * x * x / 3);
    }
    return x <= 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0.0;
}

/// The weights of MATLAB's imresize, from the definition: places count from 1, the kernel is widened when shrinking.
std::vector<std::pair<int, double>> slowContributions(int index, int in, int out, Kernel kernel) {
    const double scale = static_cast<double>(out) / in;
    const double stretch = std::min(scale, 1.0);
    const double width = (kernel == Kernel::lanczos3 ? 6.0 : 4.0) / stretch;
    const double place = (index + 1) / scale + 0.5 * (1 - 1 / scale);
    const int left = static_cast<int>(std::floor(place - width / 2));
    std::vector<std::pair<int, double>> list;
    double sum = 0;
    for (int i = left; i < left + static_cast<int>(std::ceil(width)) + 2; ++i) {
        const double weight = stretch * slowKernel(kernel, stretch * (place - i));
        list.emplace_back(std::clamp(i - 1, 0, in - 1), weight);
        sum += weight;
    }
    for (auto& [at, weight] : list) {
        weight /= sum;
    }
    return list;
}

double slowSample(const Image& image, int x, int y, int channel, Size size, Kernel kernel) {
    double sum = 0;
    for (const auto& [row, down] : slowContributions(y, image.height(), size.height, kernel)) {
        for (const auto& [column, across] : slowContributions(x, image.width(), size.width, kernel)) {
            sum += down * across * image.at(column, row, channel);
        }
    }
    return sum;
}

double largestDifference(const Image& image, Size size, Kernel kernel) {
    const Image result = resized(image, size, kernel);
    double largest = result.size() == size && result.channels() == image.channels() ? 0.0 : 1e9;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            for (int c = 0; c < image.channels(); ++c) {
                largest = std::max(largest, std::abs(result.at(x, y, c) - slowSample(image, x, y, c, size, kernel)));
            }
        }
    }
    return largest;
}

using Codes = std::vector<std::vector<std::int64_t>>; ///< Rows of 8-bit codes.

/// One line of codes at another length in whole numbers: 2 q^3 times the kernel at p / q is an integer, so every weight, every
/// sum and the rounding of halves are exact.
std::vector<std::int64_t> exactLine(const std::vector<std::int64_t>& line, std::int64_t out) {
    const auto in = static_cast<std::int64_t>(line.size());
    // In units of the kernel: down, distance * (out / in) / (2 out); up, distance / (2 out).
    const std::int64_t q = 2 * std::max(in, out);
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < out; ++i) {
        std::int64_t sum = 0;
        std::int64_t total = 0;
        for (std::int64_t j = -2 * in - 2; j < 3 * in + 2; ++j) {
            const std::int64_t p = std::abs((2 * i + 1) * in - (2 * j + 1) * out);
            const std::int64_t weight = p <= q       ? 3 * p * p * p - 5 * p * p * q + 2 * q * q * q
                                        : p <= 2 * q ? -p * p * p + 5 * p * p * q - 8 * p * q * q + 4 * q * q * q
                                                     : 0;
            sum += weight * line[static_cast<std::size_t>(std::clamp<std::int64_t>(j, 0, in - 1))];
            total += weight;
        }
        const std::int64_t twice = 2 * sum + total;
        const std::int64_t floored = twice >= 0 ? twice / (2 * total) : -1;
        result.push_back(std::clamp<std::int64_t>(floored, 0, 255));
    }
    return result;
}

Codes transposed(const Codes& rows) {
    Codes columns(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t x = 0; x < row.size(); ++x) {
            columns[x].push_back(row[x]);
        }
    }
    return columns;
}

Codes exactResized(const Codes& codes, Size size) {
    Codes columns = transposed(codes);
    for (auto& column : columns) {
        column = exactLine(column, size.height);
    }
    Codes rows = transposed(columns);
    for (auto& row : rows) {
        row = exactLine(row, size.width);
    }
    return rows;
}

Image pictureOf(const Codes& codes) {
    std::vector<float> values;
    for (const auto& row : codes) {
        for (const std::int64_t code : row) {
            values.push_back(static_cast<float>(code) / 255.0f);
        }
    }
    return Image({static_cast<int>(codes.front().size()), static_cast<int>(codes.size())}, 1, std::move(values));
}

Codes noiseCodes(Size size, std::uint64_t seed) {
    HashRandom random(seed);
    Codes codes(static_cast<std::size_t>(size.height), std::vector<std::int64_t>(static_cast<std::size_t>(size.width)));
    for (auto& row : codes) {
        for (std::int64_t& code : row) {
            code = random.below(3) == 0 ? 255 * random.below(2) : random.below(256);
        }
    }
    return codes;
}

std::vector<Size> sizes() {
    return {{1, 1}, {2, 3}, {7, 5}, {9, 8}, {13, 17}, {24, 31}, {40, 1}};
}

} // namespace

class TestResample : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFactorAgreesWithTheDefinition() {
        for (const Kernel kernel : {Kernel::bicubic, Kernel::lanczos3}) {
            for (const Size from : sizes()) {
                const Image image = noisePicture(from, 1 + from.width % 4, 1);
                for (const Size to : sizes()) {
                    const double difference = largestDifference(image, to, kernel);
                    QVERIFY2(
                        difference < 1e-6,
                        qPrintable(
                            QString("%1x%2 -> %3x%4: %5").arg(from.width).arg(from.height).arg(to.width).arg(to.height).arg(difference)));
                }
            }
        }
    }

    void weightsSumToOneAndReadTheWholeKernel() {
        for (const Kernel kernel : {Kernel::nearest, Kernel::bicubic, Kernel::lanczos3}) {
            for (int in = 1; in <= 20; ++in) {
                for (int out = 1; out <= 20; ++out) {
                    for (int i = 0; i < out; ++i) {
                        const Taps taps = tapsOf(i, in, out, kernel);
                        double sum = 0;
                        for (const double weight : taps.weights) {
                            sum += weight;
                        }
                        QVERIFY(std::abs(sum - 1.0) < 1e-14);
                    }
                }
            }
        }
        QCOMPARE(tapsOf(0, 8, 4, Kernel::bicubic).first, -3);
        QCOMPARE(tapsOf(0, 8, 4, Kernel::bicubic).weights.size(), std::size_t{8});
    }

    void nearestTakesThePixelThatHoldsTheCentre() {
        for (int in = 1; in <= 64; ++in) {
            for (int out = 1; out <= 64; ++out) {
                for (int i = 0; i < out; ++i) {
                    const Taps taps = tapsOf(i, in, out, Kernel::nearest);
                    QCOMPARE(taps.weights, std::vector<double>{1.0});
                    const int numerator = (2 * i + 1) * in;
                    const int expected = numerator / (2 * out);
                    // A centre on the border of two pixels may go to either.
                    QVERIFY(taps.first == expected || (numerator % (2 * out) == 0 && taps.first == expected - 1));
                }
            }
        }
        const Image image = noisePicture({3, 2}, 2, 2);
        const Image doubled = resized(image, {6, 4}, Kernel::nearest);
        QCOMPARE(doubled.at(5, 1, 1), image.at(2, 0, 1));
        QCOMPARE(doubled.at(2, 2, 0), image.at(1, 1, 0));
    }

    void flatPicturesStayFlat() {
        for (const float value : {0.0f, 1.0f, 0.3f, 77.0f / 255.0f, -2.5f}) {
            const Image flat({9, 7}, 1, std::vector<float>(63, value));
            for (const Size to : sizes()) {
                for (const Kernel kernel : {Kernel::nearest, Kernel::bicubic, Kernel::lanczos3}) {
                    const Image large = resized(flat, to, kernel);
                    for (const float result : large.values()) {
                        QCOMPARE(result, value);
                    }
                }
            }
        }
    }

    void theSameSizeIsTheSamePicture() {
        const Image image = noisePicture({11, 9}, 3, 3, -0.5, 1.5);
        QVERIFY(sameBits(resized(image, image.size()), image));
        QVERIFY(sameBits(resized(image, image.size(), Kernel::nearest), image));
        const Image codes = roundedTo8Bit(image);
        QVERIFY(sameBits(resizedTo8Bit(codes, codes.size()), codes));
    }

    void channelsDoNotMix() {
        const Image image = noisePicture({13, 10}, 5, 4);
        const Image all = resized(image, {29, 7});
        for (int channel = 0; channel < 5; ++channel) {
            QVERIFY(sameBits(selectChannels(all, channel, 1), resized(selectChannels(image, channel, 1), {29, 7})));
        }
    }

    void aRowsPlaceAmongTheOthersDoesNotMatter() {
        const Image image = noisePicture({21, 19}, 3, 5);
        const Image all = resized(image, {34, 19});
        for (int top = 0; top < 19; ++top) {
            const Image row = resized(cropped(image, {0, top, 21, top + 1}), {34, 1});
            QVERIFY(sameBits(row, cropped(all, {0, top, 34, top + 1})));
        }
    }

    void theEncodingIsKept() {
        const ColourEncoding encoding{std::make_shared<const std::string>("icc"), true};
        const Image image = withEncoding(noisePicture({4, 4}, 4, 6), encoding);
        QVERIFY(resized(image, {3, 5}).encoding() == encoding);
        QVERIFY(resizedTo8Bit(image, {3, 5}).encoding() == encoding);
        QVERIFY(roundedTo8Bit(image).encoding() == encoding);
    }

    void emptyPicturesAndSizesAreRefused() {
        const Image image = noisePicture({4, 4}, 1, 7);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, resized(image, {0, 4}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, resized(image, {4, -1}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, resized(Image(), {4, 4}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, resizedTo8Bit(image, {4, 0}));
    }

    void theProtocolsHalvingIsReproduced() {
        // Halved by hand: weights (-3, -9, 29, 111, 111, 29, -9, -3) / 256, vertical first, halves up after each pass.
        const Codes codes{{0, 255, 255, 0, 128, 64}, {12, 200, 90, 255, 255, 0}, {255, 255, 0, 0, 33, 77}, {7, 180, 201, 64, 32, 16}};
        const Codes halved{{131, 158, 101}, {157, 92, 43}};
        QVERIFY(exactResized(codes, {3, 2}) == halved);
        QVERIFY(sameBits(resizedTo8Bit(pictureOf(codes), {3, 2}), pictureOf(halved)));
    }

    void aSumOfExactlyOneHalfIsRoundedUp() {
        // 128 / 256 of the difference lies on either side, so the middle is n + 1/2.
        const Codes steps{{10, 11}, {10, 11}};
        QVERIFY(sameBits(resizedTo8Bit(pictureOf(steps), {1, 1}), pictureOf({{11}})));
        for (std::int64_t code = 0; code < 255; ++code) {
            const Codes line{{code, code + 1}};
            QVERIFY(sameBits(resizedTo8Bit(pictureOf(line), {1, 1}), pictureOf({{code + 1}})));
        }
    }

    void theProtocolAgreesWithWholeNumbersAtEveryFactor() {
        for (const Size from : {Size{16, 12}, Size{13, 9}, Size{24, 36}, Size{5, 40}}) {
            const Codes codes = noiseCodes(from, static_cast<std::uint64_t>(from.width));
            for (const Size to : {Size{8, 6}, Size{4, 3}, Size{12, 12}, Size{7, 5}, Size{26, 18}, Size{31, 11}, Size{1, 1}}) {
                QVERIFY2(sameBits(resizedTo8Bit(pictureOf(codes), to), pictureOf(exactResized(codes, to))),
                         qPrintable(QString("%1x%2 -> %3x%4").arg(from.width).arg(from.height).arg(to.width).arg(to.height)));
            }
        }
    }

    void roundingTakesTheNearestCodeAndClamps() {
        const Image image({7, 1}, 1, {-1.0f, 0.49f / 255, 0.51f / 255, 1.5f / 255, 254.6f / 255, 1.0f, 7.0f});
        QVERIFY(sameBits(roundedTo8Bit(image), pictureOf({{0, 0, 1, 2, 255, 255, 255}})));
        for (int code = 0; code < 256; ++code) {
            QVERIFY(sameBits(roundedTo8Bit(pictureOf({{code}})), pictureOf({{code}})));
        }
    }

    void notANumberIsNotHidden() {
        const Image image({1, 1}, 1, {std::nanf("")});
        QVERIFY(std::isnan(roundedTo8Bit(image).at(0, 0, 0)));
        QVERIFY(std::isnan(resizedTo8Bit(image, {2, 2}).at(1, 1, 0)));
    }
};

QTEST_APPLESS_MAIN(TestResample)
#include "test_resample.moc"
