#include "core/train/detail_losses.h"

#include <cmath>
#include <numbers>

namespace casr {

namespace {

constexpr int neighbourhood = 7;          // pixels a side of the local means
constexpr double flatGradient = 0.012;    // gradients a pixel below this are shades
constexpr double strongGradient = 0.06;   // above this they are edges where they agree
constexpr double pullInTexture = 0.2;     // share of the L1 pull that is left there
constexpr double weightOfColour = 1.0;    // beside the colours that RGB counts already
constexpr double toleratedVariance = 2.0; // of the best guess's error
constexpr double leastDeviation = 0.004;  // one code of 8 bit
constexpr int affinityPatch = 8, affinityStride = 4;
constexpr int spectrumWindow = 32, spectrumStride = 16;
constexpr double roundingDeviation = 0.29 / 255.0; // of numbers rounded to n / 255

at::Tensor lumaPlane(const at::Tensor& pictures) {
    const at::Tensor weights = at::tensor({0.299f, 0.587f, 0.114f}, pictures.options()).view({1, 3, 1, 1});
    return (pictures * weights).sum(1, true);
}

at::Tensor localMean(const at::Tensor& planes, int edge = neighbourhood) {
    return at::avg_pool2d(at::replication_pad2d(planes, {edge / 2, edge / 2, edge / 2, edge / 2}), {edge, edge}, {1, 1});
}

at::Tensor localVariance(const at::Tensor& planes) {
    return (localMean(planes.square()) - localMean(planes).square()).clamp_min(0.0);
}

/// Every window of a plane (N, 1, h, w): (N, windows, edge * edge).
at::Tensor windowsOf(const at::Tensor& plane, int edge, int stride) {
    return at::im2col(plane, {edge, edge}, {1, 1}, {0, 0}, {stride, stride}).transpose(1, 2);
}

at::Tensor hannWindow(int edge) {
    at::Tensor wave = at::empty({edge});
    for (int i = 0; i < edge; ++i) {
        wave[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (i + 0.5) / edge);
    }
    return wave.view({edge, 1}) * wave.view({1, edge});
}

/// log10 power of every window, in pairs of frequencies both ways: (N, windows, 16, 8).
at::Tensor spectra(const at::Tensor& pictures) {
    static const at::Tensor window = hannWindow(spectrumWindow);
    const at::Tensor windows = windowsOf(lumaPlane(pictures), spectrumWindow, spectrumStride);
    const at::Tensor shaped = windows.reshape({windows.size(0), windows.size(1), spectrumWindow, spectrumWindow});
    const at::Tensor level = shaped.mean({2, 3}, true);
    const at::Tensor power = at::view_as_real(at::fft_rfft2((shaped - level) * window)).square().sum(-1);
    const double floor = roundingDeviation * roundingDeviation * window.square().sum().item<double>();
    return (at::avg_pool2d(power, {2, 2}) + floor).log10();
}

/// (pixels of a cell, frequencies): the cosine transform of cells, each frequency (u, v) times its length.
at::Tensor cosineMatrix() {
    constexpr int edge = affinityPatch;
    at::Tensor matrix = at::zeros({edge * edge, edge * edge});
    auto values = matrix.accessor<float, 2>();
    const auto wave = [](int k, int i) { return (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos((2 * i + 1) * k * std::numbers::pi / 16.0); };
    for (int pixel = 0; pixel < edge * edge; ++pixel) {
        for (int frequency = 0; frequency < edge * edge; ++frequency) {
            const int u = frequency / edge, v = frequency % edge;
            values[pixel][frequency] = static_cast<float>(std::hypot(u, v) * wave(u, pixel / edge) * wave(v, pixel % edge));
        }
    }
    return matrix;
}

/// Cosines between what describes the cells, as selfSimilarityDistance() has it: (N, cells, cells).
at::Tensor affinities(const at::Tensor& pictures) {
    static const at::Tensor cosines = cosineMatrix();
    static const double floor = roundingDeviation * roundingDeviation * cosines.square().sum().item<double>();
    const at::Tensor cells = windowsOf(lumaPlane(pictures), affinityPatch, affinityStride).matmul(cosines);
    const at::Tensor unit = cells / (cells.square().sum(2, true) + floor).sqrt();
    return unit.matmul(unit.transpose(1, 2));
}

} // namespace

at::Tensor certainty(const at::Tensor& truth) {
    const at::Tensor plane = at::replication_pad2d(lumaPlane(truth), {1, 1, 1, 1});
    const std::int64_t height = truth.size(2), width = truth.size(3);
    const at::Tensor across = 0.5 * (plane.narrow(2, 1, height).narrow(3, 2, width) - plane.narrow(2, 1, height).narrow(3, 0, width));
    const at::Tensor down = 0.5 * (plane.narrow(2, 2, height).narrow(3, 1, width) - plane.narrow(2, 0, height).narrow(3, 1, width));
    const at::Tensor xx = localMean(across.square()), yy = localMean(down.square()), xy = localMean(across * down);
    const at::Tensor energy = xx + yy;
    const at::Tensor agreement = ((xx - yy).square() + 4.0 * xy.square()) / (energy.square() + 1e-12);
    const at::Tensor flat = (-energy / std::pow(flatGradient, 2)).exp();
    const at::Tensor strong = 1.0 - (-energy / std::pow(strongGradient, 2)).exp();
    return (flat + strong * agreement).clamp_max(1.0);
}

at::Tensor pullLoss(const at::Tensor& made, const at::Tensor& truth) {
    const at::Tensor weight = pullInTexture + (1.0 - pullInTexture) * certainty(truth);
    const at::Tensor error = made - truth;
    const at::Tensor colour = error - lumaPlane(error);
    return (weight * (error.abs() + weightOfColour * colour.abs())).mean();
}

at::Tensor artifactLoss(const at::Tensor& made, const at::Tensor& faithful, const at::Tensor& truth) {
    const auto deviation = [](const at::Tensor& variance) { return (variance + leastDeviation * leastDeviation).sqrt(); };
    const at::Tensor allowed = deviation(toleratedVariance * localVariance(faithful - truth));
    return at::relu(deviation(localVariance(made - truth)) - allowed).mean();
}

at::Tensor affinityLoss(const at::Tensor& made, const at::Tensor& truth) {
    return (affinities(made) - affinities(truth)).abs().mean();
}

at::Tensor spectrumLoss(const at::Tensor& made, const at::Tensor& truth) {
    return (spectra(made) - spectra(truth)).abs().mean();
}

at::Tensor featureLoss(const std::vector<at::Tensor>& made, const std::vector<at::Tensor>& truth) {
    at::Tensor sum = at::zeros({});
    for (std::size_t i = 0; i < made.size(); ++i) {
        const at::Tensor reference = truth[i].detach();
        sum = sum + (made[i] - reference).abs().mean() / (reference.abs().mean() + 1e-6);
    }
    return sum / static_cast<double>(made.size());
}

} // namespace casr
