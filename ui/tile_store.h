#pragma once

#include "ui/tile_picture.h"

#include "core/zoom/level_grid.h"

#include <list>
#include <map>

namespace casr {

/// Tiles ready for the screen within a memory budget, the least recently drawn out first. For one thread.
class TileStore {
public:
    explicit TileStore(std::size_t budgetBytes) : m_budget(budgetBytes) {}

    /// The tile or nullptr; valid until the next insert or clear.
    const TilePicture* find(const TileKey& key);
    bool contains(const TileKey& key) const { return m_index.count(key) > 0; }
    void insert(const TileKey& key, TilePicture picture);
    void clear();

private:
    struct Entry {
        TileKey key;
        TilePicture picture;
    };

    std::size_t m_budget;
    std::size_t m_bytes = 0;
    std::list<Entry> m_recent; ///< Most recently drawn first.
    std::map<TileKey, std::list<Entry>::iterator> m_index;
};

} // namespace casr
