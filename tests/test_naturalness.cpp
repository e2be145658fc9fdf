#include "core/base/model_location.h"
#include "core/base/sha256.h"
#include "core/image/resample.h"
#include "core/metrics/pristine_file.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <iterator>

using namespace casr;

namespace {

using Json = nlohmann::json;

bool isNear(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// Blocks whose features are mixtures of random numbers, so that they hang together.
std::vector<SceneBlock> randomBlocks(int count, std::uint64_t seed, double shift = 0) {
    HashRandom random(seed);
    std::vector<SceneBlock> blocks(static_cast<std::size_t>(count));
    for (SceneBlock& block : blocks) {
        double common = random.uniform();
        for (std::size_t i = 0; i < sceneFeatureCount; ++i) {
            common = 0.5 * common + random.uniform();
            block.features[i] = shift + common * (1 + static_cast<double>(i) / 10);
        }
        block.sharpness = random.uniform(0, 10);
    }
    return blocks;
}

/// A Gaussian with a diagonal covariance.
SceneGaussian simpleGaussian(double mean, double variance, std::int64_t blocks = enoughBlocks) {
    SceneGaussian gaussian;
    gaussian.blocks = blocks;
    for (int i = 0; i < sceneFeatureCount; ++i) {
        gaussian.mean[static_cast<std::size_t>(i)] = mean;
        gaussian.covariance.at(i, i) = variance;
    }
    return gaussian;
}

/// [a | b] brought to [1 | x] by Gauss and Jordan with pivots: a x = b.
SquareMatrix slowSolution(SquareMatrix a, SquareMatrix b) {
    for (int k = 0; k < a.side(); ++k) {
        int pivot = k;
        for (int row = k; row < a.side(); ++row) {
            pivot = std::abs(a.at(row, k)) > std::abs(a.at(pivot, k)) ? row : pivot;
        }
        for (int column = 0; column < a.side(); ++column) {
            std::swap(a.at(k, column), a.at(pivot, column));
            std::swap(b.at(k, column), b.at(pivot, column));
        }
        const double divisor = a.at(k, k);
        for (int column = 0; column < a.side(); ++column) {
            a.at(k, column) /= divisor;
            b.at(k, column) /= divisor;
        }
        for (int row = 0; row < a.side(); ++row) {
            const double factor = row == k ? 0 : a.at(row, k);
            for (int column = 0; column < a.side(); ++column) {
                a.at(row, column) -= factor * a.at(k, column);
                b.at(row, column) -= factor * b.at(k, column);
            }
        }
    }
    return b;
}

SquareMatrix identity(int side) {
    SquareMatrix one(side);
    for (int i = 0; i < side; ++i) {
        one.at(i, i) = 1;
    }
    return one;
}

SquareMatrix halfSum(const SquareMatrix& a, const SquareMatrix& b) {
    SquareMatrix sum(a.side());
    for (int row = 0; row < a.side(); ++row) {
        for (int column = 0; column < a.side(); ++column) {
            sum.at(row, column) = 0.5 * (a.at(row, column) + b.at(row, column));
        }
    }
    return sum;
}

/// The root of any matrix with positive eigenvalues by the iteration of Denman and Beavers (1976).
SquareMatrix slowRoot(const SquareMatrix& matrix) {
    SquareMatrix y = matrix, z = identity(matrix.side());
    for (int i = 0; i < 25; ++i) {
        const SquareMatrix next = halfSum(y, slowSolution(z, identity(z.side())));
        z = halfSum(z, slowSolution(y, identity(y.side())));
        y = next;
    }
    return y;
}

double slowFrechet(const SceneGaussian& a, const SceneGaussian& b) {
    SquareMatrix s(sceneFeatureCount), t(sceneFeatureCount);
    double squares = 0;
    for (int row = 0; row < sceneFeatureCount; ++row) {
        const double deviation = std::sqrt(b.covariance.at(row, row));
        squares += std::pow((a.mean[static_cast<std::size_t>(row)] - b.mean[static_cast<std::size_t>(row)]) / deviation, 2);
        for (int column = 0; column < sceneFeatureCount; ++column) {
            s.at(row, column) = a.covariance.at(row, column) / deviation / std::sqrt(b.covariance.at(column, column));
            t.at(row, column) = b.covariance.at(row, column) / deviation / std::sqrt(b.covariance.at(column, column));
        }
    }
    return squares + trace(s) + trace(t) - 2 * trace(slowRoot(product(s, t)));
}

double slowNiqe(const SceneGaussian& a, const SceneGaussian& b) {
    SquareMatrix apart(sceneFeatureCount);
    for (int row = 0; row < sceneFeatureCount; ++row) {
        apart.at(row, 0) = a.mean[static_cast<std::size_t>(row)] - b.mean[static_cast<std::size_t>(row)];
    }
    const SquareMatrix solved = slowSolution(halfSum(a.covariance, b.covariance), apart);
    return std::sqrt(product(transposed(apart), solved).at(0, 0));
}

std::string textOf(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

class TestNaturalness : public QObject {
    Q_OBJECT

private:
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

    /// What readPristine says of the file that `change` makes of a good one, its checksum brought along.
    template <typename Change>
    std::string refusal(Change change) const {
        Json json = Json::parse(textOf(path("good.json")));
        change(json);
        json.erase("sha256");
        const std::string text = json.dump();
        json["sha256"] = sha256(std::as_bytes(std::span(text)));
        std::ofstream(path("changed.json")) << json.dump();
        return errorOf([&] { readPristine(path("changed.json")); });
    }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() { writePristine(path("good.json"), gaussianOf(randomBlocks(300, 1))); }

    void meanAndCovarianceAreHandComputed() {
        std::vector<SceneBlock> blocks(3);
        const double first[] = {1, 2, 6}, second[] = {0, 3, 3};
        for (std::size_t i = 0; i < 3; ++i) {
            blocks[i].features[0] = first[i];
            blocks[i].features[35] = second[i];
        }
        const SceneGaussian gaussian = gaussianOf(blocks);
        QCOMPARE(gaussian.blocks, std::int64_t{3});
        QVERIFY(isNear(gaussian.mean[0], 3, 1e-12) && isNear(gaussian.mean[35], 2, 1e-12));
        QVERIFY(isNear(gaussian.covariance.at(0, 0), 7, 1e-12));
        QVERIFY(isNear(gaussian.covariance.at(35, 35), 3, 1e-12));
        QVERIFY(isNear(gaussian.covariance.at(0, 35), 3, 1e-12) && isNear(gaussian.covariance.at(35, 0), 3, 1e-12));
        QCOMPARE(gaussian.covariance.at(1, 0), 0.0);
    }

    void oneBlockHasNoCovarianceAndNoneIsRefused() {
        QCOMPARE(trace(gaussianOf(randomBlocks(1, 2)).covariance), 0.0);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, gaussianOf({}));
    }

    void onlySharpBlocksAreLearntFrom() {
        std::vector<SceneBlock> photo(5);
        const double sharpness[] = {4, 2.9, 3.1, 0, 3};
        for (std::size_t i = 0; i < 5; ++i) {
            photo[i].sharpness = sharpness[i];
        }
        const std::vector<SceneBlock> sharp = sharpBlocks(photo);
        QCOMPARE(sharp.size(), std::size_t{2});
        QCOMPARE(sharp[0].sharpness, 4.0);
        QCOMPARE(sharp[1].sharpness, 3.1);
        QVERIFY(sharpBlocks(std::vector<SceneBlock>(3)).empty());
        QVERIFY(sharpBlocks({}).empty());
    }

    void fewBlocksAreShrunkToThePristineCovariance() {
        QCOMPARE(shrinkageOf(0), 1.0);
        QCOMPARE(shrinkageOf(50), 0.75);
        QCOMPARE(shrinkageOf(200), 0.0);
        QCOMPARE(shrinkageOf(5000), 0.0);
        const SceneGaussian pristine = simpleGaussian(0, 4);
        QVERIFY(isNear(shrunkTo(pristine, simpleGaussian(0, 8, 50)).covariance.at(7, 7), 5, 1e-12));
        QVERIFY(isNear(shrunkTo(pristine, simpleGaussian(0, 8, 200)).covariance.at(7, 7), 8, 1e-12));
    }

    void distancesAreHandComputed() {
        const SceneGaussian a = simpleGaussian(1, 3), b = simpleGaussian(3, 5);
        QVERIFY(isNear(niqeDistance(a, b), std::sqrt(36 * 4 / 4.0), 1e-12));
        QVERIFY(isNear(frechetDistance(a, b), 36 * (4 / 5.0 + 3 / 5.0 + 1 - 2 * std::sqrt(3 / 5.0)), 1e-9));
        QVERIFY(isNear(niqeDistance(a, a), 0, 1e-12));
        QVERIFY(isNear(frechetDistance(b, b), 0, 1e-9));
    }

    void distancesAgreeWithSlowSolutions() {
        const SceneGaussian a = gaussianOf(randomBlocks(200, 3, 0.3)), b = gaussianOf(randomBlocks(300, 4));
        QVERIFY(isNear(niqeDistance(a, b), slowNiqe(a, b), 1e-8 * slowNiqe(a, b)));
        QVERIFY2(isNear(frechetDistance(a, b), slowFrechet(a, b), 1e-6 * slowFrechet(a, b)),
                 qPrintable(QString("%1 against %2").arg(frechetDistance(a, b)).arg(slowFrechet(a, b))));
    }

    void featuresThatNeverVaryAreLeftOut() {
        SceneGaussian a = simpleGaussian(1, 3), b = simpleGaussian(1, 3);
        b.covariance.at(5, 5) = 0;
        a.mean[5] = 100;
        QVERIFY(isNear(frechetDistance(a, b), 0, 1e-9));
        QVERIFY(std::isfinite(niqeDistance(a, b)));
    }

    void naturalnessStatesBlocksAndShrinkage() {
        const SceneGaussian pristine = gaussianOf(randomBlocks(300, 5));
        QVERIFY(!naturalnessOf({}, pristine));
        const std::vector<SceneBlock> blocks = randomBlocks(50, 6);
        const auto naturalness = naturalnessOf(blocks, pristine);
        QCOMPARE(naturalness->blocks, std::int64_t{50});
        QCOMPARE(naturalness->shrinkage, 0.75);
        const SceneGaussian own = shrunkTo(pristine, gaussianOf(blocks));
        QCOMPARE(naturalness->niqe, niqeDistance(own, pristine));
        QCOMPARE(naturalness->drift, frechetDistance(own, pristine));
        const auto single = naturalnessOf(std::span(blocks).first(1), pristine);
        QVERIFY(single->niqe > naturalness->niqe && std::isfinite(single->drift));
    }

    void aFileGivesBackWhatWasWritten() {
        const SceneGaussian written = gaussianOf(randomBlocks(300, 1)), read = readPristine(path("good.json"));
        QCOMPARE(read.blocks, std::int64_t{300});
        QCOMPARE(read.mean, written.mean);
        for (int row = 0; row < sceneFeatureCount; ++row) {
            for (int column = row; column < sceneFeatureCount; ++column) {
                QCOMPARE(read.covariance.at(column, row), written.covariance.at(row, column));
            }
        }
    }

    void tooFewBlocksMakeNoFile() {
        QVERIFY(says(errorOf([&] { writePristine(path("few.json"), gaussianOf(randomBlocks(199, 1))); }), "at least 200"));
        QVERIFY(says(errorOf([&] { writePristine(path("few.json"), SceneGaussian()); }), "at least 200"));
        QVERIFY(!std::filesystem::exists(path("few.json")));
    }

    void damagedFilesAreRefused() {
        QVERIFY(refusal([](Json&) {}).empty());
        QVERIFY(says(refusal([](Json& json) { json["format"] = "other"; }), "another kind"));
        QVERIFY(says(refusal([](Json& json) { json["mean"].erase(0); }), "'mean' is not 36 numbers"));
        QVERIFY(says(refusal([](Json& json) { json["mean"][3] = "x"; }), "'mean' is not 36 numbers"));
        QVERIFY(says(refusal([](Json& json) { json.erase("covariance"); }), "'covariance' is not 666 numbers"));
        QVERIFY(says(refusal([](Json& json) { json["covariance"][0] = -1; }), "'covariance' is none"));
        QVERIFY(says(refusal([](Json& json) { json["blocks"] = 199; }), "too few blocks"));
        QVERIFY(says(refusal([](Json& json) { json["blocks"] = 300.5; }), "too few blocks"));
    }

    void alteredFilesAndOtherFilesAreRefused() {
        std::string text = textOf(path("good.json"));
        text[text.find("300")] = '4';
        std::ofstream(path("altered.json")) << text;
        QVERIFY(says(errorOf([&] { readPristine(path("altered.json")); }), "SHA-256"));
        std::ofstream(path("cut.json")) << text.substr(0, 1000);
        QVERIFY(says(errorOf([&] { readPristine(path("cut.json")); }), "another kind"));
        std::ofstream(path("large.json")) << std::string((1 << 20) + 1, ' ');
        QVERIFY(says(errorOf([&] { readPristine(path("large.json")); }), "too large"));
        QVERIFY(says(errorOf([&] { readPristine(path("none.json")); }), "no such file"));
        QVERIFY(says(errorOf([&] { readPristine(path("")); }), "casr fit-niqe"));
    }

    void theShippedModelIsUsable() {
        const SceneGaussian pristine = readPristine(shippedPristine());
        QVERIFY(pristine.blocks >= enoughBlocks);
        const auto ofNoise = naturalnessOf(sceneBlocks(noisePicture({300, 300}, 3, 1)), pristine);
        const auto ofBlur = naturalnessOf(sceneBlocks(resized(noisePicture({30, 30}, 3, 1), {300, 300})), pristine);
        QVERIFY(ofNoise->niqe > 5 && ofBlur->niqe > 5);
    }
};

QTEST_APPLESS_MAIN(TestNaturalness)
#include "test_naturalness.moc"
