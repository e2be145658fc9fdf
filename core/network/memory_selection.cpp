#include "core/network/memory_selection.h"

#include "core/network/architecture.h"

#include <algorithm>
#include <numeric>

namespace casr {

namespace {

constexpr int cellsAcross = memoryWindowEdge / memoryCell;

float lumaAt(const Image& photo, int x, int y) {
    const float* pixel = photo.row(y) + 3 * static_cast<std::ptrdiff_t>(x);
    return 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];
}

/// Squared luma gradient by differences to the next pixels; 0 along the last column and row.
double gradientAt(const Image& photo, int x, int y) {
    const float here = lumaAt(photo, x, y);
    const double right = x + 1 < photo.width() ? lumaAt(photo, x + 1, y) - here : 0.0f;
    const double down = y + 1 < photo.height() ? lumaAt(photo, x, y + 1) - here : 0.0f;
    return right * right + down * down;
}

double energyOf(const Image& photo, Rect rect) {
    const Rect inside = intersection(rect, rectOf(photo.size()));
    double sum = 0.0;
    for (int y = inside.top; y < inside.bottom; ++y) {
        for (int x = inside.left; x < inside.right; ++x) {
            sum += gradientAt(photo, x, y);
        }
    }
    return sum;
}

int windowsAlong(int length) {
    return (length + memoryWindowEdge - 1) / memoryWindowEdge;
}

/// Windows a side of the blocks of which each gives its best window.
int blockEdgeFor(int columns, int rows) {
    int edge = 1;
    while (((columns + edge - 1) / edge) * ((rows + edge - 1) / edge) > mostMemoryWindows) {
        ++edge;
    }
    return edge;
}

Rect windowAt(int column, int row) {
    return rectAt(column * memoryWindowEdge, row * memoryWindowEdge, {memoryWindowEdge, memoryWindowEdge});
}

/// The window with the most energy among columns and rows `block` (half-open); the first of equals.
Rect bestWindow(const Image& photo, Rect block) {
    Rect best;
    double most = -1.0;
    for (int row = block.top; row < block.bottom; ++row) {
        for (int column = block.left; column < block.right; ++column) {
            const double energy = energyOf(photo, windowAt(column, row));
            if (energy > most) {
                most = energy;
                best = windowAt(column, row);
            }
        }
    }
    return best;
}

Rect cellRect(Rect window, int cell) {
    return rectAt(window.left + cell % cellsAcross * memoryCell, window.top + cell / cellsAcross * memoryCell, {memoryCell, memoryCell});
}

/// Up to `count` whole cells of the photo with the most energy.
std::vector<int> bestCells(const Image& photo, Rect window, int count) {
    std::vector<int> cells;
    std::vector<double> energy(static_cast<std::size_t>(cellsAcross) * cellsAcross);
    for (int cell = 0; cell < cellsAcross * cellsAcross; ++cell) {
        if (contains(rectOf(photo.size()), cellRect(window, cell))) {
            cells.push_back(cell);
            energy[static_cast<std::size_t>(cell)] = energyOf(photo, cellRect(window, cell));
        }
    }
    std::stable_sort(cells.begin(), cells.end(),
                     [&](int a, int b) { return energy[static_cast<std::size_t>(a)] > energy[static_cast<std::size_t>(b)]; });
    cells.resize(std::min(cells.size(), static_cast<std::size_t>(count)));
    std::sort(cells.begin(), cells.end());
    return cells;
}

} // namespace

std::vector<MemoryWindow> memoryWindowsOf(const Image& photo) {
    const int columns = windowsAlong(photo.width()), rows = windowsAlong(photo.height());
    const int edge = blockEdgeFor(columns, rows);
    std::vector<MemoryWindow> windows;
    for (int top = 0; top < rows; top += edge) {
        for (int left = 0; left < columns; left += edge) {
            windows.push_back({bestWindow(photo, {left, top, std::min(left + edge, columns), std::min(top + edge, rows)}), {}});
        }
    }
    const int tokens = std::min(cellsAcross * cellsAcross, mostMemoryTokens / static_cast<int>(windows.size()));
    for (MemoryWindow& window : windows) {
        window.cells = bestCells(photo, window.rect, tokens);
    }
    return windows;
}

} // namespace casr
