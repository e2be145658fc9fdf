// Our own parsers of what stands in picture files: bitmaps, EXIF blocks and TIFF directories, IPTC, and the pixels that a decoder process
// sends. They come to an end with a value, whatever the bytes are.

#include "tests/fuzz/seed.h"

#include "core/io/bmp_file.h"
#include "core/io/exif.h"
#include "core/io/iptc.h"
#include "core/io/picture_wire.h"
#include "core/io/tiff_directory.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string_view>

namespace {

constexpr std::int64_t mostPixels = 1 << 20;

void require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "fuzz_picture_bytes: " << what << std::endl;
        std::abort();
    }
}

void tryBitmap(const std::string& bytes) {
    const std::optional<casr::BmpHeader> header = casr::bmpHeader(bytes);
    if (header && header->size.area() <= mostPixels) {
        const std::optional<casr::BmpPicture> picture = casr::decodedBmp(bytes);
        const auto samples = static_cast<std::size_t>(header->size.area() * header->channels);
        require(!picture || picture->samples.size() == samples, "a bitmap of another size than its header says");
    }
}

void tryExif(const std::string& bytes) {
    const casr::TiffReader reader = casr::readerOfExif(bytes);
    const casr::TiffEntries main = reader.mainDirectory();
    const casr::TiffEntries photo = reader.directoryAt(main, casr::tag::exif);
    const std::string block = casr::exifBlockOf(main, photo, reader.directoryAt(main, casr::tag::position));
    require(block.empty() || casr::readerOfExif(block).mainDirectory().size() >= main.size(), "a directory lost entries on its way");
    require(casr::withUprightOrientation(bytes).size() == bytes.size(), "the orientation changed the size of a block");
    casr::withUprightOrientationInXmp(bytes);
    require(casr::iimOf(casr::photoshopBlockOf(bytes)) == casr::iimOf(bytes), "wrapping changed the datasets");
}

void tryWire(const std::string& bytes) {
    std::size_t at = 0;
    const auto read = [&](void* data, std::size_t count) {
        const bool enough = count <= bytes.size() - at;
        if (enough) {
            std::memcpy(data, bytes.data() + at, count);
            at += count;
        }
        return enough;
    };
    casr::receiveResult(read, mostPixels / 64);
}

} // namespace

void makeSeed(const std::string& folder) {
    const std::string exif =
        casr::exifBlockOf({{271, {2, 2, std::string("A\0", 2)}}}, {{37500, {7, 6, "note.."}}}, {{1, {2, 2, std::string("N\0", 2)}}});
    std::ofstream(folder + "/exif", std::ios::binary) << exif;
    std::ofstream(folder + "/iptc", std::ios::binary) << casr::photoshopBlockOf(std::string("\x1C\x02\x78\0\x05Hello", 10));
    std::ofstream wire(folder + "/wire", std::ios::binary);
    casr::sendResult(casr::Picture{casr::Image({2, 1}, 3, {0, 0.2f, 0.4f, 0.6f, 0.8f, 1}), 8, {exif, "xmp", "iptc", 1}, {"note"}},
                     [&](const void* data, std::size_t count) {
                         wire.write(static_cast<const char*>(data), static_cast<std::streamsize>(count));
                         return wire.good();
                     });
    std::string bitmap("BM", 2);
    bitmap +=
        std::string(8, '\0') + casr::littleEndian(62, 4) + casr::littleEndian(40, 4) + casr::littleEndian(3, 4) + casr::littleEndian(2, 4);
    bitmap +=
        casr::littleEndian(1, 2) + casr::littleEndian(8, 2) + casr::littleEndian(1, 4) + std::string(12, '\0') + casr::littleEndian(2, 4);
    std::ofstream(folder + "/bitmap", std::ios::binary)
        << bitmap << casr::littleEndian(0, 4) << casr::littleEndian(0xFF00FF0000FF, 8) << std::string("\x03\x01\0\0\0\x03\0\1\0\0\0\1", 12);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    tryBitmap(bytes);
    tryExif(bytes);
    tryWire(bytes);
    return 0;
}
