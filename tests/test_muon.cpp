// LibTorch first: its headers clash with Qt's.
#include "core/train/muon.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

/// How far the rows of `matrix` are from perpendicular to each other and of length 1: mean of the squared differences.
double unevennessOf(const at::Tensor& matrix) {
    return (matrix.mm(matrix.t()) - at::eye(matrix.size(0))).square().mean().item<double>();
}

/// One strong direction and noise.
at::Tensor lopsided(int rows, int columns) {
    at::manual_seed(5);
    return 40.0 * at::randn({rows, 1}).mm(at::randn({1, columns})) + at::randn({rows, columns});
}

} // namespace

class TestMuon : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allDirectionsOfAnOrthogonalisedMatrixAreAboutAsStrong() {
        const at::Tensor matrix = lopsided(24, 90), result = orthogonalised(matrix);
        QVERIFY(unevennessOf(matrix / matrix.norm() * std::sqrt(24.0)) > 0.5);
        for (int repeat = 0; repeat < 20; ++repeat) {
            const at::Tensor direction = at::randn({1, 24});
            const double strength = (direction.mm(result).norm() / direction.norm()).item<double>();
            QVERIFY2(strength > 0.6 && strength < 1.3, qPrintable(QString::number(strength)));
        }
    }

    void aMatrixOfNothingStaysOne() { QCOMPARE(orthogonalised(at::zeros({4, 9})).abs().max().item<double>(), 0.0); }

    void aStepMovesDownhillByTheRate() {
        at::Tensor weight = at::zeros({16, 8, 3, 3}).set_requires_grad(true), first = at::zeros({16, 8, 3, 3});
        const at::Tensor target = lopsided(16, 72).reshape({16, 8, 3, 3});
        (weight * target).sum().backward();
        muonStep(weight, first, 0.01);
        const at::Tensor moved = weight.detach();
        QVERIFY((moved * target).sum().item<double>() < 0.0);
        // Adam's steps have about 0.2 of the rate in the mean square (Liu et al. 2025).
        const double size = moved.square().mean().sqrt().item<double>() / 0.01;
        QVERIFY2(size > 0.15 && size < 0.25, qPrintable(QString::number(size)));
        QVERIFY(at::allclose(first, target * 0.05));
    }
};

QTEST_APPLESS_MAIN(TestMuon)
#include "test_muon.moc"
