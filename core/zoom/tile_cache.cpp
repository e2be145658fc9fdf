#include "core/zoom/tile_cache.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cstdint>

namespace casr {

namespace {

constexpr std::int64_t largestDefault = std::int64_t{1} << 30;

} // namespace

std::size_t TileCache::defaultBudget() {
    return static_cast<std::size_t>(std::min(largestDefault, availableMemory().value_or(largestDefault) / 4));
}

std::optional<Image> TileCache::find(const TileKey& key) {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_index.find(key);
    if (found == m_index.end()) {
        return std::nullopt;
    }
    m_recent.splice(m_recent.begin(), m_recent, found->second);
    return found->second->tile;
}

void TileCache::insert(const TileKey& key, const Image& tile) {
    const std::scoped_lock lock(m_mutex);
    if (m_index.contains(key) || bytesOf(tile) > m_budget) {
        return;
    }
    m_recent.push_front({key, tile});
    m_index[key] = m_recent.begin();
    m_bytes += bytesOf(tile);
    evict();
}

void TileCache::evict() {
    while (m_bytes > m_budget) {
        m_bytes -= bytesOf(m_recent.back().tile);
        m_index.erase(m_recent.back().key);
        m_recent.pop_back();
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
    m_budget = bytes;
    evict();
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
