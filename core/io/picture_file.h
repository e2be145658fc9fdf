#pragma once

#include "core/image/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace casr {

/// What a picture file carries beside its pixels, kept opaque from reading to writing (EXIF, XMP, IPTC, density).
struct Metadata {
    std::string exif; ///< Raw EXIF block; orientation is already 1.
    std::string xmp;
    std::string iptc;
    double pixelsPerMillimetre = 0; ///< 0 when the file does not say.
};

/// A picture as it was read: values 0 .. 1 in the file's own encoding, EXIF orientation applied.
struct Picture {
    Image image;
    int bitsPerSample = 8; ///< 8 or 16 (for all above 8): what the file had, what comes back unless the user says otherwise.
    Metadata metadata;
};

/// What the header says, without decoding.
struct PictureInfo {
    std::string format; ///< "JPEG", "PNG", "TIFF", "WebP", "JPEG XL", "AVIF", "HEIC", "RAW", ...
    Size size;          ///< After EXIF orientation.
    int channels = 0;
    int bitsPerSample = 8;
    bool hasAlpha = false;
    bool hasProfile = false;
    std::string colour; ///< "RGB", "grey", "CMYK", ...
};

/// Throws Error when `path` is missing, no regular file, or no picture.
PictureInfo readPictureInfo(const std::filesystem::path& path);

/// Throws Error when `path` cannot be read as a picture. Grey and RGB keep their own encoding and profile; CMYK, Lab and camera RAW
/// become 16-bit RGB of Display P3 (RAW with the camera's white balance, without metadata).
Picture readPicture(const std::filesystem::path& path);

struct WriteOptions {
    int bitsPerSample = 0; ///< 8 or 16 (AVIF then has 12); 0: as in the picture where the format can, else 8.
    int quality = 92;      ///< JPEG, AVIF and lossy WebP and JPEG XL, 1 .. 100.
    bool lossless = false; ///< WebP and JPEG XL.
};

/// Writes by the extension of `path`: .jpg .jpeg .png .tif .tiff .webp .jxl .avif. Written beside, re-opened and compared in size, then
/// renamed. Metadata goes along as far as the format and libvips take it: no maker notes in TIFF, IPTC in JPEG alone, blocks over 64 KB not
/// at all, JPEG XL keeps the profile alone; a picture without a density gets 72 pixels an inch. A profile of another colour space than the
/// pixels is left out. Throws Error: unknown extension, alpha that the format cannot hold (JPEG: flattened on white instead), size beyond
/// the format or, for WebP, JPEG XL and AVIF, the memory that is free; AVIF without loss; disk.
void writePicture(const std::filesystem::path& path, const Picture& picture, const WriteOptions& options = {});

/// True when writePicture knows the extension of `path`.
bool isWritableFormat(const std::filesystem::path& path);

/// True when the extension of `path` names a kind of file with more than 8 bits a sample.
bool holds16Bits(const std::filesystem::path& path);

/// Starts the picture library; call it once in main before threads. Safe to call again.
void startPictureLibrary();

} // namespace casr
