#include "core/network/field.h"

#include "core/network/bfloat16.h"

#include <algorithm>
#include <array>
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

/// A network has up to 64, and their families behind symmetries (ensemble.h).
constexpr int mostWaves = 256;
/// Output rows that are made together.
constexpr int mostRows = 8;

/// The output rows of one row of cells on their way. Tables hold K cosines, then K sines, for each place.
struct FieldRows {
    std::span<const std::uint16_t* const> cells; ///< The coefficients of each, bfloat16.
    std::span<const std::size_t> starts;         ///< The first sample of every cell, and the end.
    std::size_t period;                          ///< Samples so far apart lie in the same place of their cells.
    const float* across;                         ///< Of the places 0 .. period - 1, the first sample's first.
    std::span<const float* const> down;          ///< Every row's.
    std::size_t waves;                           ///< K.
    float* out;                                  ///< RGB, to be added to.
    std::size_t stride;                          ///< Values from one output row to the next.
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
/// Samples whose waves are prepared together, as far as they fit into 32 KB.
constexpr std::size_t prepared = 64;
constexpr std::size_t preparedValues = 8192;
static_assert(preparedValues >= 2 * mostWaves * mostRows);

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

/// One output sample: its waves, and where its colours are added.
struct Sample {
    const float* wave;
    float* out;
};

/// Adds the field to `Count` samples of one cell: for each colour the dot product of 2K coefficients and 2K waves.
template <std::size_t Count>
void addCell(const std::uint16_t* cell, std::size_t length, const Sample* samples) {
    const Lanes lanes;
    HWY_ALIGN float sums[Count][3][sumLanes];
    for (std::size_t lane = 0; lane < sumLanes; lane += hn::Lanes(lanes)) {
        hn::Vec<Lanes> sum[3][Count];
        for (std::size_t i = 0; i < Count; ++i) {
            sum[0][i] = sum[1][i] = sum[2][i] = hn::Zero(lanes);
        }
        for (std::size_t k = lane; k < length; k += sumLanes) {
            const auto red = loaded(cell + k), green = loaded(cell + length + k), blue = loaded(cell + 2 * length + k);
            for (std::size_t i = 0; i < Count; ++i) {
                const auto wave = loaded(samples[i].wave + k);
                sum[0][i] = hn::Add(sum[0][i], hn::Mul(red, wave));
                sum[1][i] = hn::Add(sum[1][i], hn::Mul(green, wave));
                sum[2][i] = hn::Add(sum[2][i], hn::Mul(blue, wave));
            }
        }
        for (std::size_t i = 0; i < Count; ++i) {
            for (std::size_t colour = 0; colour < 3; ++colour) {
                hn::Store(sum[colour][i], lanes, sums[i][colour] + lane);
            }
        }
    }
    for (std::size_t i = 0; i < Count; ++i) {
        addSums(sums[i], samples[i].out);
    }
}

void addTogether(const std::uint16_t* cell, std::size_t length, const Sample* samples, std::size_t count) {
    switch (count) {
    case 1: return addCell<1>(cell, length, samples);
    case 2: return addCell<2>(cell, length, samples);
    case 3: return addCell<3>(cell, length, samples);
    default: return addCell<mostTogether>(cell, length, samples);
    }
}

/// The waves of some columns of samples in every row.
struct PreparedWaves {
    HWY_ALIGN float values[preparedValues];
    std::size_t columns; ///< As many as fit.
    std::size_t length;  ///< Values of a sample.

    explicit PreparedWaves(const FieldRows& rows)
        : columns(std::min(prepared, preparedValues / (2 * rows.waves)) / rows.down.size()), length(2 * rows.waves) {}

    const float* of(std::size_t row, std::size_t column) const { return values + (row * columns + column) * length; }
    void prepare(const FieldRows& rows, std::size_t first, std::size_t last) {
        for (std::size_t row = 0; row < rows.down.size(); ++row) {
            for (std::size_t i = first; i < last; ++i) {
                combineWaves(rows.across + i % rows.period * length, rows.down[row], rows.waves,
                             values + (row * columns + i - first) * length);
            }
        }
    }
};

/// The samples first .. last - 1 of one cell in every row; `column` is the place of the first in the waves, which come again `period`
/// columns later.
void addSamples(const FieldRows& rows, const std::uint16_t* cell, const PreparedWaves& waves, std::size_t first, std::size_t last,
                std::size_t column, std::size_t period) {
    Sample samples[mostTogether];
    std::size_t count = 0;
    for (std::size_t row = 0; row < rows.down.size(); ++row) {
        std::size_t at = column;
        for (std::size_t i = first; i < last; ++i, at = at + 1 == period ? 0 : at + 1) {
            samples[count++] = {waves.of(row, at), rows.out + row * rows.stride + 3 * i};
            if (count == mostTogether) {
                addTogether(cell, 2 * rows.waves, samples, count);
                count = 0;
            }
        }
    }
    if (count > 0) {
        addTogether(cell, 2 * rows.waves, samples, count);
    }
}

/// At most mostRows rows.
void addFieldRows(const FieldRows& rows) {
    PreparedWaves waves(rows);
    const std::size_t end = rows.starts.back();
    const bool isPeriodic = rows.period <= waves.columns;
    const std::size_t step = isPeriodic ? std::max<std::size_t>(end, 1) : waves.columns;
    std::size_t cell = 0;
    for (std::size_t first = 0; first < end; first += step) {
        const std::size_t last = std::min(end, first + step);
        waves.prepare(rows, first, isPeriodic ? std::min(end, rows.period) : last);
        for (; cell < rows.cells.size() && rows.starts[cell] < last; ++cell) {
            const std::size_t begin = std::max(first, rows.starts[cell]), stop = std::min(last, rows.starts[cell + 1]);
            addSamples(rows, rows.cells[cell], waves, begin, stop, isPeriodic ? begin % rows.period : begin - first,
                       isPeriodic ? rows.period : waves.columns);
            if (rows.starts[cell + 1] > last) {
                break;
            }
        }
    }
}

} // namespace casr::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace casr {

namespace {

HWY_EXPORT(addFieldRows);

/// K cosines and K sines of w * offset for every place of an axis where samples lie in their cells; the heat's decay of that axis is
/// folded in. Samples `period` apart lie in the same place.
struct WaveTable {
    int first;
    int period;
    std::size_t stride; ///< 2K.
    std::vector<float> values;

    const float* of(int index) const { return values.data() + static_cast<std::size_t>((index - first) % period) * stride; }
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

/// Which pixel of `rect`, counted in rows, this is.
std::size_t rectIndex(Rect rect, int x, int y) {
    return static_cast<std::size_t>(y - rect.top) * static_cast<std::size_t>(rect.width()) + static_cast<std::size_t>(x - rect.left);
}

void requireField(const FieldWaves& waves, const NarrowField& tile) {
    const std::size_t count = static_cast<std::size_t>(tile.cells.size().area()) * static_cast<std::size_t>(tile.coefficientsOfCell);
    if (tile.coefficientsOfCell != 6 * waves.count || waves.count % 16 != 0 || waves.count > mostWaves ||
        tile.coefficients.size() != count) {
        throw std::invalid_argument("renderField: a tile is not of this field");
    }
}

/// Tiles may overlap: each holds a rim around its own cells.
void requireTiles(std::span<const NarrowField* const> tiles, Rect cells) {
    std::vector<char> held(static_cast<std::size_t>(cells.size().area()));
    for (const NarrowField* tile : tiles) {
        const Rect shared = intersection(tile->cells, cells);
        for (int y = shared.top; y < shared.bottom && !shared.isEmpty(); ++y) {
            const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(y - cells.top) * cells.width() - cells.left;
            std::fill(held.begin() + (row + shared.left), held.begin() + (row + shared.right), char{1});
        }
    }
    if (std::count(held.begin(), held.end(), char{0}) != 0) {
        throw std::invalid_argument("the tiles of a field do not hold every cell");
    }
}

/// What all output rows of a picture share.
struct FieldPicture {
    std::span<const NarrowField* const> tiles;
    Axis columns, rows;
    Rect out, cells;
    WaveTable across, down;
    std::vector<std::size_t> starts;

    FieldPicture(const FieldWaves& waves, std::span<const NarrowField* const> fields, Axis acrossAxis, Axis downAxis, Rect part)
        : tiles(fields), columns(acrossAxis), rows(downAxis), out(part), cells(cellsOf(columns, rows, part)),
          across(waveTable(waves, 1, columns, part.left, part.right)), down(waveTable(waves, 0, rows, part.top, part.bottom)) {
        for (int cell = cells.left; cell <= cells.right; ++cell) {
            starts.push_back(static_cast<std::size_t>(std::clamp(columns.firstIn(cell), out.left, out.right) - out.left));
        }
    }

    /// The cells of the row `row`.
    void findCells(int row, std::vector<const std::uint16_t*>& found) const {
        for (const NarrowField* tile : tiles) {
            const Rect shared = intersection(tile->cells, {cells.left, row, cells.right, row + 1});
            for (int x = shared.left; x < shared.right && !shared.isEmpty(); ++x) {
                found[static_cast<std::size_t>(x - cells.left)] = tile->coefficients.data() + tile->indexOf(x, row);
            }
        }
    }

    /// Adds the field to the rows top .. bottom - 1, which begin at `values`.
    void addTo(float* values, int top, int bottom) const {
        std::vector<const std::uint16_t*> found(starts.size() - 1);
        const std::size_t stride = 3 * static_cast<std::size_t>(out.width());
        for (int y = top; y < bottom;) {
            const int cell = rows.cellOf(y), end = std::min({bottom, rows.firstIn(cell + 1), y + mostRows});
            findCells(cell, found);
            std::array<const float*, mostRows> tables{};
            for (int row = y; row < end; ++row) {
                tables[static_cast<std::size_t>(row - y)] = down.of(row);
            }
            HWY_DYNAMIC_DISPATCH(addFieldRows)
            ({found, starts, static_cast<std::size_t>(across.period), across.values.data(),
              std::span(tables).first(static_cast<std::size_t>(end - y)), across.stride / 2,
              values + stride * static_cast<std::size_t>(y - top), stride});
            y = end;
        }
    }
};

} // namespace

Image renderField(const FieldWaves& waves, std::span<const NarrowField* const> tiles, const PlacedImage& parent, Axis columns, Axis rows,
                  Rect out) {
    for (const NarrowField* tile : tiles) {
        requireField(waves, *tile);
    }
    requireTiles(tiles, cellsOf(columns, rows, out));
    if (parent.image.channels() != 3) {
        throw std::invalid_argument("renderField: the parent is not RGB");
    }
    const FieldPicture picture(waves, tiles, columns, rows, out);
    const std::size_t width = 3 * static_cast<std::size_t>(out.width());
    const auto render = [&](std::span<float> values) {
        inParallel(out.height(), [&](int first, int last) {
            const Rect band{out.left, out.top + first, out.right, out.top + last};
            const std::span<float> target =
                values.subspan(width * static_cast<std::size_t>(first), width * static_cast<std::size_t>(last - first));
            bicubicRegionInto(parent, columns, rows, band, target);
            picture.addTo(target.data(), band.top, band.bottom);
        });
    };
    return Image::written(out.size(), 3, render, parent.image.encoding());
}

Image renderField(const FieldWaves& waves, const NarrowField& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    const NarrowField* const one = &tile;
    return renderField(waves, std::span(&one, 1), parent, columns, rows, out);
}

DetailMap detailMapOf(std::span<const NarrowField* const> tiles, Rect cells) {
    constexpr std::size_t values = DetailMap::values;
    DetailMap map{cells, std::vector<float>(static_cast<std::size_t>(cells.size().area()) * values)};
    requireTiles(tiles, cells);
    for (const NarrowField* tile : tiles) {
        if (tile->detail.size() != static_cast<std::size_t>(tile->cells.size().area()) * values) {
            throw std::invalid_argument("detailMapOf: a tile has no detail");
        }
        const Rect shared = intersection(tile->cells, cells);
        for (int y = shared.top; y < shared.bottom && !shared.isEmpty(); ++y) {
            const std::uint16_t* from = tile->detail.data() + rectIndex(tile->cells, shared.left, y) * values;
            float* to = map.of.data() + rectIndex(cells, shared.left, y) * values;
            std::transform(from, from + static_cast<std::size_t>(shared.width()) * values, to, fromBfloat16);
        }
    }
    return map;
}

namespace {

std::vector<std::uint16_t> narrowedValues(const std::vector<float>& values) {
    std::vector<std::uint16_t> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), toBfloat16);
    return result;
}

} // namespace

NarrowField narrowed(const FieldTile& tile) {
    return {tile.cells, tile.coefficientsOfCell, narrowedValues(tile.coefficients), narrowedValues(tile.detail)};
}

} // namespace casr

#endif // HWY_ONCE
