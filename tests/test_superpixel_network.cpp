#include "core/network/superpixel_network.h"

#include "core/image/superpixels.h"
#include "core/network/architecture.h"
#include "tests/support.h"

#include <QtTest>

#include <array>
#include <cmath>
#include <functional>
#include <span>

using namespace casr;

namespace {

constexpr int cell = superpixelCell;
constexpr int reach = Reach::superpixelNetwork;
constexpr double colourFactor = 40.0, placeFactor = 0.5;

/// A network whose convolutions add nothing: its logits are the rule of colours and places alone.
SuperpixelNetwork ruleAlone() {
    SuperpixelNetwork network = SuperpixelNetwork::initialised(8, 1);
    for (auto* list : {&network.weight, &network.bias}) {
        for (at::Tensor& tensor : *list) {
            tensor.zero_();
        }
    }
    network.sharpness = at::tensor({static_cast<float>(std::log(colourFactor)), static_cast<float>(std::log(placeFactor))});
    return network;
}

at::Tensor tensorOf(const Image& picture) {
    return at::from_blob(const_cast<float*>(picture.values().data()), {1, picture.height(), picture.width(), 3}, at::kFloat)
        .permute({0, 3, 1, 2})
        .contiguous();
}

using Colour = std::array<double, 3>;

double distance(const Colour& a, const Colour& b) {
    return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]);
}

/// Cells and their colours pixel by pixel; the picture's first pixel lies at (left, top) of the whole.
struct SlowCells {
    const Image& picture;
    int left, top;

    Colour at(int x, int y) const {
        return {picture.at(x - left, y - top, 0), picture.at(x - left, y - top, 1), picture.at(x - left, y - top, 2)};
    }

    Colour meanWhere(int column, int row, const std::function<bool(int x, int y)>& counts) const {
        Colour sum{};
        double count = 0;
        for (int y = row * cell; y < (row + 1) * cell; ++y) {
            for (int x = column * cell; x < (column + 1) * cell; ++x) {
                if (counts(x, y)) {
                    const Colour colour = at(x, y);
                    for (std::size_t i = 0; i < 3; ++i) {
                        sum[i] += colour[i];
                    }
                    ++count;
                }
            }
        }
        return count > 0 ? Colour{sum[0] / count, sum[1] / count, sum[2] / count} : Colour{-1, -1, -1};
    }

    Colour mean(int column, int row) const {
        return meanWhere(column, row, [](int, int) { return true; });
    }

    Colour colour(int column, int row) const {
        const Colour kept = meanWhere(column, row, [&](int x, int y) {
            const int side = x % cell < cell / 2 ? -1 : 1, above = y % cell < cell / 2 ? -1 : 1;
            const double own = distance(at(x, y), mean(column, row));
            return own <= distance(at(x, y), mean(column + side, row)) && own <= distance(at(x, y), mean(column, row + above)) &&
                   own <= distance(at(x, y), mean(column + side, row + above));
        });
        return kept[0] < 0 ? mean(column, row) : kept;
    }

    double logit(int x, int y, int neighbour) const {
        const int down = neighbour / 3 - 1, right = neighbour % 3 - 1;
        const double placeDown = (y % cell + 0.5) / cell - 0.5 - down, placeRight = (x % cell + 0.5) / cell - 0.5 - right;
        return -colourFactor * distance(at(x, y), colour(x / cell + right, y / cell + down)) -
               placeFactor * (placeDown * placeDown + placeRight * placeRight);
    }
};

} // namespace

class TestSuperpixelNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPixelIsComparedWithTheColoursOfTheCellsAroundIt_data() {
        QTest::addColumn<int>("left");
        QTest::addColumn<int>("top");
        for (int phase = 0; phase < cell; ++phase) {
            QTest::addRow("phase %d", phase) << 4 * cell + phase << 4 * cell + (phase + 1) % cell;
        }
    }

    void aPixelIsComparedWithTheColoursOfTheCellsAroundIt() {
        QFETCH(int, left);
        QFETCH(int, top);
        const Image picture = noisePicture({2 * reach + 9, 2 * reach + 7}, 3, 3);
        const SlowCells slow{picture, left, top};
        const at::Tensor logits = ruleAlone().logits(tensorOf(picture), left % cell, top % cell).contiguous();
        QCOMPARE(logits.size(2), std::int64_t{7});
        QCOMPARE(logits.size(3), std::int64_t{9});
        const float* value = logits.data_ptr<float>();
        for (int neighbour = 0; neighbour < 9; ++neighbour) {
            for (int y = 0; y < 7; ++y) {
                for (int x = 0; x < 9; ++x, ++value) {
                    QVERIFY(std::abs(*value - slow.logit(left + reach + x, top + reach + y, neighbour)) < 1e-4);
                }
            }
        }
    }

    /// One pixel in a plain is a superpixel of its own, and its cell's other pixels join those around.
    void aStarIsWhatItsCellStandsFor() {
        const Size size{2 * reach + 3 * cell, 2 * reach + 3 * cell};
        std::vector<float> values(3 * static_cast<std::size_t>(size.area()), 0.1f);
        const int star = reach + cell + 1;
        for (std::size_t channel = 0; channel < 3; ++channel) {
            values[3 * static_cast<std::size_t>(star * size.width + star) + channel] = 1.0f;
        }
        const int phase = (cell - reach % cell) % cell;
        const at::Tensor logits = ruleAlone().logits(tensorOf(Image(size, 3, std::move(values))), phase, phase).contiguous();
        const std::span<const float> planes(logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel()));
        const SuperpixelLabels labels = mostLikelySuperpixels(planes, {0, 0, 3 * cell, 3 * cell}, cell);
        for (int y = 0; y < 3 * cell; ++y) {
            for (int x = 0; x < 3 * cell; ++x) {
                const bool isOfStar = labels.at(x, y) == SuperpixelLabels::Label{1, 1};
                QCOMPARE(isOfStar, x == cell + 1 && y == cell + 1);
            }
        }
    }

    void whatLiesBeyondTheReachChangesNothing() {
        const SuperpixelNetwork network = SuperpixelNetwork::initialised(8, 5);
        for (int phase = 0; phase < cell; ++phase) {
            const int edge = 2 * reach + 1;
            const at::Tensor picture = tensorOf(noisePicture({edge, edge}, 3, 4));
            const at::Tensor wider = at::constant_pad_nd(picture, {cell, cell, cell, cell}, 0.7);
            const at::Tensor logits = network.logits(wider, phase, phase).narrow(2, cell, 1).narrow(3, cell, 1);
            QVERIFY(at::equal(logits, network.logits(picture, phase, phase)));
        }
    }

    void whatLiesAtTheReachCounts() {
        const SuperpixelNetwork network = SuperpixelNetwork::initialised(8, 5);
        constexpr int edge = 2 * reach + 1;
        bool counts = false;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const at::Tensor picture = tensorOf(noisePicture({edge, edge}, 3, seed)), other = picture.clone();
            other.select(3, 0).fill_(0.0);
            const int phase = 0; // the pixel in the middle is the last of its cell
            counts = counts || !at::equal(network.logits(picture, phase, phase), network.logits(other, phase, phase));
        }
        QVERIFY(counts);
    }
};

QTEST_APPLESS_MAIN(TestSuperpixelNetwork)
#include "test_superpixel_network.moc"
