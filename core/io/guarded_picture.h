#pragma once

#include "core/base/stop.h"
#include "core/io/picture_file.h"

#include <cstdint>
#include <filesystem>

namespace casr {

/// What a decoder may use.
struct DecodingLimits {
    double seconds = 300;         ///< Of the clock on the wall.
    std::int64_t memoryBytes = 0; ///< Address space; 0: as much as is free when it starts, at least 2 GiB.
};

/// Reads a picture in another process, casr-decode, so that a crash, an endless loop or a hunger for memory in a codec ends that process
/// alone. The picture is that of readPicture, bit for bit. Throws Error as readPicture does, and when the decoder crashed, took too long
/// or needed too much memory; Cancelled, within a tenth of a second, when `stop` says so. Any thread may call it.
Picture readPictureGuarded(const std::filesystem::path& path, const ReadOptions& options = {}, const DecodingLimits& limits = {},
                           const StopCheck& stop = {});

/// The same with a decoder of the caller's choice.
Picture readPictureWith(const std::filesystem::path& program, const std::filesystem::path& path, const ReadOptions& options,
                        const DecodingLimits& limits, const StopCheck& stop);

/// What casr-decode does to open a picture: reads the picture that the arguments name and sends it to file descriptor 3. The exit code.
int runDecoder(int argumentCount, char** arguments);

} // namespace casr
