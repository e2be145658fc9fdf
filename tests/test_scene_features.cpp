#include "core/image/resample.h"
#include "core/metrics/scene_features.h"
#include "tests/support.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

using namespace casr;

namespace {

Image flat(Size size, int channels, float value) {
    return Image(size, channels, std::vector<float>(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels), value));
}

bool isNear(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// Noise that is smoother in some places than in others: every feature has something to say.
Image texture(Size size, std::uint64_t seed) {
    const Image fine = noisePicture(size, 3, seed), coarse = resized(noisePicture({size.width / 5, size.height / 5}, 3, seed + 1), size);
    std::vector<float> values;
    for (std::size_t i = 0; i < fine.values().size(); ++i) {
        values.push_back(0.8f * coarse.values()[i] + 0.2f * fine.values()[i] * coarse.values()[i]);
    }
    return roundedTo8Bit(Image(size, 3, std::move(values)));
}

/// Standard normal numbers (Box and Muller 1958).
std::vector<double> normals(int count, std::uint64_t seed) {
    HashRandom random(seed);
    std::vector<double> values;
    for (int i = 0; i < count; ++i) {
        values.push_back(std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform()));
    }
    return values;
}

double slowRatio(double shape) {
    return std::exp(2 * std::lgamma(2 / shape) - std::lgamma(1 / shape) - std::lgamma(3 / shape));
}

/// The shape on a grid of thousandths whose ratio is nearest.
double slowShape(double ratio) {
    double best = 0, distance = 1e9;
    for (int i = 200; i <= 10000; ++i) {
        const double apart = std::abs(slowRatio(i / 1000.0) - ratio);
        if (apart < distance) {
            distance = apart;
            best = i / 1000.0;
        }
    }
    return best;
}

double meanOf(const std::vector<double>& values, double (*f)(double)) {
    double sum = 0;
    for (const double value : values) {
        sum += f(value);
    }
    return sum / static_cast<double>(values.size());
}

double square(double value) {
    return value * value;
}

/// Shape, scale.
std::vector<double> slowGeneral(const std::vector<double>& values) {
    const double variance = meanOf(values, square), absolute = meanOf(values, std::abs);
    const double shape = slowShape(absolute * absolute / variance);
    return {shape, std::sqrt(variance * std::exp(std::lgamma(1 / shape) - std::lgamma(3 / shape)))};
}

/// Shape, mean, left, right.
std::vector<double> slowAsymmetric(const std::vector<double>& values) {
    std::vector<double> below, above;
    for (const double value : values) {
        if (value != 0) {
            (value < 0 ? below : above).push_back(value);
        }
    }
    const double left = std::sqrt(meanOf(below, square)), right = std::sqrt(meanOf(above, square)), g = left / right;
    const double ratio = square(meanOf(values, std::abs)) / meanOf(values, square);
    const double shape = slowShape(ratio * (g * g * g + 1) * (g + 1) / square(g * g + 1));
    const double scale = std::sqrt(std::exp(std::lgamma(1 / shape) - std::lgamma(3 / shape)));
    return {shape, scale * (right - left) * std::exp(std::lgamma(2 / shape) - std::lgamma(1 / shape)), scale * left, scale * right};
}

/// Grey in codes as a function of place, borders repeated.
struct SlowGrey {
    Image image;

    double at(int x, int y) const {
        x = std::clamp(x, 0, image.width() - 1);
        y = std::clamp(y, 0, image.height() - 1);
        return 255 * (0.299 * image.at(x, y, 0) + 0.587 * image.at(x, y, 1) + 0.114 * image.at(x, y, 2));
    }

    /// The two-dimensional window at one place: mean and deviation, from the definition.
    std::pair<double, double> local(int x, int y) const {
        double weights = 0, mean = 0, variance = 0;
        for (int pass = 0; pass < 2; ++pass) {
            for (int dy = -3; dy <= 3; ++dy) {
                for (int dx = -3; dx <= 3; ++dx) {
                    const double weight = std::exp(-(dx * dx + dy * dy) / (2 * square(7.0 / 6.0)));
                    weights += pass == 0 ? weight : 0;
                    (pass == 0 ? mean : variance) += weight * (pass == 0 ? at(x + dx, y + dy) : square(at(x + dx, y + dy) - mean));
                }
            }
            (pass == 0 ? mean : variance) /= weights;
        }
        return {mean, std::sqrt(variance)};
    }

    double normalised(int x, int y) const {
        const auto [mean, deviation] = local(x, y);
        return (at(x, y) - mean) / (deviation + 1);
    }
};

/// The 18 features of one scale of a block, by lists of values and the slow fits.
std::vector<double> slowFeatures(const SlowGrey& grey, Rect rect) {
    std::map<std::pair<int, int>, double> normal;
    std::vector<double> values;
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            values.push_back(normal[{x, y}] = grey.normalised(x, y));
        }
    }
    std::vector<double> features = slowGeneral(values);
    for (const auto& [dx, dy] : {std::pair(1, 0), std::pair(0, 1), std::pair(1, 1), std::pair(-1, 1)}) {
        std::vector<double> products;
        for (const auto& [place, value] : normal) {
            const auto other = normal.find({place.first + dx, place.second + dy});
            if (other != normal.end()) {
                products.push_back(value * other->second);
            }
        }
        const std::vector<double> fit = slowAsymmetric(products);
        features.insert(features.end(), fit.begin(), fit.end());
    }
    return features;
}

} // namespace

class TestSceneFeatures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theShapeOfNormalNumbersIsTwo() {
        std::vector<double> values = normals(200000, 1);
        HashRandom side(2);
        const GeneralGaussian fit = fitGeneralGaussian(values);
        QVERIFY(isNear(fit.shape, 2, 0.03));
        QVERIFY(isNear(fit.scale, std::sqrt(2.0), 0.02));
        for (double& value : values) {
            value = std::abs(value) * (side.uniform() < 0.25 ? -0.5 : 1.5); // the mass of a side goes with its scale
        }
        const AsymmetricGaussian skew = fitAsymmetricGaussian(values);
        QVERIFY(isNear(skew.shape, 2, 0.03));
        QVERIFY(isNear(skew.left, 0.5 * std::sqrt(2.0), 0.02));
        QVERIFY(isNear(skew.right, 1.5 * std::sqrt(2.0), 0.03));
        QVERIFY(isNear(skew.mean, std::sqrt(2 / std::numbers::pi), 0.01));
    }

    void twoEqualSpikesAreAsFlatToppedAsShapesGo() {
        const GeneralGaussian fit = fitGeneralGaussian(std::vector<double>{-1, 1, 1, -1});
        QVERIFY(isNear(fit.shape, 10, 1e-9));
        QVERIFY(isNear(fit.scale, std::sqrt(std::tgamma(0.1) / std::tgamma(0.3)), 1e-9));
    }

    void fitsAgreeWithASearchOfTheGrid() {
        for (std::uint64_t seed = 1; seed < 5; ++seed) {
            std::vector<double> values = normals(500, seed);
            for (double& value : values) {
                value = std::copysign(std::pow(std::abs(value), 0.6 * static_cast<double>(seed)), value) * (value < 0 ? 1 : 2);
            }
            const AsymmetricGaussian fit = fitAsymmetricGaussian(values);
            const std::vector<double> slow = slowAsymmetric(values);
            QVERIFY(isNear(fit.shape, slow[0], 6e-4));
            QVERIFY(isNear(fit.mean, slow[1], 0.02 * std::abs(slow[1])));
            QVERIFY(isNear(fit.left, slow[2], 0.02 * slow[2]));
            QVERIFY(isNear(fit.right, slow[3], 0.02 * slow[3]));
            QVERIFY(isNear(fitGeneralGaussian(values).shape, slowGeneral(values)[0], 6e-4));
        }
    }

    void valuesWithoutSpreadHaveNoScale() {
        for (const std::vector<double>& values : {std::vector<double>(), std::vector<double>(5), std::vector<double>(5, 1e-6)}) {
            QCOMPARE(fitGeneralGaussian(values).shape, 10.0);
            QCOMPARE(fitGeneralGaussian(values).scale, 0.0);
            const AsymmetricGaussian fit = fitAsymmetricGaussian(values);
            QCOMPARE(fit.shape, 10.0);
            QCOMPARE(fit.mean + fit.left + fit.right, 0.0);
        }
    }

    void aSideWithoutValuesHasNoScale() {
        const AsymmetricGaussian fit = fitAsymmetricGaussian(std::vector<double>{0, 1, 2, 3});
        QCOMPARE(fit.left, 0.0);
        QVERIFY(fit.right > 0 && fit.mean > 0);
        const AsymmetricGaussian mirrored = fitAsymmetricGaussian(std::vector<double>{0, -1, -2, -3});
        QCOMPARE(mirrored.right, 0.0);
        QCOMPARE(mirrored.left, fit.right);
        QCOMPARE(mirrored.mean, -fit.mean);
    }

    void featuresAgreeWithTheSlowDefinition() {
        const Image image = texture({200, 101}, 3);
        const std::vector<SceneBlock> blocks = sceneBlocks(image);
        QCOMPARE(blocks.size(), std::size_t{2});
        const Image used = cropped(image, {0, 0, 192, 96});
        const SlowGrey full{used}, half{resized(used, {96, 48})};
        for (int block = 0; block < 2; ++block) {
            std::vector<double> slow = slowFeatures(full, rectAt(96 * block, 0, {96, 96}));
            const std::vector<double> second = slowFeatures(half, rectAt(48 * block, 0, {48, 48}));
            slow.insert(slow.end(), second.begin(), second.end());
            for (std::size_t i = 0; i < sceneFeatureCount; ++i) {
                const double found = blocks[static_cast<std::size_t>(block)].features[i];
                QVERIFY2(isNear(found, slow[i], 0.01 * std::abs(slow[i]) + 0.002),
                         qPrintable(QString("block %1 feature %2: %3 against %4").arg(block).arg(i).arg(found).arg(slow[i])));
            }
        }
    }

    void sharpnessIsTheMeanLocalDeviation() {
        const Image image = texture({13, 9}, 4);
        const SlowGrey grey{image};
        double sum = 0;
        for (int y = 0; y < 9; ++y) {
            for (int x = 0; x < 13; ++x) {
                sum += grey.local(x, y).second;
            }
        }
        QVERIFY(isNear(sharpnessOf(image), sum / (13 * 9), 1e-4));
        const Image noise = noisePicture({40, 30}, 3, 8);
        QVERIFY(sharpnessOf(noise) > 2 * sharpnessOf(resized(resized(noise, {10, 8}), noise.size())));
    }

    void blocksAreCountedFromTheTopLeft() {
        const Image image = texture({211, 205}, 5);
        const std::vector<SceneBlock> blocks = sceneBlocks(image);
        QCOMPARE(blocks.size(), std::size_t{4});
        QCOMPARE(sceneBlocks(cropped(image, {0, 0, 192, 192}))[3].features, blocks[3].features);
    }

    void aPictureSmallerThanABlockHasNone() {
        QVERIFY(sceneBlocks(texture({95, 300}, 6)).empty());
        QVERIFY(sceneBlocks(texture({300, 95}, 6)).empty());
        QCOMPARE(sceneBlocks(texture({96, 96}, 6)).size(), std::size_t{1});
        QVERIFY(sceneBlocks(Image()).empty());
    }

    void aFlatPictureHasNoScaleAndNoSharpness() {
        const std::vector<SceneBlock> blocks = sceneBlocks(flat({96, 96}, 3, 0.3f));
        QCOMPARE(blocks.size(), std::size_t{1});
        QVERIFY(isNear(blocks[0].sharpness, 0, 1e-4));
        for (std::size_t i = 0; i < sceneFeatureCount; ++i) {
            const bool isShape = i % 18 == 0 || (i % 18 >= 2 && (i % 18 - 2) % 4 == 0);
            QCOMPARE(blocks[0].features[i], isShape ? 10.0 : 0.0);
        }
    }

    void greyAndAlphaAreTakenAsTheyAre() {
        const Image grey = selectChannels(texture({96, 96}, 7), 0, 1);
        const Image two = joinChannels(grey, grey, {}), rgb = joinChannels(two, grey, {});
        const Image withAlpha = joinChannels(grey, flat({96, 96}, 1, 0.5f), {nullptr, true});
        QCOMPARE(sceneBlocks(withAlpha)[0].features, sceneBlocks(grey)[0].features);
        for (std::size_t i = 0; i < sceneFeatureCount; ++i) {
            QVERIFY(isNear(sceneBlocks(rgb)[0].features[i], sceneBlocks(grey)[0].features[i], 1e-4));
        }
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, sceneBlocks(two));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, sharpnessOf(Image()));
    }
};

QTEST_APPLESS_MAIN(TestSceneFeatures)
#include "test_scene_features.moc"
