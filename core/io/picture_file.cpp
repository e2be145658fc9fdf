#include "core/io/picture_file.h"

#include "core/io/exif.h"
#include "core/io/picture_stream.h"
#include "core/io/raw_file.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

namespace casr {

namespace {

constexpr std::int64_t maxPixels = std::int64_t{1} << 30;

/// libvips says 1 pixel per millimetre when the file says nothing.
constexpr double unknownDensity = 1.0;

bool isCmyk(const vips::VImage& image) {
    return image.interpretation() == VIPS_INTERPRETATION_CMYK;
}

bool isLab(const vips::VImage& image) {
    const VipsInterpretation kind = image.interpretation();
    return kind == VIPS_INTERPRETATION_LAB || kind == VIPS_INTERPRETATION_LABQ || kind == VIPS_INTERPRETATION_LABS;
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

/// Bits a sample of the file; 0 for floating point and 32-bit integers.
int bitsPerSampleOf(const vips::VImage& image) {
    if (isLab(image)) {
        return image.format() == VIPS_FORMAT_UCHAR ? 8 : 16;
    }
    const VipsBandFormat format = image.format();
    return format == VIPS_FORMAT_UCHAR ? 8 : format == VIPS_FORMAT_USHORT ? 16 : 0;
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
void checkReadable(const std::filesystem::path& path, const vips::VImage& image) {
    const std::string name = "'" + path.string() + "'";
    const std::int64_t pixels = Size{image.width(), image.height()}.area();
    if (pixels > maxPixels) {
        throw Error(name + " has " + std::to_string(pixels >> 20) +
                    " megapixels, more than the 1024 that can be opened. Crop or shrink it first.");
    }
    if (bitsPerSampleOf(image) == 0) {
        throw Error(name + " has samples of neither 8 nor 16 bits (" + vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image.format()) +
                    "). Save it as a 16-bit TIFF first.");
    }
    if (image.coding() == VIPS_CODING_NONE && image.bands() > colourChannelsOf(image) + 1) {
        throw Error(name + " has " + std::to_string(image.bands()) + " channels. Flatten it to RGB, with or without alpha, first.");
    }
}

/// CMYK or Lab colours in 16-bit RGB of the wide Display P3 space: sRGB would clip what such files are made for.
vips::VImage colourAsRgb(const vips::VImage& colour) {
    vips::VOption* options = vips::VImage::option()->set("depth", 16)->set("intent", VIPS_INTENT_RELATIVE);
    if (isLab(colour)) {
        // By way of XYZ: the export of libvips 8.14 from Lab turns greys half a unit towards green and blue.
        return colour.colourspace(VIPS_INTERPRETATION_XYZ).icc_export(options->set("output_profile", "p3")->set("pcs", VIPS_PCS_XYZ));
    }
    options->set("embedded", true)->set("input_profile", "cmyk")->set("black_point_compensation", true);
    return colour.icc_transform("p3", options);
}

/// `image` as grey or RGB, with alpha when it has one, in 8 or 16 bits.
vips::VImage asRgbOrGrey(const vips::VImage& image) {
    if (!isCmyk(image) && !isLab(image)) {
        return image;
    }
    if (!hasAlpha(image)) {
        return colourAsRgb(image);
    }
    const int last = image.bands() - 1;
    const double scale = bitsPerSampleOf(image) == 8 ? 257.0 : 1.0;
    const vips::VImage alpha = image.extract_band(last).linear(scale, 0.0).cast(VIPS_FORMAT_USHORT);
    return colourAsRgb(image.extract_band(0, vips::VImage::option()->set("n", last))).bandjoin(alpha);
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
    const bool wide = region->im->BandFmt == VIPS_FORMAT_USHORT;
    for (int y = area->top; y < area->top + area->height; ++y) {
        const VipsPel* pixels = VIPS_REGION_ADDR(region, area->left, y);
        wide ? storeRow<std::uint16_t>(pixels, y, *area, destination) : storeRow<std::uint8_t>(pixels, y, *area, destination);
    }
    return 0;
}

/// The sample that means 1: libvips leaves the lower bits of HEIF samples of 10 and 12 bits empty.
float largestSample(const vips::VImage& image) {
    constexpr const char* heifBits = "heif-bitdepth";
    if (image.format() == VIPS_FORMAT_UCHAR) {
        return 255.0f;
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

/// A number of a tag as libvips spells it, for example "300/1 (300, Rational, ...)"; 0 when there is none.
double exifNumber(const vips::VImage& image, const char* tag) {
    if (image.get_typeof(tag) == 0) {
        return 0;
    }
    const char* text = image.get_string(tag);
    char* end = nullptr;
    const double number = std::strtod(text, &end);
    const double divisor = *end == '/' ? std::strtod(end + 1, nullptr) : 1.0;
    return divisor > 0 ? number / divisor : 0.0;
}

/// Pixels a millimetre; WebP files say it in their EXIF alone, where libvips does not look.
double densityOf(const vips::VImage& image) {
    if (image.xres() != unknownDensity) {
        return image.xres();
    }
    const bool centimetres = exifNumber(image, "exif-ifd0-ResolutionUnit") == 3;
    return std::max(0.0, exifNumber(image, "exif-ifd0-XResolution") / (centimetres ? 10.0 : 25.4));
}

Metadata metadataOf(const vips::VImage& image) {
    Metadata metadata;
    metadata.exif = withUprightOrientation(blobOf(image, VIPS_META_EXIF_NAME));
    metadata.xmp = withUprightOrientationInXmp(blobOf(image, VIPS_META_XMP_NAME));
    metadata.iptc = blobOf(image, VIPS_META_IPTC_NAME);
    metadata.pixelsPerMillimetre = densityOf(image);
    return metadata;
}

ColourEncoding encodingOf(const vips::VImage& image) {
    ColourEncoding encoding;
    encoding.hasAlpha = hasAlpha(image);
    std::string profile = blobOf(image, VIPS_META_ICC_NAME);
    if (!profile.empty()) {
        encoding.iccProfile = std::make_shared<const std::string>(std::move(profile));
    }
    return encoding;
}

} // namespace

PictureInfo readPictureInfo(const std::filesystem::path& path) {
    checkRegularFile(path);
    if (isRawFile(path)) {
        return readRawInfo(path);
    }
    const OpenedPicture opened = openPicture(path);
    const vips::VImage& image = opened.image;
    PictureInfo info;
    info.format = opened.format;
    info.size = orientedSize({image.width(), image.height()}, orientationOf(image));
    info.channels = image.coding() == VIPS_CODING_NONE ? image.bands() : colourChannelsOf(image);
    info.bitsPerSample = bitsPerSampleOf(image);
    info.hasAlpha = hasAlpha(image);
    info.hasProfile = !blobOf(image, VIPS_META_ICC_NAME).empty();
    info.colour = colourNameOf(image);
    return info;
}

Picture readPicture(const std::filesystem::path& path) {
    checkRegularFile(path);
    const OpenedPicture opened = isRawFile(path) ? developRaw(path) : openPicture(path);
    checkReadable(path, opened.image);
    const int orientation = orientationOf(opened.image);
    try {
        const vips::VImage image = asRgbOrGrey(opened.image);
        const Size size = orientedSize({image.width(), image.height()}, orientation);
        Image pixels(size, image.bands(), decodedUpright(path, image, orientation), encodingOf(image));
        return {std::move(pixels), bitsPerSampleOf(image), metadataOf(opened.image)};
    } catch (const vips::VError&) {
        failToDecode(path);
    }
}

void writePicture(const std::filesystem::path& path, const Picture& picture, const WriteOptions& options) {
    if (!isWritableFormat(path)) {
        throw Error("'" + path.string() + "' has no known extension. Choose .jpg, .png, .tif, .webp, .jxl or .avif.");
    }
    const Image& image = picture.image;
    const PictureLayout layout{image.size(), image.channels(), picture.bitsPerSample, image.encoding(), picture.metadata};
    StreamOptions stream;
    stream.write = options;
    stream.tiled = false;
    writePictureStream(path, layout, stream, [&](Rect rect) { return cropped(image, rect); });
}

} // namespace casr
