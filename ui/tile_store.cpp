#include "ui/tile_store.h"

namespace casr {

const TilePicture* TileStore::find(const TileKey& key) {
    const auto found = m_index.find(key);
    if (found == m_index.end()) {
        return nullptr;
    }
    m_recent.splice(m_recent.begin(), m_recent, found->second);
    return &found->second->picture;
}

bool TileStore::contains(const TileKey& key) const {
    const auto found = m_index.find(key);
    return found != m_index.end() && !found->second->isOutdated;
}

bool TileStore::isOutdated(const TileKey& key) const {
    const auto found = m_index.find(key);
    return found != m_index.end() && found->second->isOutdated;
}

void TileStore::insert(const TileKey& key, TilePicture picture) {
    const auto found = m_index.find(key);
    if (found != m_index.end()) {
        if (!found->second->isOutdated) {
            return;
        }
        remove(found->second);
    }
    m_bytes += picture.bytes();
    m_recent.push_front({key, std::move(picture)});
    m_index[key] = m_recent.begin();
    while (m_bytes > m_budget && m_recent.size() > 1) {
        remove(std::prev(m_recent.end()));
    }
}

void TileStore::remove(std::list<Entry>::iterator entry) {
    m_bytes -= entry->picture.bytes();
    m_index.erase(entry->key);
    m_recent.erase(entry);
}

void TileStore::outdate(int level) {
    for (Entry& entry : m_recent) {
        entry.isOutdated = entry.isOutdated || entry.key.level == level;
    }
}

void TileStore::outdateAll() {
    for (Entry& entry : m_recent) {
        entry.isOutdated = true;
    }
}

void TileStore::clear() {
    m_recent.clear();
    m_index.clear();
    m_bytes = 0;
}

} // namespace casr
