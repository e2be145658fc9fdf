// LibTorch first: its headers clash with Qt's.
#include "core/depth/depth_loss.h"

#include "core/base/random.h"
#include "core/depth/depth_error.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

at::Tensor randomPlanes(std::int64_t count, std::int64_t height, std::int64_t width, std::uint64_t seed) {
    HashRandom random(seed);
    at::Tensor tensor = at::empty({count, 1, height, width});
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        tensor.data_ptr<float>()[i] = static_cast<float>(random.uniform(0.1, 1));
    }
    return tensor;
}

double lossOf(const at::Tensor& a, const at::Tensor& b, const at::Tensor& known, double trimmed = 0) {
    return depthLoss(a, b, known, std::vector<double>(static_cast<std::size_t>(a.size(0)), trimmed)).item<double>();
}

double relativeLossOf(const at::Tensor& a, const at::Tensor& b, const at::Tensor& known, double farthest) {
    return relativeDepthLoss(a, b, known, std::vector<double>(static_cast<std::size_t>(a.size(0)), farthest)).item<double>();
}

/// Plane `index` of (N, 1, H, W).
Image planeOf(const at::Tensor& planes, std::int64_t index) {
    const at::Tensor plane = planes[index][0].contiguous();
    return Image({static_cast<int>(plane.size(1)), static_cast<int>(plane.size(0))}, 1,
                 {plane.data_ptr<float>(), plane.data_ptr<float>() + plane.numel()});
}

bool isClose(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TestDepthLoss : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theLossIgnoresScaleAndShift() {
        const at::Tensor a = randomPlanes(2, 12, 14, 1), b = randomPlanes(2, 12, 14, 2);
        const at::Tensor known = (randomPlanes(2, 12, 14, 3) > 0.3).to(at::kFloat);
        const double loss = lossOf(a, b, known);
        QVERIFY(loss > 0.1);
        QVERIFY(isClose(lossOf(a * 7 + 3, b, known), loss, 1e-4));
        QVERIFY(isClose(lossOf(a, b * 0.2 - 5, known), loss, 1e-4));
        QVERIFY(isClose(lossOf(b * 3 - 1, b, known), 0, 1e-4));
        QVERIFY(!isClose(lossOf(-a, b, known), loss, 1e-3));
    }

    void theLossIsTheFormulasOnAHandfulOfPixels() {
        const at::Tensor goal = at::tensor({1.0f, 2.0f, 3.0f}).view({1, 1, 1, 3}),
                         guess = at::tensor({0.0f, 6.0f, 3.0f}).view({1, 1, 1, 3});
        // Medians 2 and 3, deviations 2/3 and 2: goal -1.5, 0, 1.5 and guess -1.5, 1.5, 0; differences 0, 1.5, -1.5. One row has no
        // gradient term here: it needs two.
        QVERIFY(isClose(lossOf(guess, goal, at::ones({1, 1, 1, 3})), 1.0, 1e-6));
        QVERIFY(isClose(lossOf(guess, goal, at::ones({1, 1, 1, 3}), 0.4), 0.0, 1e-6)); // the smallest of three alone
        // Two such rows: across |1.5| and |-3| at the first scale, nothing down it, and half of their mean over four scales.
        const at::Tensor two = at::ones({1, 1, 2, 3});
        QVERIFY(isClose(lossOf(guess.expand({1, 1, 2, 3}), goal.expand({1, 1, 2, 3}), two), 1.0 + 0.5 * 2.25 / 4, 1e-6));
    }

    void unknownPixelsDoNotMatter() {
        const at::Tensor a = randomPlanes(1, 12, 14, 1), b = randomPlanes(1, 12, 14, 2), known = at::ones({1, 1, 12, 14});
        known[0][0].narrow(0, 3, 4).zero_();
        at::Tensor other = b.clone();
        other[0][0].narrow(0, 3, 4).fill_(99);
        QCOMPARE(lossOf(a, other, known), lossOf(a, b, known));
    }

    void flatAndUnknownPicturesDoNotCount() {
        const at::Tensor a = randomPlanes(2, 8, 8, 1), b = randomPlanes(2, 8, 8, 2), known = at::ones({2, 1, 8, 8});
        const double both = lossOf(a.narrow(0, 1, 1), b.narrow(0, 1, 1), known.narrow(0, 1, 1));
        at::Tensor flat = b.clone(), unknown = known.clone();
        flat[0].fill_(0.5);
        unknown[0].zero_();
        QVERIFY(isClose(lossOf(a, flat, known), both, 1e-6));
        QVERIFY(isClose(lossOf(a, b, unknown), both, 1e-6));
        QCOMPARE(lossOf(a, flat, at::zeros({2, 1, 8, 8})), 0.0);
    }

    void theRelativeLossIsWhatEvaluationMeasures() {
        const at::Tensor guess = randomPlanes(2, 9, 14, 1), truth = randomPlanes(2, 9, 14, 2);
        const at::Tensor known = (randomPlanes(2, 9, 14, 3) > 0.3).to(at::kFloat);
        for (const double farthest : {80.0, 2.5}) { // the nearer one leaves pixels out, and stops guesses
            double mean = 0;
            for (int i = 0; i < 2; ++i) {
                mean += 0.5 * absoluteRelativeError(planeOf(guess, i), planeOf(truth, i), planeOf(known, i), farthest);
            }
            QVERIFY2(isClose(relativeLossOf(guess, truth, known, farthest), mean, 1e-5), qPrintable(QString::number(mean)));
        }
        QVERIFY(relativeLossOf(truth * 3 - 1, truth, known, 80) < 1e-5);
    }

    void theRelativeLossLeadsTowardsTheTruth() {
        at::Tensor guess = randomPlanes(1, 9, 14, 1).set_requires_grad(true);
        const at::Tensor truth = randomPlanes(1, 9, 14, 2), known = at::ones({1, 1, 9, 14});
        const double before = relativeLossOf(guess, truth, known, 80);
        relativeDepthLoss(guess, truth, known, {80.0}).backward();
        QVERIFY(relativeLossOf(guess.detach() - 0.1 * guess.grad(), truth, known, 80) < before);
    }

    void flatAndUnknownPicturesHaveNoRelativeLoss() {
        const at::Tensor a = randomPlanes(2, 8, 8, 1), b = randomPlanes(2, 8, 8, 2), known = at::ones({2, 1, 8, 8});
        const double both = relativeLossOf(a.narrow(0, 1, 1), b.narrow(0, 1, 1), known.narrow(0, 1, 1), 80);
        at::Tensor flat = b.clone();
        flat[0].fill_(0.5);
        QVERIFY(isClose(relativeLossOf(a, flat, known, 80), both, 1e-6));
        QVERIFY(isClose(relativeLossOf(flat, b, known, 80), relativeLossOf(b.narrow(0, 1, 1), b.narrow(0, 1, 1), known.narrow(0, 1, 1), 80),
                        1e-6));
        QCOMPARE(relativeLossOf(a, b, at::zeros({2, 1, 8, 8}), 80), 0.0);
    }
};

QTEST_APPLESS_MAIN(TestDepthLoss)
#include "test_depth_loss.moc"
