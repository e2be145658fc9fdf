#pragma once

#include "ui/overlay_kind.h"

#include "core/depth/depth_map.h"
#include "core/zoom/staircase.h"

#include <QImage>

namespace casr {

/// The eight tiles around a tile that are there, as bits of a 3 x 3 square in rows; `dx`, `dy`: -1, 0 or 1.
constexpr int neighbourBit(int dx, int dy) {
    return 1 << ((dy + 1) * 3 + dx + 1);
}

/// How many cells at the rim of a tile look into its neighbours.
constexpr int overlayMargin = 3;

/// What overlays are made of.
struct OverlayMatter {
    Staircase& staircase;
    std::shared_ptr<const DepthMap> depth = nullptr; ///< Needed for depth alone.
    int superpixelCell = casr::superpixelCell;       ///< Pixels a side of the cells that superpixels began in.
};

/// The overlay of tile `key` over `cells` of the parent, whole pixels to a cell; null when the network has nothing to show. `neighbours`:
/// what is there around it, the rest stays clear. Computes what is missing of the parent; any thread. Throws Cancelled, Error.
QImage overlayPicture(const OverlayMatter& matter, OverlayKind kind, const TileKey& key, Rect cells, int neighbours, const StopCheck& stop);

} // namespace casr
