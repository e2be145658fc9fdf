#undef slots
#include "core/image/back_projection.h"
#include "core/image/detail_bands.h"
#include "core/image/resample.h"
#include "core/train/detail_losses.h"
#include "core/train/detail_picture.h"
#include "core/train/discriminator.h"
#include "core/train/projection.h"
#include "tests/support.h"
#include "tests/tensor_support.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

double largestDifference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

/// Soft noise between 0.3 and 0.7.
at::Tensor texture(std::uint64_t seed, int edge = 64) {
    return tensorOf(noisePicture({edge, edge}, 3, seed, 0.3, 0.7));
}

at::Tensor flat(float value = 0.5f) {
    return at::full({1, 3, 64, 64}, value);
}

at::Tensor stripes() {
    at::Tensor picture = flat(0.1f);
    for (int x = 0; x < 64; x += 8) {
        picture.narrow(3, x, 4).fill_(0.9f);
    }
    return picture;
}

double meanOf(const at::Tensor& values) {
    return values.mean().item<double>();
}

} // namespace

class TestDetailLosses : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void backProjectionIsThatOfTheStaircase_data() {
        QTest::addColumn<int>("child");
        for (const int child : {16, 24, 31, 47, 64}) {
            QTest::addRow("16 to %d", child) << child;
        }
    }

    void backProjectionIsThatOfTheStaircase() {
        QFETCH(int, child);
        const Image parent = noisePicture({16, 16}, 3, 1), enlarged = noisePicture({child, child}, 3, 2);
        const Axis axis{16, child};
        const Projection projection(16, child);
        for (const float share : {1.0f, 0.75f, 0.0f}) {
            const Image expected = backProjected({enlarged, 0, 0}, {parent, 0, 0}, axis, axis, rectOf(enlarged.size()), share);
            const at::Tensor made = projection.applied(tensorOf(enlarged), tensorOf(parent), at::full({1}, share));
            QVERIFY(largestDifference(made, tensorOf(expected)) < 1e-5);
        }
        QVERIFY(largestDifference(projection.shrunk(tensorOf(enlarged)), tensorOf(resized(enlarged, parent.size()))) < 1e-5);
    }

    /// The code that trains and the code that runs are two; this is what ties them.
    void theDetailOfTrainingIsThatOfAStep() {
        for (const int edge : {16, 27, 41, 64}) {
            const Axis axis{16, edge};
            const Image child = noisePicture({edge, edge}, 3, 4), map = noisePicture({16, 16}, 3, 5, 0.0, 0.3);
            const DetailMap values{rectOf(map.size()), {map.values().begin(), map.values().end()}};
            std::vector<float> expected(child.values().size());
            addDetailInto({child, 0, 0}, values, 1.0f, axis, axis, rectOf(child.size()), expected);
            const at::Tensor made = tensorOf(child) + DetailPicture(16, edge).of(tensorOf(child), tensorOf(map));
            QVERIFY(largestDifference(made, tensorOf(Image(child.size(), 3, expected))) < 1e-5);
        }
    }

    void detailWithoutRoomHasGradientsThatAreNumbers() {
        at::Tensor map = at::zeros({1, DetailMap::values, 16, 16}).requires_grad_();
        const at::Tensor added = DetailPicture(16, 32).of(texture(1, 32), map);
        QCOMPARE(added.abs().max().item<double>(), 0.0);
        added.sum().backward();
        QVERIFY(at::isfinite(map.grad().narrow(1, 0, detailBands)).all().item<bool>());
    }

    void flatsAndEdgesAreCertainAndTextureIsNot() {
        QVERIFY(meanOf(certainty(flat())) > 0.999);
        QVERIFY(meanOf(certainty(stripes())) > 0.9);
        QVERIFY2(meanOf(certainty(texture(1))) < 0.3, qPrintable(QString::number(meanOf(certainty(texture(1))))));
        QVERIFY(certainty(stripes()).max().item<double>() <= 1.0);
    }

    void equalPicturesCostNothing() {
        const at::Tensor truth = texture(1);
        for (const at::Tensor& loss : {pullLoss(truth, truth), artifactLoss(truth, flat(), truth), affinityLoss(truth, truth),
                                       spectrumLoss(truth, truth), featureLoss({truth}, {truth})}) {
            QVERIFY(std::abs(loss.item<double>()) < 1e-6);
        }
    }

    void whatIsInventedCostsMoreWhereTheTruthIsCertain() {
        const at::Tensor invented = 0.1 * (texture(2) - 0.5);
        const auto cost = [&](const at::Tensor& truth) { return pullLoss(truth + invented, truth).item<double>(); };
        QVERIFY(cost(flat()) > 2.0 * cost(texture(1)));
        QVERIFY(cost(stripes()) > 2.0 * cost(texture(1)));
        const at::Tensor grey = invented.mean(1, true).expand({1, 3, 64, 64});
        QVERIFY(pullLoss(flat() + invented, flat()).item<double>() > pullLoss(flat() + grey, flat()).item<double>());
    }

    void aFairDrawIsNoArtifactAndMoreIs() {
        const at::Tensor truth = texture(1), guess = flat();
        QVERIFY(artifactLoss(texture(2), guess, truth).item<double>() < 0.01); // another draw of the same texture
        QVERIFY(artifactLoss(0.5 + 3.0 * (texture(2) - 0.5), guess, truth).item<double>() > 0.1);
        QVERIFY(artifactLoss(flat() + 0.2 * (texture(2) - 0.5), guess, flat()).item<double>() > 0.01);
    }

    void theSpectrumSeesAmountsOfTextureAndNotItsPlace() {
        const at::Tensor truth = texture(1);
        const double another = spectrumLoss(texture(2), truth).item<double>();
        const double less = spectrumLoss(0.5 + 0.2 * (truth - 0.5), truth).item<double>();
        QVERIFY2(another < 0.4 && less > 2.0 * another, qPrintable(QString("%1 %2").arg(another).arg(less)));
        QVERIFY(std::abs(less - 2.0 * std::log10(5.0)) < 0.05);
        QVERIFY(spectrumLoss(flat(), flat() + 1e-5 * (truth - 0.5)).item<double>() < 1e-3); // below rounding
    }

    void theAffinitySeesWhetherTextureRepeats() {
        const at::Tensor truth = stripes();
        QVERIFY(affinityLoss(truth + 0.01 * (texture(1) - 0.5), truth).item<double>() < 0.1);
        QVERIFY(affinityLoss(texture(1), truth).item<double>() > 0.3);
    }

    void aRegularPatternIsNotTheTextureOfItsPower() {
        at::Tensor dots = flat();
        for (int y = 0; y < 64; y += 4) {
            for (int x = 0; x < 64; x += 4) {
                dots.select(2, y).select(2, x).fill_(0.9f);
            }
        }
        const at::Tensor truth = texture(1), other = texture(2);
        QVERIFY(spectrumLoss(dots, truth).item<double>() > 2.0 * spectrumLoss(other, truth).item<double>());
    }

    void featuresAreMeasuredAgainstTheirSize() {
        const at::Tensor truth = texture(1);
        QVERIFY(std::abs(featureLoss({1.1 * truth}, {truth}).item<double>() - 0.1) < 1e-4);
        QVERIFY(std::abs(featureLoss({11.0 * truth, truth}, {10.0 * truth, truth}).item<double>() - 0.05) < 1e-4);
    }

    void theDiscriminatorJudgesEveryPixelOfAnySize() {
        Discriminator critic = Discriminator::initialised(8, 1);
        for (const int edge : {8, 15, 64}) {
            const at::Tensor picture = texture(3, edge);
            const Discriminator::Judgement judgement = critic.of(picture, picture, at::kFloat);
            QCOMPARE(judgement.logits.sizes(), at::IntArrayRef({1, 1, edge, edge}));
            QCOMPARE(judgement.features.size(), std::size_t{3});
            QVERIFY(judgement.features[2].size(2) < judgement.features[0].size(2));
        }
    }

    void theWeightsOfTheDiscriminatorHaveSpectralNormOne() {
        Discriminator critic = Discriminator::initialised(8, 1);
        for (int step = 0; step < 60; ++step) {
            critic.refine();
        }
        const at::Tensor matrix = critic.weight[1].flatten(1);
        const at::Tensor right = matrix.t().mv(critic.direction[1]);
        const double estimated = (critic.direction[1].dot(matrix.mv(right / right.norm()))).item<double>();
        at::Tensor vector = at::ones({matrix.size(0)}); // the power method once more, from elsewhere
        for (int step = 0; step < 500; ++step) {
            vector = matrix.mv(matrix.t().mv(vector));
            vector = vector / vector.norm();
        }
        QVERIFY(std::abs(estimated - matrix.t().mv(vector).norm().item<double>()) < 0.02 * estimated);
    }
};

QTEST_APPLESS_MAIN(TestDetailLosses)
#include "test_detail_losses.moc"
