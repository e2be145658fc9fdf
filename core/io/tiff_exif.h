#pragma once

#include "core/image/geometry.h"
#include "core/io/picture_file.h"

#include <filesystem>
#include <string>

namespace casr {

/// Adds an EXIF block and IPTC datasets ("" for none) to the TIFF or BigTIFF file of a picture of `size`, which libvips 8.14 cannot:
/// camera, software, date, author and the directories of the exposure and the position, without maker notes (which depend on where
/// they stand). Only appends to the file and turns its header last, so that what fails leaves it as it was. A block that is cut short or
/// nonsense gives what can be read of it. False when the file cannot be written or is no little-endian TIFF.
bool addMetadataToTiff(const std::filesystem::path& file, const std::string& exif, const std::string& iim, Size size);

/// EXIF, XMP, IPTC (bare datasets) and density of a TIFF or BigTIFF file in either byte order, or of a camera RAW file made like one;
/// without maker notes. Reads these parts of the file alone; what is damaged is left out.
Metadata readTiffMetadata(const std::filesystem::path& path);

} // namespace casr
