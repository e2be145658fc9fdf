#pragma once

#include "core/network/field.h"
#include "core/schedule/plan.h"
#include "core/zoom/tile_cache.h"

#include <atomic>
#include <memory>

namespace casr {

/// What was computed so far; times in seconds of the computing threads.
struct StaircaseStatistics {
    std::int64_t tilesComputed = 0;
    std::int64_t tilesRepaired = 0; ///< Computed again in float32 because the first result was unsound.
    double networkSeconds = 0;
    double fieldSeconds = 0;
};

/// The levels of one photo under one plan, computed by tiles on demand down to the photo. A tile is a pure function of its parent's
/// pixels: order, threads, cache and region never change a bit. Any thread may call anything; inferences wait for each other.
class Staircase {
public:
    /// `source`: RGB, 0 .. 1. `precision` is resolved.
    Staircase(Image source, std::shared_ptr<const Network> network, Plan plan, Precision precision, std::size_t cacheBytes);

    const Plan& plan() const { return m_plan; }
    const Network& network() const { return *m_network; }
    Precision precision() const { return m_precision; }
    std::string profile() const { return numericProfile(m_precision); }
    TileCache& cache() { return m_cache; }

    /// The tiles of `level` (1 or above).
    LevelGrid gridOf(int level) const;

    /// One tile, from the cache or computed. Throws Cancelled when `stop` says so, or Error.
    Image tile(const TileKey& key, const StopCheck& stop = {});

    /// The tile when it is in the cache.
    std::optional<Image> cachedTile(const TileKey& key) { return m_cache.find(key); }

    /// The pixels of `region` (inside the level) of any level, computed as far as needed.
    PlacedImage region(int level, Rect region, const StopCheck& stop = {});

    StaircaseStatistics statistics() const;

private:
    Image compute(const TileKey& key, const StopCheck& stop);
    Image computeIn(Precision precision, const LevelGrid& grid, const TileKey& key, const PlacedImage& parent, const StopCheck& stop);

    Image m_source;
    std::shared_ptr<const Network> m_network;
    Plan m_plan;
    Precision m_precision;
    TileCache m_cache;
    mutable std::mutex m_mutex;
    StaircaseStatistics m_statistics;
};

/// False when a value is not finite, or `tile` is flat although its `parent` is not: results that must not be shown.
bool isSound(const Image& tile, const Image& parent);

} // namespace casr
