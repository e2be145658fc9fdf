#include "core/io/raw_file.h"

#include <libraw/libraw.h>

#include <lcms2.h>

#include <algorithm>
#include <array>
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

constexpr std::int64_t maxPixels = std::int64_t{1} << 30;

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

void setParameters(libraw_output_params_t& parameters) {
    parameters.use_camera_wb = 1;
    parameters.output_bps = 16;
    parameters.output_color = rommSpace;
    parameters.gamm[0] = curvePower;
    parameters.gamm[1] = curveSlope;
    // Not brightened by its histogram: the exposure is the photographer's.
    parameters.no_auto_bright = 1;
}

void checkSize(const std::filesystem::path& path, const libraw_image_sizes_t& sizes) {
    const std::int64_t pixels = Size{sizes.raw_width, sizes.raw_height}.area();
    if (pixels > maxPixels) {
        throw Error("'" + path.string() + "' has " + std::to_string(pixels >> 20) +
                    " megapixels, more than the 1024 that can be opened. Develop a part of it to a 16-bit TIFF first.");
    }
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
Developed developed(const std::filesystem::path& path) {
    const std::unique_ptr<LibRaw> raw = openedRaw(path);
    checkSize(path, raw->imgdata.sizes);
    setParameters(raw->imgdata.params);
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

} // namespace

bool isRawFile(const std::filesystem::path& path) {
    const std::string beginning = beginningOf(path);
    return hasRawExtension(path) || beginsLikeRaw(beginning) || (beginsLikeTiff(beginning) && isDng(path));
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

OpenedPicture developRaw(const std::filesystem::path& path) {
    startPictureLibrary();
    const Developed image = developed(path);
    const vips::VImage pixels =
        vips::VImage::new_from_memory(image->data, image->data_size, image->width, image->height, image->colors, VIPS_FORMAT_USHORT)
            .copy(vips::VImage::option()->set("interpretation", interpretationOf(image->colors, 16)));
    return {(image->colors == 3 ? inDisplayP3(pixels) : pixels).copy_memory(), "RAW"};
}

} // namespace casr
