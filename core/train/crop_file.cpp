#include "core/train/crop_file.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"

#include <bit>
#include <cstring>
#include <fstream>

namespace casr {

namespace {

constexpr char magic[8] = {'C', 'A', 'S', 'R', 'C', 'R', 'O', 'P'};
constexpr std::uint32_t version = 1;
constexpr std::uint32_t largestEdge = 4096;

static_assert(std::endian::native == std::endian::little, "crop files are read as little-endian memory");

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t edge;
    std::uint32_t count;
};

Header readHeader(std::ifstream& in, const std::filesystem::path& path) {
    Header header{};
    in.read(reinterpret_cast<char*>(&header), sizeof header);
    if (!in || std::memcmp(header.magic, magic, sizeof magic) != 0 || header.version != version || header.edge < 16 ||
        header.edge > largestEdge) {
        throw Error("'" + path.string() + "' is no crop file of this version. Make one with: casr-train pack FOLDER FILE");
    }
    return header;
}

void requireLength(const Header& header, const std::filesystem::path& path) {
    const std::uintmax_t record = sizeof(std::uint32_t) + std::uintmax_t{3} * header.edge * header.edge;
    if (std::filesystem::file_size(path) != sizeof header + record * header.count) {
        throw Error("The crop file '" + path.string() + "' is cut short or altered. Make it again with: casr-train pack FOLDER FILE");
    }
}

} // namespace

CropFile readCropFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw Error("The crop file '" + path.string() + "' cannot be opened. Check the path, or make it with: casr-train pack FOLDER FILE");
    }
    const Header header = readHeader(in, path);
    requireLength(header, path);
    CropFile crops{static_cast<int>(header.edge), std::vector<std::uint32_t>(header.count), {}};
    crops.pixels.resize(crops.bytesOfCrop() * header.count);
    for (std::uint32_t i = 0; i < header.count; ++i) {
        in.read(reinterpret_cast<char*>(&crops.photos[i]), sizeof(std::uint32_t));
        in.read(reinterpret_cast<char*>(crops.pixels.data() + crops.bytesOfCrop() * i), static_cast<std::streamsize>(crops.bytesOfCrop()));
    }
    if (!in) {
        throw Error("The crop file '" + path.string() + "' could not be read to its end.");
    }
    return crops;
}

void writeCropFile(const std::filesystem::path& path, const CropFile& crops) {
    writeBesideAndRename(path, [&](std::ostream& out) {
        Header header{{}, version, static_cast<std::uint32_t>(crops.edge), static_cast<std::uint32_t>(crops.count())};
        std::memcpy(header.magic, magic, sizeof magic);
        out.write(reinterpret_cast<const char*>(&header), sizeof header);
        for (int i = 0; i < crops.count(); ++i) {
            out.write(reinterpret_cast<const char*>(&crops.photos[static_cast<std::size_t>(i)]), sizeof(std::uint32_t));
            out.write(reinterpret_cast<const char*>(crops.crop(i)), static_cast<std::streamsize>(crops.bytesOfCrop()));
        }
    });
}

} // namespace casr
