#include "core/io/jxl_boxes.h"

#include "core/io/tiff_directory.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

#include <brotli/decode.h>

namespace casr {

namespace {

constexpr std::string_view signature("\0\0\0\x0CJXL \r\n\x87\n", 12);
constexpr std::string_view fileType("\0\0\0\x14"
                                    "ftypjxl \0\0\0\0jxl ",
                                    20);
constexpr std::string_view codestream("\xFF\x0A", 2);
constexpr std::uint64_t longestBlock = std::uint64_t{64} << 20;

std::string bigEndian(std::uint64_t value, int bytes) {
    std::string text = littleEndian(value, bytes);
    std::reverse(text.begin(), text.end());
    return text;
}

std::uint64_t bigEndianNumber(std::string text) {
    std::reverse(text.begin(), text.end());
    return numberOf(text);
}

struct Box {
    std::string name;
    std::uint64_t start = 0; ///< Of its header.
    std::uint64_t data = 0;
    std::uint64_t end = 0;
    bool isOpen = false; ///< Goes to the end of the file without saying where that is.
};

/// A JPEG XL file, read by its boxes.
class BoxFile {
public:
    explicit BoxFile(const std::filesystem::path& path) : m_in(path, std::ios::binary) {
        std::error_code failure;
        m_size = std::filesystem::file_size(path, failure);
        m_size = failure ? 0 : m_size;
    }

    std::string bytes(std::uint64_t offset, std::uint64_t count) {
        std::string read(static_cast<std::size_t>(std::min(count, longestBlock)), '\0');
        m_in.clear();
        m_in.seekg(static_cast<std::streamoff>(offset));
        m_in.read(read.data(), static_cast<std::streamsize>(read.size()));
        read.resize(static_cast<std::size_t>(m_in.gcount()));
        return read;
    }

    /// Stops at the first box that does not fit into the file.
    std::vector<Box> boxes() {
        std::vector<Box> found;
        std::uint64_t at = 0;
        while (at + 8 <= m_size) {
            const Box box = boxAt(at);
            if (box.end < box.data || box.end > m_size) {
                break;
            }
            found.push_back(box);
            at = box.end;
        }
        return found;
    }

private:
    Box boxAt(std::uint64_t at) {
        const std::uint64_t length = bigEndianNumber(bytes(at, 4));
        Box box{bytes(at + 4, 4), at, at + 8, at + length, length == 0};
        if (length == 0) {
            box.end = m_size;
        } else if (length == 1) {
            box.data = at + 16;
            const std::uint64_t longLength = bigEndianNumber(bytes(at + 8, 8));
            box.end = longLength <= m_size ? at + longLength : m_size + 1;
        }
        return box;
    }

    std::ifstream m_in;
    std::uint64_t m_size = 0;
};

/// What Brotli packed; nothing when it is damaged or longer than a block may be.
std::string unpacked(const std::string& packed) {
    const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> decoder(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
    const auto* next = reinterpret_cast<const std::uint8_t*>(packed.data());
    std::size_t left = packed.size();
    std::string text;
    BrotliDecoderResult state = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (decoder && state == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && text.size() <= longestBlock) {
        std::size_t count = 0;
        state = BrotliDecoderDecompressStream(decoder.get(), &left, &next, &count, nullptr, nullptr);
        const std::uint8_t* made = BrotliDecoderTakeOutput(decoder.get(), &count);
        text.insert(text.end(), made, made + count);
    }
    return state == BROTLI_DECODER_RESULT_SUCCESS && text.size() <= longestBlock ? text : std::string();
}

/// A box of metadata: the name of what it holds, and that, unpacked. Nothing for other boxes.
struct Block {
    std::string name, data;
};
Block blockIn(BoxFile& file, const Box& box) {
    const bool isPacked = box.name == "brob";
    const std::string name = isPacked ? file.bytes(box.data, std::min<std::uint64_t>(4, box.end - box.data)) : box.name;
    if (name != "Exif" && name != "xml ") {
        return {};
    }
    const std::string data = file.bytes(box.data, box.end - box.data);
    return {name, isPacked ? unpacked(data.substr(4)) : data};
}

std::string box(std::string_view name, const std::string& data) {
    return data.empty() ? std::string() : bigEndian(8 + data.size(), 4) + std::string(name) + data;
}

/// The TIFF structure behind four bytes that say where it begins.
std::string exifData(const std::string& exif) {
    const std::string tiff = exif.substr(0, 4) == "Exif" ? exif.substr(std::min<std::size_t>(6, exif.size())) : exif;
    return tiff.empty() ? std::string() : std::string(4, '\0') + tiff;
}

std::string exifOfData(const std::string& data) {
    const std::uint64_t start = bigEndianNumber(data.substr(0, 4));
    return data.size() < 4 || start >= data.size() - 4 ? std::string()
                                                       : std::string("Exif\0\0", 6) + data.substr(4 + static_cast<std::size_t>(start));
}

bool append(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream out(file, std::ios::binary | std::ios::app);
    out << bytes;
    out.close();
    return out.good();
}

/// A bare codestream moves into a box of its own, the last one, which says no length: libjxl 0.7 refuses those of 64 bits.
bool wrap(const std::filesystem::path& file, const std::string& added) {
    std::ifstream in(file, std::ios::binary);
    const std::string stream{std::istreambuf_iterator<char>(in), {}};
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << signature << fileType << added << bigEndian(0, 4) << "jxlc" << stream;
    out.close();
    return in.good() && out.good();
}

/// The last box may say that it goes to the end of the file; with others behind it it must not.
bool closeOpenBox(const std::filesystem::path& file, const Box& last) {
    const std::uint64_t length = last.end - last.start;
    if (!last.isOpen) {
        return true;
    }
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(last.start));
    out << bigEndian(length, 4);
    out.close();
    return out.good() && length <= 0xFFFFFFFFu;
}

} // namespace

Metadata readJxlMetadata(const std::filesystem::path& path) {
    BoxFile file(path);
    Metadata metadata;
    for (const Box& each : file.boxes()) {
        const Block block = blockIn(file, each);
        if (block.name == "Exif" && metadata.exif.empty()) {
            metadata.exif = exifOfData(block.data);
        } else if (block.name == "xml " && metadata.xmp.empty()) {
            metadata.xmp = block.data;
        }
    }
    metadata.pixelsPerMillimetre = densityIn(readerOfExif(metadata.exif).mainDirectory());
    return metadata;
}

bool addMetadataToJxl(const std::filesystem::path& file, const std::string& exif, const std::string& xmp) {
    const std::string added = box("Exif", exifData(exif)) + box("xml ", xmp);
    BoxFile boxFile(file);
    if (boxFile.bytes(0, 2) == codestream) {
        return added.empty() || wrap(file, added);
    }
    const std::vector<Box> boxes = boxFile.boxes();
    if (boxes.empty() || boxFile.bytes(0, 12) != signature) {
        return false;
    }
    return added.empty() || (closeOpenBox(file, boxes.back()) && append(file, added));
}

} // namespace casr
