#pragma once

// Private to core/io: the parts of writePictureStream, for those that encode elsewhere.

#include "core/io/picture_stream.h"

namespace casr {

/// Encodes into `file`, which is there and empty (a folder for DeepZoom) and will get the name `path`; reopens and checks it. Returns and
/// throws as writePictureStream.
std::vector<std::string> encodePicture(const std::filesystem::path& file, const std::filesystem::path& path, const PictureLayout& layout,
                                       const StreamOptions& options, const PullPixels& pull);

using EncodeInto = std::function<std::vector<std::string>(const std::filesystem::path& file)>;

/// All of writePictureStream around the encoder: the checks before, a file beside `path` that is gone again after a failure, the renaming.
std::vector<std::string> writeWith(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options,
                                   const EncodeInto& encode);

} // namespace casr
