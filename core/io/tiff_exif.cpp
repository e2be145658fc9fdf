#include "core/io/tiff_exif.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string_view>

namespace casr {

namespace {

constexpr int longType = 4, long8Type = 16;
constexpr int exifTag = 34665, positionTag = 34853;
constexpr int makerNoteTag = 37500, interoperabilityTag = 40965, widthTag = 40962, heightTag = 40963;

/// Description, make, model, date, artist and copyright; what describes the pixels is already in the file.
constexpr std::array<int, 6> mainTags{270, 271, 272, 306, 315, 33432};

/// Bytes of one element of each type of TIFF; rationals (5 and 10) are two numbers of half of it.
constexpr std::array<int, 13> elementBytes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

struct Entry {
    int type = 0;
    std::uint64_t count = 0;
    std::string value; ///< Little-endian.
};
using Entries = std::map<int, Entry>;

std::string littleEndian(std::uint64_t value, int bytes) {
    std::string text;
    for (int at = 0; at < bytes; ++at) {
        text += static_cast<char>(value >> (8 * at) & 0xFF);
    }
    return text;
}

std::uint64_t numberOf(std::string_view littleEndianBytes) {
    std::uint64_t value = 0;
    for (std::size_t at = littleEndianBytes.size(); at-- > 0;) {
        value = value << 8 | static_cast<std::uint8_t>(littleEndianBytes[at]);
    }
    return value;
}

/// Reads an EXIF block; what lies outside of it is empty.
class ExifReader {
public:
    explicit ExifReader(std::string_view block)
        : m_block(block.substr(0, 4) == "Exif" ? block.substr(std::min<std::size_t>(6, block.size())) : block),
          m_bigEndian(m_block.substr(0, 1) == "M") {}

    Entries mainDirectory() const { return directory(number(4, 4)); }

    /// Values of a sound block do not overlap; those of a hostile one could add up to gigabytes.
    Entries directory(std::size_t offset) const {
        Entries entries;
        const std::size_t count = number(offset, 2);
        std::size_t held = 0;
        for (std::size_t index = 0; index < count && held <= m_block.size(); ++index) {
            held += addEntry(offset + 2 + index * 12, entries);
        }
        return entries;
    }

private:
    std::string bytes(std::size_t offset, std::size_t count) const {
        return offset <= m_block.size() && count <= m_block.size() - offset ? std::string(m_block.substr(offset, count)) : std::string();
    }

    std::string swapped(std::string text, std::size_t element) const {
        for (std::size_t at = 0; m_bigEndian && at + element <= text.size(); at += element) {
            std::reverse(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(at + element));
        }
        return text;
    }

    std::size_t number(std::size_t offset, std::size_t count) const { return numberOf(swapped(bytes(offset, count), count)); }

    /// Bytes of the value.
    std::size_t addEntry(std::size_t at, Entries& entries) const {
        const std::size_t type = number(at + 2, 2), count = number(at + 4, 4);
        if (type == 0 || type >= elementBytes.size() || count == 0) {
            return 0;
        }
        const auto element = static_cast<std::size_t>(elementBytes[type]);
        const std::string value = bytes(count * element <= 4 ? at + 8 : number(at + 8, 4), count * element);
        if (!value.empty()) {
            const bool isRational = type == 5 || type == 10;
            entries[static_cast<int>(number(at, 2))] = {static_cast<int>(type), count, swapped(value, isRational ? 4 : element)};
        }
        return value.size();
    }

    std::string_view m_block;
    bool m_bigEndian;
};

/// A TIFF file that is appended to.
class TiffAppender {
public:
    explicit TiffAppender(const std::filesystem::path& path) : m_file(path, std::ios::binary | std::ios::in | std::ios::out) {
        const std::string magic = read(0, 4);
        m_big = magic == std::string_view("II+\0", 4);
        m_known = m_big || magic == std::string_view("II*\0", 4);
    }

    /// Writes the directory and gives the entry that points to it.
    Entry appended(const Entries& entries) {
        const std::uint64_t offset = append(directoryOf(entries, {}, 0));
        return {m_big ? long8Type : longType, 1, littleEndian(offset, fieldBytes())};
    }

    /// Puts a copy of the main directory with `entries` in place of the old one.
    void extendMain(const Entries& entries) {
        const std::uint64_t old = numberOf(read(m_big ? 8 : 4, fieldBytes()));
        const std::uint64_t count = numberOf(read(old, countBytes()));
        std::map<int, std::string> kept;
        std::uint64_t at = old + static_cast<std::uint64_t>(countBytes());
        for (std::uint64_t index = 0; index < count && m_file; ++index, at += static_cast<std::uint64_t>(entryBytes())) {
            const std::string entry = read(at, entryBytes());
            kept[static_cast<int>(numberOf(std::string_view(entry).substr(0, 2)))] = entry;
        }
        const std::uint64_t offset = append(directoryOf(entries, std::move(kept), numberOf(read(at, fieldBytes()))));
        m_file.flush();
        if (isGood()) {
            m_file.seekp(m_big ? 8 : 4);
            m_file << littleEndian(offset, fieldBytes());
            m_file.flush();
        }
    }

    bool isGood() const { return m_file.good() && m_known; }

private:
    int fieldBytes() const { return m_big ? 8 : 4; }
    int countBytes() const { return m_big ? 8 : 2; }
    int entryBytes() const { return m_big ? 20 : 12; }

    std::string read(std::uint64_t offset, int count) {
        std::string bytes(static_cast<std::size_t>(count), '\0');
        m_file.seekg(static_cast<std::streamoff>(offset));
        m_file.read(bytes.data(), count);
        return bytes;
    }

    /// At an even place, as the format asks. Fails beyond what the offsets of the format can say.
    std::uint64_t append(const std::string& bytes) {
        m_file.seekp(0, std::ios::end);
        if (m_file.tellp() % 2 != 0) {
            m_file.put('\0');
        }
        const auto offset = static_cast<std::uint64_t>(m_file.tellp());
        m_file << bytes;
        m_known = m_known && (m_big || offset + bytes.size() <= std::numeric_limits<std::uint32_t>::max());
        return offset;
    }

    std::string entryOf(int tag, const Entry& entry) {
        const auto field = static_cast<std::size_t>(fieldBytes());
        std::string value = entry.value.size() > field ? littleEndian(append(entry.value), fieldBytes()) : entry.value;
        value.resize(field, '\0');
        return littleEndian(static_cast<std::uint64_t>(tag), 2) + littleEndian(static_cast<std::uint64_t>(entry.type), 2) +
               littleEndian(entry.count, fieldBytes()) + value;
    }

    /// Values that do not fit into their entry are appended on the way.
    std::string directoryOf(const Entries& entries, std::map<int, std::string> written, std::uint64_t next) {
        for (const auto& [tag, entry] : entries) {
            written[tag] = entryOf(tag, entry);
        }
        std::string bytes = littleEndian(written.size(), countBytes());
        for (const auto& [tag, entry] : written) {
            bytes += entry;
        }
        return bytes + littleEndian(next, fieldBytes());
    }

    std::fstream m_file;
    bool m_big = false;
    bool m_known = false;
};

Entries photoDirectory(const ExifReader& reader, const Entry& pointer, Size size) {
    Entries entries = reader.directory(numberOf(pointer.value));
    entries.erase(makerNoteTag);
    entries.erase(interoperabilityTag);
    entries[widthTag] = {longType, 1, littleEndian(static_cast<std::uint64_t>(size.width), 4)};
    entries[heightTag] = {longType, 1, littleEndian(static_cast<std::uint64_t>(size.height), 4)};
    return entries;
}

} // namespace

bool addExifToTiff(const std::filesystem::path& file, const std::string& exif, Size size) {
    const ExifReader reader(exif);
    const Entries read = reader.mainDirectory();
    Entries added;
    for (const int tag : mainTags) {
        if (const auto entry = read.find(tag); entry != read.end()) {
            added.insert(*entry);
        }
    }
    TiffAppender tiff(file);
    if (const auto photo = read.find(exifTag); photo != read.end()) {
        added[exifTag] = tiff.appended(photoDirectory(reader, photo->second, size));
    }
    const auto position = read.find(positionTag);
    const Entries coordinates = position == read.end() ? Entries() : reader.directory(numberOf(position->second.value));
    if (!coordinates.empty()) {
        added[positionTag] = tiff.appended(coordinates);
    }
    if (!added.empty()) {
        tiff.extendMain(added);
    }
    return tiff.isGood();
}

} // namespace casr
