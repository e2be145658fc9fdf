#include "core/image/detail_bands.h"
#include "support.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace casr;

namespace {

constexpr Size parentSize{11, 7};

DetailMap randomMap(std::uint64_t seed, double gain = 3.0, double room = 0.2) {
    HashRandom random(seed);
    DetailMap map{rectOf(parentSize), {}};
    for (std::int64_t i = 0; i < parentSize.area(); ++i) {
        for (int k = 0; k < DetailMap::values; ++k) {
            map.of.push_back(static_cast<float>(k < detailBands ? random.uniform(-gain, gain) : random.uniform(0.0, room)));
        }
    }
    return map;
}

DetailMap partOf(const DetailMap& map, Rect cells) {
    DetailMap part{cells, {}};
    for (int y = cells.top; y < cells.bottom; ++y) {
        const auto from = map.of.begin() + ((y - map.cells.top) * map.cells.width() + cells.left - map.cells.left) * DetailMap::values;
        part.of.insert(part.of.end(), from, from + cells.width() * DetailMap::values);
    }
    return part;
}

Image detailed(const PlacedImage& child, const DetailMap& map, float share, Axis columns, Axis rows, Rect out) {
    std::vector<float> values(static_cast<std::size_t>(out.size().area()) * 3);
    addDetailInto(child, map, share, columns, rows, out, values);
    return Image(out.size(), 3, std::move(values));
}

double lumaAt(const Image& image, int x, int y) {
    x = std::clamp(x, 0, image.width() - 1);
    y = std::clamp(y, 0, image.height() - 1);
    return 0.299 * image.at(x, y, 0) + 0.587 * image.at(x, y, 1) + 0.114 * image.at(x, y, 2);
}

/// The average by a Gaussian of `width` parent pixels, cut off at three deviations, term by term.
double slowAverage(const Image& child, Axis columns, Axis rows, double width, int x, int y) {
    const double across = width * columns.to / columns.from, down = width * rows.to / rows.from;
    const int reachX = static_cast<int>(3.0 * across), reachY = static_cast<int>(3.0 * down);
    double sum = 0, weights = 0;
    for (int dy = -reachY; dy <= reachY; ++dy) {
        for (int dx = -reachX; dx <= reachX; ++dx) {
            const double weight = std::exp(-0.5 * (dx * dx / (across * across) + dy * dy / (down * down)));
            sum += weight * lumaAt(child, x + dx, y + dy);
            weights += weight;
        }
    }
    return sum / weights;
}

/// A value of the map at an output sample, linear between the centres of parent pixels.
double slowMap(const DetailMap& map, Axis columns, Axis rows, int x, int y, int k) {
    const double px = (x + 0.5) * columns.from / columns.to - 0.5, py = (y + 0.5) * rows.from / rows.to - 0.5;
    double sum = 0;
    for (int cy = 0; cy < rows.from; ++cy) {
        for (int cx = 0; cx < columns.from; ++cx) {
            const double nearX = std::clamp(px, 0.0, columns.from - 1.0), nearY = std::clamp(py, 0.0, rows.from - 1.0);
            const double weight = std::max(0.0, 1.0 - std::abs(nearX - cx)) * std::max(0.0, 1.0 - std::abs(nearY - cy));
            sum += weight * map.of[static_cast<std::size_t>((cy * columns.from + cx) * DetailMap::values + k)];
        }
    }
    return sum;
}

/// The darkest and the lightest luma of the 3x3 samples around one.
std::pair<double, double> slowRange(const Image& child, int x, int y) {
    std::pair<double, double> range{1e9, -1e9};
    for (int i = 0; i < 9; ++i) {
        const double luma = lumaAt(child, x + i % 3 - 1, y + i / 3 - 1);
        range = {std::min(range.first, luma), std::max(range.second, luma)};
    }
    return range;
}

double slowDetail(const Image& child, const DetailMap& map, Axis columns, Axis rows, int x, int y) {
    const double fine = slowAverage(child, columns, rows, 0.25, x, y), coarse = slowAverage(child, columns, rows, 0.5, x, y);
    const auto at = [&](int k) { return slowMap(map, columns, rows, x, y, k); };
    const double detail = at(0) * (lumaAt(child, x, y) - fine) + at(1) * (fine - coarse), most = 2.0 * at(2);
    const double limited = most > 0 ? detail * most / std::hypot(most, detail) : 0.0, luma = lumaAt(child, x, y);
    const auto [darkest, lightest] = slowRange(child, x, y);
    return std::clamp(luma + limited, darkest - 0.01, lightest + 0.01) - luma;
}

} // namespace

class TestDetailBands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyValueIsThatOfASlowReference_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("the same size") << 11 << 7;
        QTest::newRow("a little larger") << 13 << 8;
        QTest::newRow("x2") << 22 << 14;
        QTest::newRow("x3.4") << 37 << 24;
        QTest::newRow("x4") << 44 << 28;
    }

    void everyValueIsThatOfASlowReference() {
        QFETCH(int, width);
        QFETCH(int, height);
        const Axis columns{parentSize.width, width}, rows{parentSize.height, height};
        const Image child = noisePicture({width, height}, 3, 1);
        const DetailMap map = randomMap(2);
        const Image result = detailed({child, 0, 0}, map, 0.75f, columns, rows, rectOf(child.size()));
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double added = 0.75 * slowDetail(child, map, columns, rows, x, y);
                for (int c = 0; c < 3; ++c) {
                    QVERIFY(std::abs(result.at(x, y, c) - child.at(x, y, c) - added) < 1e-5);
                }
            }
        }
    }

    void anySplitGivesTheSameBits() {
        const Axis columns{parentSize.width, 39}, rows{parentSize.height, 25};
        const Image child = noisePicture({39, 25}, 3, 3);
        const DetailMap map = randomMap(4);
        const Image whole = detailed({child, 0, 0}, map, 1.0f, columns, rows, rectOf(child.size()));
        HashRandom random(5);
        for (int repeat = 0; repeat < 40; ++repeat) {
            const int left = random.below(39), top = random.below(25);
            const Rect out{left, top, left + 1 + random.below(39 - left), top + 1 + random.below(25 - top)};
            const Rect read = readByDetail(columns, rows, out);
            const DetailMap part = partOf(map, mapReadByDetail(columns, rows, out));
            QVERIFY(sameBits(detailed({cropped(child, read), read.left, read.top}, part, 1.0f, columns, rows, out), cropped(whole, out)));
        }
    }

    void whatIsReadLiesWithinTheReach_data() {
        QTest::addColumn<int>("edge");
        for (const int edge : {40, 47, 80, 123, 160}) {
            QTest::addRow("%d", edge) << edge;
        }
    }

    void whatIsReadLiesWithinTheReach() {
        QFETCH(int, edge);
        const Axis axis{40, edge};
        for (int i = 0; i < edge; ++i) {
            const Rect out = rectAt(i, i, {1, 1}), cells = expanded(cellsOf(axis, axis, out), bandReach);
            QVERIFY(contains(cells, cellsOf(axis, axis, readByDetail(axis, axis, out))));
            QVERIFY(contains(cells, mapReadByDetail(axis, axis, out)));
        }
    }

    void flatsStayFlatAndWithoutRoomNothingIsAdded() {
        const Axis columns{parentSize.width, 33}, rows{parentSize.height, 21};
        const Image flat = noisePicture({33, 21}, 3, 1, 0.4, 0.4), lively = noisePicture({33, 21}, 3, 2);
        const Image stayed = detailed({flat, 0, 0}, randomMap(6), 1.0f, columns, rows, rectOf(flat.size()));
        for (std::size_t i = 0; i < flat.values().size(); ++i) {
            QVERIFY(std::abs(stayed.values()[i] - flat.values()[i]) < 1e-6f);
        }
        QVERIFY(sameBits(detailed({lively, 0, 0}, randomMap(6, 3.0, 0.0), 1.0f, columns, rows, rectOf(flat.size())), lively));
        QVERIFY(!sameBits(detailed({lively, 0, 0}, randomMap(6), 1.0f, columns, rows, rectOf(flat.size())), lively));
    }

    void theDetailStaysWithinTwiceTheRoom() {
        const Axis columns{parentSize.width, 33}, rows{parentSize.height, 21};
        const Image child = noisePicture({33, 21}, 3, 2);
        DetailMap map = randomMap(7, 1000.0);
        for (std::size_t i = detailBands; i < map.of.size(); i += DetailMap::values) {
            map.of[i] = 0.03f;
        }
        const Image result = detailed({child, 0, 0}, map, 1.0f, columns, rows, rectOf(child.size()));
        float most = 0;
        for (std::size_t i = 0; i < child.values().size(); ++i) {
            most = std::max(most, std::abs(result.values()[i] - child.values()[i]));
        }
        QVERIFY(most > 0.055f && most < 0.0601f);
    }

    void aLoneEdgeGetsSteeperWithoutAnOutline() {
        const Axis columns{10, 40}, rows{10, 40};
        std::vector<float> values;
        for (int i = 0; i < 40 * 40; ++i) {
            const float edge = 0.2f + 0.6f / (1.0f + std::exp(static_cast<float>(20 - i % 40)));
            values.insert(values.end(), 3, edge);
        }
        const Image child({40, 40}, 3, std::move(values));
        DetailMap map{{0, 0, 10, 10}, {}};
        for (int i = 0; i < 100; ++i) {
            map.of.insert(map.of.end(), {3.0f, 3.0f, 0.3f});
        }
        const Image result = detailed({child, 0, 0}, map, 1.0f, columns, rows, rectOf(child.size()));
        const auto [least, most] = std::ranges::minmax(result.values());
        QVERIFY(least > 0.189f && most < 0.811f);
        QVERIFY(result.at(21, 20, 0) - result.at(19, 20, 0) > 1.2f * (child.at(21, 20, 0) - child.at(19, 20, 0)));
    }

    void whatDoesNotCoverTheReadIsRefused() {
        const Axis columns{parentSize.width, 22}, rows{parentSize.height, 14};
        const Image child = noisePicture({22, 14}, 3, 1);
        const DetailMap map = randomMap(1);
        const Rect inner{8, 6, 12, 9};
        QVERIFY_EXCEPTION_THROWN(detailed({cropped(child, inner), 8, 6}, map, 1.0f, columns, rows, inner), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(detailed({child, 0, 0}, partOf(map, cellsOf(columns, rows, inner)), 1.0f, columns, rows, inner),
                                 std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(detailed({noisePicture({22, 14}, 1, 1), 0, 0}, map, 1.0f, columns, rows, inner), std::invalid_argument);
    }
};

QTEST_APPLESS_MAIN(TestDetailBands)
#include "test_detail_bands.moc"
