#include "core/network/field.h"

#include <cmath>
#include <stdexcept>

// Highway compiles what stands between its markers once for every instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/field.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace casr::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Sums run in sixteen fixed lanes whatever the vector's width, without fused multiplication: the same bits everywhere.
constexpr std::size_t sumLanes = 16;

inline float sumOf(const float* lanes) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < sumLanes / 2; i += 2) {
        sum += (lanes[i] + lanes[i + 8]) + (lanes[i + 1] + lanes[i + 9]);
    }
    return sum;
}

/// Adds to `out` (RGB) the field of one cell at one offset. `across` and `down` hold K cosines, then K sines of each axis.
void addField(const float* HWY_RESTRICT coefficients, const float* HWY_RESTRICT across, const float* HWY_RESTRICT down, std::size_t waves,
              float* HWY_RESTRICT out) {
    const hn::CappedTag<float, sumLanes> lanes;
    HWY_ALIGN float sums[3][sumLanes];
    for (std::size_t lane = 0; lane < sumLanes; lane += hn::Lanes(lanes)) {
        auto red = hn::Zero(lanes), green = hn::Zero(lanes), blue = hn::Zero(lanes);
        for (std::size_t k = lane; k < waves; k += sumLanes) {
            const auto cosX = hn::LoadU(lanes, across + k), sinX = hn::LoadU(lanes, across + waves + k);
            const auto cosY = hn::LoadU(lanes, down + k), sinY = hn::LoadU(lanes, down + waves + k);
            const auto cosine = hn::Sub(hn::Mul(cosY, cosX), hn::Mul(sinY, sinX));
            const auto sine = hn::Add(hn::Mul(sinY, cosX), hn::Mul(cosY, sinX));
            const float* c = coefficients + k;
            red = hn::Add(red, hn::Add(hn::Mul(hn::LoadU(lanes, c), cosine), hn::Mul(hn::LoadU(lanes, c + waves), sine)));
            c += 2 * waves;
            green = hn::Add(green, hn::Add(hn::Mul(hn::LoadU(lanes, c), cosine), hn::Mul(hn::LoadU(lanes, c + waves), sine)));
            c += 2 * waves;
            blue = hn::Add(blue, hn::Add(hn::Mul(hn::LoadU(lanes, c), cosine), hn::Mul(hn::LoadU(lanes, c + waves), sine)));
        }
        hn::StoreU(red, lanes, sums[0] + lane);
        hn::StoreU(green, lanes, sums[1] + lane);
        hn::StoreU(blue, lanes, sums[2] + lane);
    }
    for (std::size_t channel = 0; channel < 3; ++channel) {
        out[channel] += sumOf(sums[channel]);
    }
}

/// addField for `count` samples of one output row; `cells` points to each sample's coefficients.
void addFieldRow(const float* const* cells, const float* across, const float* down, std::size_t waves, std::size_t count, float* out) {
    for (std::size_t i = 0; i < count; ++i) {
        addField(cells[i], across + i * 2 * waves, down, waves, out + 3 * i);
    }
}

} // namespace casr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace casr {

namespace {

HWY_EXPORT(addFieldRow);

/// K cosines and K sines of w * offset for every sample of an axis; the heat's decay of that axis is folded in.
std::vector<float> waveTable(const FieldWaves& waves, int component, Axis axis, int first, int last) {
    const double spacing = static_cast<double>(axis.from) / axis.to;
    std::vector<float> table;
    table.reserve(static_cast<std::size_t>(last - first) * 2 * waves.count);
    for (int index = first; index < last; ++index) {
        const double offset = axis.offsetOf(index);
        for (const bool sine : {false, true}) {
            for (int k = 0; k < waves.count; ++k) {
                const double frequency = waves.frequency[static_cast<std::size_t>(2 * k + component)];
                const double calm = std::exp(-waves.heat * frequency * frequency * spacing * spacing);
                table.push_back(static_cast<float>(calm * (sine ? std::sin(frequency * offset) : std::cos(frequency * offset))));
            }
        }
    }
    return table;
}

} // namespace

Image renderField(const FieldWaves& waves, const FieldTile& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    const std::size_t stride = 2 * static_cast<std::size_t>(waves.count);
    if (tile.coefficientsOfCell != 6 * waves.count || waves.count % 16 != 0) {
        throw std::invalid_argument("renderField: the tile is not of this field");
    }
    if (parent.image.channels() != 3 || !contains(tile.cells, cellsOf(columns, rows, out))) {
        throw std::invalid_argument("renderField: the parent is not RGB, or the tile does not hold every cell");
    }
    const Image base = bicubicRegion(parent, columns, rows, out);
    std::vector<float> values(base.values().begin(), base.values().end());
    const std::vector<float> across = waveTable(waves, 1, columns, out.left, out.right);
    const std::vector<float> down = waveTable(waves, 0, rows, out.top, out.bottom);
    std::vector<const float*> cells(static_cast<std::size_t>(out.width()));
    for (int y = out.top; y < out.bottom; ++y) {
        for (int x = out.left; x < out.right; ++x) {
            cells[static_cast<std::size_t>(x - out.left)] = tile.of(columns.cellOf(x), rows.cellOf(y));
        }
        const std::size_t row = static_cast<std::size_t>(y - out.top);
        HWY_DYNAMIC_DISPATCH(addFieldRow)
        (cells.data(), across.data(), down.data() + stride * row, stride / 2, cells.size(), values.data() + 3 * cells.size() * row);
    }
    return Image(out.size(), 3, std::move(values), base.encoding());
}

} // namespace casr

#endif // HWY_ONCE
