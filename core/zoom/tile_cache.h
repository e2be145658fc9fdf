#pragma once

#include "core/image/image.h"
#include "core/network/field.h"
#include "core/zoom/level_grid.h"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace casr {

/// Computed tiles, and the fields that they were rendered from, within one memory budget: the least recently used out first, each
/// weighing its bytes. Any thread may call anything. A cache never changes a pixel: what is not here is computed again.
class TileCache {
public:
    explicit TileCache(std::size_t budgetBytes) : m_budget(budgetBytes), m_limit(budgetBytes) {}

    std::optional<Image> find(const TileKey& key);
    void insert(const TileKey& key, const Image& tile);

    /// The field of a tile; null when it is not here.
    std::shared_ptr<const NarrowField> findField(const TileKey& key);
    void insertField(const TileKey& key, std::shared_ptr<const NarrowField> field);
    /// Gives `other`, which must not be this, the tiles and fields of the levels that `isWanted` says, in the order of their use.
    void share(TileCache& other, const std::function<bool(int level, bool isField)>& isWanted) const;

    /// Forgets everything.
    void clear();
    /// Forgets the fields, the largest part of what can be computed again.
    void dropFields();
    void setBudget(std::size_t bytes);
    std::size_t budget() const;
    /// Forgets half of what is held, and holds no more, until holdAll(); never less than `least` bytes for that. Returns what it may hold.
    std::size_t holdLess(std::size_t least);
    /// The whole budget may be held again.
    void holdAll();
    std::size_t bytes() const;

    /// The smaller of 1 GB and a quarter of the memory that is free now.
    static std::size_t defaultBudget();

private:
    struct Key {
        TileKey tile;
        bool isField = false;

        auto operator<=>(const Key&) const = default;
    };
    struct Entry {
        Key key;
        Image tile;
        std::shared_ptr<const NarrowField> field;
        std::size_t bytes = 0;
    };
    using Entries = std::list<Entry>;

    const Entry* touch(const Key& key);
    void insert(Entry entry);
    void erase(Entries::iterator entry);
    void evict();

    mutable std::mutex m_mutex;
    std::size_t m_budget;
    std::size_t m_limit; ///< What may be held: the budget, or less while memory is short.
    std::size_t m_bytes = 0;
    Entries m_recent; ///< Most recently used first.
    std::map<Key, Entries::iterator> m_index;
};

} // namespace casr
