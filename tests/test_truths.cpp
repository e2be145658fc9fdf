#include "core/train/sample.h"
#include "crops_support.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace casr;

namespace {

/// Long waves to the right, which are shorter when the crop is reduced.
CropFile waveCrops(int edge, int count) {
    CropFile crops = placeCrops(edge, count);
    for (std::size_t i = 0; i < crops.pixels.size(); ++i) {
        const double column = static_cast<double>(i / 3 % static_cast<std::size_t>(edge));
        crops.pixels[i] = static_cast<std::uint8_t>(128.0 + 100.0 * std::sin(column / 3.0));
    }
    return crops;
}

/// Mean step from a sample of the truth to the next in its row.
double roughnessOf(const Batch& batch) {
    double sum = 0;
    for (std::size_t i = 3; i < batch.target.size(); i += 3) {
        sum += std::abs(batch.target[i] - batch.target[i - 3]);
    }
    return 3.0 * sum / static_cast<double>(batch.target.size());
}

/// True when the first truth of a batch has the values of all of crop `index`.
bool isCrop(const Batch& batch, const CropFile& crops, int index) {
    std::vector<float> truth(batch.target.begin(), batch.target.begin() + 3 * std::ptrdiff_t{batch.points});
    const Image picture = cropPicture(crops, index, crops.edge);
    std::vector<float> pixels(picture.values().begin(), picture.values().end());
    std::sort(truth.begin(), truth.end());
    std::sort(pixels.begin(), pixels.end());
    return pixels == truth;
}

} // namespace

/// How sharp the truths of training are at their own pixels.
class TestTruths : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void softPhotosAreSmootherAtTheirOwnPixels() {
        const CropFile crops = noiseCrops(80, 2);
        SampleOptions options{4, 16, 1};
        options.dense = true;
        for (std::uint64_t iteration = 0; iteration < 4; ++iteration) {
            const Batch crisp = makeBatch(crops, options, iteration);
            SampleOptions soft = options;
            soft.soft = 1.0;
            for (const double unrolled : {0.0, 1.0}) {
                soft.unrolled = unrolled;
                const Batch batch = makeBatch(crops, soft, iteration);
                QCOMPARE(batch.points, crisp.points);
                QVERIFY(roughnessOf(batch) < 0.9 * roughnessOf(crisp));
            }
        }
    }

    void reducedTruthsAreSharperAtTheirOwnPixelsAndOfTheSameSize() {
        const CropFile crops = waveCrops(160, 2);
        SampleOptions options{16, 16, 1};
        options.dense = true;
        double plain = 0, sharp = 0;
        for (std::uint64_t iteration = 0; iteration < 4; ++iteration) {
            options.sharp = 0.0;
            const Batch before = makeBatch(crops, options, iteration);
            options.sharp = 1.0;
            const Batch batch = makeBatch(crops, options, iteration);
            QCOMPARE(batch.points, before.points);
            plain += roughnessOf(before);
            sharp += roughnessOf(batch);
        }
        QVERIFY2(sharp > 1.2 * plain, qPrintable(QString("%1 %2").arg(plain).arg(sharp)));
    }

    void sharpBatchesAtAWholeScaleHaveThePatchesThatTheCropsHold() {
        SampleOptions options{4, 16, 1};
        options.whole = 1.0;
        options.sharp = 1.0;
        const CropFile crops = waveCrops(64, 2);
        int smaller = 0;
        for (std::uint64_t iteration = 0; iteration < 40; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            QVERIFY(batch.patch % 2 == 0 && batch.patch >= 64 / (2 * batch.whole) - 1 && batch.patch <= 16);
            QCOMPARE(batch.points, batch.patch * batch.whole * batch.patch * batch.whole);
            QVERIFY(batch.whole > 2 || batch.patch == 16); // a crop holds all of 2 x 2 x 16
            smaller += batch.patch < 16 ? 1 : 0;
        }
        QVERIFY(smaller > 5 && smaller < 35);
    }

    void sharpAndPlainBatchesAtAWholeScaleAreAsFrequentAsAskedFor() {
        SampleOptions options{1, 16, 1};
        options.whole = 1.0;
        const CropFile crops = waveCrops(128, 2);
        double plain = 0, half = 0, all = 0;
        for (std::uint64_t iteration = 0; iteration < 60; ++iteration) {
            for (auto [share, sum] : {std::pair{0.0, &plain}, {0.5, &half}, {1.0, &all}}) {
                options.sharp = share;
                *sum += roughnessOf(makeBatch(crops, options, iteration));
            }
        }
        QVERIFY2(plain < half && half < all, qPrintable(QString("%1 %2 %3").arg(plain).arg(half).arg(all)));
    }

    void aCropThatIsTooSmallIsReducedAsFarAsItGoes() {
        SampleOptions options{4, 16, 1};
        options.dense = true;
        options.sharp = 1.0;
        const CropFile crops = noiseCrops(32, 2);
        bool found = false;
        for (std::uint64_t iteration = 0; iteration < 200 && !found; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            QVERIFY(batch.points <= 32 * 32);
            found = batch.points == 32 * 32; // at x2 all of a crop: every pixel of it as it is, turned by chance
            QVERIFY(!found || isCrop(batch, crops, 0) != isCrop(batch, crops, 1));
        }
        QVERIFY(found);
    }
};

QTEST_APPLESS_MAIN(TestTruths)
#include "test_truths.moc"
