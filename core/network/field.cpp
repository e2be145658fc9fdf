#include "core/network/field.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <stdexcept>

// Highway compiles what stands between its markers once for every instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/field.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#ifndef CASR_FIELD_ROW
#define CASR_FIELD_ROW

namespace casr {

/// The coefficients of one cell: one of the two.
struct CellField {
    const float* wide = nullptr;
    const std::uint16_t* narrow = nullptr;

    bool operator==(const CellField&) const = default;
};

/// One output row on its way. Tables hold K cosines, then K sines, for each place.
struct FieldRow {
    const CellField* cells;   ///< Of every sample.
    const std::size_t* place; ///< Of every sample in `across`.
    std::size_t period;       ///< Samples so far apart lie in the same place.
    const float* across;
    const float* down; ///< This row's.
    std::size_t waves; ///< K.
    std::size_t count; ///< Samples.
    float* out;        ///< RGB, to be added to.
};

} // namespace casr

#endif // CASR_FIELD_ROW

HWY_BEFORE_NAMESPACE();
namespace casr::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Sums run in sixteen fixed lanes whatever the vector's width, without fused multiplication: the same bits everywhere.
constexpr std::size_t sumLanes = 16;
using Lanes = hn::CappedTag<float, sumLanes>;

/// Samples of one cell that are summed together, so that its coefficients are read once.
constexpr std::size_t mostTogether = 4;
/// Samples whose waves are prepared together: they stay in the first cache.
constexpr std::size_t prepared = 32;
constexpr std::size_t mostWaves = 64;

inline auto loaded(const float* from) {
    return hn::LoadU(Lanes(), from);
}

inline auto loaded(const std::uint16_t* from) {
    const hn::RebindToUnsigned<Lanes> bits;
    const hn::Rebind<std::uint16_t, Lanes> half;
    return hn::BitCast(Lanes(), hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(half, from))));
}

/// The waves of one sample: `wave` gets K cosines and K sines of the sum of both phases.
inline void combineWaves(const float* HWY_RESTRICT across, const float* HWY_RESTRICT down, std::size_t waves, float* HWY_RESTRICT wave) {
    const Lanes lanes;
    for (std::size_t k = 0; k < waves; k += hn::Lanes(lanes)) {
        const auto cosX = loaded(across + k), sinX = loaded(across + waves + k);
        const auto cosY = loaded(down + k), sinY = loaded(down + waves + k);
        hn::StoreU(hn::Sub(hn::Mul(cosY, cosX), hn::Mul(sinY, sinX)), lanes, wave + k);
        hn::StoreU(hn::Add(hn::Mul(sinY, cosX), hn::Mul(cosY, sinX)), lanes, wave + waves + k);
    }
}

/// Adds to `out` (RGB) the sums of three times sixteen lanes, halved again and again: eight, four, two, one.
#if HWY_TARGET == HWY_SCALAR
inline void addSums(const float (*HWY_RESTRICT sums)[sumLanes], float* HWY_RESTRICT out) {
    for (std::size_t colour = 0; colour < 3; ++colour) {
        float four[4];
        for (std::size_t i = 0; i < 4; ++i) {
            const float* from = sums[colour] + i;
            four[i] = (from[0] + from[8]) + (from[4] + from[12]);
        }
        out[colour] += (four[0] + four[2]) + (four[1] + four[3]);
    }
}
#else
inline auto folded(const float* sums) {
    const hn::FixedTag<float, 4> four;
    return hn::Add(hn::Add(hn::Load(four, sums), hn::Load(four, sums + 8)), hn::Add(hn::Load(four, sums + 4), hn::Load(four, sums + 12)));
}

inline void addSums(const float (*HWY_RESTRICT sums)[sumLanes], float* HWY_RESTRICT out) {
    const hn::FixedTag<float, 4> four;
    const auto red = folded(sums[0]), green = folded(sums[1]), blue = folded(sums[2]), none = hn::Zero(four);
    const auto redGreen = hn::Add(hn::InterleaveLower(four, red, green), hn::InterleaveUpper(four, red, green));
    const auto blueNone = hn::Add(hn::InterleaveLower(four, blue, none), hn::InterleaveUpper(four, blue, none));
    HWY_ALIGN float rgb[4];
    hn::Store(hn::Add(hn::ConcatLowerLower(four, blueNone, redGreen), hn::ConcatUpperUpper(four, blueNone, redGreen)), four, rgb);
    out[0] += rgb[0];
    out[1] += rgb[1];
    out[2] += rgb[2];
}
#endif

/// Adds to `out` the field of `Count` samples of one cell: for each colour the dot product of 2K coefficients and 2K waves.
template <std::size_t Count, typename Value>
void addCell(const Value* HWY_RESTRICT coefficients, const float* const* wave, std::size_t length, float* HWY_RESTRICT out) {
    const Lanes lanes;
    HWY_ALIGN float sums[Count][3][sumLanes];
    for (std::size_t lane = 0; lane < sumLanes; lane += hn::Lanes(lanes)) {
        for (std::size_t colour = 0; colour < 3; ++colour) {
            const Value* from = coefficients + colour * length;
            hn::Vec<Lanes> sum[Count];
            for (std::size_t i = 0; i < Count; ++i) {
                sum[i] = hn::Zero(lanes);
            }
            for (std::size_t k = lane; k < length; k += sumLanes) {
                const auto coefficient = loaded(from + k);
                for (std::size_t i = 0; i < Count; ++i) {
                    sum[i] = hn::Add(sum[i], hn::Mul(coefficient, loaded(wave[i] + k)));
                }
            }
            for (std::size_t i = 0; i < Count; ++i) {
                hn::Store(sum[i], lanes, sums[i][colour] + lane);
            }
        }
    }
    for (std::size_t i = 0; i < Count; ++i) {
        addSums(sums[i], out + 3 * i);
    }
}

template <typename Value>
void addTogether(std::size_t count, const Value* coefficients, const float* const* wave, std::size_t length, float* out) {
    switch (count) {
    case 1: return addCell<1>(coefficients, wave, length, out);
    case 2: return addCell<2>(coefficients, wave, length, out);
    case 3: return addCell<3>(coefficients, wave, length, out);
    default: return addCell<mostTogether>(coefficients, wave, length, out);
    }
}

inline std::size_t togetherFrom(const FieldRow& row, std::size_t first, std::size_t last) {
    const std::size_t end = std::min(last, first + mostTogether);
    std::size_t next = first + 1;
    while (next < end && row.cells[next] == row.cells[first]) {
        ++next;
    }
    return next - first;
}

/// Samples first .. last - 1, at most `prepared`; those in the same place share their waves.
void addSamples(const FieldRow& row, std::size_t first, std::size_t last) {
    HWY_ALIGN float waves[prepared][2 * mostWaves];
    const float* wave[prepared];
    const std::size_t length = 2 * row.waves;
    for (std::size_t i = 0; i < last - first; ++i) {
        if (i >= row.period) {
            wave[i] = wave[i - row.period];
            continue;
        }
        combineWaves(row.across + row.place[first + i] * length, row.down, row.waves, waves[i]);
        wave[i] = waves[i];
    }
    for (std::size_t i = first; i < last;) {
        const std::size_t count = togetherFrom(row, i, last);
        const CellField& cell = row.cells[i];
        cell.narrow ? addTogether(count, cell.narrow, wave + (i - first), length, row.out + 3 * i)
                    : addTogether(count, cell.wide, wave + (i - first), length, row.out + 3 * i);
        i += count;
    }
}

void addFieldRow(const FieldRow& row) {
    for (std::size_t first = 0; first < row.count; first += prepared) {
        addSamples(row, first, std::min(row.count, first + prepared));
    }
}

} // namespace casr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace casr {

namespace {

HWY_EXPORT(addFieldRow);

/// K cosines and K sines of w * offset for every place of an axis where samples lie in their cells; the heat's decay of that axis is
/// folded in. Samples `period` apart lie in the same place.
struct WaveTable {
    int first;
    int period;
    std::size_t stride; ///< 2K.
    std::vector<float> values;

    std::size_t placeOf(int index) const { return static_cast<std::size_t>((index - first) % period); }
    const float* of(int index) const { return values.data() + placeOf(index) * stride; }
};

std::vector<double> calmOf(const FieldWaves& waves, int component, double spacing) {
    std::vector<double> calm;
    for (int k = 0; k < waves.count; ++k) {
        const double frequency = waves.frequency[static_cast<std::size_t>(2 * k + component)];
        calm.push_back(std::exp(-waves.heat * frequency * frequency * spacing * spacing));
    }
    return calm;
}

WaveTable waveTable(const FieldWaves& waves, int component, Axis axis, int first, int last) {
    const int count = waves.count, period = axis.to / std::gcd(axis.from, axis.to);
    const int places = std::min(period, last - first);
    WaveTable table{first, period, 2 * static_cast<std::size_t>(count), {}};
    table.values.resize(table.stride * static_cast<std::size_t>(places));
    const std::vector<double> calm = calmOf(waves, component, static_cast<double>(axis.from) / axis.to);
    inParallel(places, [&](int begin, int end) {
        for (int place = begin; place < end; ++place) {
            const double offset = axis.offsetOf(first + place);
            float* values = table.values.data() + table.stride * static_cast<std::size_t>(place);
            for (int k = 0; k < count; ++k) {
                const double phase = waves.frequency[static_cast<std::size_t>(2 * k + component)] * offset;
                values[k] = static_cast<float>(calm[static_cast<std::size_t>(k)] * std::cos(phase));
                values[count + k] = static_cast<float>(calm[static_cast<std::size_t>(k)] * std::sin(phase));
            }
        }
    });
    return table;
}

/// The samples first .. last - 1 of an axis whose cells are `begin` .. `end` - 1.
struct Range {
    int first;
    int last;
};

Range samplesIn(Axis axis, int begin, int end, int first, int last) {
    return {std::clamp(axis.firstIn(begin), first, last), std::clamp(axis.firstIn(end), first, last)};
}

CellField cellOf(const FieldTile& tile, int x, int y) {
    const std::size_t index = tile.indexOf(x, y);
    return tile.isNarrow() ? CellField{nullptr, tile.narrow.data() + index} : CellField{tile.coefficients.data() + index, nullptr};
}

/// The cell of every sample of the output row `y`.
void findCells(std::span<const FieldTile* const> tiles, Axis columns, int row, Rect out, std::vector<CellField>& cells) {
    for (const FieldTile* tile : tiles) {
        if (row < tile->cells.top || row >= tile->cells.bottom) {
            continue;
        }
        const Range samples = samplesIn(columns, tile->cells.left, tile->cells.right, out.left, out.right);
        for (int x = samples.first; x < samples.last; ++x) {
            cells[static_cast<std::size_t>(x - out.left)] = cellOf(*tile, columns.cellOf(x), row);
        }
    }
}

void requireField(const FieldWaves& waves, const FieldTile& tile) {
    const std::size_t count = tile.isNarrow() ? tile.narrow.size() : tile.coefficients.size();
    if (tile.coefficientsOfCell != 6 * waves.count || waves.count % 16 != 0 || waves.count > 64 ||
        count != static_cast<std::size_t>(tile.cells.size().area()) * static_cast<std::size_t>(tile.coefficientsOfCell)) {
        throw std::invalid_argument("renderField: a tile is not of this field");
    }
}

/// Tiles may overlap: each holds a rim around its own cells.
void requireTiles(const FieldWaves& waves, std::span<const FieldTile* const> tiles, Rect cells) {
    std::vector<char> held(static_cast<std::size_t>(cells.size().area()));
    for (const FieldTile* tile : tiles) {
        requireField(waves, *tile);
        const Rect shared = intersection(tile->cells, cells);
        for (int y = shared.top; y < shared.bottom && !shared.isEmpty(); ++y) {
            const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(y - cells.top) * cells.width() - cells.left;
            std::fill(held.begin() + (row + shared.left), held.begin() + (row + shared.right), char{1});
        }
    }
    if (std::count(held.begin(), held.end(), char{0}) != 0) {
        throw std::invalid_argument("renderField: the tiles do not hold every cell");
    }
}

} // namespace

Image renderField(const FieldWaves& waves, std::span<const FieldTile* const> tiles, const PlacedImage& parent, Axis columns, Axis rows,
                  Rect out) {
    requireTiles(waves, tiles, cellsOf(columns, rows, out));
    if (parent.image.channels() != 3) {
        throw std::invalid_argument("renderField: the parent is not RGB");
    }
    const WaveTable across = waveTable(waves, 1, columns, out.left, out.right), down = waveTable(waves, 0, rows, out.top, out.bottom);
    std::vector<std::size_t> places;
    for (int x = out.left; x < out.right; ++x) {
        places.push_back(across.placeOf(x));
    }
    const std::size_t width = places.size();
    std::vector<float> values(3 * width * static_cast<std::size_t>(out.height()));
    inParallel(out.height(), [&](int first, int last) {
        const Rect band{out.left, out.top + first, out.right, out.top + last};
        const std::span<float> target =
            std::span(values).subspan(3 * width * static_cast<std::size_t>(first), 3 * width * static_cast<std::size_t>(last - first));
        bicubicRegionInto(parent, columns, rows, band, target);
        std::vector<CellField> cells(width);
        for (int y = band.top; y < band.bottom; ++y) {
            findCells(tiles, columns, rows.cellOf(y), out, cells);
            float* row = target.data() + 3 * width * static_cast<std::size_t>(y - band.top);
            HWY_DYNAMIC_DISPATCH(addFieldRow)
            ({cells.data(), places.data(), static_cast<std::size_t>(across.period), across.values.data(), down.of(y), across.stride / 2,
              width, row});
        }
    });
    return Image(out.size(), 3, std::move(values), parent.image.encoding());
}

Image renderField(const FieldWaves& waves, const FieldTile& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    const FieldTile* const one = &tile;
    return renderField(waves, std::span(&one, 1), parent, columns, rows, out);
}

namespace {

std::uint16_t narrowedValue(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const bool isNumber = (bits & 0x7FFFFFFF) <= 0x7F800000;
    return isNumber ? static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16) : std::uint16_t{0x7FC0};
}

std::vector<std::uint16_t> narrowedValues(const std::vector<float>& values) {
    std::vector<std::uint16_t> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), narrowedValue);
    return result;
}

float widenedValue(std::uint16_t value) {
    return std::bit_cast<float>(std::uint32_t{value} << 16);
}

std::vector<float> widenedValues(const std::vector<std::uint16_t>& values) {
    std::vector<float> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), widenedValue);
    return result;
}

} // namespace

FieldTile narrowed(const FieldTile& tile) {
    return {tile.cells, tile.coefficientsOfCell, {}, narrowedValues(tile.coefficients), {}, narrowedValues(tile.detail)};
}

FieldTile blended(const FieldTile& tile, float share) {
    if (share == 0.0f) {
        return tile;
    }
    FieldTile result{tile.cells, tile.coefficientsOfCell, tile.isNarrow() ? widenedValues(tile.narrow) : tile.coefficients};
    const std::vector<float> detail = tile.isNarrow() ? widenedValues(tile.narrowDetail) : tile.detail;
    if (detail.size() != result.coefficients.size()) {
        throw std::invalid_argument("blended: the tile has no detail");
    }
    std::transform(result.coefficients.begin(), result.coefficients.end(), detail.begin(), result.coefficients.begin(),
                   [share](float faithful, float change) { return faithful + share * change; });
    return result;
}

} // namespace casr

#endif // HWY_ONCE
