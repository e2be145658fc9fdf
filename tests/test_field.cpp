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

NarrowField randomField(Rect cells, int count, std::uint64_t seed) {
    return narrowed(randomTile(cells, count, seed));
}

NarrowField randomFieldWithDetail(Rect cells, int count, std::uint64_t seed) {
    NarrowField field = randomField(cells, count, seed);
    field.detail.assign(field.coefficients.begin(), field.coefficients.begin() + cells.size().area() * DetailMap::values);
    return field;
}

/// The part `cells` of a field.
NarrowField partOf(const NarrowField& field, Rect cells) {
    NarrowField part{cells, field.coefficientsOfCell, {}};
    const auto copyRow = [&](const std::vector<std::uint16_t>& from, std::vector<std::uint16_t>& to, int y, int valuesOfCell) {
        const auto first =
            from.begin() + static_cast<std::ptrdiff_t>(field.indexOf(cells.left, y)) / field.coefficientsOfCell * valuesOfCell;
        to.insert(to.end(), first, first + cells.width() * valuesOfCell);
    };
    for (int y = cells.top; y < cells.bottom; ++y) {
        copyRow(field.coefficients, part.coefficients, y, field.coefficientsOfCell);
        if (field.hasDetail()) {
            copyRow(field.detail, part.detail, y, DetailMap::values);
        }
    }
    return part;
}

double widened(std::uint16_t bfloat16) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bfloat16) << 16);
}

PlacedImage placed(const Image& picture) {
    return coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), bicubicReach));
}

/// The field's share of one value, term by term in double.
double fieldAt(const FieldWaves& waves, const NarrowField& field, Axis columns, Axis rows, int x, int y, int channel) {
    const std::size_t cell = field.indexOf(columns.cellOf(x), rows.cellOf(y)), length = 2 * static_cast<std::size_t>(waves.count);
    const auto coefficient = [&](int k) {
        const auto index = static_cast<std::size_t>(k);
        return widened(field.coefficients[cell + static_cast<std::size_t>(channel) * length + index]);
    };
    const double spaceX = static_cast<double>(columns.from) / columns.to, spaceY = static_cast<double>(rows.from) / rows.to;
    double sum = 0.0;
    for (int k = 0; k < waves.count; ++k) {
        const double down = waves.frequency[static_cast<std::size_t>(2 * k)], right = waves.frequency[static_cast<std::size_t>(2 * k + 1)];
        const double phase = down * rows.offsetOf(y) + right * columns.offsetOf(x);
        const double calm = std::exp(-waves.heat * (down * down * spaceY * spaceY + right * right * spaceX * spaceX));
        sum += calm * (coefficient(k) * std::cos(phase) + coefficient(waves.count + k) * std::sin(phase));
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
        QTest::newRow("x3.4, waves of an ensemble") << 37 << 24 << 128;
        QTest::newRow("x4, as many waves as there can be") << 44 << 28 << 256;
        QTest::newRow("beyond x4") << 67 << 43 << 32;
        QTest::newRow("beyond x9") << 101 << 68 << 16;
    }

    void everyValueIsTheBicubicPlusTheSumOfWaves() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, count);
        const Image picture = noisePicture({11, 7}, 3, 1);
        const FieldWaves waves = randomWaves(count, 2);
        const NarrowField field = randomField(rectOf(picture.size()), count, 3);
        const Axis columns{11, width}, rows{7, height};
        const Image base = resized(picture, {width, height});
        const Image result = renderField(waves, field, placed(picture), columns, rows, {0, 0, width, height});
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                for (int channel = 0; channel < 3; ++channel) {
                    const double expected = base.at(x, y, channel) + fieldAt(waves, field, columns, rows, x, y, channel);
                    QVERIFY2(std::abs(result.at(x, y, channel) - expected) < 5e-6,
                             qPrintable(QString("%1 %2 %3").arg(x).arg(y).arg(channel)));
                }
            }
        }
    }

    void anySplitGivesTheSameBits_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("count");
        QTest::newRow("odd factors") << 47 << 33 << waveCount;
        QTest::newRow("x2") << 38 << 26 << waveCount;
        QTest::newRow("x3.5") << 66 << 45 << waveCount;
        QTest::newRow("longer than what is prepared at once") << 73 << 15 << waveCount;
        QTest::newRow("as many waves as there can be") << 73 << 45 << 256;
    }

    void anySplitGivesTheSameBits() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, count);
        const Size size{19, 13}, child{width, height};
        const Image picture = noisePicture(size, 3, 4);
        const FieldWaves waves = randomWaves(count, 5);
        const NarrowField field = randomField(rectOf(size), count, 6);
        const Axis columns{size.width, child.width}, rows{size.height, child.height};
        HashRandom random(7);
        const Image whole = renderField(waves, field, placed(picture), columns, rows, rectOf(child));
        for (int repeat = 0; repeat < 30; ++repeat) {
            const int left = random.below(child.width), top = random.below(child.height);
            const Rect out{left, top, left + 1 + random.below(child.width - left), top + 1 + random.below(child.height - top)};
            const Rect cells = cellsOf(columns, rows, out);
            const PlacedImage parent = coveringByBorder({picture, 0, 0}, expanded(cells, bicubicReach));
            QVERIFY(sameBits(renderField(waves, partOf(field, cells), parent, columns, rows, out), cropped(whole, out)));
        }
    }

    void anyTilesAndThreadsGiveTheSameBits() {
        const Size size{41, 23}, child{103, 58};
        const Image picture = noisePicture(size, 3, 4);
        const FieldWaves waves = randomWaves(waveCount, 5);
        const Axis columns{size.width, child.width}, rows{size.height, child.height};
        const NarrowField field = randomField(rectOf(size), waveCount, 6);
        const std::vector<NarrowField> parts{partOf(field, {0, 0, 16, 23}), partOf(field, {16, 0, 41, 7}), partOf(field, {16, 7, 41, 23})};
        const std::vector<const NarrowField*> tiles{&parts[1], &parts[2], &parts[0]};
        setComputeThreads(1);
        const Image whole = renderField(waves, field, placed(picture), columns, rows, rectOf(child));
        setComputeThreads(3);
        QVERIFY(sameBits(renderField(waves, tiles, placed(picture), columns, rows, rectOf(child)), whole));
        const Rect out{5, 9, 98, 51};
        QVERIFY(sameBits(renderField(waves, tiles, placed(picture), columns, rows, out), cropped(whole, out)));
        setComputeThreads(1);
    }

    void tilesMayOverlapButLeaveNoHole() {
        const Image picture = noisePicture({8, 8}, 3, 1);
        const FieldWaves waves = randomWaves(16, 1);
        const NarrowField whole = randomField({0, 0, 8, 8}, 16, 1), left = partOf(whole, {0, 0, 4, 8}), right = partOf(whole, {5, 0, 8, 8});
        const Axis axis{8, 16};
        const auto render = [&](std::vector<const NarrowField*> tiles) {
            return renderField(waves, tiles, placed(picture), axis, axis, {0, 0, 16, 16});
        };
        const NarrowField middle = partOf(whole, {2, 0, 7, 8});
        const Image expected = render({&whole});
        QVERIFY(sameBits(render({&left, &right, &middle}), expected));
        QVERIFY(sameBits(render({&middle, &right, &left}), expected));
        QVERIFY_EXCEPTION_THROWN(render({&left, &right}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(render({}), std::invalid_argument);
    }

    void narrowCoefficientsAreTheNearestBfloat16() {
        const float quiet = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
        const std::vector<float> values{1.0f, -2.5f, 1.00390625f, 1.01171875f, 0.1f, infinite, quiet, 0.0f};
        const NarrowField field = narrowed({{0, 0, 2, 1}, 4, values, values});
        const at::Tensor expected = at::tensor(values).to(at::kBFloat16).to(at::kFloat);
        QVERIFY(field.hasDetail() && field.detail == field.coefficients);
        QCOMPARE(field.bytes(), 2 * 2 * values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double narrow = widened(field.coefficients[i]), reference = expected[static_cast<std::int64_t>(i)].item<float>();
            QVERIFY(narrow == reference || (std::isnan(narrow) && std::isnan(reference)));
        }
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
        const at::Tensor plain = coefficients.permute({0, 2, 3, 1}).contiguous().to(at::kBFloat16).to(at::kFloat);
        const NarrowField field = narrowed({rectOf(size), 192, {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()}});
        const Rect out{0, 0, columns.to, rows.to};
        const Image result = renderField(waves, field, placed(picture), columns, rows, out);

        const Image base = resized(picture, out.size());
        double largestField = 0.0;
        for (int y = 0; y < rows.to; ++y) {
            for (int x = 0; x < columns.to; ++x) {
                const at::Tensor offset =
                    at::tensor({static_cast<float>(rows.offsetOf(y)), static_cast<float>(columns.offsetOf(x))}).view({1, 2});
                const at::Tensor basis = network.basis(offset, at::full({1}, 1.0 / scale));
                const at::Tensor sum = (plain[0][rows.cellOf(y)][columns.cellOf(x)].view({3, -1}) * basis).sum(1);
                for (int channel = 0; channel < 3; ++channel) {
                    const float expected = sum[channel].item<float>();
                    largestField = std::max<double>(largestField, std::abs(expected));
                    QVERIFY(std::abs(result.at(x, y, channel) - base.at(x, y, channel) - expected) < 1e-5);
                }
            }
        }
        QVERIFY(largestField > 0.1);
    }

    void aTileOfAnotherFieldIsRefused() {
        const Image picture = noisePicture({4, 4}, 3, 1);
        const Axis axis{4, 8};
        const NarrowField field = randomField({0, 0, 4, 4}, 16, 1);
        QVERIFY_EXCEPTION_THROWN(renderField(randomWaves(32, 1), field, placed(picture), axis, axis, {0, 0, 8, 8}), std::invalid_argument);
        const NarrowField larger = randomField({0, 0, 4, 4}, 272, 1);
        QVERIFY_EXCEPTION_THROWN(renderField(randomWaves(272, 1), larger, placed(picture), axis, axis, {0, 0, 8, 8}),
                                 std::invalid_argument);
    }

    void theMapOfTheDetailIsPutTogetherFromTiles() {
        const Rect cells{-2, 3, 9, 12}, wanted{-1, 4, 8, 11};
        const NarrowField whole = randomFieldWithDetail(cells, 16, 1);
        const NarrowField left = partOf(whole, {-2, 3, 5, 12}), right = partOf(whole, {3, 3, 9, 12});
        const NarrowField *const tiles[] = {&right, &left}, *const one[] = {&left};
        const DetailMap map = detailMapOf(tiles, wanted);
        QCOMPARE(map.cells, wanted);
        QCOMPARE(map.of.size(), static_cast<std::size_t>(wanted.size().area()) * DetailMap::values);
        for (std::size_t i = 0; i < map.of.size(); ++i) {
            const int cell = static_cast<int>(i) / DetailMap::values, x = wanted.left + cell % wanted.width(),
                      y = wanted.top + cell / wanted.width();
            const int index =
                ((y - cells.top) * cells.width() + x - cells.left) * DetailMap::values + static_cast<int>(i) % DetailMap::values;
            QCOMPARE(static_cast<double>(map.of[i]), widened(whole.detail[static_cast<std::size_t>(index)]));
        }
        QVERIFY_EXCEPTION_THROWN(detailMapOf(one, wanted), std::invalid_argument);
        const NarrowField faithful = randomField(cells, 16, 1);
        const NarrowField* const without[] = {&faithful};
        QVERIFY_EXCEPTION_THROWN(detailMapOf(without, wanted), std::invalid_argument);
    }

    void cellsOutsideTheTileAreRefused() {
        const Image picture = noisePicture({4, 4}, 3, 1);
        const Axis axis{4, 8};
        const FieldWaves waves = randomWaves(16, 1);
        const NarrowField field = randomField({0, 0, 3, 4}, 16, 1);
        renderField(waves, field, placed(picture), axis, axis, {0, 0, 6, 8});
        QVERIFY_EXCEPTION_THROWN(renderField(waves, field, placed(picture), axis, axis, {0, 0, 7, 8}), std::invalid_argument);
    }

    void aParentThatIsNotRgbIsRefused() {
        const Axis axis{4, 8};
        const NarrowField field = randomField({0, 0, 4, 4}, 16, 1);
        QVERIFY_EXCEPTION_THROWN(renderField(randomWaves(16, 1), field, placed(noisePicture({4, 4}, 9, 1)), axis, axis, {0, 0, 8, 8}),
                                 std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestField)
#include "test_field.moc"
