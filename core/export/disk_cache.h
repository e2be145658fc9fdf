#pragma once

#include "core/zoom/tile_backing.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace casr {

/// Everything that a computed tile depends on besides its place.
struct TileSource {
    std::string photo;    ///< SHA-256 of the photo's file, and the page and tones that were chosen.
    std::string weights;  ///< SHA-256 of the weights.
    std::string plan;     ///< describe() of the plan, which ends at the result.
    std::string profile;  ///< numericProfile.
    std::string controls; ///< describe() of the controls.
};

/// A folder of computed tiles of many photos that outlives the program: bounded in bytes, the least recently used out first, every
/// tile checked when it is read. It only saves work: what is missing or damaged is computed again, and what cannot be written is
/// not kept. Other files in the folder are left alone. Any thread and several programs may use one folder.
class DiskCache : public TileBacking {
public:
    /// The tiles of `source` in `folder`, which is made when missing and holds at most `budgetBytes` after every store(). Throws Error when
    /// it cannot be made.
    DiskCache(const std::filesystem::path& folder, const TileSource& source, std::int64_t budgetBytes);

    std::optional<Image> load(const TileKey& key) override;
    /// Never throws for the disk.
    void store(const TileKey& key, const Image& tile) override;

    /// Bytes of all photos' tiles in the folder now.
    std::int64_t bytes() const;

private:
    std::filesystem::path pathOf(const TileKey& key) const;
    void evict();

    std::filesystem::path m_folder;
    std::filesystem::path m_own; ///< The folder of this source.
    std::int64_t m_budget;
    std::int64_t m_bytes = 0; ///< About what is there: other programs write too.
    std::mutex m_mutex;
};

} // namespace casr
