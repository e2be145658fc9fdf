// LibTorch first: its headers clash with Qt's.
#include "core/network/field_network.h"

#include "core/image/resample.h"
#include "core/network/field.h"
#include "tests/support.h"

#include <QtTest>

#include <bit>
#include <limits>

using namespace casr;

namespace {

constexpr int waveCount = 32;

FieldWaves randomWaves(int count, std::uint64_t seed) {
    HashRandom random(seed);
    FieldWaves waves{count, {}, 0.08f};
    for (int i = 0; i < 2 * count; ++i) {
        waves.frequency.push_back(static_cast<float>(random.uniform(-6.0, 6.0)));
    }
    return waves;
}

FieldTile randomTile(Rect cells, int count, std::uint64_t seed) {
    HashRandom random(seed);
    FieldTile tile{cells, 6 * count, {}};
    for (std::int64_t i = 0; i < cells.size().area() * 6 * count; ++i) {
        tile.coefficients.push_back(static_cast<float>(random.uniform(-0.1, 0.1)));
    }
    return tile;
}

/// The part `cells` of a tile.
FieldTile partOf(const FieldTile& tile, Rect cells) {
    FieldTile part{cells, tile.coefficientsOfCell, {}};
    for (int y = cells.top; y < cells.bottom; ++y) {
        part.coefficients.insert(part.coefficients.end(), tile.of(cells.left, y),
                                 tile.of(cells.left, y) + cells.width() * tile.coefficientsOfCell);
    }
    return part;
}

PlacedImage placed(const Image& picture) {
    return coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), bicubicReach));
}

/// The field's share of one value, term by term in double.
double fieldAt(const FieldWaves& waves, const FieldTile& tile, Axis columns, Axis rows, int x, int y, int channel) {
    const float* coefficients = tile.of(columns.cellOf(x), rows.cellOf(y)) + 2 * channel * waves.count;
    const double spaceX = static_cast<double>(columns.from) / columns.to, spaceY = static_cast<double>(rows.from) / rows.to;
    double sum = 0.0;
    for (int k = 0; k < waves.count; ++k) {
        const double down = waves.frequency[static_cast<std::size_t>(2 * k)], right = waves.frequency[static_cast<std::size_t>(2 * k + 1)];
        const double phase = down * rows.offsetOf(y) + right * columns.offsetOf(x);
        const double calm = std::exp(-waves.heat * (down * down * spaceY * spaceY + right * right * spaceX * spaceX));
        sum += calm * (coefficients[k] * std::cos(phase) + coefficients[waves.count + k] * std::sin(phase));
    }
    return sum;
}

} // namespace

class TestField : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyValueIsTheBicubicPlusTheSumOfWaves_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("count");
        QTest::newRow("the same size") << 11 << 7 << 16;
        QTest::newRow("a little larger") << 12 << 8 << 32;
        QTest::newRow("x2") << 22 << 14 << 48;
        QTest::newRow("x3.4") << 37 << 24 << 64;
        QTest::newRow("x4") << 44 << 28 << 32;
    }

    void everyValueIsTheBicubicPlusTheSumOfWaves() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, count);
        const Image picture = noisePicture({11, 7}, 3, 1);
        const FieldWaves waves = randomWaves(count, 2);
        const FieldTile tile = randomTile(rectOf(picture.size()), count, 3);
        const Axis columns{11, width}, rows{7, height};
        const Image base = resized(picture, {width, height});
        const Image result = renderField(waves, tile, placed(picture), columns, rows, {0, 0, width, height});
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                for (int channel = 0; channel < 3; ++channel) {
                    const double expected = base.at(x, y, channel) + fieldAt(waves, tile, columns, rows, x, y, channel);
                    QVERIFY2(std::abs(result.at(x, y, channel) - expected) < 5e-6,
                             qPrintable(QString("%1 %2 %3").arg(x).arg(y).arg(channel)));
                }
            }
        }
    }

    void anySplitGivesTheSameBits() {
        const Size size{19, 13}, child{47, 33};
        const Image picture = noisePicture(size, 3, 4);
        const FieldWaves waves = randomWaves(waveCount, 5);
        const FieldTile tile = randomTile(rectOf(size), waveCount, 6);
        const Axis columns{size.width, child.width}, rows{size.height, child.height};
        const Image whole = renderField(waves, tile, placed(picture), columns, rows, rectOf(child));
        HashRandom random(7);
        for (int repeat = 0; repeat < 40; ++repeat) {
            const int left = random.below(child.width), top = random.below(child.height);
            const Rect out{left, top, left + 1 + random.below(child.width - left), top + 1 + random.below(child.height - top)};
            const Rect cells = cellsOf(columns, rows, out);
            const PlacedImage parent = coveringByBorder({picture, 0, 0}, expanded(cells, bicubicReach));
            QVERIFY(sameBits(renderField(waves, partOf(tile, cells), parent, columns, rows, out), cropped(whole, out)));
        }
    }

    void anyTilesAndThreadsGiveTheSameBits() {
        const Size size{41, 23}, child{103, 58};
        const Image picture = noisePicture(size, 3, 4);
        const FieldWaves waves = randomWaves(waveCount, 5);
        const Axis columns{size.width, child.width}, rows{size.height, child.height};
        for (const bool isNarrow : {false, true}) {
            FieldTile tile = randomTile(rectOf(size), waveCount, 6);
            const FieldTile left = partOf(tile, {0, 0, 16, 23}), above = partOf(tile, {16, 0, 41, 7}),
                            below = partOf(tile, {16, 7, 41, 23});
            const std::vector<FieldTile> parts =
                isNarrow ? std::vector{narrowed(left), narrowed(above), narrowed(below)} : std::vector{left, above, below};
            tile = isNarrow ? narrowed(tile) : tile;
            setComputeThreads(1);
            const Image whole = renderField(waves, tile, placed(picture), columns, rows, rectOf(child));
            setComputeThreads(3);
            const std::vector<const FieldTile*> tiles{&parts[1], &parts[2], &parts[0]};
            QVERIFY(sameBits(renderField(waves, tiles, placed(picture), columns, rows, rectOf(child)), whole));
            const Rect out{5, 9, 98, 51};
            QVERIFY(sameBits(renderField(waves, tiles, placed(picture), columns, rows, out), cropped(whole, out)));
            setComputeThreads(1);
        }
    }

    void tilesMayOverlapButLeaveNoHole() {
        const Image picture = noisePicture({8, 8}, 3, 1);
        const FieldWaves waves = randomWaves(16, 1);
        const FieldTile whole = randomTile({0, 0, 8, 8}, 16, 1), left = partOf(whole, {0, 0, 4, 8}), right = partOf(whole, {5, 0, 8, 8});
        const Axis axis{8, 16};
        const auto render = [&](std::vector<const FieldTile*> tiles) {
            return renderField(waves, tiles, placed(picture), axis, axis, {0, 0, 16, 16});
        };
        const FieldTile middle = partOf(whole, {2, 0, 7, 8});
        const Image expected = render({&whole});
        QVERIFY(sameBits(render({&left, &right, &middle}), expected));
        QVERIFY(sameBits(render({&middle, &right, &left}), expected));
        QVERIFY_EXCEPTION_THROWN(render({&left, &right}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(render({}), std::invalid_argument);
    }

    void narrowCoefficientsAreTheNearestBfloat16() {
        const float quiet = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
        const std::vector<float> values{1.0f, -2.5f, 1.00390625f, 1.01171875f, 0.1f, infinite, quiet, 0.0f};
        const FieldTile tile = narrowed({{0, 0, 2, 1}, 4, values});
        const at::Tensor expected = at::tensor(values).to(at::kBFloat16).to(at::kFloat);
        QVERIFY(tile.isNarrow());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float narrow = std::bit_cast<float>(static_cast<std::uint32_t>(tile.narrow[i]) << 16);
            const float reference = expected[static_cast<std::int64_t>(i)].item<float>();
            QVERIFY(narrow == reference || (std::isnan(narrow) && std::isnan(reference)));
        }
    }

    void aNarrowTileGivesNearlyTheSamePicture() {
        const Image picture = noisePicture({11, 7}, 3, 1);
        const FieldWaves waves = randomWaves(waveCount, 2);
        const FieldTile tile = randomTile(rectOf(picture.size()), waveCount, 3);
        const Axis columns{11, 31}, rows{7, 20};
        const Image wide = renderField(waves, tile, placed(picture), columns, rows, {0, 0, 31, 20});
        const Image narrow = renderField(waves, narrowed(tile), placed(picture), columns, rows, {0, 0, 31, 20});
        double largest = 0;
        for (std::size_t i = 0; i < wide.values().size(); ++i) {
            largest = std::max<double>(largest, std::abs(wide.values()[i] - narrow.values()[i]));
        }
        // 64 terms of at most 0.1, each rounded by at most 2^-9 of itself.
        QVERIFY(largest > 0 && largest < 64 * 0.1 / 512);
    }

    /// The code that trains and the code that runs are two; this is what ties them.
    void theTrainingPathGivesTheSameValues_data() {
        QTest::addColumn<int>("scale");
        QTest::newRow("x1") << 1;
        QTest::newRow("x2") << 2;
        QTest::newRow("x3") << 3;
        QTest::newRow("x4") << 4;
    }

    void theTrainingPathGivesTheSameValues() {
        QFETCH(int, scale);
        const Size size{9, 5};
        const Axis columns{size.width, size.width * scale}, rows{size.height, size.height * scale};
        const FieldNetwork network = FieldNetwork::initialised({16, 1, 32}, 8);
        const at::Tensor coefficients = network.coefficients(at::randn({1, 16, size.height, size.width}) * 10.0);
        const Image picture = noisePicture(size, 3, 9);

        // The network's coefficients and waves as the renderer takes them.
        const float* frequency = network.frequencies.data_ptr<float>();
        const FieldWaves waves{32, {frequency, frequency + 64}, network.heat.item<float>()};
        const at::Tensor plain = coefficients.permute({0, 2, 3, 1}).contiguous();
        const FieldTile tile{rectOf(size), 192, {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()}};
        const Rect out{0, 0, columns.to, rows.to};
        const Image result = renderField(waves, tile, placed(picture), columns, rows, out);

        const Image base = resized(picture, out.size());
        double largestField = 0.0;
        for (int y = 0; y < rows.to; ++y) {
            for (int x = 0; x < columns.to; ++x) {
                const at::Tensor offset =
                    at::tensor({static_cast<float>(rows.offsetOf(y)), static_cast<float>(columns.offsetOf(x))}).view({1, 2});
                const at::Tensor basis = network.basis(offset, at::full({1}, 1.0 / scale));
                const at::Tensor field = (plain[0][rows.cellOf(y)][columns.cellOf(x)].view({3, -1}) * basis).sum(1);
                for (int channel = 0; channel < 3; ++channel) {
                    const float expected = field[channel].item<float>();
                    largestField = std::max<double>(largestField, std::abs(expected));
                    QVERIFY(std::abs(result.at(x, y, channel) - base.at(x, y, channel) - expected) < 1e-5);
                }
            }
        }
        QVERIFY(largestField > 0.1);
    }

    void aBlendedTileIsLinearInItsShare() {
        FieldTile tile = randomTile({2, 3, 9, 8}, 16, 1);
        tile.detail = randomTile(tile.cells, 16, 2).coefficients;
        for (const FieldTile& each : {tile, narrowed(tile)}) {
            const FieldTile none = blended(each, 0), half = blended(each, 0.5f), all = blended(each, 1);
            QVERIFY(none.isNarrow() == each.isNarrow() && none.coefficients == each.coefficients && none.narrow == each.narrow);
            for (std::size_t i = 0; i < tile.coefficients.size(); ++i) {
                QVERIFY(std::abs(all.coefficients[i] - tile.coefficients[i] - tile.detail[i]) < 2e-3f);
                const float middle = 2.0f * half.coefficients[i] - all.coefficients[i];
                QVERIFY(std::abs(middle - (each.isNarrow() ? all.coefficients[i] - 2.0f * (all.coefficients[i] - half.coefficients[i])
                                                           : tile.coefficients[i])) < 1e-6f);
            }
        }
        QCOMPARE(narrowed(tile).bytes() * 2, tile.bytes());
        QVERIFY_EXCEPTION_THROWN(blended(randomTile({0, 0, 2, 2}, 16, 3), 0.1f), std::invalid_argument);
    }

    void aTileOfAnotherFieldIsRefused() {
        const Image picture = noisePicture({4, 4}, 3, 1);
        const Axis axis{4, 8};
        const FieldTile tile = randomTile({0, 0, 4, 4}, 16, 1);
        QVERIFY_EXCEPTION_THROWN(renderField(randomWaves(32, 1), tile, placed(picture), axis, axis, {0, 0, 8, 8}), std::invalid_argument);
    }

    void cellsOutsideTheTileAreRefused() {
        const Image picture = noisePicture({4, 4}, 3, 1);
        const Axis axis{4, 8};
        const FieldWaves waves = randomWaves(16, 1);
        const FieldTile tile = randomTile({0, 0, 3, 4}, 16, 1);
        renderField(waves, tile, placed(picture), axis, axis, {0, 0, 6, 8});
        QVERIFY_EXCEPTION_THROWN(renderField(waves, tile, placed(picture), axis, axis, {0, 0, 7, 8}), std::invalid_argument);
    }

    void aParentThatIsNotRgbIsRefused() {
        const Axis axis{4, 8};
        const FieldTile tile = randomTile({0, 0, 4, 4}, 16, 1);
        QVERIFY_EXCEPTION_THROWN(renderField(randomWaves(16, 1), tile, placed(noisePicture({4, 4}, 9, 1)), axis, axis, {0, 0, 8, 8}),
                                 std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestField)
#include "test_field.moc"
