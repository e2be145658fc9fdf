#include "core/depth/depth_map.h"
#include "tests/support.h"

#include <QtTest>

#include <array>
#include <cmath>
#include <functional>

using namespace casr;

namespace {

/// A model that is plain arithmetic on the picture.
class ToyModel : public DepthModel {
public:
    explicit ToyModel(int longer = 64) : m_longer(longer) {}
    int longerSide() const override { return m_longer; }
    int granule() const override { return 8; }
    const std::string& checksum() const override { return m_checksum; }
    Image run(const Image& picture, const StopCheck&) const override {
        seen = picture;
        return selectChannels(picture, 0, 1);
    }

    mutable Image seen;

private:
    int m_longer;
    std::string m_checksum = "toy";
};

Image drawn(Size size, const std::function<float(int x, int y, int channel)>& value) {
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            for (int c = 0; c < 3; ++c) {
                values.push_back(value(x, y, c));
            }
        }
    }
    return Image(size, 3, std::move(values));
}

DepthMap noiseMap(Size photo, int cell, std::uint64_t seed) {
    const Size size{(photo.width + cell - 1) / cell, (photo.height + cell - 1) / cell};
    return {noisePicture(size, 1, seed), cell, photo};
}

/// A level of a photo as the staircase holds it, its border repeated as far as anything is read.
PlacedImage levelOf(const Image& picture) {
    return coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), guidedDepthReach));
}

Image guidedWhole(const DepthMap& map, const Image& level) {
    return guidedDepth(map, levelOf(level), {map.photo.width, level.width()}, {map.photo.height, level.height()}, rectOf(level.size()));
}

/// The guided filter as He et al. write it down (2013, equations 4 to 8), at one pixel whose windows lie inside the picture.
class SlowGuidedFilter {
public:
    SlowGuidedFilter(const Image& guide, const Image& plane, int radius, double noise)
        : m_guide(guide), m_plane(plane), m_radius(radius), m_noise(noise) {}

    double at(int x, int y) const {
        return mean(x, y, [&](int i, int j) {
            const Line line = lineAt(i, j);
            return line.a * m_guide.at(x, y, 0) + line.b;
        });
    }

private:
    struct Line {
        double a = 0;
        double b = 0;
    };

    template <typename Value>
    double mean(int x, int y, Value value) const {
        double sum = 0;
        int count = 0;
        for (int j = y - m_radius; j <= y + m_radius; ++j) {
            for (int i = x - m_radius; i <= x + m_radius; ++i) {
                sum += value(i, j);
                ++count;
            }
        }
        return sum / count;
    }

    Line lineAt(int x, int y) const {
        const double guide = mean(x, y, [&](int i, int j) { return m_guide.at(i, j, 0); });
        const double plane = mean(x, y, [&](int i, int j) { return m_plane.at(i, j, 0); });
        const double square = mean(x, y, [&](int i, int j) { return double{m_guide.at(i, j, 0)} * m_guide.at(i, j, 0); });
        const double product = mean(x, y, [&](int i, int j) { return double{m_guide.at(i, j, 0)} * m_plane.at(i, j, 0); });
        const double a = (product - guide * plane) / (square - guide * guide + m_noise);
        return {a, plane - a * guide};
    }

    const Image& m_guide;
    const Image& m_plane;
    int m_radius;
    double m_noise;
};

/// Bilinear by weights of every cell: slow, and written another way than the product's.
double slowBilinear(const DepthMap& map, double x, double y) {
    double sum = 0;
    for (int j = 0; j < map.inverse.height(); ++j) {
        for (int i = 0; i < map.inverse.width(); ++i) {
            const double column = std::clamp(x / map.cell - 0.5, 0.0, map.inverse.width() - 1.0);
            const double row = std::clamp(y / map.cell - 0.5, 0.0, map.inverse.height() - 1.0);
            sum += map.inverse.at(i, j, 0) * std::max(0.0, 1 - std::abs(column - i)) * std::max(0.0, 1 - std::abs(row - j));
        }
    }
    return sum;
}

} // namespace

class TestDepth : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theMapCoversThePhotoAndLiesBetweenFarAndNear_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("cell");
        QTest::newRow("small") << 37 << 21 << 1;
        QTest::newRow("one pixel") << 1 << 1 << 1;
        QTest::newRow("tall") << 3 << 700 << 1;
        QTest::newRow("just one to one") << 1024 << 5 << 1;
        QTest::newRow("larger") << 1025 << 333 << 2;
    }

    void theMapCoversThePhotoAndLiesBetweenFarAndNear() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, cell);
        const DepthMap map = depthOf(noisePicture({width, height}, 3, 1), ToyModel(), {});
        QCOMPARE(map.cell, cell);
        QCOMPARE(map.photo, (Size{width, height}));
        QCOMPARE(map.inverse.size(), (Size{(width + cell - 1) / cell, (height + cell - 1) / cell}));
        for (const float value : map.inverse.values()) {
            QVERIFY(value >= 0 && value <= 1);
        }
    }

    void theModelSeesTheWholePhotoAtItsOwnSize() {
        const ToyModel model;
        depthOf(drawn({300, 200}, [](int x, int, int) { return static_cast<float>(x) / 300; }), model, {});
        QCOMPARE(model.seen.size(), (Size{64, 48}));
        for (int x = 1; x < 64; ++x) {
            QVERIFY(model.seen.at(x, 0, 0) > model.seen.at(x - 1, 0, 0));
        }
        for (int y = 43; y < 48; ++y) { // 64 x 43 pixels of the photo; its border below
            QCOMPARE(model.seen.at(20, y, 1), model.seen.at(20, 42, 1));
        }
    }

    void theMapIsTheModelsAnswerInItsPlace() {
        const ToyModel model;
        const Size size{2000, 1101};
        const DepthMap map = depthOf(drawn(size, [](int x, int, int) { return 0.2f + 0.0002f * static_cast<float>(x); }), model, {});
        QCOMPARE(map.cell, 2);
        for (int x = 100; x < 900; x += 100) { // a slope from the 2nd to the 98th percentile
            const double expected = ((2 * x + 1) / 2000.0 - 0.02) / 0.96;
            QVERIFY2(std::abs(map.inverse.at(x, 300, 0) - expected) < 0.01, qPrintable(QString::number(map.inverse.at(x, 300, 0))));
        }
    }

    void aPictureWithoutAnyDepthIsFar() {
        const DepthMap map = depthOf(drawn({50, 40}, [](int, int, int) { return 0.5f; }), ToyModel(), {});
        for (const float value : map.inverse.values()) {
            QCOMPARE(value, 0.0f);
        }
    }

    void aStopEndsTheWork() {
        int polls = 0;
        const auto stopAfter = [&](int count) { return [&polls, count] { return polls++ >= count; }; };
        for (int count : {0, 3, 157}) { // once a row, then before the filter
            polls = 0;
            QVERIFY_THROWS_EXCEPTION(Cancelled, depthOf(noisePicture({211, 157}, 3, 3), ToyModel(), stopAfter(count)));
        }
        polls = 0;
        depthOf(noisePicture({211, 157}, 3, 3), ToyModel(), stopAfter(158));
    }

    void onlyRgbHasDepth() {
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, depthOf(noisePicture({20, 20}, 1, 3), ToyModel(), {}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, depthOf(Image(), ToyModel(), {}));
    }

    void thePlaneIsTheGuidedFilterOfTheInterpolatedMap() {
        const DepthMap map = noiseMap({40, 30}, 3, 4);
        const Image level = noisePicture({70, 53}, 3, 5, -0.1, 1.1);
        const Image plane = guidedWhole(map, level);
        QCOMPARE(plane.size(), level.size());
        const PlacedImage parent = levelOf(level);
        std::vector<float> guide, depth;
        for (std::size_t i = 0; i < parent.image.values().size(); i += 3) {
            const float* pixel = parent.image.values().data() + i;
            guide.push_back(std::clamp(0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2], 0.0f, 1.0f));
        }
        const Rect all = parent.rect();
        for (int y = all.top; y < all.bottom; ++y) {
            for (int x = all.left; x < all.right; ++x) {
                const double column = (std::clamp(x, 0, 69) + 0.5) * 40 / 70, row = (std::clamp(y, 0, 52) + 0.5) * 30 / 53;
                depth.push_back(static_cast<float>(slowBilinear(map, column, row)));
            }
        }
        const Image clamped(all.size(), 1, guide), coarse(all.size(), 1, depth);
        const SlowGuidedFilter slow(clamped, coarse, guidedDepthReach / 2, 1e-3);
        for (int y = 0; y < 53; y += 13) {
            for (int x = 0; x < 70; x += 23) {
                const double expected = std::clamp(slow.at(x + guidedDepthReach, y + guidedDepthReach), 0.0, 1.0);
                QVERIFY2(std::abs(plane.at(x, y, 0) - expected) < 1e-3,
                         qPrintable(QString("%1,%2: %3 %4").arg(x).arg(y).arg(plane.at(x, y, 0)).arg(expected)));
            }
        }
    }

    void anyTileIsTheCropOfTheWhole() {
        const DepthMap map = noiseMap({90, 61}, 2, 6);
        const Image level = noisePicture({153, 104}, 3, 7, -0.05, 1.05);
        const Image whole = guidedWhole(map, level);
        const Axis columns{90, 153}, rows{61, 104};
        for (const Rect out :
             {Rect{0, 0, 153, 104}, Rect{0, 0, 31, 17}, Rect{31, 17, 90, 104}, Rect{152, 103, 153, 104}, Rect{77, 50, 78, 51}}) {
            const PlacedImage parent = coveringByBorder({level, 0, 0}, expanded(out, guidedDepthReach));
            QVERIFY(sameBits(guidedDepth(map, parent, columns, rows, out), cropped(whole, out)));
        }
    }

    void nothingBeyondTheReachMatters() {
        const DepthMap map = noiseMap({60, 60}, 2, 8);
        const Image level = noisePicture({60, 60}, 3, 9);
        const Rect out{30, 30, 31, 31};
        const auto at = [&](int changedColumn) {
            std::vector<float> values(level.values().begin(), level.values().end());
            values[static_cast<std::size_t>((30 * 60 + changedColumn) * 3)] =
                1 - values[static_cast<std::size_t>((30 * 60 + changedColumn) * 3)];
            return guidedDepth(map, levelOf(Image(level.size(), 3, values)), {60, 60}, {60, 60}, out).at(0, 0, 0);
        };
        const float plain = guidedWhole(map, level).at(30, 30, 0);
        QCOMPARE(at(30 + guidedDepthReach + 1), plain);
        QCOMPARE(at(30 - guidedDepthReach - 1), plain);
        QVERIFY(at(30 + guidedDepthReach / 2) != plain);
    }

    void furtherChannelsOfTheParentAreNotLookedAt() {
        const DepthMap map = noiseMap({40, 30}, 3, 4);
        const Image rgb = noisePicture({40, 30}, 3, 5);
        QVERIFY(sameBits(guidedWhole(map, rgb), guidedWhole(map, joinChannels(rgb, noisePicture({40, 30}, 6, 6), {}))));
    }

    void edgesComeFromTheParent() {
        // A coarse step of depth, and a sharp step of colour one pixel beside the middle of it.
        DepthMap map{Image({4, 4}, 1, {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1}), 8, {32, 32}};
        const Image level = drawn({32, 32}, [](int x, int, int) { return x < 16 ? 0.2f : 0.8f; });
        const Image plane = guidedWhole(map, level);
        QVERIFY2(plane.at(16, 16, 0) - plane.at(15, 16, 0) > 0.3, qPrintable(QString::number(plane.at(16, 16, 0) - plane.at(15, 16, 0))));
    }

    void whatIsNotCoveredIsRefused() {
        const DepthMap map = noiseMap({40, 30}, 1, 4);
        const PlacedImage parent = levelOf(noisePicture({40, 30}, 3, 5));
        const auto run = [&](Axis columns, Axis rows, Rect out) { guidedDepth(map, parent, columns, rows, out); };
        run({40, 40}, {30, 30}, {0, 0, 40, 30});
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, run({40, 40}, {30, 30}, {0, 0, 41, 30}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, run({40, 40}, {30, 30}, {-1, 0, 40, 30}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, run({40, 40}, {30, 30}, {5, 5, 5, 9}));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, run({41, 40}, {30, 30}, {0, 0, 40, 30}));
    }
};

QTEST_APPLESS_MAIN(TestDepth)
#include "test_depth.moc"
