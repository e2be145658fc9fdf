#include "core/network/detail_room.h"

namespace casr {

namespace {

constexpr double roomForTexture = 9.0; // of the parent's highest octave
constexpr double unseen = 2.5 / 255.0; // grain and rounding alone make so much room

/// The middle of `planes` without `margin` pixels of each side along `dimension`.
at::Tensor without(const at::Tensor& planes, std::int64_t margin, std::int64_t dimension) {
    return planes.narrow(dimension, margin, planes.size(dimension) - 2 * margin);
}

/// Weights 1/4, 1/2, 1/4 along both axes; a pixel is lost on every side.
at::Tensor smoothed(at::Tensor planes) {
    for (const std::int64_t dimension : {2, 3}) {
        const std::int64_t length = planes.size(dimension) - 2;
        planes = 0.25 * (planes.narrow(dimension, 0, length) + planes.narrow(dimension, 2, length)) + 0.5 * without(planes, 1, dimension);
    }
    return planes;
}

/// What smoothing takes away.
at::Tensor sharpOf(const at::Tensor& planes) {
    return without(without(planes, 1, 2), 1, 3) - smoothed(planes);
}

/// The least of the four pixels diagonally beside each; a pixel is lost on every side.
at::Tensor leastBeside(const at::Tensor& planes) {
    const std::int64_t height = planes.size(2) - 2, width = planes.size(3) - 2;
    const auto beside = [&](std::int64_t top, std::int64_t left) { return planes.narrow(2, top, height).narrow(3, left, width); };
    return at::minimum(at::minimum(beside(0, 0), beside(0, 2)), at::minimum(beside(2, 0), beside(2, 2)));
}

} // namespace

at::Tensor detailRoomOf(const at::Tensor& parents) {
    const at::Tensor luma = 0.299 * parents.narrow(1, 0, 1) + 0.587 * parents.narrow(1, 1, 1) + 0.114 * parents.narrow(1, 2, 1);
    const at::Tensor octave = smoothed(sharpOf(sharpOf(luma)).abs().sqrt()).square();
    return at::relu(roomForTexture * smoothed(leastBeside(octave)) - unseen);
}

} // namespace casr
