#include "core/depth/depth_frames.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"

#include <bit>
#include <cstring>
#include <fstream>

namespace casr {

namespace {

constexpr char magic[8] = {'C', 'A', 'S', 'R', 'D', 'P', 'T', 'H'};
constexpr std::uint32_t version = 1;
constexpr std::uint32_t smallestEdge = 16;
constexpr std::uint32_t largestEdge = 4096;

static_assert(std::endian::native == std::endian::little, "depth files are read as little-endian memory");

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t count;
};

bool isPossible(std::uint32_t edge) {
    return edge >= smallestEdge && edge <= largestEdge;
}

Header readHeader(std::ifstream& in, const std::filesystem::path& path) {
    Header header{};
    in.read(reinterpret_cast<char*>(&header), sizeof header);
    if (!in || std::memcmp(header.magic, magic, sizeof magic) != 0 || header.version != version || !isPossible(header.width) ||
        !isPossible(header.height)) {
        throw Error("'" + path.string() + "' is no depth file of this version. Make one with: casr-train pack-depth FOLDER FILE");
    }
    return header;
}

void requireLength(const Header& header, const std::filesystem::path& path) {
    const std::uintmax_t frame = std::uintmax_t{5} * header.width * header.height;
    if (std::filesystem::file_size(path) != sizeof header + frame * header.count) {
        throw Error("The depth file '" + path.string() +
                    "' is cut short or altered. Make it again with: casr-train pack-depth FOLDER FILE");
    }
}

} // namespace

DepthFrames readDepthFrames(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw Error("The depth file '" + path.string() +
                    "' cannot be opened. Check the path, or make it with: casr-train pack-depth FOLDER FILE");
    }
    const Header header = readHeader(in, path);
    requireLength(header, path);
    DepthFrames frames{static_cast<int>(header.width), static_cast<int>(header.height), {}, {}};
    const std::size_t pixels = frames.pixels();
    frames.colours.resize(3 * pixels * header.count);
    frames.depths.resize(pixels * header.count);
    for (std::size_t i = 0; i < header.count; ++i) {
        in.read(reinterpret_cast<char*>(frames.colours.data() + 3 * pixels * i), static_cast<std::streamsize>(3 * pixels));
        in.read(reinterpret_cast<char*>(frames.depths.data() + pixels * i), static_cast<std::streamsize>(2 * pixels));
    }
    if (!in) {
        throw Error("The depth file '" + path.string() + "' could not be read to its end.");
    }
    return frames;
}

void writeDepthFrames(const std::filesystem::path& path, const DepthFrames& frames) {
    writeBesideAndRename(path, [&](std::ostream& out) {
        Header header{{},
                      version,
                      static_cast<std::uint32_t>(frames.width),
                      static_cast<std::uint32_t>(frames.height),
                      static_cast<std::uint32_t>(frames.count())};
        std::memcpy(header.magic, magic, sizeof magic);
        out.write(reinterpret_cast<const char*>(&header), sizeof header);
        for (int i = 0; i < frames.count(); ++i) {
            out.write(reinterpret_cast<const char*>(frames.colour(i)), static_cast<std::streamsize>(3 * frames.pixels()));
            out.write(reinterpret_cast<const char*>(frames.depth(i)), static_cast<std::streamsize>(2 * frames.pixels()));
        }
    });
}

} // namespace casr
