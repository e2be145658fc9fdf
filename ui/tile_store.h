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
    /// False also for a tile that is out of date.
    bool contains(const TileKey& key) const;
    /// True for a tile that is there and out of date.
    bool isOutdated(const TileKey& key) const;
    /// In place of one that is out of date; one that is not stays.
    void insert(const TileKey& key, TilePicture picture);
    /// The tiles of `level` are found until newer ones come, but not contained.
    void outdate(int level);
    /// Those of every level.
    void outdateAll();
    void clear();

private:
    struct Entry {
        TileKey key;
        TilePicture picture;
        bool isOutdated = false;
    };

    void remove(std::list<Entry>::iterator entry);

    std::size_t m_budget;
    std::size_t m_bytes = 0;
    std::list<Entry> m_recent; ///< Most recently drawn first.
    std::map<TileKey, std::list<Entry>::iterator> m_index;
};

} // namespace casr
