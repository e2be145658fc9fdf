#pragma once

#include "core/io/picture_file.h"

#include <filesystem>
#include <string>

namespace casr {

/// EXIF and XMP in the boxes of a JPEG XL file, which libvips 8.14 neither reads nor writes, plain or packed by Brotli. Nothing else of
/// the file is read.
Metadata readJxlMetadata(const std::filesystem::path& path);

/// Adds both ("" for none) to a JPEG XL file, a bare codestream or one in boxes. False when the file cannot be written or is none of the
/// two; then it is as it was.
bool addMetadataToJxl(const std::filesystem::path& file, const std::string& exif, const std::string& xmp);

} // namespace casr
