#include "core/train/detail_picture.h"

#include "core/image/between.h"
#include "core/image/detail_bands.h"

#include <algorithm>

namespace casr {

namespace {

at::Tensor smoothing(Axis axis, int band) {
    const std::vector<float> weights = bandWeights(axis, band);
    at::Tensor matrix = at::zeros({axis.to, axis.to});
    auto values = matrix.accessor<float, 2>();
    for (int row = 0; row < axis.to; ++row) {
        for (int distance = 0; distance < static_cast<int>(weights.size()); ++distance) {
            for (const int side : {-distance, distance}) {
                values[row][std::clamp(row + side, 0, axis.to - 1)] +=
                    (distance > 0 ? 1.0f : 0.5f) * weights[static_cast<std::size_t>(distance)];
            }
        }
    }
    return matrix;
}

/// The lightest of the 3x3 samples around every one.
at::Tensor lightestAround(const at::Tensor& luma) {
    return at::max_pool2d(luma, {3, 3}, {1, 1}, {1, 1});
}

at::Tensor mapAtSamples(Axis axis) {
    at::Tensor matrix = at::zeros({axis.to, axis.from});
    auto values = matrix.accessor<float, 2>();
    for (int row = 0; row < axis.to; ++row) {
        const Between between = betweenOf(axis, row);
        values[row][between.first] += 1.0f - between.share;
        values[row][between.second] += between.share;
    }
    return matrix;
}

} // namespace

DetailPicture::DetailPicture(int parentEdge, int childEdge)
    : smooth{smoothing({parentEdge, childEdge}, 0), smoothing({parentEdge, childEdge}, 1)}, between(mapAtSamples({parentEdge, childEdge})) {
}

at::Tensor DetailPicture::of(const at::Tensor& child, const at::Tensor& map) const {
    constexpr double leastSquare = 1e-12;
    const at::Tensor luma = 0.299 * child.narrow(1, 0, 1) + 0.587 * child.narrow(1, 1, 1) + 0.114 * child.narrow(1, 2, 1);
    const auto averaged = [&](const at::Tensor& matrix) { return matrix.matmul(luma).matmul(matrix.t()); };
    const at::Tensor fine = averaged(smooth[0]), coarse = averaged(smooth[1]);
    const at::Tensor at = between.matmul(map).matmul(between.t());
    const at::Tensor detail = at.narrow(1, 0, 1) * (luma - fine) + at.narrow(1, 1, 1) * (fine - coarse), room = at.narrow(1, 2, 1);
    const at::Tensor limited = detail * (2.0 * room / (4.0 * room.square() + detail.square() + leastSquare).sqrt());
    return at::minimum(at::maximum(limited, -lightestAround(-luma) - overshoot - luma), lightestAround(luma) + overshoot - luma);
}

} // namespace casr
