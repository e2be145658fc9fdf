#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace casr {

/// A square matrix of doubles, row-major; zeros at first.
class SquareMatrix {
public:
    explicit SquareMatrix(int side = 0) : m_side(side), m_values(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {}

    int side() const { return m_side; }
    double& at(int row, int column) { return m_values[indexOf(row, column)]; }
    double at(int row, int column) const { return m_values[indexOf(row, column)]; }

private:
    std::size_t indexOf(int row, int column) const { return static_cast<std::size_t>(row) * m_side + column; }

    int m_side;
    std::vector<double> m_values;
};

/// a b, for matrices of the same side.
SquareMatrix product(const SquareMatrix& a, const SquareMatrix& b);

SquareMatrix transposed(const SquareMatrix& matrix);

double trace(const SquareMatrix& matrix);

/// Eigenvalues in no order; column k of `vectors` is the unit eigenvector of value k.
struct EigenSystem {
    std::vector<double> values;
    SquareMatrix vectors;
};

/// The eigenvalues and vectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5):
/// slow beyond some hundred rows, and as exact as double allows. Deterministic.
EigenSystem eigenSystemOf(const SquareMatrix& symmetric);

/// V f(D) V' for the symmetric matrix V D V', for example its square root or inverse.
SquareMatrix mappedEigenvalues(const SquareMatrix& symmetric, const std::function<double(double)>& f);

/// The square root of a symmetric positive semidefinite matrix; eigenvalues below 0 (rounding) count as 0.
SquareMatrix squareRoot(const SquareMatrix& symmetric);

/// The Moore-Penrose inverse of a symmetric matrix: eigenvalues below 1e-12 of the largest count as 0.
SquareMatrix pseudoInverse(const SquareMatrix& symmetric);

} // namespace casr
