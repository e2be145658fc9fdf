#include "core/zoom/staircase.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/image/back_projection.h"
#include "core/image/detail_bands.h"
#include "core/image/detail_share.h"
#include "core/image/range.h"
#include "core/network/ensemble.h"
#include "core/zoom/memory_shortage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

namespace casr {

namespace {

using Clock = std::chrono::steady_clock;

constexpr float texturedRange = 0.02f;
constexpr float flatRange = 1e-4f;
constexpr int mostTries = 3;

/// Made at the start: there may be no memory for it later.
const OutOfMemory noMemory("There is not enough memory for a tile. Close other programs, then go on.");

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool isFinite(const Image& image) {
    return std::all_of(image.values().begin(), image.values().end(), [](float value) { return std::isfinite(value); });
}

float rangeOf(const Image& image) {
    const auto [low, high] = std::minmax_element(image.values().begin(), image.values().end());
    return *high - *low;
}

/// Copies what `tile` at `place` and `target` at `region` share.
void copyShared(const Image& tile, Rect place, Rect region, int channels, std::span<float> target) {
    const Rect shared = intersection(place, region);
    const std::size_t run = static_cast<std::size_t>(shared.width()) * channels * sizeof(float);
    for (int y = shared.top; y < shared.bottom; ++y) {
        const float* from = tile.row(y - place.top) + static_cast<std::size_t>(shared.left - place.left) * channels;
        const std::size_t to = static_cast<std::size_t>(y - region.top) * region.width() + (shared.left - region.left);
        std::memcpy(target.data() + to * channels, from, run);
    }
}

/// The part `out` of a picture made of `child` by `work` on the compute threads, which gets bands and where their pixels go.
PlacedImage inBands(const PlacedImage& child, Rect out, const std::function<void(Rect band, std::span<float> values)>& work) {
    const std::size_t run = static_cast<std::size_t>(out.width()) * child.image.channels();
    const auto write = [&](std::span<float> values) {
        inParallel(out.height(), [&](int first, int last) {
            work({out.left, out.top + first, out.right, out.top + last},
                 values.subspan(run * static_cast<std::size_t>(first), run * static_cast<std::size_t>(last - first)));
        });
    };
    return {Image::written(out.size(), child.image.channels(), write, child.image.encoding()), out.left, out.top};
}

} // namespace

bool isSound(const Image& tile, const Image& cells) {
    return isFinite(tile) && (rangeOf(tile) > flatRange || rangeOf(cells) < texturedRange);
}

Staircase::Staircase(Image source, std::shared_ptr<const Network> network, Plan plan, Precision precision, std::size_t cacheBytes,
                     StepControls controls, int tileCells, std::optional<int> resultLevel)
    : m_source(std::move(source)), m_network(std::move(network)), m_ensemble(ensembleOf(m_network, controls.ensemble)),
      m_plan(std::move(plan)), m_precision(precision), m_tileCells(tileCells), m_resultLevel(resultLevel.value_or(m_plan.levels() - 1)),
      m_cache(cacheBytes), m_controls(controls) {
    if (m_source.size() != m_plan.source || m_source.channels() != InputPlanes::picture) {
        throw std::invalid_argument("Staircase: the plan is for another picture");
    }
    if (m_resultLevel < 0 || m_resultLevel >= m_plan.levels()) {
        throw std::invalid_argument("Staircase: the result is no level of the plan");
    }
    requireDetail(controls.detail);
    requireDetail(controls.lastDetail);
    m_statistics.levels.resize(m_plan.steps.size());
}

void Staircase::requireDetail(float share) const {
    if (share != 0.0f && m_network->architecture().detail == 0) {
        throw Error("These weights have no detail to add. Set the detail to 0, or give weights that casr-train detail made.");
    }
}

std::shared_ptr<Staircase> Staircase::withDetail(float detail, float lastDetail) const {
    StepControls controls = m_controls;
    controls.detail = detail;
    controls.lastDetail = lastDetail;
    const auto other =
        std::make_shared<Staircase>(m_source, m_network, m_plan, m_precision, m_cache.budget(), controls, m_tileCells, m_resultLevel);
    other->m_keepsFields = m_keepsFields;
    const int firstOther = detail == m_controls.detail ? std::max(m_resultLevel, 1) : 1;
    {
        const std::scoped_lock lock(m_mutex);
        other->m_memory = m_memory;
        other->m_isPrepared = m_isPrepared;
        other->m_faithfulView = firstOther == m_resultLevel ? m_faithfulView : nullptr;
    }
    m_cache.share(other->m_cache, [=](int level, bool isField) { return level < firstOther || (isField && level == firstOther); });
    return other;
}

float Staircase::detailOf(int level) const {
    if (level == m_resultLevel) {
        return m_controls.lastDetail;
    }
    return earlierDetail(level) * (level < m_resultLevel ? m_controls.detail : m_controls.lastDetail);
}

Staircase::DetailUse Staircase::detailUse(int level) const {
    const float share = detailOf(level);
    return {share, m_network->architecture().detail > 0 && (m_keepsFields || share != 0.0f)};
}

void Staircase::prepare(const StopCheck& stop) {
    const std::scoped_lock onlyOnce(m_preparing);
    if (isPrepared()) {
        return;
    }
    std::shared_ptr<const SourceMemory> memory =
        m_controls.parts.memory ? m_ensemble->remember(m_source, m_precision, stop, inputsOf(1)) : nullptr;
    const std::scoped_lock lock(m_mutex);
    m_memory = std::move(memory);
    m_isPrepared = true;
}

bool Staircase::isPrepared() const {
    const std::scoped_lock lock(m_mutex);
    return m_isPrepared;
}

/// What a step to `level` knows beside its parent. Noise, JPEG and blur are the photo's: later steps read a clean parent.
StepInputs Staircase::inputsOf(int level) const {
    StepInputs inputs;
    inputs.superpixels = m_controls.parts.superpixels;
    inputs.memory = m_memory;
    inputs.picture = m_plan.sizeOf(level - 1);
    inputs.enlarged = enlargementOf(m_plan.cumulativeOf(level - 1));
    if (level == 1) {
        inputs.noise = m_controls.noise;
        inputs.jpeg = m_controls.jpeg;
        inputs.blur = m_controls.blur;
    }
    return inputs;
}

LevelGrid Staircase::gridOf(int level) const {
    return LevelGrid(m_plan.sizeOf(level - 1), m_plan.sizeOf(level), m_tileCells);
}

void Staircase::requireTile(const TileKey& key) const {
    if (key.level < 1 || key.level >= m_plan.levels() ||
        !contains(gridOf(key.level).tiles(), {key.column, key.row, key.column + 1, key.row + 1})) {
        throw std::invalid_argument("Staircase: no such tile");
    }
}

Image Staircase::tile(const TileKey& key, const StopCheck& stop) {
    requireTile(key);
    if (std::optional<Image> known = m_cache.find(key)) {
        return *known;
    }
    return fetch(key, stop);
}

/// A backing's files can be anyone's: what is not of the tile's size would be read outside of itself.
bool Staircase::isTile(const TileKey& key, const Image& stored) const {
    return stored.size() == gridOf(key.level).pixelsOf(key.column, key.row).size() && stored.channels() == InputPlanes::picture &&
           isFinite(stored);
}

std::optional<Image> Staircase::stored(const TileKey& key) {
    for (std::size_t i = 0; i < m_backings.size(); ++i) {
        const std::optional<Image> found = m_backings[i]->load(key);
        if (found && isTile(key, *found)) {
            for (std::size_t earlier = 0; earlier < i; ++earlier) {
                m_backings[earlier]->store(key, *found);
            }
            return found;
        }
    }
    return std::nullopt;
}

Image Staircase::fetch(const TileKey& key, const StopCheck& stop) {
    if (std::optional<Image> found = stored(key)) {
        m_cache.insert(key, *found);
        const std::scoped_lock lock(m_mutex);
        ++m_statistics.tilesLoaded;
        return *found;
    }
    return computeAndKeep(key, stop).pixels;
}

Staircase::Computed Staircase::computeAndKeep(const TileKey& key, const StopCheck& stop) {
    Computed computed = computeInMemory(key, detailUse(key.level), stop);
    for (const std::shared_ptr<TileBacking>& backing : m_backings) {
        backing->store(key, computed.pixels);
    }
    m_cache.insert(key, computed.pixels);
    if (m_keepsFields) {
        m_cache.insertField(key, computed.field);
    }
    return computed;
}

/// What cannot be allocated is tried again while there is something to give up; the tile stays the same.
Staircase::Computed Staircase::computeInMemory(const TileKey& key, DetailUse detail, const StopCheck& stop) {
    Hold hold(m_cache);
    for (int attempt = 1;; ++attempt) {
        try {
            if (attempt > 1) {
                makeRoom(hold.less());
            }
            return compute(key, detail, stop);
        } catch (const GivenUp&) {
            throw;
        } catch (const OutOfMemory& failure) {
            if (attempt == mostTries) {
                throw GivenUp(failure);
            }
        } catch (const std::bad_alloc&) {
            if (attempt == mostTries) {
                throw GivenUp(noMemory);
            }
        }
    }
}

void Staircase::makeRoom(std::size_t held) {
    giveBackBuffers();
    {
        const std::scoped_lock lock(m_mutex);
        m_faithfulView.reset();
        ++m_statistics.memoryRetries;
    }
    if (m_notice) {
        m_notice("Memory is short: the cache of tiles is held to " + std::to_string(held >> 20) + " MB for a tile.");
    }
}

/// The cached field of a tile when it can show `share` of the detail.
std::shared_ptr<const NarrowField> Staircase::knownField(const TileKey& key, float share) {
    std::shared_ptr<const NarrowField> known = m_cache.findField(key);
    return known && (share == 0.0f || known->hasDetail()) ? known : nullptr;
}

std::shared_ptr<const NarrowField> Staircase::field(const TileKey& key, const StopCheck& stop) {
    if (std::shared_ptr<const NarrowField> known = knownField(key, detailOf(key.level))) {
        return known;
    }
    std::shared_ptr<const NarrowField> computed = computeAndKeep(key, stop).field;
    m_cache.insertField(key, computed);
    return computed;
}

/// What a rectangle of tiles reads of the level below; may reach past its border.
Rect Staircase::readFor(int level, Rect tiles, bool withDetail) const {
    const LevelGrid grid = gridOf(level);
    const Rect first = grid.cellsOf(tiles.left, tiles.top), last = grid.cellsOf(tiles.right - 1, tiles.bottom - 1);
    const Architecture& architecture = m_network->architecture();
    const int step = Reach::ofStep(architecture) + (withDetail ? Reach::ofDetail(architecture) : 0);
    return expanded({first.left, first.top, last.right, last.bottom}, std::max(step, bicubicReach) + Reach::ofField(withDetail));
}

std::int64_t Staircase::tilesNeeded(int level, Rect region) const {
    std::int64_t count = 0;
    for (; level > 0; --level) {
        const LevelGrid grid = gridOf(level);
        const Rect tiles = grid.tilesMeeting(region);
        count += tiles.size().area();
        region = intersection(readFor(level, tiles, detailUse(level).inField), rectOf(m_plan.sizeOf(level - 1)));
    }
    return count;
}

Staircase::Computed Staircase::compute(const TileKey& key, DetailUse detail, const StopCheck& stop) {
    prepare(stop);
    const Rect read = readFor(key.level, rectAt(key.column, key.row, {1, 1}), detail.inField);
    const Rect inside = intersection(read, rectOf(m_plan.sizeOf(key.level - 1)));
    const PlacedImage parent = coveringByBorder(region(key.level - 1, inside, stop), read);
    if (std::shared_ptr<const NarrowField> known = knownField(key, detail.inField ? 1.0f : 0.0f)) {
        const std::scoped_lock lock(m_mutex);
        ++m_statistics.tilesLoaded;
        return {tileOf(key, *known, detail.share, parent), known};
    }
    // A flat tile is right where texture lies in the halo alone: only the tile's own cells are compared.
    const Image cells = cropped(parent.image, translated(gridOf(key.level).cellsOf(key.column, key.row), -read.left, -read.top));
    Computed result = computeIn(m_precision, key, parent, detail, stop);
    if (!isSound(result.pixels, cells)) {
        result = computeIn(Precision::float32, key, parent, detail, stop);
        if (!isSound(result.pixels, cells)) {
            throw Error(
                "A tile came out empty or without numbers even in float32. The weights do not fit this picture; use the shipped ones.");
        }
        const std::scoped_lock lock(m_mutex);
        ++m_statistics.tilesRepaired;
    }
    return result;
}

Staircase::Computed Staircase::computeIn(Precision precision, const TileKey& key, const PlacedImage& parent, DetailUse detail,
                                         const StopCheck& stop) {
    const Clock::time_point start = Clock::now();
    const Rect cells = gridOf(key.level).cellsOf(key.column, key.row);
    StepInputs inputs = inputsOf(key.level);
    inputs.detail = detail.inField;
    // Without back-projection too: one tensor size, so that a part's worth is measured and not the backend's rounding.
    NarrowField field = narrowed(m_ensemble->run(parent, expanded(cells, Reach::ofField(detail.inField)), precision, stop, inputs));
    const double networkSeconds = secondsSince(start);
    Image result = tileOf(key, field, detail.share, parent);
    const std::scoped_lock lock(m_mutex);
    ++m_statistics.tilesComputed;
    m_statistics.networkSeconds += networkSeconds;
    m_statistics.fieldSeconds += secondsSince(start) - networkSeconds;
    LevelStatistics& level = m_statistics.levels[static_cast<std::size_t>(key.level) - 1];
    ++level.tiles;
    level.seconds += secondsSince(start);
    return {std::move(result), std::make_shared<const NarrowField>(std::move(field))};
}

Image Staircase::tileOf(const TileKey& key, const NarrowField& field, float share, const PlacedImage& parent) const {
    const LevelGrid grid = gridOf(key.level);
    const Drawing drawing{key.level, {&field}, share, parent, grid.columnAxis(), grid.rowAxis()};
    return rendered(drawing, grid.pixelsOf(key.column, key.row), [this](const Drawing& of, Rect read) { return fieldOf(of, read); });
}

/// A photo that is cleaned is not what its first step is to shrink back to: that would bring back what was removed.
bool Staircase::isProjectedBack(int level) const {
    const bool isCleaned = m_controls.noise > 0.0f || m_controls.jpeg > 0.0f || m_controls.blur > 0.0f;
    return m_controls.parts.backProjection && !(level == 1 && isCleaned);
}

/// The fields alone.
PlacedImage Staircase::fieldOf(const Drawing& drawing, Rect read) const {
    return {renderField(m_ensemble->waves(), drawing.fields, drawing.parent, drawing.columns, drawing.rows, read), read.left, read.top};
}

/// The pixels `out`: the fields with a share of their detail, then back-projection. A level is a picture and ends at black and white, lest
/// a later step take an overshoot for a line.
Image Staircase::rendered(const Drawing& drawing, Rect out, const Faithful& faithful) const {
    if (!isProjectedBack(drawing.level)) {
        return inRange(beforeProjection(drawing, out, faithful).image);
    }
    const PlacedImage child = beforeProjection(drawing, readByBackProjection(drawing.columns, drawing.rows, out), faithful);
    const float share = projectionOnto(drawing.level == 1);
    return inBands(child, out,
                   [&](Rect band, std::span<float> values) {
                       backProjectInto(child, drawing.parent, drawing.columns, drawing.rows, band, values, share);
                       keepInRange(values);
                   })
        .image;
}

PlacedImage Staircase::beforeProjection(const Drawing& drawing, Rect out, const Faithful& faithful) const {
    if (drawing.share == 0.0f) {
        return faithful(drawing, out);
    }
    const Axis columns = drawing.columns, rows = drawing.rows;
    const PlacedImage child = faithful(drawing, readByDetail(columns, rows, out));
    const DetailMap map = detailMapOf(drawing.fields, mapReadByDetail(columns, rows, out));
    return inBands(child, out,
                   [&](Rect band, std::span<float> values) { addDetailInto(child, map, drawing.share, columns, rows, band, values); });
}

/// The fields alone; those of the result that get detail are kept, as the next view often differs in its share only.
PlacedImage Staircase::faithfulView(const Drawing& drawing, Rect read) {
    const Size whole{drawing.columns.to, drawing.rows.to};
    const bool isKept = drawing.level == m_resultLevel && drawing.share != 0.0f;
    {
        const std::scoped_lock lock(m_mutex);
        if (isKept && m_faithfulView && m_faithfulView->whole == whole && contains(m_faithfulView->picture.rect(), read)) {
            return m_faithfulView->picture;
        }
    }
    const PlacedImage made = fieldOf(drawing, read);
    if (isKept) {
        const std::scoped_lock lock(m_mutex);
        m_faithfulView = std::make_shared<const FaithfulView>(FaithfulView{whole, made});
    }
    return made;
}

Rect Staircase::cellsOfView(int level, Size whole, Rect out) const {
    const bool isLevel = level >= 1 && level < m_plan.levels();
    const Size least = isLevel ? m_plan.sizeOf(level - 1) : Size{}, most = isLevel ? m_plan.sizeOf(level) : Size{};
    const bool fits =
        whole.width >= least.width && whole.height >= least.height && whole.width <= most.width && whole.height <= most.height;
    if (!isLevel || !fits || out.isEmpty() || !contains(rectOf(whole), out)) {
        throw std::invalid_argument("Staircase: no such view");
    }
    return cellsOf({least.width, whole.width}, {least.height, whole.height}, out);
}

PlacedImage Staircase::view(int level, Size whole, Rect out, const StopCheck& stop) {
    const Rect cells = cellsOfView(level, whole, out);
    const Size size = m_plan.sizeOf(level - 1);
    const Rect tiles = gridOf(level).tilesOfCells(cells);
    std::vector<std::shared_ptr<const NarrowField>> fields;
    std::vector<const NarrowField*> parts;
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            fields.push_back(field({level, column, row}, stop));
            parts.push_back(fields.back().get());
        }
    }
    const Rect read = expanded(cells, bicubicReach + Reach::ofField(detailOf(level) != 0.0f));
    const PlacedImage parent = coveringByBorder(region(level - 1, intersection(read, rectOf(size)), stop), read);
    const Drawing drawing{level, parts, detailOf(level), parent, {size.width, whole.width}, {size.height, whole.height}};
    const Faithful faithful = [this](const Drawing& of, Rect part) { return faithfulView(of, part); };
    return {rendered(drawing, out, faithful), out.left, out.top};
}

bool Staircase::isReady(int level, Size whole, Rect out) {
    const Rect tiles = gridOf(level).tilesOfCells(cellsOfView(level, whole, out));
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            if (!knownField({level, column, row}, detailOf(level))) {
                return false;
            }
        }
    }
    return true;
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
    const auto copyTiles = [&](std::span<float> values) {
        for (int row = tiles.top; row < tiles.bottom; ++row) {
            for (int column = tiles.left; column < tiles.right; ++column) {
                copyShared(tile({level, column, row}, stop), grid.pixelsOf(column, row), region, InputPlanes::picture, values);
            }
        }
    };
    return {Image::written(region.size(), InputPlanes::picture, copyTiles), region.left, region.top};
}

/// `cells` of the level below `level` and `reach` pixels around, its border repeated outside.
PlacedImage Staircase::parentAround(int level, Rect cells, int reach, const StopCheck& stop) {
    const Rect read = expanded(cells, reach);
    return coveringByBorder(region(level - 1, intersection(read, rectOf(m_plan.sizeOf(level - 1))), stop), read);
}

SuperpixelTile Staircase::superpixels(int level, Rect cells, const StopCheck& stop, int cell) {
    return m_ensemble->superpixelsOf(parentAround(level, cells, Reach::ofSuperpixels(cell), stop), cells, cell);
}

Borrowing Staircase::borrowing(int level, Rect cells, const StopCheck& stop) {
    prepare(stop);
    if (!m_memory) {
        return {};
    }
    const PlacedImage parent = parentAround(level, cells, Reach::ofStep(m_network->architecture()) + memoryCell, stop);
    return m_ensemble->borrowedBy(parent, cells, m_precision, stop, inputsOf(level));
}

std::vector<Rect> Staircase::placesRemembered(const StopCheck& stop) {
    prepare(stop);
    return m_memory ? m_memory->places() : std::vector<Rect>();
}

StaircaseStatistics Staircase::statistics() const {
    const std::scoped_lock lock(m_mutex);
    return m_statistics;
}

} // namespace casr
