#include "core/io/vips_support.h"

#include "core/io/exif.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace casr {

namespace {

struct Loader {
    std::string_view classPrefix;
    const char* format;
};

/// Loaders that a photographer's file may reach. Everything else that libvips can open (tables of text, PDF, medical volumes)
/// is refused: it is no photo, and its parsers are the least tested ones.
constexpr std::array<Loader, 8> loaders{{{"VipsForeignLoadJpeg", "JPEG"},
                                         {"VipsForeignLoadPng", "PNG"},
                                         {"VipsForeignLoadTiff", "TIFF"},
                                         {"VipsForeignLoadWebp", "WebP"},
                                         {"VipsForeignLoadHeif", "HEIF"},
                                         {"VipsForeignLoadJxl", "JPEG XL"},
                                         {"VipsForeignLoadNsgif", "GIF"},
                                         {"VipsForeignLoadRad", "Radiance"}}};

/// Bytes that fit into one segment of a JPEG file, and so of EXIF.
constexpr std::size_t maxSegment = 65533;

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

[[noreturn]] void failToOpen(const std::filesystem::path& path, const std::string& reason) {
    throw Error(quoted(path) + " cannot be opened (" + reason + "). Check the name and the permissions.");
}

struct Magic {
    std::size_t at;
    std::string_view bytes;
};

/// Tells a damaged picture, which no loader wants either, from a file of another kind.
bool beginsLikeAPicture(const std::filesystem::path& path) {
    std::array<char, 12> first{};
    std::ifstream(path, std::ios::binary).read(first.data(), first.size());
    const std::string_view head(first.data(), first.size());
    constexpr std::array<Magic, 13> known{{{0, std::string_view("II*\0", 4)},
                                           {0, std::string_view("II+\0", 4)},
                                           {0, std::string_view("MM\0*", 4)},
                                           {0, std::string_view("MM\0+", 4)},
                                           {0, "\xFF\xD8\xFF"},
                                           {0, "\x89PNG"},
                                           {0, "RIFF"},
                                           {0, "GIF8"},
                                           {0, "BM"},
                                           {0, "\xFF\x0A"},
                                           {4, "JXL "},
                                           {4, "ftypavif"},
                                           {4, "ftyphei"}}};
    return std::any_of(known.begin(), known.end(),
                       [&](const Magic& magic) { return head.substr(magic.at, magic.bytes.size()) == magic.bytes; });
}

const Loader& loaderOf(const std::filesystem::path& path, const vips::VSource& source) {
    const char* name = vips_foreign_find_load_source(source.get_source());
    const std::string_view found = name ? name : "";
    const auto matches = [&](const Loader& loader) { return found.substr(0, loader.classPrefix.size()) == loader.classPrefix; };
    const auto loader = std::find_if(loaders.begin(), loaders.end(), matches);
    if (loader == loaders.end()) {
        if (beginsLikeAPicture(path)) {
            failToDecode(path);
        }
        vips_error_clear();
        throw Error(
            quoted(path) +
            " is no picture of a known kind. Open a JPEG, PNG, TIFF, WebP, AVIF, HEIC, JPEG XL, GIF, BMP, OpenEXR, Radiance or camera "
            "RAW file, or convert it to one.");
    }
    return *loader;
}

void setBlob(vips::VImage& image, const char* name, const std::string& bytes) {
    if (!bytes.empty()) {
        vips_image_set_blob_copy(image.get_image(), name, bytes.data(), bytes.size());
    }
}

/// A JPEG file of one pixel that carries the EXIF block: the only way to make libvips read one from memory.
std::string jpegAround(const std::string& exif) {
    VipsBlob* pixel = vips::VImage::black(1, 1).jpegsave_buffer(vips::VImage::option()->set("strip", true));
    std::size_t size = 0;
    const void* data = vips_blob_get(pixel, &size);
    std::string jpeg(static_cast<const char*>(data), size);
    vips_area_unref(VIPS_AREA(pixel));

    const std::size_t length = exif.size() + 2;
    const std::string header{'\xFF', '\xE1', static_cast<char>(length >> 8), static_cast<char>(length & 0xFF)};
    return jpeg.insert(2, header + exif);
}

void* copyExifTag(VipsImage*, const char* name, GValue* value, void* image) {
    if (std::string_view(name).substr(0, 8) == "exif-ifd") {
        vips_image_set(static_cast<VipsImage*>(image), name, value);
    }
    return nullptr;
}

/// libvips writes those tags of the block that the picture also has as single items, so both are attached.
void setExif(vips::VImage& image, const std::string& block) {
    const std::string exif = withExifPrefix(withUprightOrientation(block));
    if (block.empty() || exif.size() > maxSegment) {
        return;
    }
    try {
        const std::string jpeg = jpegAround(exif);
        const vips::VImage carrier = vips::VImage::new_from_buffer(jpeg, "");
        setBlob(image, VIPS_META_EXIF_NAME, exif);
        vips_image_map(carrier.get_image(), copyExifTag, image.get_image());
    } catch (const vips::VError&) {
        vips_error_clear();
    }
}

void configureVips() {
    if (VIPS_INIT("casr-zoom")) {
        throw Error("The picture library libvips does not start (" + takeVipsError() + "). Reinstall libvips.");
    }
    // ImageMagick opens hundreds of formats, OpenSlide takes over TIFF files; blocking all "untrusted" loaders would block JPEG XL.
    for (const char* blocked : {"VipsForeignLoadMagick", "VipsForeignLoadMagick7", "VipsForeignLoadOpenslide"}) {
        vips_operation_block_set(blocked, TRUE);
    }
    // A cached loader would show an overwritten file as it was before.
    vips_cache_set_max(0);
    vips_concurrency_set(static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 4u)));
    // What libvips warns of, it goes on with; what it fails with comes as an Error, and a terminal needs it only once.
    g_log_set_handler(
        "VIPS", G_LOG_LEVEL_WARNING, [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
}

} // namespace

void checkRegularFile(const std::filesystem::path& path) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) {
        failToOpen(path, std::strerror(ENOENT));
    }
    if (failure) {
        failToOpen(path, failure.message());
    }
    if (std::filesystem::is_directory(status)) {
        throw Error(quoted(path) + " is a folder. Choose a picture file inside it.");
    }
    if (!std::filesystem::is_regular_file(status)) {
        throw Error(quoted(path) + " is a pipe or a device, not a file. Save the picture to a file first.");
    }
    if (::access(path.c_str(), R_OK) != 0) {
        failToOpen(path, std::strerror(errno));
    }
}

void startPictureLibrary() {
    static std::once_flag once;
    std::call_once(once, configureVips);
}

std::string takeVipsError() {
    const std::string text = vips_error_buffer();
    vips_error_clear();
    return text.substr(0, text.find('\n'));
}

namespace {

/// AVIF and HEIC share a container and a loader.
std::string formatName(const Loader& loader, const vips::VImage& image) {
    constexpr const char* compression = "heif-compression";
    if (image.get_typeof(compression) == 0) {
        return loader.format;
    }
    return std::string_view(image.get_string(compression)) == "av1" ? "AVIF" : "HEIC";
}

} // namespace

namespace {

constexpr std::string_view exrBeginning = "\x76\x2F\x31\x01";

bool isExr(const std::filesystem::path& path) {
    std::array<char, 4> first{};
    std::ifstream(path, std::ios::binary).read(first.data(), first.size());
    return std::string_view(first.data(), first.size()) == exrBeginning;
}

int pagesOf(const vips::VImage& image) {
    return image.get_typeof(VIPS_META_N_PAGES) == 0 ? 1 : std::max(1, image.get_int(VIPS_META_N_PAGES));
}

void checkPage(const std::filesystem::path& path, int page, int pages) {
    if (page < 0 || page >= pages) {
        throw Error(quoted(path) + " has no page " + std::to_string(page + 1) + " (it has " + std::to_string(pages) +
                    (pages == 1 ? " page" : " pages") + "). Choose one of them with --page.");
    }
}

/// From a source, not by name: libvips would read options out of a name that ends in "]".
OpenedPicture openWithLoader(const std::filesystem::path& path, int page) {
    const vips::VSource source = vips::VSource::new_from_file(path.c_str());
    const Loader& loader = loaderOf(path, source);
    const auto options = [] {
        return vips::VImage::option()->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", VIPS_FAIL_ON_TRUNCATED);
    };
    const vips::VImage first = vips::VImage::new_from_source(source, "", options());
    const int pages = pagesOf(first);
    checkPage(path, page, pages);
    const vips::VImage image = page == 0 ? first : vips::VImage::new_from_source(source, "", options()->set("page", page));
    return {image, formatName(loader, image), pages};
}

} // namespace

OpenedPicture openPicture(const std::filesystem::path& path, int page) {
    startPictureLibrary();
    checkRegularFile(path);
    try {
        if (isExr(path)) {
            checkPage(path, page, 1);
            return {vips::VImage::openexrload(path.c_str()), "OpenEXR"};
        }
        return openWithLoader(path, page);
    } catch (const vips::VError&) {
        failToDecode(path);
    }
}

void failToDecode(const std::filesystem::path& path) {
    throw Error(quoted(path) + " is damaged or cut short (" + takeVipsError() + "). Copy it again from where it came from.");
}

std::string blobOf(const vips::VImage& image, const char* name) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (vips_image_get_typeof(image.get_image(), name) == 0 || vips_image_get_blob(image.get_image(), name, &data, &size)) {
        vips_error_clear();
        return {};
    }
    return {static_cast<const char*>(data), size};
}

void setMetadata(vips::VImage& image, const Metadata& metadata, const std::string& iccProfile) {
    setExif(image, metadata.exif);
    setBlob(image, VIPS_META_XMP_NAME, withUprightOrientationInXmp(metadata.xmp));
    setBlob(image, VIPS_META_IPTC_NAME, metadata.iptc);
    setBlob(image, VIPS_META_ICC_NAME, iccProfile);
}

VipsInterpretation interpretationOf(int colourChannels, int bitsPerSample) {
    if (colourChannels == 1) {
        return bitsPerSample == 16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    }
    return bitsPerSample == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

std::string builtInProfile(const char* name) {
    startPictureLibrary();
    VipsBlob* profile = nullptr;
    if (vips_profile_load(name, &profile, nullptr)) {
        throw Error(std::string("The picture library has no profile '") + name + "' (" + takeVipsError() + "). Reinstall libvips.");
    }
    std::size_t size = 0;
    const auto* data = static_cast<const char*>(vips_blob_get(profile, &size));
    std::string bytes(data, size);
    vips_area_unref(VIPS_AREA(profile));
    return bytes;
}

} // namespace casr
