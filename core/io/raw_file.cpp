#include "core/io/raw_file.h"

#include "core/io/read_limits.h"
#include "core/io/tiff_directory.h"
#include "core/io/tiff_exif.h"

#include <libraw/libraw.h>

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <memory>
#include <string_view>

namespace casr {

namespace {

constexpr std::array<std::string_view, 18> rawExtensions{".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".orf",
                                                         ".pef", ".raf", ".rw2", ".srw", ".3fr", ".iiq", ".erf", ".mrw", ".x3f"};

/// Beginnings that no other picture has. Those of TIFF are missing: LibRaw takes a grey TIFF with a camera's name for a RAW file.
constexpr std::array<std::string_view, 8> rawBeginnings{
    "FUJIFILMCCD-RAW", "IIRO", "IIRS", "MMOR", std::string_view("IIU\0", 4), "FOVb", std::string_view("\0MRM", 4), "ftypcrx "};

/// The curve of sRGB, as LibRaw wants it: 1 over the power, and the slope of the straight part.
constexpr double curvePower = 1 / 2.4;
constexpr double curveSlope = 12.92;

/// Of LibRaw's spaces the one that holds every colour of a camera: ROMM (ProPhoto).
constexpr int rommSpace = 4;

bool hasRawExtension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; });
    return std::find(rawExtensions.begin(), rawExtensions.end(), extension) != rawExtensions.end();
}

std::string beginningOf(const std::filesystem::path& path) {
    std::string bytes(16, '\0');
    std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

bool beginsLikeRaw(std::string_view beginning) {
    return std::any_of(rawBeginnings.begin(), rawBeginnings.end(), [&](std::string_view each) {
        return beginning.substr(0, each.size()) == each || beginning.substr(4, each.size()) == each;
    });
}

bool beginsLikeTiff(std::string_view beginning) {
    const std::string_view order = beginning.substr(0, 2);
    return order == "II" || order == "MM";
}

[[noreturn]] void failToDevelop(const std::filesystem::path& path, int code) {
    throw Error("'" + path.string() + "' is a camera RAW file that is damaged, cut short or of an unknown camera (" +
                libraw_strerror(code) + "). Copy it again, or develop it to a 16-bit TIFF.");
}

/// On the heap: LibRaw's object takes hundreds of kilobytes.
std::unique_ptr<LibRaw> newRaw() {
    auto raw = std::make_unique<LibRaw>();
    // What goes wrong comes back as a code too; LibRaw would print it.
    raw->set_dataerror_handler([](void*, const char*, int) {}, nullptr);
    return raw;
}

void check(const std::filesystem::path& path, int code) {
    if (code != LIBRAW_SUCCESS) {
        failToDevelop(path, code);
    }
}

std::unique_ptr<LibRaw> openedRaw(const std::filesystem::path& path) {
    std::unique_ptr<LibRaw> raw = newRaw();
    check(path, raw->open_file(path.c_str()));
    return raw;
}

bool isDng(const std::filesystem::path& path) {
    const std::unique_ptr<LibRaw> raw = newRaw();
    return raw->open_file(path.c_str()) == LIBRAW_SUCCESS && raw->imgdata.idata.dng_version != 0;
}

void setParameters(libraw_output_params_t& parameters, bool halfSize) {
    parameters.half_size = halfSize ? 1 : 0;
    parameters.use_camera_wb = 1;
    parameters.output_bps = 16;
    parameters.output_color = rommSpace;
    parameters.gamm[0] = curvePower;
    parameters.gamm[1] = curveSlope;
    // Not brightened by its histogram: the exposure is the photographer's.
    parameters.no_auto_bright = 1;
}

struct FreeProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};

/// ROMM primaries and white with the curve of sRGB: what LibRaw is asked for.
std::string rommProfile() {
    const cmsCIExyY white{0.3457, 0.3585, 1};
    const cmsCIExyYTRIPLE primaries{{0.7347, 0.2653, 1}, {0.1596, 0.8404, 1}, {0.0366, 0.0001, 1}};
    const std::array<cmsFloat64Number, 5> shape{2.4, 1 / 1.055, 0.055 / 1.055, 1 / curveSlope, 0.04045};
    cmsToneCurve* curve = cmsBuildParametricToneCurve(nullptr, 4, shape.data());
    const std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
    const std::unique_ptr<void, FreeProfile> profile(cmsCreateRGBProfile(&white, &primaries, curves.data()));
    cmsFreeToneCurve(curve);
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile.get(), nullptr, &size);
    std::string bytes(size, '\0');
    cmsSaveProfileToMem(profile.get(), bytes.data(), &size);
    return bytes;
}

struct FreeDeveloped {
    void operator()(libraw_processed_image_t* image) const { LibRaw::dcraw_clear_mem(image); }
};
using Developed = std::unique_ptr<libraw_processed_image_t, FreeDeveloped>;

/// Runs all of LibRaw on the file.
Developed developed(const std::filesystem::path& path, const ReadOptions& options) {
    const std::unique_ptr<LibRaw> raw = openedRaw(path);
    const libraw_image_sizes_t& sizes = raw->imgdata.sizes;
    checkReadLimits(path, {{sizes.raw_width, sizes.raw_height}, 3, 2}, options.allowLarge);
    setParameters(raw->imgdata.params, options.halfSize);
    check(path, raw->unpack());
    check(path, raw->dcraw_process());
    int code = LIBRAW_SUCCESS;
    Developed image(raw->dcraw_make_mem_image(&code));
    check(path, code);
    if (!image || image->type != LIBRAW_IMAGE_BITMAP || image->bits != 16 || (image->colors != 1 && image->colors != 3)) {
        failToDevelop(path, LIBRAW_FILE_UNSUPPORTED);
    }
    return image;
}

vips::VImage inDisplayP3(vips::VImage romm) {
    setMetadata(romm, {}, rommProfile());
    return romm.icc_transform("p3", vips::VImage::option()->set("embedded", true)->set("depth", 16)->set("intent", VIPS_INTENT_RELATIVE));
}

TiffEntry textEntry(const char* text) {
    const std::string value = std::string(text) + '\0';
    return {tiffType::text, value.size(), value};
}

TiffEntry fractionEntry(double value) {
    constexpr double divisor = 1000000;
    const double inside = std::clamp(value, 0.0, 4000.0);
    return {tiffType::fraction, 1, littleEndian(static_cast<std::uint64_t>(inside * divisor + 0.5), 4) + littleEndian(1000000, 4)};
}

/// "2026:05:31 12:00:00", the local time that LibRaw gives.
std::string dateOf(time_t seconds) {
    std::array<char, 32> text{};
    tm parts{};
    ::localtime_r(&seconds, &parts);
    return std::strftime(text.data(), text.size(), "%Y:%m:%d %H:%M:%S", &parts) == 0 ? std::string() : std::string(text.data());
}

TiffEntries exposureOf(const libraw_imgother_t& other) {
    constexpr int exposureTime = 33434, aperture = 33437, sensitivity = 34855, taken = 36867, focalLength = 37386;
    TiffEntries entries;
    for (const auto& [number, value] :
         {std::pair(exposureTime, other.shutter), std::pair(aperture, other.aperture), std::pair(focalLength, other.focal_len)}) {
        if (value > 0) {
            entries[number] = fractionEntry(static_cast<double>(value));
        }
    }
    if (other.iso_speed > 0 && other.iso_speed < 65536) {
        entries[sensitivity] = {tiffType::number16, 1, littleEndian(static_cast<std::uint64_t>(other.iso_speed), 2)};
    }
    if (other.timestamp > 0) {
        entries[taken] = textEntry(dateOf(other.timestamp).c_str());
    }
    return entries;
}

/// What LibRaw knows, as an EXIF block.
std::string exifByLibRaw(const std::filesystem::path& path) {
    constexpr int make = 271, model = 272;
    const std::unique_ptr<LibRaw> raw = newRaw();
    if (raw->open_file(path.c_str()) != LIBRAW_SUCCESS) {
        return {};
    }
    const TiffEntries main{{make, textEntry(raw->imgdata.idata.make)}, {model, textEntry(raw->imgdata.idata.model)}};
    return exifBlockOf(main, exposureOf(raw->imgdata.other), {});
}

} // namespace

bool looksLikeRaw(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_regular_file(path, failure) && (hasRawExtension(path) || beginsLikeRaw(beginningOf(path)));
}

bool isRawFile(const std::filesystem::path& path) {
    return looksLikeRaw(path) || (beginsLikeTiff(beginningOf(path)) && isDng(path));
}

PictureInfo readRawInfo(const std::filesystem::path& path) {
    const std::unique_ptr<LibRaw> raw = openedRaw(path);
    check(path, raw->adjust_sizes_info_only());
    const libraw_image_sizes_t& sizes = raw->imgdata.sizes;
    PictureInfo info;
    info.format = "RAW";
    info.size = {sizes.iwidth, sizes.iheight};
    info.channels = raw->imgdata.idata.colors == 1 ? 1 : 3;
    info.bitsPerSample = 16;
    info.hasProfile = info.channels == 3;
    info.colour = info.channels == 3 ? "RGB" : "grey";
    return info;
}

Metadata readRawMetadata(const std::filesystem::path& path) {
    Metadata metadata = readTiffMetadata(path);
    if (metadata.exif.empty()) {
        metadata.exif = exifByLibRaw(path);
    }
    metadata.pixelsPerMillimetre = 0; // Of the preview inside.
    return metadata;
}

OpenedPicture developRaw(const std::filesystem::path& path, const ReadOptions& options) {
    startPictureLibrary();
    const Developed image = developed(path, options);
    const vips::VImage pixels =
        vips::VImage::new_from_memory(image->data, image->data_size, image->width, image->height, image->colors, VIPS_FORMAT_USHORT)
            .copy(vips::VImage::option()->set("interpretation", interpretationOf(image->colors, 16)));
    return {(image->colors == 3 ? inDisplayP3(pixels) : pixels).copy_memory(), "RAW"};
}

} // namespace casr
