#pragma once

#include "core/image/detail_bands.h"
#include "core/network/network.h"

#include <span>

namespace casr {

/// The field of a rectangle of parent cells as it is kept and shown: its coefficients rounded to the nearest bfloat16, halves to even.
struct NarrowField {
    Rect cells;                 ///< As in FieldTile.
    int coefficientsOfCell = 0; ///< As in FieldTile.
    std::vector<std::uint16_t> coefficients;
    std::vector<std::uint16_t> detail{}; ///< As in FieldTile.

    bool hasDetail() const { return !detail.empty(); }
    /// Where the coefficients of a cell begin.
    std::size_t indexOf(int x, int y) const {
        return (static_cast<std::size_t>(y - cells.top) * cells.width() + (x - cells.left)) * coefficientsOfCell;
    }
    std::size_t bytes() const { return (coefficients.size() + detail.size()) * sizeof(std::uint16_t); }
};

NarrowField narrowed(const FieldTile& tile);

/// The part `out` of the child level: bicubic base of `parent` plus the field (RGB), without detail. Every cell of `out` is in one of
/// `tiles`, or in several, which then agree; `parent` covers them and bicubicReach pixels around. `columns` and `rows` say how the parent's
/// whole size becomes the child's. A value depends on its own place alone: any split of `out`, into any tiles, on any instruction set and
/// number of threads, gives the same bits. Runs on the compute threads. Throws std::invalid_argument when tiles or parent do not hold what
/// is read.
Image renderField(const FieldWaves& waves, std::span<const NarrowField* const> tiles, const PlacedImage& parent, Axis columns, Axis rows,
                  Rect out);

/// The same where one tile holds every cell.
Image renderField(const FieldWaves& waves, const NarrowField& tile, const PlacedImage& parent, Axis columns, Axis rows, Rect out);

/// The detail's map of `cells`, each of which is in one of `tiles`, or in several, which then agree. Throws std::invalid_argument when
/// they do not hold it.
DetailMap detailMapOf(std::span<const NarrowField* const> tiles, Rect cells);

} // namespace casr
