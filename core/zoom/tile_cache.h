#pragma once

#include "core/image/image.h"
#include "core/zoom/level_grid.h"

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>

namespace casr {

/// Computed tiles within a memory budget, the least recently used out first. Any thread may call anything. A cache never changes
/// a pixel: what is not here is computed again.
class TileCache {
public:
    explicit TileCache(std::size_t budgetBytes) : m_budget(budgetBytes) {}

    std::optional<Image> find(const TileKey& key);
    void insert(const TileKey& key, const Image& tile);

    /// Forgets everything.
    void clear();
    void setBudget(std::size_t bytes);
    std::size_t budget() const;
    std::size_t bytes() const;

    /// The smaller of 1 GB and a quarter of the memory that is free now.
    static std::size_t defaultBudget();

private:
    struct Entry {
        TileKey key;
        Image tile;
    };

    static std::size_t bytesOf(const Image& tile) { return tile.values().size_bytes(); }
    void evict();

    mutable std::mutex m_mutex;
    std::size_t m_budget;
    std::size_t m_bytes = 0;
    std::list<Entry> m_recent; ///< Most recently used first.
    std::map<TileKey, std::list<Entry>::iterator> m_index;
};

} // namespace casr
