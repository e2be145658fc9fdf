#pragma once

#include "core/network/field.h"
#include "core/network/network.h"
#include "core/schedule/plan.h"
#include "core/zoom/step_controls.h"
#include "core/zoom/tile_backing.h"
#include "core/zoom/tile_cache.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace casr {

/// What was computed of one level so far.
struct LevelStatistics {
    std::int64_t tiles = 0;
    double seconds = 0;
};

/// What was computed so far; times in seconds of the computing threads.
struct StaircaseStatistics {
    std::vector<LevelStatistics> levels; ///< Level 1 first.
    std::int64_t tilesComputed = 0;
    std::int64_t tilesRepaired = 0; ///< Computed again in float32 because the first result was unsound.
    std::int64_t memoryRetries = 0; ///< Tiles tried again with less in the cache because memory ran out.
    std::int64_t tilesLoaded = 0;   ///< Found in a backing, or rendered from a cached field, instead of computed.
    double networkSeconds = 0;
    double fieldSeconds = 0;
};

/// The levels of one photo under one plan, computed by tiles on demand down to the photo. A tile is a pure function of its parent's
/// pixels: order, threads, cache and region never change a bit. Any thread may call anything; inferences wait for each other.
class Staircase {
public:
    /// `source`: RGB, 0 .. 1. `precision` is resolved.
    /// `tileCells`: largest side of a tile in cells of its parent; in float32 no pixel depends on it. `resultLevel`: the level that is
    /// asked for, which gets the last detail, where the plan goes on beyond it; the plan's last when none is given. Throws Error when
    /// `controls` ask for detail that the network does not have, std::invalid_argument for another picture's plan, no such level or no
    /// such ensemble.
    Staircase(Image source, std::shared_ptr<const Network> network, Plan plan, Precision precision, std::size_t cacheBytes,
              StepControls controls = {}, int tileCells = LevelGrid::defaultTileCells, std::optional<int> resultLevel = {});

    /// Makes what all tiles need of the whole photo (its memory); the first tile does so when nobody did before. Throws Cancelled, Error.
    void prepare(const StopCheck& stop = {});
    bool isPrepared() const;

    const Plan& plan() const { return m_plan; }
    const Network& network() const { return *m_network; }
    Precision precision() const { return m_precision; }
    const StepControls& controls() const { return m_controls; }
    /// Up to this level every bit is that of a plan that ends here. Levels beyond read it with all of its detail and add earlierDetail of
    /// its share: it has the lines already that more would make stronger.
    int resultLevel() const { return m_resultLevel; }

    /// A staircase of the same photo, plan, result level and network with other shares of the detail and a cache of its own, which shares
    /// what does not depend on them: the photo's memory, the cached fields up to the first level whose parent differs, the tiles below it,
    /// and what the last view was before its detail. Backings and the notice are not taken over. Throws Error as the constructor does.
    std::shared_ptr<Staircase> withDetail(float detail, float lastDetail) const;

    std::string profile() const { return numericProfile(m_precision); }
    TileCache& cache() { return m_cache; }

    /// From now on tiles that the cache misses are looked for in `backing`, after those added before it, and computed ones are kept in all
    /// of them. What is no picture of the tile's size, or holds values that are not finite, counts as missing. Call before the first tile.
    void addBacking(std::shared_ptr<TileBacking> backing) { m_backings.push_back(std::move(backing)); }

    /// From now on the fields of computed tiles are cached beside their pixels, with their detail where the network has it, so that view()
    /// needs no network. Call before the first tile.
    void keepFields() { m_keepsFields = true; }

    /// Called on the computing thread, with one sentence, when memory ran out and the cache makes room for a tile; may be empty, must not
    /// throw. Call before the first tile.
    void setNotice(std::function<void(const std::string&)> notice) { m_notice = std::move(notice); }

    /// The tiles of `level` (1 or above).
    LevelGrid gridOf(int level) const;

    /// One tile, from the cache or computed. Throws Cancelled when `stop` says so, Error, or std::invalid_argument when there is no such
    /// tile.
    Image tile(const TileKey& key, const StopCheck& stop = {});

    /// The tile when it is in the cache.
    std::optional<Image> cachedTile(const TileKey& key) { return m_cache.find(key); }

    /// The pixels of `region` of any level, computed as far as needed. Throws as tile(); the region must lie inside the level.
    PlacedImage region(int level, Rect region, const StopCheck& stop = {});

    /// The part `out` of the photo at `whole` pixels, any size from that of `level` - 1 to that of `level` (1 or above): the field of the
    /// step at another scale, from cached fields where they are, else computed and cached. At the level's own size exactly its pixels; any
    /// split gives the same bits. Throws as tile(), and std::invalid_argument for another size or a part outside.
    PlacedImage view(int level, Size whole, Rect out, const StopCheck& stop = {});

    /// True when view() of the same would need no network.
    bool isReady(int level, Size whole, Rect out);

    /// The superpixels of `cells` (pixels of the level below), as the step to `level` reads them, or larger ones that began in cells of
    /// `cell` pixels (Network::superpixelsOf). Throws as region(), and std::invalid_argument when the network has none.
    SuperpixelTile superpixels(int level, Rect cells, const StopCheck& stop = {}, int cell = superpixelCell);

    /// Where in the photo the step to `level` takes the texture of `cells` (pixels of the level below) from: none when the network has no
    /// memory. Throws as region().
    Borrowing borrowing(int level, Rect cells, const StopCheck& stop = {});

    /// The photo's pixels behind each token of a Borrowing; empty without a memory. Throws as prepare().
    std::vector<Rect> placesRemembered(const StopCheck& stop = {});

    StaircaseStatistics statistics() const;

    /// How many tiles of all levels the pixels of `region` of `level` need when none is known yet.
    std::int64_t tilesNeeded(int level, Rect region) const;

private:
    /// A tile and the field that it was rendered from.
    struct Computed {
        Image pixels;
        std::shared_ptr<const NarrowField> field;
    };

    /// What a tile is computed with: its share of the detail, and whether its field holds the detail at all.
    struct DetailUse {
        float share;
        bool inField;
    };

    /// What pixels of a level, or of its field at another scale, are made of.
    struct Drawing {
        int level;
        std::vector<const NarrowField*> fields;
        float share; ///< Of the detail.
        const PlacedImage& parent;
        Axis columns, rows;
    };

    /// A part of the result level's field at one size before any detail: what another share of the detail begins from.
    struct FaithfulView {
        Size whole;
        PlacedImage picture;
    };

    using Faithful = std::function<PlacedImage(const Drawing& drawing, Rect read)>;

    float detailOf(int level) const;
    void requireDetail(float share) const;
    DetailUse detailUse(int level) const;
    Rect readFor(int level, Rect tiles, bool withDetail) const;
    PlacedImage parentAround(int level, Rect cells, int reach, const StopCheck& stop);
    void requireTile(const TileKey& key) const;
    Image fetch(const TileKey& key, const StopCheck& stop);
    bool isTile(const TileKey& key, const Image& stored) const;
    std::optional<Image> stored(const TileKey& key);
    std::shared_ptr<const NarrowField> knownField(const TileKey& key, float share);
    std::shared_ptr<const NarrowField> field(const TileKey& key, const StopCheck& stop);
    Computed computeAndKeep(const TileKey& key, const StopCheck& stop);
    Computed computeInMemory(const TileKey& key, DetailUse detail, const StopCheck& stop);
    void makeRoom(std::size_t held);
    Computed compute(const TileKey& key, DetailUse detail, const StopCheck& stop);
    Computed computeIn(Precision precision, const TileKey& key, const PlacedImage& parent, DetailUse detail, const StopCheck& stop);
    Image tileOf(const TileKey& key, const NarrowField& field, float share, const PlacedImage& parent) const;
    bool isProjectedBack(int level) const;
    PlacedImage fieldOf(const Drawing& drawing, Rect read) const;
    Image rendered(const Drawing& drawing, Rect out, const Faithful& faithful) const;
    /// The fields with a share of their detail.
    PlacedImage beforeProjection(const Drawing& drawing, Rect out, const Faithful& faithful) const;
    PlacedImage faithfulView(const Drawing& drawing, Rect read);
    Rect cellsOfView(int level, Size whole, Rect out) const;
    StepInputs inputsOf(int level) const;

    Image m_source;
    std::shared_ptr<const Network> m_network;
    std::shared_ptr<const Network> m_ensemble; ///< What steps run: the network in as many passes as the controls say.
    Plan m_plan;
    Precision m_precision;
    int m_tileCells;
    int m_resultLevel;
    TileCache m_cache;
    StepControls m_controls;
    std::mutex m_preparing;
    std::shared_ptr<const SourceMemory> m_memory;
    bool m_isPrepared = false;
    std::vector<std::shared_ptr<TileBacking>> m_backings;
    std::function<void(const std::string&)> m_notice;
    bool m_keepsFields = false;
    mutable std::mutex m_mutex;
    StaircaseStatistics m_statistics;
    std::shared_ptr<const FaithfulView> m_faithfulView; ///< The last that was shown with detail.
};

/// False when a value is not finite, or `tile` is flat although its cells of the parent are not: results that must not be shown.
bool isSound(const Image& tile, const Image& cells);

} // namespace casr
