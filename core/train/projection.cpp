#include "core/train/projection.h"

#include "core/image/back_projection.h"
#include "core/image/resample.h"

#include <algorithm>

namespace casr {

namespace {

/// (parent, child) bicubic weights of a shrinking axis, the border repeated.
at::Tensor shrinkingMatrix(int parent, int child) {
    at::Tensor matrix = at::zeros({parent, child});
    auto values = matrix.accessor<float, 2>();
    for (int i = 0; i < parent; ++i) {
        const Taps taps = tapsOf(i, child, parent, Kernel::bicubic);
        for (std::size_t k = 0; k < taps.weights.size(); ++k) {
            values[i][std::clamp(taps.first + static_cast<int>(k), 0, child - 1)] += static_cast<float>(taps.weights[k]);
        }
    }
    return matrix;
}

/// (child, parent) weights of the enlargement that back-projection uses.
at::Tensor enlargingMatrix(int parent, int child) {
    at::Tensor matrix = at::zeros({child, parent});
    auto values = matrix.accessor<float, 2>();
    const Axis axis{parent, child};
    for (int i = 0; i < child; ++i) {
        const Around around = aroundOf(axis, i);
        for (std::size_t k = 0; k < around.parents.size(); ++k) {
            values[i][around.parents[k]] += around.shares[k];
        }
    }
    return matrix;
}

} // namespace

Projection::Projection(int parentEdge, int childEdge, const at::Device& device)
    : shrink(shrinkingMatrix(parentEdge, childEdge).to(device)), enlarge(enlargingMatrix(parentEdge, childEdge).to(device)) {}

at::Tensor Projection::shrunk(const at::Tensor& child) const {
    return shrink.matmul(child).matmul(shrink.t());
}

at::Tensor Projection::applied(const at::Tensor& child, const at::Tensor& parent, const at::Tensor& shares) const {
    const at::Tensor missing = (parent - shrunk(child)) * shares.view({-1, 1, 1, 1});
    return child + enlarge.matmul(missing).matmul(enlarge.t());
}

} // namespace casr
