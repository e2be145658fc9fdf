#include "core/io/tiff_directory.h"

#include <algorithm>
#include <array>

namespace casr {

namespace {

/// Bytes of one element of each type of TIFF; rationals (5 and 10) are two numbers of half of it. 0: no type.
constexpr std::array<int, 19> elementBytes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

/// A value may be as long as this; pixels, which are longer, are no metadata.
constexpr std::uint64_t longestValue = std::uint64_t{16} << 20;
constexpr std::uint64_t mostEntries = 65535;
constexpr std::uint32_t headerBytes = 8;

bool isFraction(std::uint64_t type) {
    return type == 5 || type == 10;
}

/// One directory at `offset`, and behind it the values that do not fit into their entries.
std::string directoryBytes(const TiffEntries& entries, std::uint64_t offset) {
    std::string table = littleEndian(entries.size(), 2), values;
    const std::uint64_t valuesAt = offset + 2 + 12 * entries.size() + 4;
    for (const auto& [number, entry] : entries) {
        table += littleEndian(static_cast<std::uint64_t>(number), 2) + littleEndian(static_cast<std::uint64_t>(entry.type), 2) +
                 littleEndian(entry.count, 4);
        std::string field = entry.value;
        if (field.size() > 4) {
            field = littleEndian(valuesAt + values.size(), 4);
            values += entry.value + std::string(entry.value.size() % 2, '\0');
        }
        field.resize(4, '\0');
        table += field;
    }
    return table + littleEndian(0, 4) + values;
}

TiffEntry pointerTo(std::uint64_t offset) {
    return {tiffType::number32, 1, littleEndian(offset, 4)};
}

double fractionOf(const TiffEntry& entry) {
    const std::string_view value = entry.value;
    if (value.size() < 8) {
        return 0;
    }
    const auto divisor = static_cast<double>(numberOf(value.substr(4, 4)));
    return divisor > 0 ? static_cast<double>(numberOf(value.substr(0, 4))) / divisor : 0.0;
}

} // namespace

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

TiffReader::TiffReader(ByteSource source, std::uint64_t size) : m_source(std::move(source)), m_size(size) {
    const std::string order = bytes(0, 2);
    m_isBigEndian = order == "MM";
    m_isTiff = order == "II" || order == "MM";
    m_isBig = m_isTiff && number(2, 2) == 43;
}

std::string TiffReader::bytes(std::uint64_t offset, std::uint64_t count) const {
    const bool isInside = offset <= m_size && count <= m_size - offset && count <= longestValue;
    std::string read = isInside ? m_source(offset, static_cast<std::size_t>(count)) : std::string();
    return read.size() == count ? read : std::string();
}

std::string TiffReader::swapped(std::string text, std::size_t element) const {
    for (std::size_t at = 0; m_isBigEndian && element > 1 && at + element <= text.size(); at += element) {
        std::reverse(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(at + element));
    }
    return text;
}

std::uint64_t TiffReader::number(std::uint64_t offset, std::size_t count) const {
    return numberOf(swapped(bytes(offset, count), count));
}

/// Values of a sound source do not overlap; those of a hostile one could add up to gigabytes.
TiffEntries TiffReader::directory(std::uint64_t offset) const {
    TiffEntries entries;
    const std::uint64_t count = std::min(number(offset, m_isBig ? 8 : 2), mostEntries);
    std::uint64_t held = 0;
    for (std::uint64_t index = 0; index < count && held <= std::min(m_size, 4 * longestValue); ++index) {
        held += addEntry(offset + (m_isBig ? 8 : 2) + index * (m_isBig ? 20 : 12), entries);
    }
    return entries;
}

TiffEntries TiffReader::directoryAt(const TiffEntries& entries, int tagNumber) const {
    const auto pointer = entries.find(tagNumber);
    return pointer == entries.end() ? TiffEntries() : directory(numberOf(std::string_view(pointer->second.value).substr(0, 8)));
}

/// Bytes of the value.
std::size_t TiffReader::addEntry(std::uint64_t at, TiffEntries& entries) const {
    const std::uint64_t field = m_isBig ? 8 : 4;
    const std::uint64_t type = number(at + 2, 2), count = number(at + 4, static_cast<std::size_t>(field));
    if (type >= elementBytes.size() || elementBytes[type] == 0 || count == 0 || count > longestValue) {
        return 0;
    }
    const auto element = static_cast<std::uint64_t>(elementBytes[type]);
    const std::uint64_t valueAt = at + 4 + field;
    std::string value = bytes(count * element <= field ? valueAt : number(valueAt, static_cast<std::size_t>(field)), count * element);
    const std::size_t size = value.size();
    if (size > 0) {
        const auto order = static_cast<std::size_t>(isFraction(type) ? 4 : element);
        entries[static_cast<int>(number(at, 2))] = {static_cast<int>(type), count, swapped(std::move(value), order)};
    }
    return size;
}

TiffReader readerOfExif(std::string_view block) {
    const std::string_view tiff = block.substr(0, 4) == "Exif" ? block.substr(std::min<std::size_t>(6, block.size())) : block;
    return {[tiff](std::uint64_t offset, std::size_t count) {
                return std::string(tiff.substr(std::min<std::size_t>(offset, tiff.size()), count));
            },
            tiff.size()};
}

std::string exifBlockOf(TiffEntries main, const TiffEntries& photo, const TiffEntries& position) {
    if (main.empty() && photo.empty() && position.empty()) {
        return {};
    }
    // The length of the main directory is known once its pointers are in it.
    if (!photo.empty()) {
        main[tag::exif] = pointerTo(0);
    }
    if (!position.empty()) {
        main[tag::position] = pointerTo(0);
    }
    const std::uint64_t photoAt = headerBytes + directoryBytes(main, headerBytes).size();
    const std::string photoBytes = photo.empty() ? std::string() : directoryBytes(photo, photoAt);
    const std::uint64_t positionAt = photoAt + photoBytes.size();
    if (!photo.empty()) {
        main[tag::exif] = pointerTo(photoAt);
    }
    if (!position.empty()) {
        main[tag::position] = pointerTo(positionAt);
    }
    const std::string positionBytes = position.empty() ? std::string() : directoryBytes(position, positionAt);
    return std::string("Exif\0\0II*\0", 10) + littleEndian(headerBytes, 4) + directoryBytes(main, headerBytes) + photoBytes + positionBytes;
}

/// What a density counts pixels in.
constexpr std::uint64_t noLength = 1, inches = 2, centimetres = 3;

double densityIn(const TiffEntries& main) {
    const auto density = main.find(tag::resolutionX);
    const auto unit = main.find(tag::resolutionUnit);
    const std::uint64_t length = unit == main.end() ? inches : numberOf(std::string_view(unit->second.value).substr(0, 2));
    if (density == main.end() || length == noLength) {
        return 0.0;
    }
    return fractionOf(density->second) / (length == centimetres ? 10.0 : 25.4);
}

} // namespace casr
