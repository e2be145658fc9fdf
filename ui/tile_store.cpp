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

void TileStore::insert(const TileKey& key, TilePicture picture) {
    if (contains(key)) {
        return;
    }
    m_bytes += picture.bytes();
    m_recent.push_front({key, std::move(picture)});
    m_index[key] = m_recent.begin();
    while (m_bytes > m_budget && m_recent.size() > 1) {
        m_bytes -= m_recent.back().picture.bytes();
        m_index.erase(m_recent.back().key);
        m_recent.pop_back();
    }
}

void TileStore::clear() {
    m_recent.clear();
    m_index.clear();
    m_bytes = 0;
}

} // namespace casr
