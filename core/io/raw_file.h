#pragma once

// Private to core/io: camera RAW files, developed by LibRaw.

#include "core/io/vips_support.h"

#include <filesystem>
#include <optional>

namespace casr {

/// True when `path` is a DNG whatever its name, or begins like a camera's own format, or has the extension of one. Files that
/// libvips reads better, with EXIF of a camera or not, are none. `path` must be a regular file.
bool isRawFile(const std::filesystem::path& path);

/// Size after the camera's orientation and channels, without decoding. Throws Error when LibRaw cannot open the file.
PictureInfo readRawInfo(const std::filesystem::path& path);

/// The picture, at full size, with the camera's white balance and no other choice of tone, upright, 16 bit: RGB of Display P3 with its
/// profile, or grey with the tone curve of sRGB. With `halfSize` a quick preview: every two by two photosites become one pixel. Throws
/// Error when the file is damaged, cut short, unknown or too large.
OpenedPicture developRaw(const std::filesystem::path& path, const ReadOptions& options);

/// EXIF, XMP and IPTC of a RAW file, without maker notes; of one that is not made like a TIFF what LibRaw knows of camera and exposure.
Metadata readRawMetadata(const std::filesystem::path& path);

} // namespace casr
