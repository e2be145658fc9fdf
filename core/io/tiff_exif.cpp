#include "core/io/tiff_exif.h"

#include "core/io/tiff_directory.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <string_view>

namespace casr {

namespace {

/// Description, make, model, software, date, artist and copyright; what describes the pixels is already in the file.
constexpr std::array<int, 7> mainTags{270, 271, 272, tag::software, 306, 315, 33432};

/// A TIFF file that is appended to.
class TiffAppender {
public:
    explicit TiffAppender(const std::filesystem::path& path) : m_file(path, std::ios::binary | std::ios::in | std::ios::out) {
        const std::string magic = read(0, 4);
        m_big = magic == std::string_view("II+\0", 4);
        m_known = m_big || magic == std::string_view("II*\0", 4);
    }

    /// Writes the directory and gives the entry that points to it.
    TiffEntry appended(const TiffEntries& entries) {
        const std::uint64_t offset = append(directoryOf(entries, {}, 0));
        return {m_big ? tiffType::number64 : tiffType::number32, 1, littleEndian(offset, fieldBytes())};
    }

    /// Puts a copy of the main directory with `entries` in place of the old one.
    void extendMain(const TiffEntries& entries) {
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

    std::string entryOf(int number, const TiffEntry& entry) {
        const auto field = static_cast<std::size_t>(fieldBytes());
        std::string value = entry.value.size() > field ? littleEndian(append(entry.value), fieldBytes()) : entry.value;
        value.resize(field, '\0');
        return littleEndian(static_cast<std::uint64_t>(number), 2) + littleEndian(static_cast<std::uint64_t>(entry.type), 2) +
               littleEndian(entry.count, fieldBytes()) + value;
    }

    /// Values that do not fit into their entry are appended on the way.
    std::string directoryOf(const TiffEntries& entries, std::map<int, std::string> written, std::uint64_t next) {
        for (const auto& [number, entry] : entries) {
            written[number] = entryOf(number, entry);
        }
        std::string bytes = littleEndian(written.size(), countBytes());
        for (const auto& [number, entry] : written) {
            bytes += entry;
        }
        return bytes + littleEndian(next, fieldBytes());
    }

    std::fstream m_file;
    bool m_big = false;
    bool m_known = false;
};

TiffEntries photoDirectory(TiffEntries entries, Size size) {
    entries.erase(tag::makerNote);
    entries.erase(tag::interoperability);
    entries[tag::pixelWidth] = {tiffType::number32, 1, littleEndian(static_cast<std::uint64_t>(size.width), 4)};
    entries[tag::pixelHeight] = {tiffType::number32, 1, littleEndian(static_cast<std::uint64_t>(size.height), 4)};
    return entries;
}

TiffEntries mainTagsOf(const TiffEntries& directory) {
    TiffEntries kept;
    for (const int number : mainTags) {
        if (const auto entry = directory.find(number); entry != directory.end()) {
            kept.insert(*entry);
        }
    }
    return kept;
}

/// As libtiff wants it: whole numbers of 32 bits, the last one filled up.
TiffEntry iptcEntry(std::string iim) {
    iim.resize((iim.size() + 3) / 4 * 4, '\0');
    return {tiffType::number32, iim.size() / 4, iim};
}

std::string valueOf(const TiffEntries& directory, int number) {
    const auto entry = directory.find(number);
    return entry == directory.end() ? std::string() : entry->second.value;
}

} // namespace

bool addMetadataToTiff(const std::filesystem::path& file, const std::string& exif, const std::string& iim, Size size) {
    const TiffReader reader = readerOfExif(exif);
    const TiffEntries read = reader.mainDirectory();
    TiffEntries added = mainTagsOf(read);
    TiffAppender tiff(file);
    if (read.count(tag::exif) != 0) {
        added[tag::exif] = tiff.appended(photoDirectory(reader.directoryAt(read, tag::exif), size));
    }
    const TiffEntries coordinates = reader.directoryAt(read, tag::position);
    if (!coordinates.empty()) {
        added[tag::position] = tiff.appended(coordinates);
    }
    if (!iim.empty()) {
        added[tag::iptc] = iptcEntry(iim);
    }
    if (!added.empty()) {
        tiff.extendMain(added);
    }
    return tiff.isGood();
}

Metadata readTiffMetadata(const std::filesystem::path& path) {
    std::error_code failure;
    const std::uint64_t size = std::filesystem::file_size(path, failure);
    const auto in = std::make_shared<std::ifstream>(path, std::ios::binary);
    const auto source = [in](std::uint64_t offset, std::size_t count) {
        std::string bytes(count, '\0');
        in->clear();
        in->seekg(static_cast<std::streamoff>(offset));
        in->read(bytes.data(), static_cast<std::streamsize>(count));
        bytes.resize(static_cast<std::size_t>(in->gcount()));
        return bytes;
    };
    const TiffReader reader(source, failure ? 0 : size);
    if (!reader.isTiff()) {
        return {};
    }
    const TiffEntries main = reader.mainDirectory();
    TiffEntries photo = reader.directoryAt(main, tag::exif);
    photo.erase(tag::makerNote);
    photo.erase(tag::interoperability);
    return {exifBlockOf(mainTagsOf(main), photo, reader.directoryAt(main, tag::position)), valueOf(main, tag::xmp),
            valueOf(main, tag::iptc), densityIn(main)};
}

} // namespace casr
