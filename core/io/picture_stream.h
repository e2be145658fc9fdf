#pragma once

#include "core/image/image.h"
#include "core/io/picture_file.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace casr {

/// What a picture is before any of its pixels is known.
struct PictureLayout {
    Size size;
    int channels = 3;      ///< 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; agrees with encoding.hasAlpha.
    int bitsPerSample = 8; ///< 8 or 16.
    ColourEncoding encoding;
    Metadata metadata;
};

enum class TiffCompression { none, deflate };

/// When to use the 64-bit variant of TIFF, which old programs cannot open; automatic: from 2 GiB of uncompressed pixels on.
enum class BigTiff { automatic, always, never };

struct StreamOptions {
    WriteOptions write;
    bool tiled = true;    ///< TIFF: tiles of 256 x 256 instead of strips.
    bool pyramid = false; ///< TIFF: every half size down to one tile is stored too, for fast viewing.
    TiffCompression compression = TiffCompression::deflate;
    BigTiff bigTiff = BigTiff::automatic;
    Size piece{512, 128}; ///< Rectangles asked of the pull function, on a grid from the top left (cut at the right and bottom).
};

/// Values 0 .. 1 of the rectangle, channels as in the layout (values outside are clamped, NaN becomes 0).
using PullPixels = std::function<Image(Rect)>;

/// The checks that writePictureStream makes before it asks for a pixel: known extension, bits, sides and bytes that the format
/// can hold, memory for the encoders that hold the whole picture, a folder that can be written to. Throws Error with what would work
/// instead.
void checkPictureStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options = {});

/// Everything that checkPictureStream would refuse, one sentence each, with what would work instead; empty when all is well.
std::vector<std::string> pictureStreamProblems(const std::filesystem::path& path, const PictureLayout& layout,
                                               const StreamOptions& options = {});

/// Bytes of memory that writing takes: a few rows of pieces, and the whole picture where the encoder holds it.
std::int64_t memoryOfStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options = {});

/// What of a picture the file that `path` names cannot hold, one sentence part each, in a user's words: before an export, for showing.
/// Throws Error when the extension is unknown.
std::vector<std::string> lossesOf(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options = {});

/// Writes a picture that need not fit into memory, by the extension of `path`: those of writePicture, or .dz for a folder with a
/// DeepZoom pyramid (image.dzi and image_files; JPEG tiles, PNG when lossless or with alpha). `pull` is called from one thread at
/// a time (not always the same), for each piece once, left to right and top to bottom; about four rows of pieces are held in
/// memory, only WebP, JPEG XL and AVIF hold everything. What `pull` throws comes out unchanged and at once, but a TIFF pyramid is
/// run to its end with black pixels first (seconds for a gigabyte). Written beside, re-opened and compared in size, then
/// renamed; after a failure nothing is left. Metadata is treated, and its trouble returned, as by writePicture. Throws as
/// checkPictureStream, and Error when the disk fails.
std::vector<std::string> writePictureStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options,
                                            const PullPixels& pull);

} // namespace casr
