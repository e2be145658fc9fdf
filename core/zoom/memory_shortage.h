#pragma once

#include "core/base/error.h"
#include "core/zoom/tile_cache.h"

#include <cstddef>

namespace casr {

/// A tile that was tried as often as it may be: those above it, which need it, are not tried again. Copies without allocating.
class GivenUp : public OutOfMemory {
public:
    explicit GivenUp(const OutOfMemory& failure) : OutOfMemory(failure) {}
};

/// At the end of a tile the cache may hold its whole budget again, with the tile or without: what it held is given back by then, and a
/// next tile that memory is short for gives back more.
class Hold {
public:
    explicit Hold(TileCache& cache) : m_cache(cache) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
        if (m_isLess) {
            m_cache.holdAll();
        }
    }

    /// Drops all fields and half of the tiles. Returns what the cache may hold until then.
    std::size_t less() {
        m_isLess = true;
        m_cache.dropFields();
        return m_cache.holdLess(least);
    }

private:
    static constexpr std::size_t least = std::size_t{32} << 20; ///< The parents of a tile.

    TileCache& m_cache;
    bool m_isLess = false;
};

} // namespace casr
