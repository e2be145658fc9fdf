#include "core/network/memory_selection.h"

#include "core/base/random.h"
#include "core/network/architecture.h"

#include <algorithm>

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

/// A cell that may be remembered.
struct Candidate {
    MemoryWindow* window = nullptr;
    int cell = 0;
    std::uint64_t lot = 0;
};

std::uint64_t lotOf(Rect cell) {
    return HashRandom(static_cast<std::uint64_t>(cell.top), static_cast<std::uint64_t>(cell.left)).bits();
}

/// The whole cells of the photo in its windows.
std::vector<Candidate> candidatesIn(const Image& photo, std::vector<MemoryWindow>& windows) {
    std::vector<Candidate> candidates;
    for (MemoryWindow& window : windows) {
        for (int cell = 0; cell < cellsAcross * cellsAcross; ++cell) {
            const Rect rect = cellRect(window.rect, cell);
            if (contains(rectOf(photo.size()), rect)) {
                candidates.push_back({&window, cell, lotOf(rect)});
            }
        }
    }
    return candidates;
}

void chooseCells(const Image& photo, std::vector<MemoryWindow>& windows) {
    std::vector<Candidate> candidates = candidatesIn(photo, windows);
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.lot < b.lot; });
    candidates.resize(std::min(candidates.size(), mostMemoryTokens));
    for (const Candidate& candidate : candidates) {
        candidate.window->cells.push_back(candidate.cell);
    }
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
    chooseCells(photo, windows);
    for (MemoryWindow& window : windows) {
        std::sort(window.cells.begin(), window.cells.end());
    }
    return windows;
}

} // namespace casr
