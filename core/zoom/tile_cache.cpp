#include "core/zoom/tile_cache.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace casr {

namespace {

constexpr std::int64_t largestDefault = std::int64_t{1} << 30;

} // namespace

std::size_t TileCache::defaultBudget() {
    return static_cast<std::size_t>(std::min(largestDefault, availableMemory().value_or(largestDefault) / 4));
}

const TileCache::Entry* TileCache::touch(const Key& key) {
    const auto found = m_index.find(key);
    if (found == m_index.end()) {
        return nullptr;
    }
    m_recent.splice(m_recent.begin(), m_recent, found->second);
    return &*found->second;
}

std::optional<Image> TileCache::find(const TileKey& key) {
    const std::scoped_lock lock(m_mutex);
    const Entry* found = touch({key, false});
    return found ? std::optional(found->tile) : std::nullopt;
}

std::shared_ptr<const NarrowField> TileCache::findField(const TileKey& key) {
    const std::scoped_lock lock(m_mutex);
    const Entry* found = touch({key, true});
    return found ? found->field : nullptr;
}

void TileCache::insert(const TileKey& key, const Image& tile) {
    insert({{key, false}, tile, nullptr, tile.values().size_bytes()});
}

void TileCache::insertField(const TileKey& key, std::shared_ptr<const NarrowField> field) {
    const std::size_t bytes = field->bytes();
    insert({{key, true}, {}, std::move(field), bytes});
}

void TileCache::share(TileCache& other, const std::function<bool(int level, bool isField)>& isWanted) const {
    std::vector<Entry> shared;
    {
        const std::scoped_lock lock(m_mutex);
        std::copy_if(m_recent.rbegin(), m_recent.rend(), std::back_inserter(shared),
                     [&](const Entry& entry) { return isWanted(entry.key.tile.level, entry.key.isField); });
    }
    for (Entry& entry : shared) {
        other.insert(std::move(entry));
    }
}

void TileCache::insert(Entry entry) {
    const std::scoped_lock lock(m_mutex);
    const auto known = m_index.find(entry.key);
    if (entry.bytes > m_limit || (known != m_index.end() && known->second->bytes >= entry.bytes)) {
        return;
    }
    if (known != m_index.end()) {
        erase(known->second); // a field without its detail makes way for one that has it
    }
    m_bytes += entry.bytes;
    m_recent.push_front(std::move(entry));
    m_index[m_recent.front().key] = m_recent.begin();
    evict();
}

void TileCache::erase(Entries::iterator entry) {
    m_bytes -= entry->bytes;
    m_index.erase(entry->key);
    m_recent.erase(entry);
}

void TileCache::evict() {
    while (m_bytes > m_limit) {
        erase(std::prev(m_recent.end()));
    }
}

void TileCache::dropFields() {
    const std::scoped_lock lock(m_mutex);
    for (auto entry = m_recent.begin(); entry != m_recent.end();) {
        const auto next = std::next(entry);
        if (entry->key.isField) {
            erase(entry);
        }
        entry = next;
    }
}

void TileCache::clear() {
    const std::scoped_lock lock(m_mutex);
    m_recent.clear();
    m_index.clear();
    m_bytes = 0;
}

void TileCache::setBudget(std::size_t bytes) {
    const std::scoped_lock lock(m_mutex);
    m_budget = m_limit = bytes;
    evict();
}

std::size_t TileCache::holdLess(std::size_t least) {
    const std::scoped_lock lock(m_mutex);
    m_limit = std::min(m_limit, std::max(m_bytes / 2, least));
    evict();
    return m_limit;
}

void TileCache::holdAll() {
    const std::scoped_lock lock(m_mutex);
    m_limit = m_budget;
}

std::size_t TileCache::budget() const {
    const std::scoped_lock lock(m_mutex);
    return m_budget;
}

std::size_t TileCache::bytes() const {
    const std::scoped_lock lock(m_mutex);
    return m_bytes;
}

} // namespace casr
