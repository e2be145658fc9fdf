#include "core/zoom/staircase.h"

#include "core/base/error.h"
#include "core/image/back_projection.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

namespace casr {

namespace {

using Clock = std::chrono::steady_clock;

constexpr float texturedRange = 0.02f;
constexpr float flatRange = 1e-4f;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

float rangeOf(const Image& image) {
    const auto [low, high] = std::minmax_element(image.values().begin(), image.values().end());
    return *high - *low;
}

/// Copies what `tile` at `place` and `target` at `region` share.
void copyShared(const Image& tile, Rect place, Rect region, int channels, std::vector<float>& target) {
    const Rect shared = intersection(place, region);
    const std::size_t run = static_cast<std::size_t>(shared.width()) * channels * sizeof(float);
    for (int y = shared.top; y < shared.bottom; ++y) {
        const float* from = tile.row(y - place.top) + static_cast<std::size_t>(shared.left - place.left) * channels;
        const std::size_t to = static_cast<std::size_t>(y - region.top) * region.width() + (shared.left - region.left);
        std::memcpy(target.data() + to * channels, from, run);
    }
}

} // namespace

bool isSound(const Image& tile, const Image& cells) {
    for (const float value : tile.values()) {
        if (!std::isfinite(value)) {
            return false;
        }
    }
    return rangeOf(tile) > flatRange || rangeOf(cells) < texturedRange;
}

Staircase::Staircase(Image source, std::shared_ptr<const Network> network, Plan plan, Precision precision, std::size_t cacheBytes,
                     StepControls controls)
    : m_source(std::move(source)), m_network(std::move(network)), m_plan(std::move(plan)), m_precision(precision), m_cache(cacheBytes),
      m_controls(controls) {
    if (m_source.size() != m_plan.source || m_source.channels() != InputPlanes::picture) {
        throw std::invalid_argument("Staircase: the plan is for another picture");
    }
    m_statistics.levels.resize(m_plan.steps.size());
}

void Staircase::prepare(const StopCheck& stop) {
    const std::scoped_lock onlyOnce(m_preparing);
    if (isPrepared()) {
        return;
    }
    std::shared_ptr<const SourceMemory> memory =
        m_controls.parts.memory ? m_network->remember(m_source, m_precision, stop, inputsOf(1)) : nullptr;
    const std::scoped_lock lock(m_mutex);
    m_memory = std::move(memory);
    m_isPrepared = true;
}

bool Staircase::isPrepared() const {
    const std::scoped_lock lock(m_mutex);
    return m_isPrepared;
}

/// What a step to `level` knows beside its parent. Noise and JPEG are the photo's: later steps read a clean parent.
StepInputs Staircase::inputsOf(int level) const {
    StepInputs inputs;
    inputs.superpixels = m_controls.parts.superpixels;
    inputs.memory = m_memory;
    if (level == 1) {
        inputs.noise = m_controls.noise;
        inputs.jpeg = m_controls.jpeg;
    }
    return inputs;
}

LevelGrid Staircase::gridOf(int level) const {
    return LevelGrid(m_plan.sizeOf(level - 1), m_plan.sizeOf(level));
}

Image Staircase::tile(const TileKey& key, const StopCheck& stop) {
    if (key.level < 1 || key.level >= m_plan.levels() ||
        !contains(gridOf(key.level).tiles(), {key.column, key.row, key.column + 1, key.row + 1})) {
        throw std::invalid_argument("Staircase: no such tile");
    }
    if (std::optional<Image> known = m_cache.find(key)) {
        return *known;
    }
    const Image found = fetch(key, stop);
    m_cache.insert(key, found);
    return found;
}

Image Staircase::fetch(const TileKey& key, const StopCheck& stop) {
    if (!m_backing) {
        return compute(key, stop);
    }
    if (std::optional<Image> stored = m_backing->load(key)) {
        return *stored;
    }
    const Image computed = compute(key, stop);
    m_backing->store(key, computed);
    return computed;
}

/// What a rectangle of tiles reads of the level below; may reach past its border.
Rect Staircase::readFor(const LevelGrid& grid, Rect tiles) const {
    const Rect first = grid.cellsOf(tiles.left, tiles.top), last = grid.cellsOf(tiles.right - 1, tiles.bottom - 1);
    const int reach = std::max(Reach::ofStep(m_network->architecture()), bicubicReach) + Reach::backProjection;
    return expanded({first.left, first.top, last.right, last.bottom}, reach);
}

std::int64_t Staircase::tilesNeeded(int level, Rect region) const {
    std::int64_t count = 0;
    for (; level > 0; --level) {
        const LevelGrid grid = gridOf(level);
        const Rect tiles = grid.tilesMeeting(region);
        count += tiles.size().area();
        region = intersection(readFor(grid, tiles), rectOf(m_plan.sizeOf(level - 1)));
    }
    return count;
}

Image Staircase::compute(const TileKey& key, const StopCheck& stop) {
    prepare(stop);
    const LevelGrid grid = gridOf(key.level);
    const Rect read = readFor(grid, rectAt(key.column, key.row, {1, 1}));
    const Rect inside = intersection(read, rectOf(m_plan.sizeOf(key.level - 1)));
    const PlacedImage parent = coveringByBorder(region(key.level - 1, inside, stop), read);
    // A flat tile is right where texture lies in the halo alone: only the tile's own cells are compared.
    const Image cells = cropped(parent.image, translated(grid.cellsOf(key.column, key.row), -read.left, -read.top));
    Image result = computeIn(m_precision, grid, key, parent, stop);
    if (!isSound(result, cells)) {
        result = computeIn(Precision::float32, grid, key, parent, stop);
        if (!isSound(result, cells)) {
            throw Error(
                "A tile came out empty or without numbers even in float32. The weights do not fit this picture; use the shipped ones.");
        }
        const std::scoped_lock lock(m_mutex);
        ++m_statistics.tilesRepaired;
    }
    return result;
}

Image Staircase::computeIn(Precision precision, const LevelGrid& grid, const TileKey& key, const PlacedImage& parent,
                           const StopCheck& stop) {
    const Clock::time_point start = Clock::now();
    const Axis columns = grid.columnAxis(), rows = grid.rowAxis();
    const Rect out = grid.pixelsOf(key.column, key.row), cells = grid.cellsOf(key.column, key.row);
    // Without back-projection too: one tensor size, so that a part's worth is measured and not the backend's rounding.
    const FieldTile field = m_network->run(parent, expanded(cells, Reach::backProjection), precision, stop, inputsOf(key.level));
    const double networkSeconds = secondsSince(start);
    const Rect wide = m_controls.parts.backProjection ? readByBackProjection(columns, rows, out) : out;
    Image result = renderField(m_network->waves(), field, parent, columns, rows, wide);
    if (m_controls.parts.backProjection) {
        result = backProjected({result, wide.left, wide.top}, parent, columns, rows, out);
    }
    const std::scoped_lock lock(m_mutex);
    ++m_statistics.tilesComputed;
    m_statistics.networkSeconds += networkSeconds;
    m_statistics.fieldSeconds += secondsSince(start) - networkSeconds;
    LevelStatistics& level = m_statistics.levels[static_cast<std::size_t>(key.level) - 1];
    ++level.tiles;
    level.seconds += secondsSince(start);
    return result;
}

PlacedImage Staircase::region(int level, Rect region, const StopCheck& stop) {
    if (level < 0 || level >= m_plan.levels() || region.isEmpty() || !contains(rectOf(m_plan.sizeOf(level)), region)) {
        throw std::invalid_argument("Staircase: the region is outside the level");
    }
    if (level == 0) {
        return {cropped(m_source, region), region.left, region.top};
    }
    const LevelGrid grid = gridOf(level);
    const Rect tiles = grid.tilesMeeting(region);
    std::vector<float> values(static_cast<std::size_t>(region.size().area()) * InputPlanes::picture);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            copyShared(tile({level, column, row}, stop), grid.pixelsOf(column, row), region, InputPlanes::picture, values);
        }
    }
    return {Image(region.size(), InputPlanes::picture, std::move(values)), region.left, region.top};
}

StaircaseStatistics Staircase::statistics() const {
    const std::scoped_lock lock(m_mutex);
    return m_statistics;
}

} // namespace casr
