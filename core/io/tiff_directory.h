#pragma once

// Private to core/io: the directories of TIFF files, of camera RAW files made like them, and of EXIF blocks.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace casr {

/// Numbers of tags that hold what a photographer wants to keep.
namespace tag {
constexpr int orientation = 274, resolutionX = 282, resolutionY = 283, resolutionUnit = 296, software = 305, xmp = 700, iptc = 33723,
              exif = 34665, position = 34853, makerNote = 37500, pixelWidth = 40962, pixelHeight = 40963, interoperability = 40965;
}

/// Types of values.
namespace tiffType {
constexpr int text = 2, number16 = 3, number32 = 4, fraction = 5, number64 = 16;
}

/// One value of a directory.
struct TiffEntry {
    int type = 0;
    std::uint64_t count = 0;
    std::string value; ///< Little-endian.
};
using TiffEntries = std::map<int, TiffEntry>;

std::string littleEndian(std::uint64_t value, int bytes);
std::uint64_t numberOf(std::string_view littleEndianBytes);

/// `count` bytes from `offset` on, or fewer where there are no more.
using ByteSource = std::function<std::string(std::uint64_t offset, std::size_t count)>;

/// Reads directories in either byte order, of classic and of 64-bit files. Whatever the bytes are, it comes to an end and takes no more
/// memory than a few times the size of the source; what lies outside of it is left out.
class TiffReader {
public:
    TiffReader(ByteSource source, std::uint64_t size);

    /// False when the source does not begin like a TIFF or a RAW file made like one.
    bool isTiff() const { return m_isTiff; }

    TiffEntries mainDirectory() const { return directory(number(m_isBig ? 8 : 4, m_isBig ? 8 : 4)); }
    TiffEntries directory(std::uint64_t offset) const;

    /// The directory that `tagNumber` of `entries` points to; empty when there is none.
    TiffEntries directoryAt(const TiffEntries& entries, int tagNumber) const;

private:
    std::string bytes(std::uint64_t offset, std::uint64_t count) const;
    std::string swapped(std::string text, std::size_t element) const;
    std::uint64_t number(std::uint64_t offset, std::size_t count) const;
    std::size_t addEntry(std::uint64_t at, TiffEntries& entries) const;

    ByteSource m_source;
    std::uint64_t m_size;
    bool m_isBigEndian = false;
    bool m_isBig = false;
    bool m_isTiff = false;
};

/// A reader of an EXIF block, with or without the leading "Exif\0\0"; the block must outlive it.
TiffReader readerOfExif(std::string_view block);

/// An EXIF block, with the leading "Exif\0\0", of the three directories; empty when all are.
std::string exifBlockOf(TiffEntries main, const TiffEntries& photo, const TiffEntries& position);

/// Pixels a millimetre that the main directory says; 0 when it does not.
double densityIn(const TiffEntries& main);

} // namespace casr
