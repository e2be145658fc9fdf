#include "core/metrics/square_matrix.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace casr {

namespace {

constexpr int mostSweeps = 100;
constexpr double zeroShare = 1e-12;

/// A rotation in the plane of two axes.
struct Rotation {
    int p = 0, q = 0;
    double cosine = 1, sine = 0;
};

/// The rotation that makes element (p, q) zero.
Rotation rotationFor(const SquareMatrix& a, int p, int q) {
    const double ratio = (a.at(q, q) - a.at(p, p)) / (2 * a.at(p, q));
    const double tangent = std::copysign(1.0, ratio) / (std::abs(ratio) + std::hypot(ratio, 1.0));
    const double cosine = 1 / std::hypot(tangent, 1.0);
    return {p, q, cosine, tangent * cosine};
}

void rotateColumns(SquareMatrix& a, const Rotation& r) {
    for (int row = 0; row < a.side(); ++row) {
        const double p = a.at(row, r.p), q = a.at(row, r.q);
        a.at(row, r.p) = r.cosine * p - r.sine * q;
        a.at(row, r.q) = r.sine * p + r.cosine * q;
    }
}

void rotateRows(SquareMatrix& a, const Rotation& r) {
    for (int column = 0; column < a.side(); ++column) {
        const double p = a.at(r.p, column), q = a.at(r.q, column);
        a.at(r.p, column) = r.cosine * p - r.sine * q;
        a.at(r.q, column) = r.sine * p + r.cosine * q;
    }
}

/// What is too small beside both diagonal elements to change a digit of them.
bool isNegligible(const SquareMatrix& a, int p, int q) {
    const double size = std::sqrt(std::abs(a.at(p, p)) * std::abs(a.at(q, q)));
    return std::abs(a.at(p, q)) <= 1e-17 * size || std::abs(a.at(p, q)) < 1e-300;
}

/// Turns every pair of axes once; false when there was nothing left to turn.
bool sweep(SquareMatrix& a, SquareMatrix& vectors) {
    bool turned = false;
    for (int p = 0; p < a.side(); ++p) {
        for (int q = p + 1; q < a.side(); ++q) {
            if (isNegligible(a, p, q)) {
                continue;
            }
            const Rotation rotation = rotationFor(a, p, q);
            rotateColumns(a, rotation);
            rotateRows(a, rotation);
            rotateColumns(vectors, rotation);
            a.at(p, q) = a.at(q, p) = 0;
            turned = true;
        }
    }
    return turned;
}

SquareMatrix identity(int side) {
    SquareMatrix matrix(side);
    for (int i = 0; i < side; ++i) {
        matrix.at(i, i) = 1;
    }
    return matrix;
}

} // namespace

SquareMatrix product(const SquareMatrix& a, const SquareMatrix& b) {
    if (a.side() != b.side()) {
        throw std::invalid_argument("product: the matrices differ in size");
    }
    SquareMatrix result(a.side());
    for (int row = 0; row < a.side(); ++row) {
        for (int k = 0; k < a.side(); ++k) {
            for (int column = 0; column < a.side(); ++column) {
                result.at(row, column) += a.at(row, k) * b.at(k, column);
            }
        }
    }
    return result;
}

SquareMatrix transposed(const SquareMatrix& matrix) {
    SquareMatrix result(matrix.side());
    for (int row = 0; row < matrix.side(); ++row) {
        for (int column = 0; column < matrix.side(); ++column) {
            result.at(column, row) = matrix.at(row, column);
        }
    }
    return result;
}

double trace(const SquareMatrix& matrix) {
    double sum = 0;
    for (int i = 0; i < matrix.side(); ++i) {
        sum += matrix.at(i, i);
    }
    return sum;
}

EigenSystem eigenSystemOf(const SquareMatrix& symmetric) {
    SquareMatrix a = symmetric;
    EigenSystem system{{}, identity(a.side())};
    for (int i = 0; i < mostSweeps && sweep(a, system.vectors); ++i) {
    }
    for (int i = 0; i < a.side(); ++i) {
        system.values.push_back(a.at(i, i));
    }
    return system;
}

SquareMatrix mappedEigenvalues(const SquareMatrix& symmetric, const std::function<double(double)>& f) {
    const EigenSystem system = eigenSystemOf(symmetric);
    SquareMatrix result(symmetric.side());
    for (int k = 0; k < symmetric.side(); ++k) {
        const double value = f(system.values[static_cast<std::size_t>(k)]);
        for (int row = 0; row < symmetric.side(); ++row) {
            for (int column = 0; column < symmetric.side(); ++column) {
                result.at(row, column) += value * system.vectors.at(row, k) * system.vectors.at(column, k);
            }
        }
    }
    return result;
}

SquareMatrix squareRoot(const SquareMatrix& symmetric) {
    return mappedEigenvalues(symmetric, [](double value) { return std::sqrt(std::max(value, 0.0)); });
}

SquareMatrix pseudoInverse(const SquareMatrix& symmetric) {
    double largest = 0;
    for (const double value : eigenSystemOf(symmetric).values) {
        largest = std::max(largest, std::abs(value));
    }
    return mappedEigenvalues(symmetric, [largest](double value) { return std::abs(value) <= zeroShare * largest ? 0.0 : 1.0 / value; });
}

} // namespace casr
