#include "core/zoom/level_grid.h"

namespace casr {

namespace {

constexpr int granule = 16;

/// Tiles of one axis are equally long, so that the last one is not mostly border.
int tileLength(int length, int limit) {
    const int largest = std::max(limit / granule, 1) * granule;
    const int count = (length + largest - 1) / largest;
    const int even = (length + count - 1) / count;
    return (even + granule - 1) / granule * granule;
}

} // namespace

LevelGrid::LevelGrid(Size parent, Size child, int limit)
    : m_parent(parent), m_child(child), m_tile{tileLength(parent.width, limit), tileLength(parent.height, limit)} {}

Rect LevelGrid::pixelsOf(int column, int row) const {
    const Rect cells = cellsOf(column, row);
    const Rect pixels{columnAxis().firstIn(cells.left), rowAxis().firstIn(cells.top), columnAxis().firstIn(cells.right),
                      rowAxis().firstIn(cells.bottom)};
    return intersection(pixels, rectOf(m_child));
}

Rect LevelGrid::tilesMeeting(Rect pixels) const {
    return tilesOfCells(casr::cellsOf(columnAxis(), rowAxis(), pixels));
}

Rect LevelGrid::tilesOfCells(Rect cells) const {
    return {cells.left / m_tile.width, cells.top / m_tile.height, (cells.right - 1) / m_tile.width + 1,
            (cells.bottom - 1) / m_tile.height + 1};
}

} // namespace casr
