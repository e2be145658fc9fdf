#pragma once

// Private to core/io: the only header that shows libvips.

#include "core/base/error.h"
#include "core/image/image.h"
#include "core/io/picture_file.h"

#include <vips/vips8>

#include <filesystem>
#include <string>

namespace casr {

/// First line of libvips' error text; the text is cleared, because libvips would append the next failure to it.
std::string takeVipsError();

/// Throws Error when `path` is missing or no readable regular file, by looking at it from outside: opening a pipe would block.
void checkRegularFile(const std::filesystem::path& path);

/// A picture file opened for reading from top to bottom; the header is read, no pixel yet.
struct OpenedPicture {
    vips::VImage image;
    std::string format; ///< "JPEG", "PNG", ...
    int pages = 1;
};

/// Throws Error when `path` is missing, no regular file or no known picture, or has no page `page` (counted from 0).
OpenedPicture openPicture(const std::filesystem::path& path, int page = 0);

/// The error of a file whose header is sound and whose pixels are not.
[[noreturn]] void failToDecode(const std::filesystem::path& path);

/// The bytes of a metadata item; empty when the picture has none.
std::string blobOf(const vips::VImage& image, const char* name);

/// Attaches everything that libvips can write; an EXIF block that it cannot understand is left out.
void setMetadata(vips::VImage& image, const Metadata& metadata, const std::string& iccProfile);

/// The libvips interpretation of `colourChannels` (1 or 3) channels of 8 or 16 bits.
VipsInterpretation interpretationOf(int colourChannels, int bitsPerSample);

/// The bytes of a profile that libvips has built in: "srgb" or "p3". Throws Error when it is missing.
std::string builtInProfile(const char* name);

} // namespace casr
