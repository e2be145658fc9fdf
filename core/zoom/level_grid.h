#pragma once

#include "core/image/bicubic_region.h"

#include <compare>

namespace casr {

/// Which tile of which level; level 1 is the first computed one.
struct TileKey {
    int level = 1;
    int column = 0;
    int row = 0;

    auto operator<=>(const TileKey&) const = default;
};

/// The tiles of one level. A tile is a rectangle of parent cells, the same size all over the level, and holds the output pixels whose
/// centres fall into those cells. The grid follows from the sizes of parent and child alone, never from who asks.
class LevelGrid {
public:
    /// `limit`: largest side of a tile in cells; a side is a multiple of 16, and at least that.
    LevelGrid(Size parent, Size child, int limit = defaultTileCells);

    static constexpr int defaultTileCells = 128;

    Axis columnAxis() const { return {m_parent.width, m_child.width}; }
    Axis rowAxis() const { return {m_parent.height, m_child.height}; }
    Size childSize() const { return m_child; }
    int columns() const { return (m_parent.width + m_tile.width - 1) / m_tile.width; }
    int rows() const { return (m_parent.height + m_tile.height - 1) / m_tile.height; }
    /// Columns and rows of all tiles.
    Rect tiles() const { return {0, 0, columns(), rows()}; }

    /// The parent cells of a tile; the last ones may reach past the parent, whose border is repeated there.
    Rect cellsOf(int column, int row) const { return rectAt(column * m_tile.width, row * m_tile.height, m_tile); }

    /// The output pixels of a tile: never none, as the child is at least as large as the parent.
    Rect pixelsOf(int column, int row) const;

    /// Columns and rows of the tiles that meet `pixels` (inside the child), as a half-open rectangle.
    Rect tilesMeeting(Rect pixels) const;

    /// Columns and rows of the tiles that hold `cells` (inside the parent).
    Rect tilesOfCells(Rect cells) const;

private:
    Size m_parent;
    Size m_child;
    Size m_tile;
};

} // namespace casr
