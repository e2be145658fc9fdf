#pragma once

#include "core/image/bicubic_region.h"

#include <span>
#include <vector>

namespace casr {

/// Perceptual detail: the finest bands of a step's luma, made stronger or weaker by gains that change smoothly from parent pixel to parent
/// pixel. What is added has the picture's own phases, no colour, and no trace of where parent pixels meet. After local gains on bands of a
/// Laplacian pyramid (Burt and Adelson 1983) and filters chosen place by place (RAISR, Romano et al. 2016). It makes edges steeper but
/// hardly leads beyond the samples around, lest letters and other lone edges get outlines that the photo does not have.

/// Band 0 is the luma without its average by a Gaussian of bandWidths[0], band 1 the difference of both averages.
constexpr int detailBands = 2;
constexpr double bandWidths[detailBands] = {0.25, 0.5}; ///< Standard deviations in parent pixels.
constexpr int bandReach = 2;       ///< Parent pixels around a cell whose samples are read, and more than its gains are.
constexpr float overshoot = 0.01f; ///< How far (luma, 0 .. 1) all of the detail may lead beyond the lightest and darkest of 3x3 samples.

/// What says how much detail a place gets: for every parent pixel the gains of the bands, then the room, the deviation that the detail
/// may reach (luma, 0 .. 1); its peaks stay within twice that.
struct DetailMap {
    static constexpr int values = detailBands + 1;

    Rect cells; ///< Whole-picture coordinates of the parent.
    std::vector<float> of;
};

/// The weights of a band's average along `axis` by distance, 0 .. the radius; with both sides they sum to one.
std::vector<float> bandWeights(Axis axis, int band);

/// The samples that addDetailInto() reads for `out`, and the parent pixels whose map it reads.
Rect readByDetail(Axis columns, Axis rows, Rect out);
Rect mapReadByDetail(Axis columns, Axis rows, Rect out);

/// The part `out` of `child` (RGB) with `share` of its detail, into `values`, rows of pixels of `out`. A value depends on its own place
/// alone. Throws std::invalid_argument when child or map do not cover what is read.
void addDetailInto(const PlacedImage& child, const DetailMap& map, float share, Axis columns, Axis rows, Rect out, std::span<float> values);

} // namespace casr
