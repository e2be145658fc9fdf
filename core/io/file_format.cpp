#include "core/io/file_format.h"

#include "core/base/error.h"
#include "core/base/memory.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace casr {

namespace {

constexpr const char* streamedKinds = "PNG, TIFF or DeepZoom (.png, .tif, .dz)";
constexpr const char* lessOfIt = "a smaller scale or region";

/// libvips itself stops at 10,000,000 pixels a side, libpng at 1,000,000, the decoder of AVIF files at 16,384. The memory of the
/// encoders that hold the whole picture is measured, on the large side.
constexpr std::array<Format, 7> formats{{{FileKind::jpeg, "JPEG", 65500, 8, true, 0, 0, streamedKinds},
                                         {FileKind::png, "PNG", 1000000, 16, true, 0, 0, "TIFF (.tif)"},
                                         {FileKind::tiff, "TIFF", 10000000, 16, true, 0, 0, lessOfIt},
                                         {FileKind::webp, "WebP", 16383, 8, false, 6, 6, streamedKinds},
                                         {FileKind::jpegXl, "JPEG XL", 1000000, 16, true, 45, 68, streamedKinds},
                                         {FileKind::avif, "AVIF", 16384, 12, false, 26, 26, streamedKinds},
                                         {FileKind::deepZoom, "DeepZoom", 10000000, 8, true, 0, 0, lessOfIt}}};

struct Extension {
    std::string_view text;
    FileKind kind;
};

constexpr std::array<Extension, 9> extensions{{{".jpg", FileKind::jpeg},
                                               {".jpeg", FileKind::jpeg},
                                               {".png", FileKind::png},
                                               {".tif", FileKind::tiff},
                                               {".tiff", FileKind::tiff},
                                               {".webp", FileKind::webp},
                                               {".jxl", FileKind::jpegXl},
                                               {".avif", FileKind::avif},
                                               {".dz", FileKind::deepZoom}}};

constexpr std::int64_t bigTiffFrom = std::int64_t{1} << 31;
constexpr std::int64_t classicTiffBytes = 4000000000;

std::string megabytes(std::int64_t bytes) {
    return std::to_string((bytes + 999999) / 1000000) + " MB";
}

/// A layout that no caller may give, whatever the user did.
void checkLayout(const PictureLayout& layout, const StreamOptions& options) {
    const bool alphaFits = layout.encoding.hasAlpha == (layout.channels == 2 || layout.channels == 4);
    const bool bitsFit = layout.bitsPerSample == 8 || layout.bitsPerSample == 16;
    if (layout.size.isEmpty() || layout.channels < 1 || layout.channels > 4 || !alphaFits || !bitsFit || options.piece.isEmpty()) {
        throw std::invalid_argument("writePictureStream: not a layout of grey or RGB pixels");
    }
}

void checkOptions(const Format& format, const WriteOptions& options) {
    if (options.quality < 1 || options.quality > 100) {
        throw Error("The quality is " + std::to_string(options.quality) + ". Give a number from 1 to 100.");
    }
    if (options.bitsPerSample != 0 && options.bitsPerSample != 8 && options.bitsPerSample != 16) {
        throw Error("A file has 8 or 16 bits a sample, not " + std::to_string(options.bitsPerSample) + ". Give one of the two.");
    }
    if (options.bitsPerSample == 16 && format.maxBits == 8) {
        throw Error(std::string(format.name) + " holds 8 bits a sample. Choose PNG or TIFF (.png, .tif) for 16 bits, or ask for 8.");
    }
    if (options.lossless && format.kind == FileKind::avif) {
        throw Error("AVIF files are written with loss alone. Choose PNG, TIFF, WebP or JPEG XL (.png, .tif, .webp, .jxl), or a quality.");
    }
}

void checkSides(const Format& format, Size size) {
    if (std::max(size.width, size.height) > format.maxSide) {
        throw Error("The picture has " + std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels; " + format.name +
                    " holds " + std::to_string(format.maxSide) + " a side. Choose " + format.alternative + ".");
    }
}

/// An encoder that runs out of memory ends the program, so it is not started.
void checkMemory(const Format& format, Size size, bool lossless) {
    const std::int64_t bytes = encoderBytes(format, size, lossless);
    const std::int64_t available = availableMemory().value_or(bytes);
    if (bytes > available) {
        throw Error(std::string("Writing ") + format.name + " takes about " + megabytes(bytes) + " of memory for this picture, and " +
                    megabytes(available) + " are free. Choose " + format.alternative + ", or close other programs.");
    }
}

void checkTiffBytes(const Format& format, const PictureLayout& layout, const StreamOptions& options) {
    const std::int64_t bytes = uncompressedBytes(layout, fileBits(format, layout, options.write), options.pyramid);
    if (format.kind == FileKind::tiff && options.bigTiff == BigTiff::never && bytes > classicTiffBytes) {
        throw Error("The picture takes " + std::to_string(bytes / 1000000) +
                    " MB; a classic TIFF holds 4000. Choose BigTIFF, PNG or DeepZoom.");
    }
}

void checkProfile(const Format& format, const PictureLayout& layout) {
    const auto& profile = layout.encoding.iccProfile;
    if (!format.hasGrey && layout.channels <= 2 && profile && profileSpace(*profile) == "GRAY") {
        throw Error(std::string(format.name) +
                    " holds no grey picture with a colour profile. Choose JPEG, PNG or TIFF (.jpg, .png, .tif).");
    }
}

} // namespace

std::optional<FileKind> kindOf(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; });
    const auto known = std::find_if(extensions.begin(), extensions.end(), [&](const Extension& each) { return each.text == extension; });
    return known == extensions.end() ? std::nullopt : std::optional(known->kind);
}

const Format& formatOf(FileKind kind) {
    return *std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return format.kind == kind; });
}

const Format& formatOf(const std::filesystem::path& path) {
    const std::optional<FileKind> kind = kindOf(path);
    if (!kind) {
        throw Error("'" + path.string() + "' has no known extension. Choose .jpg, .png, .tif, .webp, .jxl, .avif or .dz.");
    }
    return formatOf(*kind);
}

int fileBits(const Format& format, const PictureLayout& layout, const WriteOptions& options) {
    return std::min(options.bitsPerSample ? options.bitsPerSample : layout.bitsPerSample, format.maxBits);
}

int fileChannels(const Format& format, const PictureLayout& layout) {
    if (format.kind == FileKind::jpeg && layout.encoding.hasAlpha) {
        return layout.channels - 1;
    }
    return !format.hasGrey && layout.channels <= 2 ? layout.channels + 2 : layout.channels;
}

std::int64_t uncompressedBytes(const PictureLayout& layout, int bits, bool pyramid) {
    const std::int64_t bytes = layout.size.area() * layout.channels * ((bits + 7) / 8);
    return pyramid ? bytes + bytes / 3 : bytes;
}

bool needsBigTiff(std::int64_t bytes) {
    return bytes >= bigTiffFrom;
}

std::string_view profileSpace(const std::string& profile) {
    return profile.size() < 20 ? std::string_view() : std::string_view(profile).substr(16, 4);
}

std::int64_t encoderBytes(const Format& format, Size size, bool lossless) {
    return size.area() * (lossless ? format.losslessBytesPerPixel : format.bytesPerPixel);
}

std::vector<std::string> formatProblems(const Format& format, const PictureLayout& layout, const StreamOptions& options) {
    checkLayout(layout, options);
    std::vector<std::string> problems;
    const auto collect = [&](const auto& check) {
        try {
            check();
        } catch (const Error& problem) {
            problems.emplace_back(problem.what());
        }
    };
    collect([&] { checkOptions(format, options.write); });
    collect([&] { checkSides(format, layout.size); });
    collect([&] { checkMemory(format, layout.size, options.write.lossless); });
    collect([&] { checkTiffBytes(format, layout, options); });
    collect([&] { checkProfile(format, layout); });
    return problems;
}

void checkFormat(const Format& format, const PictureLayout& layout, const StreamOptions& options) {
    const std::vector<std::string> problems = formatProblems(format, layout, options);
    if (!problems.empty()) {
        throw Error(problems.front());
    }
}

} // namespace casr
