#pragma once

#include "core/image/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace casr {

/// What a picture file carries beside its pixels, kept opaque from reading to writing (EXIF, XMP, IPTC, density).
struct Metadata {
    std::string exif; ///< Raw EXIF block; orientation is already 1.
    std::string xmp;
    std::string iptc;               ///< Bare datasets, or wrapped as Photoshop does for JPEG.
    double pixelsPerMillimetre = 0; ///< 0 when the file does not say.
    /// What was done to the picture, by names that XMP can have (letters alone), to be written to XMP: "Scale" -> "8".
    std::vector<std::pair<std::string, std::string>> done = {};
};

/// A picture as it was read: values 0 .. 1 in the file's own encoding, EXIF orientation applied.
struct Picture {
    Image image;
    int bitsPerSample = 8; ///< 8 or 16 (for all above 8): what the file had, what comes back unless the user says otherwise.
    Metadata metadata;
    std::vector<std::string> notes = {}; ///< What was chosen on the way in and should be told: tones, the page, metadata left behind.
};

/// How the tones of files in linear light (OpenEXR, Radiance, floating point TIFF), which reach above white, become those of a picture.
enum class ToneCurve {
    soft, ///< Unchanged up to four fifths of white, rolled off above, so that no highlight is cut.
    clip, ///< Unchanged up to white, cut above.
};

struct ReadOptions {
    int page = 0; ///< Of files with several, counted from 0.
    ToneCurve tone = ToneCurve::soft;
    bool halfSize = false;   ///< Camera RAW: a quick preview of half the width and height.
    bool allowLarge = false; ///< Opens what the limits on pixels and unpacking refuse; memory has to suffice all the same.
};

/// What the header says, without decoding.
struct PictureInfo {
    std::string format; ///< "JPEG", "PNG", "TIFF", "WebP", "JPEG XL", "AVIF", "HEIC", "RAW", ...
    Size size;          ///< After EXIF orientation.
    int channels = 0;
    int bitsPerSample = 8; ///< 8, 16, or 32 for floating point.
    bool hasAlpha = false;
    bool hasProfile = false;
    std::string colour; ///< "RGB", "grey", "CMYK", ...
    int pages = 1;      ///< Pages or frames that `ReadOptions::page` chooses from.
};

/// Throws Error when `path` is missing, no regular file, or no picture.
PictureInfo readPictureInfo(const std::filesystem::path& path);

/// Reads JPEG, PNG, TIFF, WebP, HEIC, AVIF, JPEG XL, GIF, BMP, OpenEXR, Radiance and camera RAW. Grey and RGB keep their own encoding and
/// profile; CMYK, Lab, linear light and camera RAW become 16-bit RGB of Display P3 (grey stays grey; RAW has the camera's white
/// balance). Throws Error when `path` cannot be read as a picture or is beyond the limits, which are checked from its header before
/// anything is allocated. Any thread may call it.
Picture readPicture(const std::filesystem::path& path, const ReadOptions& options = {});

/// True when the name or the first bytes of `path` are those of a camera RAW file, which ReadOptions::halfSize is worth asking for. Reads a
/// few bytes and decodes nothing, so it may run on any file: what is no regular file is none. A DNG under a name of another kind is missed.
bool looksLikeRaw(const std::filesystem::path& path);

struct WriteOptions {
    int bitsPerSample = 0;    ///< 8 or 16 (AVIF then has 12); 0: as in the picture where the format can, else 8.
    int quality = 92;         ///< JPEG, AVIF and lossy WebP and JPEG XL, 1 .. 100.
    bool lossless = false;    ///< WebP and JPEG XL.
    bool keepPosition = true; ///< False: GPS is left out, and maker notes with it, because they may hold it too.
    bool keepMetadata = true; ///< False: of the photo's metadata its density alone goes along; what was done is written all the same.
};

/// Writes by the extension of `path`: .jpg .jpeg .png .tif .tiff .webp .jxl .avif. Written beside, re-opened and compared in size, then
/// renamed. Metadata goes along as far as the format takes it (lossesOf in picture_stream.h says how far): size, software and orientation
/// are corrected, the thumbnail of the old pixels goes, `Metadata::done` is put into XMP, IPTC becomes XMP where the format has none. A
/// picture without a density gets 72 pixels an inch. A profile of another colour space than the pixels is left out. Returns what of the
/// metadata could not be kept, in words; trouble with metadata is never an error. Throws Error: unknown extension, alpha that the format
/// cannot hold (JPEG: flattened on white instead), size beyond the format or, for WebP, JPEG XL and AVIF, the memory that is free; AVIF
/// without loss; disk.
std::vector<std::string> writePicture(const std::filesystem::path& path, const Picture& picture, const WriteOptions& options = {});

/// True when writePicture knows the extension of `path`.
bool isWritableFormat(const std::filesystem::path& path);

/// True when the extension of `path` names a kind of file with more than 8 bits a sample.
bool holds16Bits(const std::filesystem::path& path);

/// Starts the picture library; call it once in main before threads. Safe to call again.
void startPictureLibrary();

} // namespace casr
