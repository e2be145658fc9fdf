#include "core/export/disk_cache.h"

#include "core/base/bounded_file.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/base/sha256.h"
#include "core/export/tile_file.h"

#include <algorithm>
#include <chrono>
#include <regex>
#include <tuple>
#include <vector>

namespace casr {

namespace {

namespace fs = std::filesystem;

/// So much of the budget stays after making room, so that not every store has to.
constexpr double keptShare = 0.9;

struct Kept {
    fs::file_time_type used;
    fs::path path;
    std::int64_t bytes = 0;
};

/// A time far ahead is from before the clock was set back. Such a tile counts as the oldest: else it would outlive all others. Clocks of
/// machines that share a folder differ by less.
fs::file_time_type believable(fs::file_time_type used, fs::file_time_type now) {
    return used > now + std::chrono::hours(1) ? fs::file_time_type::min() : used;
}

/// The folder of a source, as nameOf names it.
bool isSourceFolder(const fs::directory_entry& entry) {
    static const std::regex name("[0-9a-f]{32}");
    std::error_code gone;
    return std::regex_match(entry.path().filename().string(), name) && entry.symlink_status(gone).type() == fs::file_type::directory;
}

/// A tile, or what is left of one that was never finished: one that somebody may be writing yet is younger than a day.
bool isOwnTile(const fs::path& file, fs::file_time_type used, fs::file_time_type now) {
    static const std::regex name(R"([0-9]+-[0-9]+-[0-9]+(\.part-.*)?\.tile)");
    std::smatch match;
    const std::string text = file.filename().string();
    return std::regex_match(text, match, name) && (!match[1].matched || used < now - std::chrono::hours(24));
}

void addTilesOf(const fs::path& source, fs::file_time_type now, std::vector<Kept>& tiles) {
    std::error_code failure;
    for (fs::directory_iterator file(source, failure), end; !failure && file != end; file.increment(failure)) {
        std::error_code gone;
        const bool isFile = file->symlink_status(gone).type() == fs::file_type::regular;
        const auto size = isFile ? file->file_size(gone) : 0;
        const fs::file_time_type used = isFile && !gone ? file->last_write_time(gone) : fs::file_time_type();
        if (isFile && !gone && isOwnTile(file->path(), used, now)) {
            tiles.push_back({believable(used, now), file->path(), static_cast<std::int64_t>(size)});
        }
    }
}

/// The tiles of all sources, by the names that the cache gives: whatever else lies there is somebody's. Files come and go while this
/// looks: what has gone is left out.
std::vector<Kept> tilesIn(const fs::path& folder) {
    std::vector<Kept> tiles;
    const fs::file_time_type now = fs::file_time_type::clock::now();
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
        if (isSourceFolder(*entry)) {
            addTilesOf(entry->path(), now, tiles);
        }
    }
    return tiles;
}

std::int64_t sumOf(const std::vector<Kept>& tiles) {
    std::int64_t sum = 0;
    for (const Kept& tile : tiles) {
        sum += tile.bytes;
    }
    return sum;
}

std::string nameOf(const TileSource& source) {
    const std::string text = source.photo + "\n" + source.weights + "\n" + source.plan + "\n" + source.profile + "\n" + source.controls;
    return sha256(std::as_bytes(std::span(text))).substr(0, 32);
}

} // namespace

DiskCache::DiskCache(const fs::path& folder, const TileSource& source, std::int64_t budgetBytes)
    : m_folder(folder), m_own(folder / nameOf(source)), m_budget(budgetBytes) {
    std::error_code failure;
    fs::create_directories(m_own, failure);
    if (failure) {
        throw Error("The cache folder '" + folder.string() + "' cannot be made (" + failure.message() + "). Choose another place.");
    }
    m_bytes = bytes();
}

fs::path DiskCache::pathOf(const TileKey& key) const {
    return m_own / (std::to_string(key.level) + "-" + std::to_string(key.row) + "-" + std::to_string(key.column) + ".tile");
}

std::optional<Image> DiskCache::load(const TileKey& key) {
    const fs::path path = pathOf(key);
    const std::optional<std::string> bytes = bytesOfFile(path, mostBytesOfTile);
    if (!bytes) {
        return std::nullopt;
    }
    std::error_code ignored;
    try {
        Image tile = decodeTile(std::as_bytes(std::span(*bytes)), path.string());
        fs::last_write_time(path, fs::file_time_type::clock::now(), ignored); // the time of use
        return tile;
    } catch (const Error&) {
        fs::remove(path, ignored);
        return std::nullopt;
    }
}

void DiskCache::store(const TileKey& key, const Image& tile) {
    const std::string bytes = encodeTile(tile, SampleType::float32);
    try {
        writeBesideAndRename(pathOf(key), [&](std::ostream& out) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
    } catch (const Error&) {
        return;
    }
    const std::scoped_lock lock(m_mutex);
    m_bytes += static_cast<std::int64_t>(bytes.size());
    if (m_bytes > m_budget) {
        evict();
    }
}

void DiskCache::evict() {
    std::vector<Kept> tiles = tilesIn(m_folder);
    std::sort(tiles.begin(), tiles.end(), [](const Kept& a, const Kept& b) { return std::tie(a.used, a.path) < std::tie(b.used, b.path); });
    m_bytes = sumOf(tiles);
    for (const Kept& tile : tiles) {
        if (static_cast<double>(m_bytes) <= keptShare * static_cast<double>(m_budget)) {
            return;
        }
        std::error_code ignored;
        fs::remove(tile.path, ignored);
        m_bytes -= tile.bytes;
    }
}

std::int64_t DiskCache::bytes() const {
    return sumOf(tilesIn(m_folder));
}

} // namespace casr
