#include "core/io/file_format.h"
#include "core/io/iptc.h"
#include "core/io/metadata_edit.h"
#include "core/io/picture_stream.h"
#include "core/io/tiff_directory.h"

namespace casr {

namespace {

/// Bytes that one segment of JPEG takes; libvips writes no larger block of EXIF anywhere.
constexpr std::size_t segmentBytes = 65000;

bool hasMakerNote(const std::string& exif) {
    const TiffReader reader = readerOfExif(exif);
    return reader.directoryAt(reader.mainDirectory(), tag::exif).count(tag::makerNote) != 0;
}

/// The tables of what a file loses, each line with its own condition.
std::vector<std::string> pixelLosses(const Format& format, const PictureLayout& layout, const StreamOptions& options) {
    std::vector<std::string> losses;
    const std::string name = format.name;
    const int wanted = options.write.bitsPerSample ? options.write.bitsPerSample : layout.bitsPerSample;
    if (format.kind == FileKind::jpeg && layout.encoding.hasAlpha) {
        losses.push_back("transparency: " + name + " has none, so the picture is put on white; PNG, TIFF and WebP keep it");
    }
    if (wanted > format.maxBits) {
        losses.push_back("depth: " + name + " holds " + std::to_string(format.maxBits) +
                         " bits a sample; TIFF, PNG and JPEG XL hold all 16 bits");
    }
    if (options.write.lossless && format.kind == FileKind::jpeg) {
        losses.emplace_back("lossless: JPEG files are written with loss alone; PNG, TIFF, WebP and JPEG XL can do without");
    }
    if (options.pyramid && format.kind != FileKind::tiff) {
        losses.emplace_back("pyramid: half sizes are kept in TIFF files alone");
    }
    if (!format.hasGrey && layout.channels <= 2) {
        losses.push_back("grey: " + name + " stores it as three equal channels");
    }
    return losses;
}

std::vector<std::string> metadataLosses(const Format& format, const Metadata& metadata) {
    std::vector<std::string> losses;
    const std::string name = format.name;
    const bool hasAny = !metadata.exif.empty() || !metadata.xmp.empty() || !metadata.iptc.empty() || !metadata.done.empty();
    if (format.kind == FileKind::deepZoom) {
        return hasAny ? std::vector<std::string>{"metadata: DeepZoom keeps the colour profile alone"} : losses;
    }
    if (!iimOf(metadata.iptc).empty() && format.kind != FileKind::jpeg && format.kind != FileKind::tiff) {
        losses.push_back("IPTC: " + name + " has no place for it, so it is written as XMP");
    }
    if (format.kind == FileKind::tiff && hasMakerNote(metadata.exif)) {
        losses.emplace_back("maker note: it cannot move into a TIFF file");
    }
    if (metadata.exif.size() > segmentBytes) {
        losses.emplace_back("EXIF: the block is too long, so the maker note or all of it is left out");
    }
    if (format.kind == FileKind::jpeg && metadata.xmp.size() > segmentBytes) {
        losses.emplace_back("XMP: the packet is longer than one segment of JPEG takes");
    }
    return losses;
}

} // namespace

std::vector<std::string> lossesOf(const std::filesystem::path& path, const PictureLayout& layout, const StreamOptions& options) {
    const Format& format = formatOf(path);
    std::vector<std::string> losses = pixelLosses(format, layout, options);
    const std::vector<std::string> further = metadataLosses(format, metadataToKeep(layout.metadata, options.write.keepMetadata));
    losses.insert(losses.end(), further.begin(), further.end());
    return losses;
}

} // namespace casr
