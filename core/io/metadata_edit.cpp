#include "core/io/metadata_edit.h"

#include "core/io/exif.h"
#include "core/io/iptc.h"

#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <new>
#include <string_view>

namespace casr {

namespace {

constexpr const char* software = "CASR Zoom " CASR_VERSION;
constexpr const char* xmpSpace = "urn:casr-zoom:done#";
constexpr const char* xmpPrefix = "casr";

/// Bytes of a block that one segment of JPEG takes, and so the way by which libvips reads blocks.
constexpr std::size_t mostExif = 65533 - 6;

/// Its toolkit throws a type of its own when memory lacks.
void startXmp() {
    try {
        Exiv2::XmpParser::initialize();
        Exiv2::XmpProperties::registerNs(xmpSpace, xmpPrefix);
    } catch (const std::exception&) {
        throw;
    } catch (...) {
        throw std::bad_alloc();
    }
}

/// The XMP half of Exiv2 is not made for threads.
std::unique_lock<std::mutex> exiv2Lock() {
    static std::mutex mutex;
    static std::once_flag once;
    std::call_once(once, [] {
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
        startXmp();
    });
    return std::unique_lock(mutex);
}

std::string_view withoutPrefix(std::string_view exif) {
    return exif.substr(0, 4) == "Exif" ? exif.substr(std::min<std::size_t>(6, exif.size())) : exif;
}

/// The directories of the standards; every other group is a maker note taken apart.
bool isMakerNote(const Exiv2::Exifdatum& datum) {
    constexpr std::array<std::string_view, 5> standard{"Image", "Photo", "GPSInfo", "Iop", "Thumbnail"};
    const std::string group = datum.groupName();
    const bool isStandard = std::find(standard.begin(), standard.end(), group) != standard.end() || group.rfind("SubImage", 0) == 0;
    return !isStandard || datum.key() == "Exif.Photo.MakerNote";
}

bool isPosition(const Exiv2::Exifdatum& datum) {
    return datum.groupName() == "GPSInfo" || datum.key() == "Exif.Image.GPSTag";
}

template <typename Data, typename Predicate>
void eraseFrom(Data& data, Predicate isUnwanted) {
    for (auto datum = data.begin(); datum != data.end();) {
        datum = isUnwanted(*datum) ? data.erase(datum) : std::next(datum);
    }
}

void setIfThere(Exiv2::ExifData& exif, const char* key, std::uint32_t value) {
    if (const auto datum = exif.findKey(Exiv2::ExifKey(key)); datum != exif.end()) {
        *datum = value;
    }
}

void correct(Exiv2::ExifData& exif, const MetadataEdit& edit) {
    Exiv2::ExifThumb(exif).erase();
    setIfThere(exif, "Exif.Image.ImageWidth", static_cast<std::uint32_t>(edit.size.width));
    setIfThere(exif, "Exif.Image.ImageLength", static_cast<std::uint32_t>(edit.size.height));
    setIfThere(exif, "Exif.Photo.PixelXDimension", static_cast<std::uint32_t>(edit.size.width));
    setIfThere(exif, "Exif.Photo.PixelYDimension", static_cast<std::uint32_t>(edit.size.height));
    exif["Exif.Image.Software"] = std::string(software);
    if (!edit.keepPosition) {
        eraseFrom(exif, [](const Exiv2::Exifdatum& datum) { return isPosition(datum) || isMakerNote(datum); });
    }
}

std::string encoded(const Exiv2::ExifData& exif, Exiv2::ByteOrder order) {
    Exiv2::Blob blob;
    Exiv2::ExifParser::encode(blob, order, exif);
    return blob.empty() ? std::string() : std::string("Exif\0\0", 6) + std::string(blob.begin(), blob.end());
}

/// `exif` after `change`; throws what Exiv2 throws.
template <typename Change>
std::string changedExif(const std::string& exif, Change change) {
    const std::string_view tiff = withoutPrefix(exif);
    Exiv2::ExifData data;
    Exiv2::ByteOrder order =
        Exiv2::ExifParser::decode(data, reinterpret_cast<const Exiv2::byte*>(tiff.data()), static_cast<std::uint32_t>(tiff.size()));
    change(data);
    return encoded(data, order == Exiv2::invalidByteOrder ? Exiv2::littleEndian : order);
}

std::string editedExif(const std::string& exif, const MetadataEdit& edit, std::vector<std::string>& warnings) {
    if (exif.empty()) {
        return {};
    }
    // Exiv2 would cut what is too long by itself, and say nothing.
    const bool isTooLong = exif.size() > mostExif;
    try {
        std::string changed = changedExif(exif, [&](Exiv2::ExifData& data) {
            if (data.empty()) {
                throw std::runtime_error("nothing in it can be read");
            }
            correct(data, edit);
            if (isTooLong) {
                eraseFrom(data, isMakerNote);
            }
        });
        if (isTooLong) {
            warnings.emplace_back("the maker note is left out: the EXIF block would be too long with it");
        }
        return changed;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        warnings.push_back(std::string("EXIF is damaged (") + error.what() + ") and " + (edit.keepPosition ? "kept as it is" : "left out"));
        return edit.keepPosition ? exif : std::string();
    }
}

bool holdsPosition(const Exiv2::Xmpdatum& datum) {
    return datum.tagName().find("GPS") != std::string::npos;
}

bool isThumbnail(const Exiv2::Xmpdatum& datum) {
    return datum.key().rfind("Xmp.xmp.Thumbnails", 0) == 0;
}

/// True when it changed something.
bool setIfThere(Exiv2::XmpData& xmp, const char* key, const std::string& value) {
    const auto datum = xmp.findKey(Exiv2::XmpKey(key));
    const bool differs = datum != xmp.end() && datum->toString() != value;
    if (differs) {
        datum->setValue(value);
    }
    return differs;
}

bool correct(Exiv2::XmpData& xmp, const MetadataEdit& edit) {
    const auto before = xmp.count();
    eraseFrom(xmp, isThumbnail);
    if (!edit.keepPosition) {
        eraseFrom(xmp, holdsPosition);
    }
    bool changed = xmp.count() != before;
    const std::string width = std::to_string(edit.size.width), height = std::to_string(edit.size.height);
    for (const auto& [key, value] :
         {std::pair("Xmp.tiff.ImageWidth", width), std::pair("Xmp.tiff.ImageLength", height), std::pair("Xmp.exif.PixelXDimension", width),
          std::pair("Xmp.exif.PixelYDimension", height), std::pair("Xmp.tiff.Orientation", std::string("1"))}) {
        changed = setIfThere(xmp, key, value) || changed;
    }
    return changed;
}

void addDone(Exiv2::XmpData& xmp, const std::vector<std::pair<std::string, std::string>>& done) {
    for (const auto& [name, value] : done) {
        xmp["Xmp.casr." + name] = value;
    }
    if (!done.empty()) {
        xmp["Xmp.xmp.CreatorTool"] = std::string(software);
    }
}

/// IPTC that the format has no place for, under the XMP names of the same fields; what XMP says already stays. True when it added some.
bool addIptc(Exiv2::XmpData& xmp, const std::string& iim) {
    Exiv2::IptcData iptc;
    Exiv2::XmpData translated;
    if (iim.empty() ||
        Exiv2::IptcParser::decode(iptc, reinterpret_cast<const Exiv2::byte*>(iim.data()), static_cast<std::uint32_t>(iim.size())) != 0) {
        return false;
    }
    Exiv2::copyIptcToXmp(iptc, translated);
    bool added = false;
    for (const Exiv2::Xmpdatum& datum : translated) {
        if (xmp.findKey(Exiv2::XmpKey(datum.key())) == xmp.end()) {
            xmp.add(datum);
            added = true;
        }
    }
    return added;
}

std::string packetOf(const Exiv2::XmpData& xmp) {
    std::string packet;
    if (!xmp.empty() &&
        Exiv2::XmpParser::encode(packet, xmp, Exiv2::XmpParser::omitPacketWrapper | Exiv2::XmpParser::useCompactFormat) != 0) {
        throw std::runtime_error("it cannot be written again");
    }
    return packet;
}

/// True when Exiv2 can read it: a packet of its own kind that is empty is no failure.
bool decodeXmp(Exiv2::XmpData& xmp, const std::string& packet) {
    return packet.empty() || Exiv2::XmpParser::decode(xmp, packet) == 0;
}

std::string editedXmp(const Metadata& metadata, const MetadataEdit& edit, std::vector<std::string>& warnings) {
    try {
        Exiv2::XmpData xmp;
        const bool readable = decodeXmp(xmp, metadata.xmp);
        bool changed = correct(xmp, edit);
        changed = (!edit.keepsIptc && addIptc(xmp, iimOf(metadata.iptc))) || changed;
        addDone(xmp, metadata.done);
        if (readable && (changed || !metadata.done.empty())) {
            return packetOf(xmp);
        }
        if (readable) {
            return metadata.xmp;
        }
        warnings.push_back(std::string("XMP is damaged and ") + (edit.keepPosition ? "kept as it is" : "left out"));
        return edit.keepPosition ? withUprightOrientationInXmp(metadata.xmp) : packetOf(xmp);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        warnings.push_back(std::string("XMP is left out (") + error.what() + ")");
        return {};
    }
}

} // namespace

Metadata metadataToKeep(const Metadata& metadata, bool keepMetadata) {
    return keepMetadata ? metadata : Metadata{{}, {}, {}, metadata.pixelsPerMillimetre, metadata.done};
}

EditedMetadata edited(const Metadata& metadata, const MetadataEdit& edit) {
    const std::unique_lock lock = exiv2Lock();
    EditedMetadata result;
    result.metadata = metadata;
    result.metadata.exif = editedExif(metadata.exif, edit, result.warnings);
    result.metadata.xmp = editedXmp(metadata, edit, result.warnings);
    return result;
}

std::string withDensity(const std::string& exif, double pixelsPerMillimetre) {
    const std::unique_lock lock = exiv2Lock();
    const auto density = static_cast<int>(std::lround(std::clamp(pixelsPerMillimetre, 0.0, 10000.0) * 25.4 * 1000));
    const auto set = [&](Exiv2::ExifData& data) {
        data["Exif.Image.XResolution"] = Exiv2::URational(static_cast<std::uint32_t>(density), 1000);
        data["Exif.Image.YResolution"] = Exiv2::URational(static_cast<std::uint32_t>(density), 1000);
        data["Exif.Image.ResolutionUnit"] = std::uint16_t{2};
    };
    try {
        return changedExif(exif, set);
    } catch (const std::exception&) {
        return exif;
    }
}

} // namespace casr
