#include "core/export/exporter.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/guarded_stream.h"
#include "core/network/ensemble.h"

#include <chrono>
#include <cstring>

namespace casr {

namespace {

constexpr std::size_t assemblyCacheBytes = std::size_t{256} << 20;
constexpr std::int64_t trunkTensors = 8;

std::int64_t freeBytesFor(const std::filesystem::path& output) {
    std::error_code problem;
    const std::filesystem::path folder = output.parent_path().empty() ? "." : output.parent_path();
    const std::filesystem::space_info space = std::filesystem::space(folder, problem);
    return problem ? -1 : static_cast<std::int64_t>(space.available);
}

std::string megabytes(std::int64_t bytes) {
    return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MB";
}

/// Where a tile lies in the result, clipped to it; in level coordinates.
Rect shownOf(const LevelGrid& grid, const TileKey& key, Rect region) {
    return intersection(grid.pixelsOf(key.column, key.row), region);
}

void copyInto(const Image& from, Rect place, Rect part, int channels, std::vector<float>& values) {
    const Rect shared = intersection(place, part);
    for (int y = shared.top; y < shared.bottom; ++y) {
        const float* row = from.row(y - place.top) + static_cast<std::size_t>(shared.left - place.left) * channels;
        const std::size_t to = static_cast<std::size_t>(y - part.top) * part.width() + (shared.left - part.left);
        std::memcpy(values.data() + to * channels, row, static_cast<std::size_t>(shared.width()) * channels * sizeof(float));
    }
}

std::vector<TileKey> tilesOf(const LevelGrid& grid, int level, Rect region) {
    std::vector<TileKey> keys;
    const Rect tiles = grid.tilesMeeting(region);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            keys.push_back({level, column, row});
        }
    }
    return keys;
}

/// A finished tile of a job. Nothing when there is none or it is of another size or kind, as another program's files can be.
std::optional<Image> finishedTile(const JobFolder& job, const TileKey& key, Size size, int channels) {
    std::optional<Image> tile = job.loadResult(key);
    return tile && tile->size() == size && tile->channels() == channels ? tile : std::nullopt;
}

/// The layout before the format has cut it to what it holds.
PictureLayout wantedLayout(const ExportRequest& request, PictureLayout layout) {
    layout.bitsPerSample = request.bitsPerSample > 0 ? request.bitsPerSample : request.photoBits;
    return layout;
}

} // namespace

PictureLayout Exporter::layoutOf(const ExportRequest& request) const {
    const bool isGrey = m_photo.isGrey && request.colours == OutputColours::asPicture;
    const int channels = (isGrey ? 1 : 3) + (m_photo.alpha.isEmpty() ? 0 : 1);
    const int wanted = request.bitsPerSample > 0 ? request.bitsPerSample : request.photoBits;
    const int bits = wanted == 16 && holds16Bits(request.output) ? 16 : 8;
    return {request.region.size(), channels, bits, encodingIn(request.colours, m_photo.encoding), request.metadata};
}

Preflight Exporter::examine(const ExportRequest& request) const {
    Preflight result;
    result.layout = layoutOf(request);
    result.problems = pictureStreamProblems(request.output, result.layout, request.stream);
    result.warnings = lossesOf(request.output, wantedLayout(request, result.layout), request.stream);
    result.bytes = request.region.size().area() * result.layout.channels * (result.layout.bitsPerSample / 8);
    result.bytes += request.stream.pyramid ? result.bytes / 3 : 0;
    result.tiles = request.level > 0 ? m_staircase.tilesNeeded(request.level, request.region) : 0;
    result.freeDisk = freeBytesFor(request.output);
    result.memory = occupiedMemory().value_or(0) + static_cast<std::int64_t>(m_staircase.cache().budget()) + bytesOfInference(request) +
                    memoryOfStream(request.output, result.layout, request.stream);
    addDiskProblem(request, result);
    return result;
}

Preflight Exporter::preflight(const ExportRequest& request) const {
    Preflight result = examine(request);
    if (!result.problems.empty()) {
        throw Error(result.problems.front());
    }
    return result;
}

/// The tensors of one tile: its input, several of the trunk's width at once, and its coefficients.
std::int64_t Exporter::bytesOfInference(const ExportRequest& request) const {
    if (request.level < 1) {
        return 0;
    }
    const Architecture& shape = m_staircase.network().architecture();
    const Size cells = m_staircase.gridOf(request.level).cellsOf(0, 0).size();
    const StepControls controls = m_staircase.controls();
    const bool hasDetail = controls.detail > 0 || controls.lastDetail > 0;
    const std::int64_t reach = Reach::ofTrunk(shape) + (hasDetail ? Reach::ofDetail(shape) : 0);
    const std::int64_t coefficients = cells.area() * 6 * shape.frequencies * waveFamilies(controls.ensemble) * 3;
    const std::int64_t read = (cells.width + 2 * reach) * (cells.height + 2 * reach);
    return static_cast<std::int64_t>(sizeof(float)) * (trunkTensors * read * shape.widthInBlocks() + coefficients);
}

void Exporter::addDiskProblem(const ExportRequest& request, Preflight& result) const {
    if (result.freeDisk < 0 || result.freeDisk >= result.bytes) {
        return;
    }
    const std::string text = "The result has " + megabytes(result.bytes) + " uncompressed, and " + megabytes(result.freeDisk) + " are free";
    if (request.stream.compression == TiffCompression::none && holds16Bits(request.output)) {
        result.problems.push_back(text + ". Free some space, choose another disk, or a compressed format.");
    } else {
        result.warnings.push_back(text + "; compression may or may not make it fit.");
    }
}

double Exporter::measureTile(const ExportRequest& request, const StopCheck& stop) {
    if (request.level < 1) {
        return 0;
    }
    const Size size = m_staircase.plan().sizeOf(request.level), first = m_staircase.plan().sizeOf(1);
    const auto along = [](std::int64_t place, int from, int to) { return static_cast<int>(place * to / from); };
    const int x = along((std::int64_t{request.region.left} + request.region.right) / 2, size.width, first.width);
    const int y = along((std::int64_t{request.region.top} + request.region.bottom) / 2, size.height, first.height);
    const Rect tile = m_staircase.gridOf(1).tilesMeeting({x, y, x + 1, y + 1});
    const auto start = std::chrono::steady_clock::now();
    m_staircase.tile({1, tile.left, tile.top}, stop);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Image Exporter::pixelsOf(const ExportRequest& request, Rect part, const StopCheck& stop) {
    const PlacedImage rgb = m_staircase.region(request.level, part, stop);
    const bool isResult = request.level == m_staircase.resultLevel();
    return convertedTo(request.colours, pictureOf(m_photo, rgb.image, m_staircase.plan().sizeOf(request.level), part,
                                                  isResult ? m_staircase.controls().plain : 0));
}

std::vector<std::string> Exporter::write(const ExportRequest& request, const ExportProgress& progress, const StopCheck& stop) {
    const Preflight before = preflight(request);
    const double area = static_cast<double>(request.region.size().area());
    std::int64_t done = 0;
    const auto pull = [&](Rect piece) {
        if (stop && stop()) {
            throw Cancelled();
        }
        const Image pixels = pixelsOf(request, translated(piece, request.region.left, request.region.top), stop);
        done += piece.size().area();
        progress(static_cast<double>(done) / area, "writing");
        return pixels;
    };
    return writePictureStreamGuarded(request.output, before.layout, request.stream, pull, stop);
}

Image Exporter::resultTile(const ExportRequest& request, int channels, JobFolder& job, const TileKey& key, const StopCheck& stop) {
    const Rect shown = shownOf(m_staircase.gridOf(request.level), key, request.region);
    if (std::optional<Image> stored = finishedTile(job, key, shown.size(), channels)) {
        return *stored;
    }
    job.storeResult(key, pixelsOf(request, shown, stop));
    std::optional<Image> stored = finishedTile(job, key, shown.size(), channels);
    if (!stored) {
        throw Error("A finished tile could not be read back from the job folder. Check the disk, then resume the job.");
    }
    return *stored;
}

void Exporter::compute(const ExportRequest& request, JobFolder& job, int shard, int shards, const ExportProgress& progress,
                       const StopCheck& stop) {
    const int channels = preflight(request).layout.channels;
    const std::vector<TileKey> keys = tilesOf(m_staircase.gridOf(request.level), request.level, request.region);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (static_cast<int>(i % static_cast<std::size_t>(shards)) == shard) {
            resultTile(request, channels, job, keys[i], stop);
            progress(static_cast<double>(i + 1) / static_cast<double>(keys.size()),
                     "tile " + std::to_string(i + 1) + "/" + std::to_string(keys.size()));
        }
    }
}

std::vector<std::string> Exporter::assemble(const ExportRequest& request, JobFolder& job, const ExportProgress& progress,
                                            const StopCheck& stop) {
    const Preflight before = preflight(request);
    const LevelGrid grid = m_staircase.gridOf(request.level);
    TileCache recent(assemblyCacheBytes);
    std::int64_t done = 0;
    const auto pull = [&](Rect piece) {
        if (stop && stop()) {
            throw Cancelled();
        }
        const Rect part = translated(piece, request.region.left, request.region.top);
        std::vector<float> values(static_cast<std::size_t>(part.size().area()) * before.layout.channels);
        for (const TileKey& key : tilesOf(grid, request.level, part)) {
            std::optional<Image> tile = recent.find(key);
            if (!tile) {
                tile = resultTile(request, before.layout.channels, job, key, stop);
                recent.insert(key, *tile);
            }
            copyInto(*tile, shownOf(grid, key, request.region), part, before.layout.channels, values);
        }
        done += piece.size().area();
        progress(static_cast<double>(done) / static_cast<double>(request.region.size().area()), "writing");
        return Image(part.size(), before.layout.channels, std::move(values), before.layout.encoding);
    };
    return writePictureStreamGuarded(request.output, before.layout, request.stream, pull, stop);
}

} // namespace casr
