#pragma once

#include "core/image/image.h"
#include "core/zoom/level_grid.h"

#include <optional>

namespace casr {

/// A slower, larger store behind a staircase's cache, for instance a folder. Any thread may call it.
class TileBacking {
public:
    virtual ~TileBacking() = default;

    /// Exactly the tile that was stored, or nothing when there is none or it was damaged.
    virtual std::optional<Image> load(const TileKey& key) = 0;

    /// Keeps the tile. Throws Error when that fails.
    virtual void store(const TileKey& key, const Image& tile) = 0;
};

} // namespace casr
