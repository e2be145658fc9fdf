#pragma once

#include "core/base/stop.h"
#include "core/io/picture_stream.h"

namespace casr {

/// writePictureStream with the encoder in another process, casr-decode, so that a crash of it ends that process alone. The file is the
/// same, byte for byte. `pull` is called from the calling thread. Throws as writePictureStream, Error when the encoder crashed or ran out
/// of memory, and Cancelled, within a tenth of a second whatever the encoder does, when `stop` says so; then nothing is left. Any thread
/// may call it.
std::vector<std::string> writePictureStreamGuarded(const std::filesystem::path& path, const PictureLayout& layout,
                                                   const StreamOptions& options, const PullPixels& pull, const StopCheck& stop = {});

/// The same with an encoder of the caller's choice.
std::vector<std::string> writePictureStreamWith(const std::filesystem::path& program, const std::filesystem::path& path,
                                                const PictureLayout& layout, const StreamOptions& options, const PullPixels& pull,
                                                const StopCheck& stop);

/// What casr-decode does to write a picture: encodes the job that comes by file descriptor 3, by which it asks for pixels too. The exit
/// code.
int runEncoder();

} // namespace casr
