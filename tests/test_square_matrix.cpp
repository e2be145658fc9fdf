#include "core/base/random.h"
#include "core/metrics/square_matrix.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace casr;

namespace {

SquareMatrix matrixOf(int side, const std::vector<double>& values) {
    SquareMatrix matrix(side);
    for (int i = 0; i < side * side; ++i) {
        matrix.at(i / side, i % side) = values[static_cast<std::size_t>(i)];
    }
    return matrix;
}

/// a a' of random numbers: symmetric and positive semidefinite, of the given rank.
SquareMatrix randomCovariance(int side, int rank, std::uint64_t seed) {
    HashRandom random(seed);
    SquareMatrix factor(side);
    for (int row = 0; row < side; ++row) {
        for (int column = 0; column < rank; ++column) {
            factor.at(row, column) = random.uniform(-1, 1);
        }
    }
    return product(factor, transposed(factor));
}

double largestDifference(const SquareMatrix& a, const SquareMatrix& b) {
    double largest = 0;
    for (int row = 0; row < a.side(); ++row) {
        for (int column = 0; column < a.side(); ++column) {
            largest = std::max(largest, std::abs(a.at(row, column) - b.at(row, column)));
        }
    }
    return largest;
}

} // namespace

class TestSquareMatrix : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void productsAndTracesAreHandComputed() {
        const SquareMatrix a = matrixOf(2, {1, 2, 3, 4}), b = matrixOf(2, {0, 1, -1, 5});
        QCOMPARE(largestDifference(product(a, b), matrixOf(2, {-2, 11, -4, 23})), 0.0);
        QCOMPARE(largestDifference(transposed(a), matrixOf(2, {1, 3, 2, 4})), 0.0);
        QCOMPARE(trace(a), 5.0);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, product(a, SquareMatrix(3)));
    }

    void eigenvaluesAreHandComputed() {
        std::vector<double> values = eigenSystemOf(matrixOf(2, {2, 1, 1, 2})).values;
        std::sort(values.begin(), values.end());
        QVERIFY(std::abs(values[0] - 1) < 1e-14 && std::abs(values[1] - 3) < 1e-14);
        QCOMPARE(eigenSystemOf(matrixOf(2, {5, 0, 0, -7})).values, (std::vector<double>{5, -7}));
        QCOMPARE(eigenSystemOf(SquareMatrix(3)).values, (std::vector<double>{0, 0, 0}));
    }

    void vectorsRebuildTheMatrixAndAreOrthonormal() {
        for (const int side : {1, 2, 7, 36}) {
            const SquareMatrix a = randomCovariance(side, side, 1);
            QVERIFY(largestDifference(mappedEigenvalues(a, [](double value) { return value; }), a) < 1e-12);
            const SquareMatrix v = eigenSystemOf(a).vectors;
            const SquareMatrix one = mappedEigenvalues(a, [](double) { return 1.0; });
            QVERIFY(largestDifference(product(v, transposed(v)), one) < 1e-13);
            QVERIFY(std::abs(trace(one) - side) < 1e-12);
        }
    }

    void aSquareRootSquaredIsTheMatrix() {
        for (const int rank : {3, 12}) {
            const SquareMatrix a = randomCovariance(12, rank, 2), root = squareRoot(a);
            QVERIFY(largestDifference(product(root, root), a) < 1e-7);
        }
    }

    void aPseudoInverseMeetsItsDefinition() {
        for (const int rank : {5, 12}) {
            const SquareMatrix a = randomCovariance(12, rank, 3), inverse = pseudoInverse(a);
            QVERIFY(largestDifference(product(product(a, inverse), a), a) < 1e-9);
            QVERIFY(largestDifference(product(product(inverse, a), inverse), inverse) < 1e-6);
        }
        QCOMPARE(largestDifference(pseudoInverse(matrixOf(2, {4, 0, 0, 0})), matrixOf(2, {0.25, 0, 0, 0})), 0.0);
    }
};

QTEST_APPLESS_MAIN(TestSquareMatrix)
#include "test_square_matrix.moc"
