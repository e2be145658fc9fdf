#pragma once

#include "core/image/geometry.h"

#include <filesystem>
#include <string>

namespace casr {

/// Adds an EXIF block to the TIFF or BigTIFF file of a picture of `size`, which libvips 8.14 cannot: camera, date, author and the
/// directories of the exposure and the position, without maker notes (which depend on where they stand). Only appends to the file and
/// turns its header last, so that what fails leaves it as it was. A block that is cut short or nonsense gives what can be read of it.
/// False when the file cannot be written or is no little-endian TIFF.
bool addExifToTiff(const std::filesystem::path& file, const std::string& exif, Size size);

} // namespace casr
