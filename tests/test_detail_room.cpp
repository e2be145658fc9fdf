#undef slots
#include "core/image/resample.h"
#include "core/network/detail_room.h"
#include "tests/support.h"
#include "tests/tensor_support.h"

#include <QtTest>

#include <array>
#include <cmath>

using namespace casr;

namespace {

double lumaAt(const Image& image, int x, int y) {
    return 0.299 * image.at(x, y, 0) + 0.587 * image.at(x, y, 1) + 0.114 * image.at(x, y, 2);
}

using Plane = std::vector<std::vector<double>>;

/// The plane weighted 1/4, 1/2, 1/4 both ways at (x, y).
double smoothAt(const Plane& plane, std::size_t x, std::size_t y) {
    constexpr std::array<double, 3> weights{0.25, 0.5, 0.25};
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            sum += weights[i] * weights[j] * plane[y + i - 1][x + j - 1];
        }
    }
    return sum;
}

/// The plane without its rim, each value `of` (x, y) of it.
template <typename Value>
Plane innerPlane(const Plane& plane, const Value& of) {
    Plane result;
    for (std::size_t y = 1; y + 1 < plane.size(); ++y) {
        result.emplace_back();
        for (std::size_t x = 1; x + 1 < plane[y].size(); ++x) {
            result.back().push_back(of(x, y));
        }
    }
    return result;
}

template <typename Change>
void eachOf(Plane& plane, const Change& change) {
    for (auto& row : plane) {
        std::ranges::transform(row, row.begin(), change);
    }
}

Plane lumaPlane(const Image& image) {
    Plane plane;
    for (int y = 0; y < image.height(); ++y) {
        plane.emplace_back();
        for (int x = 0; x < image.width(); ++x) {
            plane.back().push_back(lumaAt(image, x, y));
        }
    }
    return plane;
}

/// The mean, with binomial weights of nine, of the products of slopes by `across` and `down` around the pixel (x, y).
template <typename Product>
double tensorAt(const Plane& luma, std::size_t x, std::size_t y, const Product& product) {
    constexpr std::array<double, 9> weights{1, 8, 28, 56, 70, 56, 28, 8, 1};
    double sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        for (std::size_t j = 0; j < 9; ++j) {
            const std::size_t row = y + i - 4, column = x + j - 4;
            sum += weights[i] * weights[j] *
                   product(luma[row][column + 1] - luma[row][column - 1], luma[row + 1][column] - luma[row - 1][column]);
        }
    }
    return sum / 65536.0;
}

/// The share of the room that is left by the smaller of the structure tensor's two eigenvalues.
double allowedAt(const Plane& luma, std::size_t x, std::size_t y) {
    const double xx = tensorAt(luma, x, y, [](double across, double) { return across * across; });
    const double yy = tensorAt(luma, x, y, [](double, double down) { return down * down; });
    const double xy = tensorAt(luma, x, y, [](double across, double down) { return across * down; });
    const double middle = 0.5 * (xx + yy), apart = std::sqrt(middle * middle - (xx * yy - xy * xy));
    const double faint = 16.0 / (255.0 * 255.0);
    return std::pow(std::min(1.0, 4.0 * (1.0 - 2.0 * apart / (2.0 * middle + faint))), 2);
}

Plane slowRoom(const Image& image) {
    const Plane luma = lumaPlane(image);
    Plane plane = luma;
    for (int i = 0; i < 2; ++i) {
        plane = innerPlane(plane, [&](std::size_t x, std::size_t y) { return plane[y][x] - smoothAt(plane, x, y); });
    }
    eachOf(plane, [](double value) { return std::sqrt(std::abs(value)); });
    plane = innerPlane(plane, [&](std::size_t x, std::size_t y) { return smoothAt(plane, x, y); });
    eachOf(plane, [](double value) { return value * value; });
    plane = innerPlane(plane, [&](std::size_t x, std::size_t y) {
        return std::min({plane[y - 1][x - 1], plane[y - 1][x + 1], plane[y + 1][x - 1], plane[y + 1][x + 1]});
    });
    plane = innerPlane(plane, [&](std::size_t x, std::size_t y) { return smoothAt(plane, x, y); });
    eachOf(plane, [](double value) { return std::max(0.0, 9.0 * value - 2.5 / 255.0); });
    for (std::size_t y = 0; y < plane.size(); ++y) {
        for (std::size_t x = 0; x < plane[y].size(); ++x) {
            plane[y][x] *= allowedAt(luma, x + 5, y + 5);
        }
    }
    return plane;
}

at::Tensor noise(std::uint64_t seed) {
    return tensorOf(noisePicture({40, 32}, 3, seed, 0.2, 0.8));
}

} // namespace

class TestDetailRoom : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roomIsThatOfASlowReference() {
        const Image picture = noisePicture({23, 17}, 3, 1);
        const Plane expected = slowRoom(picture);
        const at::Tensor room = detailRoomOf(tensorOf(picture));
        QCOMPARE(room.sizes(), at::IntArrayRef({1, 1, 17 - 10, 23 - 10}));
        for (int y = 0; y < 7; ++y) {
            for (int x = 0; x < 13; ++x) {
                const double value = expected[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
                QVERIFY(std::abs(room[0][0][y][x].item<double>() - value) < 1e-5);
            }
        }
    }

    void flatsAndSlopesHaveNone() {
        QCOMPARE(detailRoomOf(at::full({1, 3, 20, 20}, 0.4f)).max().item<double>(), 0.0);
        const at::Tensor grain = 0.4 + (noise(4) - 0.5) * (2.0 / 255.0 / 0.6); // a code up or down at most
        QCOMPARE(detailRoomOf(grain).max().item<double>(), 0.0);
        const at::Tensor slope = (at::arange(20, at::kFloat) / 40.0).view({1, 1, 1, 20}).expand({1, 3, 20, 20});
        QCOMPARE(detailRoomOf(slope).max().item<double>(), 0.0);
    }

    void aLoneEdgeOpensNoRoomBesideIt() {
        at::Tensor picture = at::full({1, 3, 24, 40}, 0.2f);
        picture.narrow(3, 20, 20).fill_(0.8f);
        const at::Tensor room = detailRoomOf(picture); // its column x is the picture's x + 5
        QVERIFY(room.select(3, 11).max().item<double>() < 0.005);
    }

    void stripesHaveLittleRoomAndACrossingOfThemMuch() {
        const at::Tensor along = 0.5 + 0.2 * (at::arange(40, at::kFloat) * 2.0).sin();
        const at::Tensor stripes = along.view({1, 1, 1, 40}).expand({1, 3, 40, 40});
        const at::Tensor crossing = 0.5 * (stripes + stripes.transpose(2, 3));
        const double roomOfCrossing = detailRoomOf(crossing).mean().item<double>();
        QVERIFY2(roomOfCrossing > 0.05, qPrintable(QString::number(roomOfCrossing)));
        QVERIFY(detailRoomOf(stripes).max().item<double>() < 0.02 * roomOfCrossing);
    }

    void aSoftPictureHasLessThanACrispOne() {
        const Image crisp = noisePicture({40, 32}, 3, 2), soft = resized(noisePicture({20, 16}, 3, 2), {40, 32});
        QVERIFY(detailRoomOf(tensorOf(soft)).mean().item<double>() < 0.4 * detailRoomOf(tensorOf(crisp)).mean().item<double>());
    }
};

QTEST_APPLESS_MAIN(TestDetailRoom)
#include "test_detail_room.moc"
