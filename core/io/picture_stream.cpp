#include "core/io/picture_stream.h"

#include "core/base/safe_file.h"
#include "core/image/quantise.h"
#include "core/io/file_format.h"
#include "core/io/forgiving_target.h"
#include "core/io/iptc.h"
#include "core/io/jxl_boxes.h"
#include "core/io/metadata_edit.h"
#include "core/io/picture_encoding.h"
#include "core/io/tiff_exif.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casr {

namespace {

constexpr std::int64_t maxOptimizedPixels = std::int64_t{1} << 24;

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

/// libvips keeps the smaller levels of a pyramid in the folder for temporary files until the largest is written.
void checkScratchSpace(const Format& format, const PictureLayout& layout, const StreamOptions& options) {
    if (format.kind != FileKind::tiff || !options.pyramid) {
        return;
    }
    std::error_code failure;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(failure);
    const std::filesystem::space_info space = std::filesystem::space(folder, failure);
    const std::int64_t bytes = uncompressedBytes(layout, fileBits(format, layout, options.write), false) / 3;
    if (failure || space.available < static_cast<std::uintmax_t>(bytes)) {
        throw Error("The pyramid needs " + std::to_string(bytes / 1000000) + " MB of temporary space in " + quoted(folder) +
                    ". Free some, set TMPDIR to another folder, or write without the pyramid.");
    }
}

std::filesystem::path folderOf(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void checkPlace(const Format& format, const std::filesystem::path& path) {
    if (::access(folderOf(path).c_str(), W_OK | X_OK) != 0) {
        throw Error(quoted(path) + " cannot be written (" + std::strerror(errno) + "). Choose an existing folder that you may write to.");
    }
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (format.kind == FileKind::deepZoom && std::filesystem::exists(status)) {
        throw Error(quoted(path) + " exists already. Choose another name, or delete the old folder first.");
    }
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        throw Error(quoted(path) + " is a folder or a device. Choose another name.");
    }
}

/// The whole of what the encoder's threads share while it runs.
struct PixelSource {
    const PictureLayout& layout;
    const PullPixels& pull;
    Size piece;
    const Format& format;
    int bits = 8; ///< Of the file: 8, 12 or 16.
    bool runsToItsEnd = false;
    std::exception_ptr failure; ///< What `pull` threw; guarded by the lock of vips_sequential.
};

Image flattenedOnWhite(const Image& image) {
    const int colours = image.colourChannels();
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(image.size().area()) * static_cast<std::size_t>(colours));
    const std::span<const float> in = image.values();
    for (std::size_t at = 0; at < in.size(); at += static_cast<std::size_t>(image.channels())) {
        const float alpha = std::clamp(in[at + static_cast<std::size_t>(colours)], 0.0f, 1.0f);
        for (int colour = 0; colour < colours; ++colour) {
            values.push_back(in[at + static_cast<std::size_t>(colour)] * alpha + (1.0f - alpha));
        }
    }
    return Image(image.size(), colours, std::move(values));
}

Image greyAsRgb(const Image& image) {
    const Image grey = selectChannels(image, 0, 1);
    const Image rgb = joinChannels(joinChannels(grey, grey, {}), grey, {});
    return image.channels() == 1 ? rgb : joinChannels(rgb, selectChannels(image, 1, 1), {nullptr, true});
}

/// The pixels of `rect` with the channels of the file.
Image pulled(const PixelSource& source, Rect rect) {
    const Image image = source.pull(rect);
    if (image.size() != rect.size() || image.channels() != source.layout.channels) {
        throw std::logic_error("writePictureStream: the pull function returned another size or other channels than asked for");
    }
    if (source.format.kind == FileKind::jpeg && source.layout.encoding.hasAlpha) {
        return flattenedOnWhite(withEncoding(image, source.layout.encoding));
    }
    return !source.format.hasGrey && image.channels() <= 2 ? greyAsRgb(image) : image;
}

/// Samples of 12 bits stand in the upper bits of 16, where libvips looks for them.
template <typename Sample>
void storePiece(const Image& image, Rect rect, int bits, VipsRegion* region) {
    const std::size_t count = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.channels());
    const int largest = (1 << bits) - 1;
    const int unused = std::numeric_limits<Sample>::digits - bits;
    for (int y = 0; y < image.height(); ++y) {
        auto* out = reinterpret_cast<Sample*>(VIPS_REGION_ADDR(region, rect.left, rect.top + y));
        std::transform(image.row(y), image.row(y) + count, out,
                       [&](float value) { return static_cast<Sample>(quantised(value, largest) << unused); });
    }
}

/// Fills `region` piece by piece, on the grid of pieces.
void fillRegion(const PixelSource& source, VipsRegion* region) {
    const VipsRect& valid = region->valid;
    const Rect whole = rectAt(valid.left, valid.top, {valid.width, valid.height});
    const Size piece = source.piece;
    for (int top = whole.top / piece.height * piece.height; top < whole.bottom; top += piece.height) {
        for (int left = whole.left / piece.width * piece.width; left < whole.right; left += piece.width) {
            const Rect rect = intersection(rectAt(left, top, piece), whole);
            const Image image = pulled(source, rect);
            source.bits > 8 ? storePiece<std::uint16_t>(image, rect, source.bits, region)
                            : storePiece<std::uint8_t>(image, rect, 8, region);
        }
    }
}

/// What the encoder gets after a failure: an end, or black where it must not be stopped (see ForgivingTarget).
int stopped(const PixelSource& source, VipsRegion* region) {
    if (!source.runsToItsEnd) {
        return -1;
    }
    vips_region_black(region);
    return 0;
}

/// Called by libvips from its threads, one at a time. No exception may pass through C code: it is kept for later.
int generate(VipsRegion* region, void*, void* data, void*, gboolean*) {
    auto& source = *static_cast<PixelSource*>(data);
    if (source.failure) {
        return stopped(source, region);
    }
    try {
        fillRegion(source, region);
        return 0;
    } catch (...) {
        source.failure = std::current_exception();
        return stopped(source, region);
    }
}

/// Pixels a millimetre of the file; pictures that do not say get the 72 an inch that readers assume.
double densityOf(const Metadata& metadata) {
    return metadata.pixelsPerMillimetre > 0 ? metadata.pixelsPerMillimetre : 72.0 / 25.4;
}

/// The profile to embed: one of another colour space than the pixels (greys with an sRGB profile exist) would spoil the file.
std::string profileFor(const Format& format, const PictureLayout& layout) {
    const auto& profile = layout.encoding.iccProfile;
    const std::string_view unfit = fileChannels(format, layout) >= 3 ? "GRAY" : "RGB ";
    return profile && profileSpace(*profile) != unfit ? *profile : std::string();
}

/// What is written: corrected, and in the shape that the format takes.
EditedMetadata metadataFor(FileKind kind, const PictureLayout& layout, const WriteOptions& options) {
    const bool keepsIptc = kind == FileKind::jpeg || kind == FileKind::tiff;
    EditedMetadata result = edited(metadataToKeep(layout.metadata, options.keepMetadata), {layout.size, options.keepPosition, keepsIptc});
    const double density = layout.metadata.pixelsPerMillimetre;
    const bool hasDensityInExif = kind == FileKind::webp || kind == FileKind::avif || kind == FileKind::jpegXl;
    if (hasDensityInExif && density > 0) {
        result.metadata.exif = withDensity(result.metadata.exif, density);
    }
    return result;
}

/// What libvips attaches: its IPTC in TIFF is cut to a quarter, and it knows no metadata of JPEG XL.
Metadata metadataForVips(FileKind kind, Metadata metadata) {
    metadata.iptc = kind == FileKind::jpeg ? photoshopBlockOf(metadata.iptc) : std::string();
    return metadata;
}

/// A libvips picture that pulls whole strips, each once and in order, however many threads the encoder has.
vips::VImage pictureOf(PixelSource& source, const Metadata& metadata) {
    const PictureLayout& layout = source.layout;
    const int channels = fileChannels(source.format, layout);
    VipsImage* image = vips_image_new();
    const vips::VImage owner(image);
    vips_image_init_fields(image, layout.size.width, layout.size.height, channels, source.bits > 8 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR,
                           VIPS_CODING_NONE, interpretationOf(channels >= 3 ? 3 : 1, source.bits > 8 ? 16 : 8), densityOf(layout.metadata),
                           densityOf(layout.metadata));
    if (vips_image_pipelinev(image, VIPS_DEMAND_STYLE_THINSTRIP, nullptr) ||
        vips_image_generate(image, nullptr, generate, nullptr, &source, nullptr)) {
        throw vips::VError();
    }
    vips::VImage strips = owner.sequential(vips::VImage::option()->set("tile_height", source.piece.height));
    setMetadata(strips, metadataForVips(source.format.kind, metadata), profileFor(source.format, layout));
    return strips;
}

/// Optimal Huffman tables save a few per cent of the file but hold the whole picture in memory: only for small ones.
void saveJpeg(const vips::VImage& image, const std::filesystem::path& file, const WriteOptions& options) {
    const bool small = Size{image.width(), image.height()}.area() <= maxOptimizedPixels;
    image.jpegsave(file.c_str(), vips::VImage::option()->set("Q", options.quality)->set("optimize_coding", small));
}

vips::VOption* tiffOptions(const PixelSource& source, const StreamOptions& options) {
    const bool deflate = options.compression == TiffCompression::deflate;
    const bool large = needsBigTiff(uncompressedBytes(source.layout, source.bits, options.pyramid));
    const bool big = options.bigTiff == BigTiff::always || (options.bigTiff == BigTiff::automatic && large);
    return vips::VImage::option()
        ->set("compression", deflate ? VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE : VIPS_FOREIGN_TIFF_COMPRESSION_NONE)
        ->set("predictor", deflate ? VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL : VIPS_FOREIGN_TIFF_PREDICTOR_NONE)
        ->set("tile", options.tiled || options.pyramid)
        ->set("tile_width", 256)
        ->set("tile_height", 256)
        ->set("pyramid", options.pyramid)
        ->set("bigtiff", big);
}

/// A pyramid cannot be stopped (see ForgivingTarget); the disk's failure comes after the encoder has run to its end.
void saveTiffPyramid(const vips::VImage& image, PixelSource& source, const std::filesystem::path& file, const StreamOptions& options) {
    const ForgivingTarget target(file);
    try {
        image.tiffsave_target(target.target(), tiffOptions(source, options));
    } catch (const vips::VError&) {
        if (target.failure() == 0) {
            throw;
        }
    }
    if (target.failure() != 0) {
        vips_error_clear();
        vips_error("tiff", "%s", std::strerror(target.failure()));
        throw vips::VError();
    }
}

void saveTiff(const vips::VImage& image, PixelSource& source, const std::filesystem::path& file, const StreamOptions& options) {
    if (options.pyramid) {
        return saveTiffPyramid(image, source, file, options);
    }
    image.tiffsave(file.c_str(), tiffOptions(source, options));
}

void saveDeepZoom(const vips::VImage& image, const PixelSource& source, const std::filesystem::path& folder, const WriteOptions& options) {
    const bool png = options.lossless || source.layout.encoding.hasAlpha;
    const std::string suffix = png ? ".png" : ".jpg[Q=" + std::to_string(options.quality) + "]";
    image.dzsave((folder / "image").c_str(), vips::VImage::option()
                                                 ->set("suffix", suffix.c_str())
                                                 ->set("tile_size", 254)
                                                 ->set("overlap", 1)
                                                 ->set("container", VIPS_FOREIGN_DZ_CONTAINER_FS));
}

/// In 10 bits the encoder would end the program: 8 or 12 alone.
void saveAvif(const vips::VImage& image, const PixelSource& source, const std::filesystem::path& file, const WriteOptions& options) {
    image.heifsave(file.c_str(), vips::VImage::option()
                                     ->set("compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1)
                                     ->set("Q", options.quality)
                                     ->set("bitdepth", source.bits));
}

void save(PixelSource& source, const std::filesystem::path& file, const Metadata& metadata, const StreamOptions& options) {
    const vips::VImage image = pictureOf(source, metadata);
    const WriteOptions& write = options.write;
    switch (source.format.kind) {
    case FileKind::jpeg: return saveJpeg(image, file, write);
    case FileKind::png: return image.pngsave(file.c_str());
    case FileKind::tiff: return saveTiff(image, source, file, options);
    case FileKind::webp:
        return image.webpsave(file.c_str(), vips::VImage::option()->set("Q", write.quality)->set("lossless", write.lossless));
    case FileKind::jpegXl:
        return image.jxlsave(file.c_str(), vips::VImage::option()->set("Q", write.quality)->set("lossless", write.lossless));
    case FileKind::avif: return saveAvif(image, source, file, write);
    case FileKind::deepZoom: return saveDeepZoom(image, source, file, write);
    }
}

[[noreturn]] void failToSave(const std::filesystem::path& path, const std::string& reason) {
    // libvips does not say when a disk is full.
    std::error_code failure;
    const std::filesystem::space_info space = std::filesystem::space(folderOf(path), failure);
    constexpr std::uintmax_t nothing = 1 << 20;
    if (!failure && space.available < nothing) {
        throw Error(quoted(path) + " cannot be written: the disk is full. Free some space or choose another place.");
    }
    throw Error(quoted(path) + " cannot be written (" + reason + "). Check the disk, or choose another place or format.");
}

/// Runs the encoder; what the pull function threw comes first, because the encoder's complaint only follows from it.
void saveOrThrow(PixelSource& source, const std::filesystem::path& file, const std::filesystem::path& path, const Metadata& metadata,
                 const StreamOptions& options) {
    std::string complaint;
    try {
        save(source, file, metadata, options);
    } catch (const vips::VError&) {
        complaint = takeVipsError();
        complaint = complaint.empty() ? "the encoder failed" : complaint;
    }
    if (source.failure) {
        std::rethrow_exception(source.failure);
    }
    if (!complaint.empty()) {
        failToSave(path, complaint);
    }
}

/// A new file or folder that is gone again when it has not been renamed.
class Unfinished {
public:
    Unfinished(const std::filesystem::path& path, FileKind kind) : m_path(temporaryBeside(path)), m_isFolder(kind == FileKind::deepZoom) {
        const bool made = m_isFolder ? ::mkdir(m_path.c_str(), 0777) == 0 : makeFile();
        if (!made) {
            failToSave(path, std::strerror(errno));
        }
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        std::error_code ignored;
        // Only a folder takes memory to be removed, and a destructor must not run out of it.
        m_isFolder ? std::filesystem::remove_all(m_path, ignored) : std::uintmax_t{std::filesystem::remove(m_path, ignored)};
    }

    const std::filesystem::path& path() const { return m_path; }

private:
    bool makeFile() const {
        const int file = ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        return file >= 0 && ::close(file) == 0;
    }

    std::filesystem::path m_path;
    bool m_isFolder;
};

Size sizeOfDeepZoom(const std::filesystem::path& folder) {
    std::ifstream in(folder / "image.dzi");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto number = [&](std::string_view key) {
        const std::size_t at = text.find(key);
        return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + key.size());
    };
    return {number("Width=\""), number("Height=\"")};
}

Size sizeOnDisk(FileKind kind, const std::filesystem::path& file) {
    if (kind == FileKind::deepZoom) {
        return sizeOfDeepZoom(file);
    }
    const OpenedPicture opened = openPicture(file);
    return {opened.image.width(), opened.image.height()};
}

/// What libvips cannot attach. True when it is there or there is nothing to add.
bool addMetadata(FileKind kind, const std::filesystem::path& file, const Metadata& metadata, Size size) {
    if (kind == FileKind::tiff) {
        return addMetadataToTiff(file, metadata.exif, iimOf(metadata.iptc), size);
    }
    return kind != FileKind::jpegXl || addMetadataToJxl(file, metadata.exif, metadata.xmp);
}

void checkWritten(FileKind kind, Size size, const std::filesystem::path& file, const std::filesystem::path& path) {
    Size found;
    try {
        found = sizeOnDisk(kind, file);
    } catch (const Error&) {
        failToSave(path, "it is gone or damaged when opened again");
    }
    if (found != size) {
        failToSave(path, "the file has another size than the picture when opened again");
    }
}

} // namespace

bool holds16Bits(const std::filesystem::path& path) {
    const std::optional<FileKind> kind = kindOf(path);
    return kind && formatOf(*kind).maxBits > 8;
}

bool isWritableFormat(const std::filesystem::path& path) {
    const std::optional<FileKind> kind = kindOf(path);
    return kind && *kind != FileKind::deepZoom;
}

void checkPictureStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options) {
    const Format& format = formatOf(path);
    checkFormat(format, layout, options);
    checkPlace(format, path);
    checkScratchSpace(format, layout, options);
}

std::vector<std::string> pictureStreamProblems(const std::filesystem::path& path, const PictureLayout& layout,
                                               const StreamOptions& options) {
    std::vector<std::string> problems;
    try {
        const Format& format = formatOf(path);
        problems = formatProblems(format, layout, options);
        checkPlace(format, path);
        checkScratchSpace(format, layout, options);
    } catch (const Error& problem) {
        problems.emplace_back(problem.what());
    }
    return problems;
}

std::int64_t memoryOfStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options) {
    const std::int64_t row = std::int64_t{layout.size.width} * options.piece.height * layout.channels;
    const std::int64_t held = 4 * row * (layout.bitsPerSample / 8);
    return held + encoderBytes(formatOf(path), layout.size, options.write.lossless);
}

std::vector<std::string> encodePicture(const std::filesystem::path& file, const std::filesystem::path& path, const PictureLayout& layout,
                                       const StreamOptions& options, const PullPixels& pull) {
    startPictureLibrary();
    const Format& format = formatOf(path);
    EditedMetadata metadata = metadataFor(format.kind, layout, options.write);
    PixelSource source{
        layout, pull, options.piece, format, fileBits(format, layout, options.write), format.kind == FileKind::tiff && options.pyramid,
        nullptr};
    saveOrThrow(source, file, path, metadata.metadata, options);
    if (!addMetadata(format.kind, file, metadata.metadata, layout.size)) {
        failToSave(path, "its metadata cannot be added");
    }
    checkWritten(format.kind, layout.size, file, path);
    return std::move(metadata.warnings);
}

std::vector<std::string> writeWith(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options,
                                   const EncodeInto& encode) {
    checkPictureStream(path, layout, options);
    const Unfinished unfinished(path, formatOf(path).kind);
    std::vector<std::string> warnings = encode(unfinished.path());
    commitFile(unfinished.path(), path);
    return warnings;
}

std::vector<std::string> writePictureStream(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options,
                                            const PullPixels& pull) {
    return writeWith(path, layout, options,
                     [&](const std::filesystem::path& file) { return encodePicture(file, path, layout, options, pull); });
}

} // namespace casr
