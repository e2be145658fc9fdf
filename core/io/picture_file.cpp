#include "core/io/picture_file.h"

#include "core/io/bmp_file.h"
#include "core/io/exif.h"
#include "core/io/file_format.h"
#include "core/io/jxl_boxes.h"
#include "core/io/linear_light.h"
#include "core/io/picture_stream.h"
#include "core/io/raw_file.h"
#include "core/io/read_limits.h"
#include "core/io/tiff_directory.h"
#include "core/io/tiff_exif.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <sys/stat.h>

namespace casr {

namespace {

/// Enough of a bitmap for its header and palette.
constexpr std::size_t bmpHeaderBytes = 4096;

/// libvips says 1 pixel per millimetre when the file says nothing.
constexpr double unknownDensity = 1.0;

bool isCmyk(const vips::VImage& image) {
    return image.interpretation() == VIPS_INTERPRETATION_CMYK;
}

bool isLab(const vips::VImage& image) {
    const VipsInterpretation kind = image.interpretation();
    return kind == VIPS_INTERPRETATION_LAB || kind == VIPS_INTERPRETATION_LABQ || kind == VIPS_INTERPRETATION_LABS;
}

/// Values in linear light, which reach above white.
bool isLinear(const vips::VImage& image) {
    const bool isFloat = image.format() == VIPS_FORMAT_FLOAT || image.format() == VIPS_FORMAT_DOUBLE;
    return image.coding() == VIPS_CODING_RAD || (isFloat && !isLab(image) && !isCmyk(image));
}

int colourChannelsOf(const vips::VImage& image) {
    if (isCmyk(image)) {
        return 4;
    }
    return isLab(image) || image.bands() >= 3 ? 3 : 1;
}

bool hasAlpha(const vips::VImage& image) {
    return image.coding() == VIPS_CODING_NONE && image.bands() == colourChannelsOf(image) + 1;
}

/// Bits a sample of the file; 32 for linear light, 0 for what no picture has.
int bitsPerSampleOf(const vips::VImage& image) {
    if (isLinear(image)) {
        return 32;
    }
    if (isLab(image)) {
        return image.format() == VIPS_FORMAT_UCHAR ? 8 : 16;
    }
    const VipsBandFormat format = image.format();
    return format == VIPS_FORMAT_UCHAR ? 8 : format == VIPS_FORMAT_USHORT || format == VIPS_FORMAT_UINT ? 16 : 0;
}

const char* colourNameOf(const vips::VImage& image) {
    if (isCmyk(image)) {
        return "CMYK";
    }
    return isLab(image) ? "Lab" : colourChannelsOf(image) == 1 ? "grey" : "RGB";
}

/// EXIF orientation 1 .. 8.
int orientationOf(const vips::VImage& image) {
    return vips_image_get_orientation(image.get_image());
}

Size orientedSize(Size size, int orientation) {
    return orientation >= 5 ? Size{size.height, size.width} : size;
}

/// Throws Error for pictures that readPicture would have to guess about, or that no memory holds.
void checkReadable(const std::filesystem::path& path, const vips::VImage& image, bool allowLarge) {
    const std::string name = "'" + path.string() + "'";
    const int bits = bitsPerSampleOf(image);
    checkReadLimits(path, {{image.width(), image.height()}, image.bands(), std::max(1, bits / 8)}, allowLarge);
    if (bits == 0) {
        throw Error(name + " has samples that are no tones (" + vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image.format()) +
                    "). Save it as a 16-bit TIFF first.");
    }
    if (image.coding() == VIPS_CODING_NONE && image.bands() > colourChannelsOf(image) + 1) {
        throw Error(name + " has " + std::to_string(image.bands()) + " channels. Flatten it to RGB, with or without alpha, first.");
    }
}

/// CMYK colours in 16-bit RGB of the wide Display P3 space: sRGB would clip what such files are made for.
vips::VImage inksAsRgb(const vips::VImage& inks) {
    return inks.icc_transform("p3", vips::VImage::option()
                                        ->set("depth", 16)
                                        ->set("intent", VIPS_INTENT_RELATIVE)
                                        ->set("embedded", true)
                                        ->set("input_profile", "cmyk")
                                        ->set("black_point_compensation", true));
}

/// L, a and b as numbers: LittleCMS makes colours of them, more exactly than libvips 8.14.
vips::VImage labAsFloat(const vips::VImage& lab) {
    return lab.colourspace(VIPS_INTERPRETATION_LAB).cast(VIPS_FORMAT_FLOAT);
}

/// `convert` for the colours alone; alpha in `format`, `largest` meaning opaque.
template <typename Convert>
vips::VImage withoutAlpha(const vips::VImage& image, Convert convert, double largest, VipsBandFormat format) {
    if (!hasAlpha(image)) {
        return convert(image);
    }
    const int last = image.bands() - 1;
    const double scale = largest / (bitsPerSampleOf(image) == 8 ? 255.0 : 65535.0);
    const vips::VImage alpha = image.extract_band(last).linear(scale, 0.0).cast(format);
    return convert(image.extract_band(0, vips::VImage::option()->set("n", last))).bandjoin(alpha);
}

vips::VImage asFloat(const vips::VImage& light) {
    return light.coding() == VIPS_CODING_RAD ? light.rad2float() : light.cast(VIPS_FORMAT_FLOAT);
}

/// `image` as grey or RGB, with alpha when it has one, in 8 or 16 bits, or in float when it is Lab or linear light.
vips::VImage asRgbOrGrey(const vips::VImage& image) {
    if (isLinear(image)) {
        return asFloat(image);
    }
    if (image.format() == VIPS_FORMAT_UINT) {
        return image.linear(1.0 / 65537, 0.0).cast(VIPS_FORMAT_USHORT);
    }
    if (isLab(image)) {
        return withoutAlpha(image, labAsFloat, 1, VIPS_FORMAT_FLOAT);
    }
    return isCmyk(image) ? withoutAlpha(image, inksAsRgb, 65535, VIPS_FORMAT_USHORT) : image;
}

/// Where decoded pixels go: the float picture, upright.
struct Destination {
    Size stored; ///< As in the file, before the orientation.
    int orientation = 1;
    int channels = 1;
    float largest = 1; ///< The sample that means 1.
    std::vector<float>& values;

    /// Upright position of the stored pixel, counted in pixels.
    std::size_t pixelOf(int x, int y) const {
        const bool swapped = orientation >= 5;
        const bool fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        const bool fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        const auto across = static_cast<std::size_t>(fromRight ? stored.width - 1 - x : x);
        const auto down = static_cast<std::size_t>(fromBottom ? stored.height - 1 - y : y);
        return swapped ? across * static_cast<std::size_t>(stored.height) + down : down * static_cast<std::size_t>(stored.width) + across;
    }
};

template <typename Sample>
void storeRow(const VipsPel* pixels, int y, VipsRect area, const Destination& destination) {
    const auto* sample = reinterpret_cast<const Sample*>(pixels);
    for (int x = area.left; x < area.left + area.width; ++x) {
        float* out = destination.values.data() + destination.pixelOf(x, y) * static_cast<std::size_t>(destination.channels);
        for (int channel = 0; channel < destination.channels; ++channel) {
            *out++ = static_cast<float>(*sample++) / destination.largest;
        }
    }
}

/// Called by libvips for one strip after another, from one thread at a time.
int storeStrip(VipsRegion* region, VipsRect* area, void* data) {
    const auto& destination = *static_cast<const Destination*>(data);
    const VipsBandFormat format = region->im->BandFmt;
    const auto store = format == VIPS_FORMAT_FLOAT    ? storeRow<float>
                       : format == VIPS_FORMAT_USHORT ? storeRow<std::uint16_t>
                                                      : storeRow<std::uint8_t>;
    for (int y = area->top; y < area->top + area->height; ++y) {
        store(VIPS_REGION_ADDR(region, area->left, y), y, *area, destination);
    }
    return 0;
}

/// The sample that means 1: libvips leaves the lower bits of HEIF samples of 10 and 12 bits empty.
float largestSample(const vips::VImage& image) {
    constexpr const char* heifBits = "heif-bitdepth";
    if (image.format() == VIPS_FORMAT_UCHAR || image.format() == VIPS_FORMAT_FLOAT) {
        return image.format() == VIPS_FORMAT_UCHAR ? 255.0f : 1.0f;
    }
    const int bits = image.get_typeof(heifBits) == 0 ? 16 : std::clamp(image.get_int(heifBits), 9, 16);
    return static_cast<float>(65536 - (65536 >> bits));
}

/// Every value of `image` as float 0 .. 1, turned upright on the way (a decoder that runs from top to bottom cannot rotate).
std::vector<float> decodedUpright(const std::filesystem::path& path, const vips::VImage& image, int orientation) {
    const Size stored{image.width(), image.height()};
    std::vector<float> values(static_cast<std::size_t>(stored.area()) * static_cast<std::size_t>(image.bands()));
    Destination destination{stored, orientation, image.bands(), largestSample(image), values};
    if (vips_sink_disc(image.get_image(), storeStrip, &destination)) {
        failToDecode(path);
    }
    return values;
}

/// Pixels a millimetre; WebP and AVIF files say it in their EXIF alone, where libvips does not look.
double densityOf(const vips::VImage& image, const std::string& exif) {
    return image.xres() != unknownDensity ? image.xres() : densityIn(readerOfExif(exif).mainDirectory());
}

Metadata metadataOf(const vips::VImage& image) {
    Metadata metadata;
    metadata.exif = blobOf(image, VIPS_META_EXIF_NAME);
    metadata.xmp = blobOf(image, VIPS_META_XMP_NAME);
    metadata.iptc = blobOf(image, VIPS_META_IPTC_NAME);
    metadata.pixelsPerMillimetre = densityOf(image, metadata.exif);
    return metadata;
}

/// libvips knows the metadata of all but three kinds of files.
Metadata metadataOf(const std::filesystem::path& path, const OpenedPicture& opened) {
    Metadata metadata = opened.format == "RAW"       ? readRawMetadata(path)
                        : opened.format == "TIFF"    ? readTiffMetadata(path)
                        : opened.format == "JPEG XL" ? readJxlMetadata(path)
                                                     : metadataOf(opened.image);
    metadata.exif = withUprightOrientation(std::move(metadata.exif));
    metadata.xmp = withUprightOrientationInXmp(std::move(metadata.xmp));
    return metadata;
}

/// False for a profile that says nothing about such pixels: greys with an sRGB profile exist.
bool describes(const std::string& profile, const vips::VImage& image) {
    const std::string_view unfit = colourChannelsOf(image) == 1 ? "RGB " : "GRAY";
    return !profile.empty() && profileSpace(profile) != unfit;
}

ColourEncoding encodingOf(const vips::VImage& image) {
    ColourEncoding encoding;
    encoding.hasAlpha = hasAlpha(image);
    std::string profile = blobOf(image, VIPS_META_ICC_NAME);
    if (describes(profile, image)) {
        encoding.iccProfile = std::make_shared<const std::string>(std::move(profile));
    }
    return encoding;
}

std::string readBytes(const std::filesystem::path& path, std::size_t most = std::string::npos) {
    std::ifstream in(path, std::ios::binary);
    if (most == std::string::npos) {
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string bytes(most, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(most));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

/// libvips reads no bitmaps by itself.
OpenedPicture openBmp(const std::filesystem::path& path, const BmpHeader& header, const ReadOptions& options) {
    startPictureLibrary();
    checkReadLimits(path, {header.size, header.channels, 1}, options.allowLarge);
    std::optional<BmpPicture> bmp = decodedBmp(readBytes(path));
    if (!bmp) {
        vips_error("bmp", "%s", "pixels are missing");
        failToDecode(path);
    }
    const vips::VImage pixels = vips::VImage::new_from_memory(bmp->samples.data(), bmp->samples.size(), header.size.width,
                                                              header.size.height, header.channels, VIPS_FORMAT_UCHAR);
    const VipsInterpretation meaning = interpretationOf(header.channels >= 3 ? 3 : 1, 8);
    return {pixels.copy(vips::VImage::option()->set("interpretation", meaning)).copy_memory(), "BMP"};
}

OpenedPicture openSource(const std::filesystem::path& path, const ReadOptions& options) {
    checkRegularFile(path);
    if (isRawFile(path)) {
        return developRaw(path, options);
    }
    const std::optional<BmpHeader> bmp = bmpHeader(readBytes(path, bmpHeaderBytes));
    return bmp ? openBmp(path, *bmp, options) : openPicture(path, options.page);
}

/// What OpenEXR means by alpha: colours are multiplied by it. One that is 1 everywhere is none: its files have no way to say so.
Image withStraightAlpha(const Image& light, float opaque) {
    const auto channels = static_cast<std::size_t>(light.channels());
    std::vector<float> values(light.values().begin(), light.values().end());
    bool isOpaque = true;
    for (std::size_t at = 0; at < values.size(); at += channels) {
        float& alpha = values[at + channels - 1];
        alpha = alpha > 0 ? std::min(alpha / opaque, 1.0f) : 0.0f;
        isOpaque = isOpaque && alpha == 1.0f;
        for (std::size_t channel = 0; alpha > 0 && channel + 1 < channels; ++channel) {
            values[at + channel] /= alpha;
        }
    }
    const Image straight(light.size(), light.channels(), std::move(values), light.encoding());
    return isOpaque ? selectChannels(straight, 0, straight.colourChannels()) : straight;
}

/// libvips counts alpha of linear light from 0 to 255.
Image shown(const Image& light, bool isExr, ToneCurve curve) {
    const auto& profile = light.encoding().iccProfile;
    const bool hasAlpha = light.encoding().hasAlpha;
    return displayed(hasAlpha && isExr ? withStraightAlpha(light, 255) : light, profile ? *profile : std::string(), curve);
}

std::vector<std::string> notesOn(const OpenedPicture& opened, const ReadOptions& options) {
    std::vector<std::string> notes;
    if (isLinear(opened.image)) {
        notes.push_back(options.tone == ToneCurve::soft ? "linear light: tones above 80 % of white are rolled off (tone curve 'soft')"
                                                        : "linear light: tones above white are cut (tone curve 'clip')");
    }
    if (opened.pages > 1) {
        notes.push_back("page " + std::to_string(options.page + 1) + " of " + std::to_string(opened.pages) + " was read");
    }
    return notes;
}

Picture decoded(const std::filesystem::path& path, const OpenedPicture& opened, const ReadOptions& options) {
    const int orientation = orientationOf(opened.image);
    const vips::VImage image = asRgbOrGrey(opened.image);
    const Size size = orientedSize({image.width(), image.height()}, orientation);
    Image pixels(size, image.bands(), decodedUpright(path, image, orientation), encodingOf(image));
    if (isLab(opened.image)) {
        pixels = displayedLab(pixels);
    } else if (isLinear(image)) {
        pixels = shown(pixels, opened.format == "OpenEXR", options.tone);
    }
    return {std::move(pixels), bitsPerSampleOf(image) == 8 ? 8 : 16, metadataOf(path, opened), notesOn(opened, options)};
}

/// Tells whether a file was written to in the meantime.
struct FileState {
    struct stat status {};

    explicit FileState(const std::filesystem::path& path) { ::stat(path.c_str(), &status); }
    bool operator==(const FileState& other) const {
        return status.st_ino == other.status.st_ino && status.st_size == other.status.st_size &&
               status.st_mtim.tv_sec == other.status.st_mtim.tv_sec && status.st_mtim.tv_nsec == other.status.st_mtim.tv_nsec;
    }
};

} // namespace

PictureInfo readPictureInfo(const std::filesystem::path& path) {
    checkRegularFile(path);
    if (isRawFile(path)) {
        return readRawInfo(path);
    }
    const OpenedPicture opened = openSource(path, {});
    const vips::VImage& image = opened.image;
    PictureInfo info;
    info.format = opened.format;
    info.size = orientedSize({image.width(), image.height()}, orientationOf(image));
    info.channels = image.coding() == VIPS_CODING_NONE ? image.bands() : colourChannelsOf(image);
    info.bitsPerSample = bitsPerSampleOf(image);
    info.hasAlpha = hasAlpha(image);
    info.hasProfile = !blobOf(image, VIPS_META_ICC_NAME).empty();
    info.colour = colourNameOf(image);
    info.pages = opened.pages;
    return info;
}

Picture readPicture(const std::filesystem::path& path, const ReadOptions& options) {
    const FileState before(path);
    const OpenedPicture opened = openSource(path, options);
    checkReadable(path, opened.image, options.allowLarge);
    try {
        Picture picture = decoded(path, opened, options);
        if (!(FileState(path) == before)) {
            throw Error("'" + path.string() + "' was changed while it was read. Open it again when the other program is done.");
        }
        return picture;
    } catch (const vips::VError&) {
        failToDecode(path);
    }
}

std::vector<std::string> writePicture(const std::filesystem::path& path, const Picture& picture, const WriteOptions& options) {
    if (!isWritableFormat(path)) {
        throw Error("'" + path.string() + "' has no known extension. Choose .jpg, .png, .tif, .webp, .jxl or .avif.");
    }
    const Image& image = picture.image;
    const PictureLayout layout{image.size(), image.channels(), picture.bitsPerSample, image.encoding(), picture.metadata};
    StreamOptions stream;
    stream.write = options;
    stream.tiled = false;
    return writePictureStream(path, layout, stream, [&](Rect rect) { return cropped(image, rect); });
}

} // namespace casr
