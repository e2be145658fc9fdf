#pragma once

// Private to core/io: the kinds of files that are written, and what each can hold.

#include "core/io/picture_stream.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace casr {

enum class FileKind { jpeg, png, tiff, webp, jpegXl, avif, deepZoom };

/// What a kind of file can hold.
struct Format {
    FileKind kind;
    const char* name;
    int maxSide;
    int maxBits;               ///< A sample: 8, 12 or 16.
    bool hasGrey;              ///< False: grey is written as three equal channels.
    int bytesPerPixel;         ///< Memory that the encoder takes; 0 when it writes as it goes.
    int losslessBytesPerPixel; ///< The same without loss.
    const char* alternative;   ///< What takes a larger picture.
};

/// The kind that the extension of `path` names, in any case.
std::optional<FileKind> kindOf(const std::filesystem::path& path);

const Format& formatOf(FileKind kind);

/// Throws Error when the extension is unknown.
const Format& formatOf(const std::filesystem::path& path);

/// Bits a sample of the file: 8, 12 or 16.
int fileBits(const Format& format, const PictureLayout& layout, const WriteOptions& options);

/// Channels of the file: JPEG has no alpha, some kinds have no grey.
int fileChannels(const Format& format, const PictureLayout& layout);

std::int64_t uncompressedBytes(const PictureLayout& layout, int bits, bool pyramid);

/// True from where on TIFF files get the 64-bit variant.
bool needsBigTiff(std::int64_t bytes);

/// The four letters of a profile's colour space, for example "RGB "; empty when there are none.
std::string_view profileSpace(const std::string& profile);

/// Bytes that an encoder which holds the whole picture takes; 0 for the others.
std::int64_t encoderBytes(const Format& format, Size size, bool lossless);

/// What every check that needs no disk says of a layout and options that do not fit. Throws std::invalid_argument for a layout that no
/// caller may give.
std::vector<std::string> formatProblems(const Format& format, const PictureLayout& layout, const StreamOptions& options);

/// Every check of a layout and options that needs no disk. Throws as checkPictureStream.
void checkFormat(const Format& format, const PictureLayout& layout, const StreamOptions& options);

} // namespace casr
