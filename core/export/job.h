#pragma once

#include "core/export/tile_file.h"
#include "core/io/output_colours.h"
#include "core/zoom/step_controls.h"
#include "core/zoom/tile_backing.h"

#include <filesystem>
#include <optional>
#include <string>

namespace casr {

/// Everything that decides the bytes of an export, and where its files are.
struct JobDescription {
    std::string source;      ///< Path of the photo.
    std::string sourceHash;  ///< SHA-256 of the photo's file.
    std::string weightsHash; ///< SHA-256 of the weights.
    std::string profile;     ///< numericProfile of the tiles.
    double scale = 2;
    double stepLimit = 3;
    Rect region;           ///< Of the photo.
    std::string output;    ///< Path of the result.
    int bitsPerSample = 8; ///< 8 or 16.
    int quality = 92;
    bool lossless = false;
    bool pyramid = false;
    StepControls controls = {};
    bool keepPosition = true; ///< GPS goes into the result.
    int page = 0;             ///< Of the photo's file.
    bool clipsTones = false;  ///< The tone curve of linear light: clip instead of soft.
    bool keepMetadata = true; ///< The photo's metadata goes into the result.
    OutputColours colours = OutputColours::asPicture;
    std::string weights = {}; ///< Path of the weights' file, where a resume finds them; empty: those that ship.

    bool operator==(const JobDescription&) const = default;
};

std::string writeJob(const JobDescription& job);

/// Throws Error, naming `origin`, when `text` is no description of this version or a value is outside its range.
JobDescription parseJob(const std::string& text, const std::string& origin);

/// SHA-256 of a file's bytes; throws Error when it cannot be read.
std::string hashOfFile(const std::filesystem::path& path);

/// A folder that holds a job's description and its finished tiles, so that the work survives a kill and can be shared by several
/// processes, on one machine or on many: every file is written beside and renamed, and checked when it is read.
class JobFolder : public TileBacking {
public:
    /// Makes the folder, or opens one that holds the same job, wherever photo and weights lie now. Throws Error when it holds another one,
    /// saying in what it differs and what to do, or tiles without a job, or cannot be written.
    static std::shared_ptr<JobFolder> create(const std::filesystem::path& folder, const JobDescription& job);

    /// Opens an existing job. Throws Error.
    static std::shared_ptr<JobFolder> open(const std::filesystem::path& folder);

    const JobDescription& description() const { return m_job; }

    /// Tiles of the levels below `resultLevel`, in float32; those of the result are kept as its finished pixels.
    void setResultLevel(int level) { m_resultLevel = level; }
    std::optional<Image> load(const TileKey& key) override;
    void store(const TileKey& key, const Image& tile) override;

    /// Finished pixels of one tile of the result, in the result's own channels and bits.
    std::optional<Image> loadResult(const TileKey& key) const;
    void storeResult(const TileKey& key, const Image& pixels) const;

private:
    JobFolder(std::filesystem::path folder, JobDescription job);

    std::filesystem::path pathOf(const char* kind, const TileKey& key) const;
    std::optional<Image> read(const std::filesystem::path& path) const;
    void write(const std::filesystem::path& path, const Image& tile, SampleType type) const;

    std::filesystem::path m_folder;
    JobDescription m_job;
    int m_resultLevel = 0;
};

} // namespace casr
