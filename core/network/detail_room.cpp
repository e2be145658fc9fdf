#include "core/network/detail_room.h"

namespace casr {

namespace {

constexpr double roomForTexture = 9.0; // of the parent's highest octave
constexpr double unseen = 2.5 / 255.0; // grain and rounding alone make so much room
constexpr double disorderOfTexture = 0.25;
constexpr double faintSlope = 4.0 / 255.0; // of two pixels

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

/// What lies at (left, top) of every 3x3 pixels of `planes`; a pixel is lost on every side.
at::Tensor beside(const at::Tensor& planes, std::int64_t left, std::int64_t top) {
    return planes.narrow(2, top, planes.size(2) - 2).narrow(3, left, planes.size(3) - 2);
}

/// The least of the four pixels diagonally beside each.
at::Tensor leastBeside(const at::Tensor& planes) {
    return at::minimum(at::minimum(beside(planes, 0, 0), beside(planes, 2, 0)), at::minimum(beside(planes, 0, 2), beside(planes, 2, 2)));
}

/// From 0, where all that is around a pixel goes one way, to 1: one minus the coherence of the structure tensor (Bigun and Granlund 1987).
/// Every side loses Reach::detailRoom pixels.
at::Tensor disorderOf(const at::Tensor& luma) {
    const at::Tensor across = beside(luma, 2, 1) - beside(luma, 0, 1), down = beside(luma, 1, 2) - beside(luma, 1, 0);
    const auto around = [](const at::Tensor& products) { return smoothed(smoothed(smoothed(smoothed(products)))); };
    const at::Tensor squareAcross = around(across.square()), squareDown = around(down.square()), product = around(across * down);
    const at::Tensor oneWay = ((squareAcross - squareDown).square() + 4.0 * product.square()).sqrt();
    return 1.0 - oneWay / (squareAcross + squareDown + faintSlope * faintSlope);
}

} // namespace

at::Tensor detailRoomOf(const at::Tensor& parents) {
    const at::Tensor luma = 0.299 * parents.narrow(1, 0, 1) + 0.587 * parents.narrow(1, 1, 1) + 0.114 * parents.narrow(1, 2, 1);
    const at::Tensor octave = smoothed(sharpOf(sharpOf(luma)).abs().sqrt()).square();
    const at::Tensor allowed = (disorderOf(luma) / disorderOfTexture).clamp_max(1.0).square();
    return allowed * at::relu(roomForTexture * smoothed(leastBeside(octave)) - unseen);
}

} // namespace casr
