#pragma once

#include "core/export/job.h"
#include "core/io/output_colours.h"
#include "core/io/picture_stream.h"
#include "core/zoom/photo.h"
#include "core/zoom/staircase.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace casr {

/// What is written where.
struct ExportRequest {
    std::filesystem::path output;
    int level = 1;
    Rect region; ///< Of the level.
    StreamOptions stream;
    int bitsPerSample = 0; ///< 0: as the photo where the format can.
    Metadata metadata;     ///< Of the photo.
    int photoBits = 8;
    OutputColours colours = OutputColours::asPicture;
};

/// What an export will need, before anything runs.
struct Preflight {
    PictureLayout layout;
    std::int64_t bytes = 0;    ///< Uncompressed.
    std::int64_t tiles = 0;    ///< To compute, all levels, when none is known yet.
    std::int64_t freeDisk = 0; ///< Bytes free where the result goes; below 0 where the system does not say.
    std::int64_t memory = 0;   ///< Bytes that the program will occupy at most, about.
    std::vector<std::string> warnings;
    std::vector<std::string> problems; ///< What stands in the way, with what would work instead.
};

/// How far an export has come: share 0 .. 1.
using ExportProgress = std::function<void(double share, const std::string& text)>;

/// Writes parts of levels to files, pulling tiles from a staircase as the file needs them, so that memory does not grow with the result.
class Exporter {
public:
    /// The references must outlive the exporter.
    Exporter(Staircase& staircase, const Photo& photo) : m_staircase(staircase), m_photo(photo) {}

    /// What the export needs, with every limit of format, folder, disk and memory that it would break. Throws Error for an unknown format.
    Preflight examine(const ExportRequest& request) const;

    /// The same; throws Error with the first problem when there is one.
    Preflight preflight(const ExportRequest& request) const;

    /// Seconds that one tile takes on this machine now, measured on the first step where the region lies; 0 without steps. The tile
    /// stays in the cache. Tiles of all levels have about the same cost. Throws Cancelled or Error.
    double measureTile(const ExportRequest& request, const StopCheck& stop);

    /// Preflight, then the file. Returns what of the metadata could not be kept. Throws Error or Cancelled; then nothing is left of it, and
    /// computed tiles stay in the cache.
    std::vector<std::string> write(const ExportRequest& request, const ExportProgress& progress, const StopCheck& stop);

    /// Computes the tiles of the result that are missing in `job`, or are not of its size and channels there, and whose running number is
    /// `shard` modulo `shards`.
    void compute(const ExportRequest& request, JobFolder& job, int shard, int shards, const ExportProgress& progress,
                 const StopCheck& stop);

    /// Writes the file from the tiles in `job`; missing ones are computed. Returns as write().
    std::vector<std::string> assemble(const ExportRequest& request, JobFolder& job, const ExportProgress& progress, const StopCheck& stop);

private:
    PictureLayout layoutOf(const ExportRequest& request) const;
    std::int64_t bytesOfInference(const ExportRequest& request) const;
    void addDiskProblem(const ExportRequest& request, Preflight& result) const;
    Image pixelsOf(const ExportRequest& request, Rect part, const StopCheck& stop);
    Image resultTile(const ExportRequest& request, int channels, JobFolder& job, const TileKey& key, const StopCheck& stop);

    Staircase& m_staircase;
    const Photo& m_photo;
};

} // namespace casr
