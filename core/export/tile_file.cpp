#include "core/export/tile_file.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/image/quantise.h"

#include <bit>
#include <cstring>
#include <limits>

namespace casr {

namespace {

static_assert(std::endian::native == std::endian::little, "tile files are little-endian memory");

constexpr char magic[8] = {'C', 'A', 'S', 'R', 'T', 'I', 'L', 'E'};
constexpr std::uint32_t version = 1;
constexpr std::uint32_t longestSide = 1u << 16;
constexpr std::uint32_t mostChannels = 16;

struct Header {
    char magic[8];
    std::uint32_t version;
    std::uint32_t type;
    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t channels;
    char digest[64];
};

std::size_t bytesOfSample(SampleType type) {
    return type == SampleType::integer8 ? 1 : type == SampleType::integer16 ? 2 : 4;
}

template <typename Integer>
void appendIntegers(std::string& bytes, const Image& tile) {
    for (const float value : tile.values()) {
        const auto integer = static_cast<Integer>(quantised(value, std::numeric_limits<Integer>::max()));
        bytes.append(reinterpret_cast<const char*>(&integer), sizeof integer);
    }
}

std::string samplesOf(const Image& tile, SampleType type) {
    std::string bytes;
    bytes.reserve(tile.values().size() * bytesOfSample(type));
    switch (type) {
    case SampleType::integer8: appendIntegers<std::uint8_t>(bytes, tile); break;
    case SampleType::integer16: appendIntegers<std::uint16_t>(bytes, tile); break;
    case SampleType::float32: bytes.append(reinterpret_cast<const char*>(tile.values().data()), tile.values().size_bytes()); break;
    }
    return bytes;
}

template <typename Integer>
void readIntegers(std::span<const std::byte> samples, std::vector<float>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        Integer integer{};
        std::memcpy(&integer, samples.data() + i * sizeof integer, sizeof integer);
        values[i] = static_cast<float>(integer) / static_cast<float>(std::numeric_limits<Integer>::max());
    }
}

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("The tile file '" + origin + "' " + what + ". Delete it: the tile will be computed again.");
}

Header headerOf(std::span<const std::byte> bytes, const std::string& origin) {
    Header header{};
    if (bytes.size() < sizeof header) {
        refuse(origin, "is cut short");
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    const bool known = std::memcmp(header.magic, magic, sizeof magic) == 0 && header.version == version && header.type <= 2;
    if (!known || header.width - 1 >= longestSide || header.height - 1 >= longestSide || header.channels - 1 >= mostChannels) {
        refuse(origin, "is of another kind or version");
    }
    return header;
}

} // namespace

std::string encodeTile(const Image& tile, SampleType type) {
    const std::string samples = samplesOf(tile, type);
    Header header{{},
                  version,
                  static_cast<std::uint32_t>(type),
                  static_cast<std::uint32_t>(tile.width()),
                  static_cast<std::uint32_t>(tile.height()),
                  static_cast<std::uint32_t>(tile.channels()),
                  {}};
    std::memcpy(header.magic, magic, sizeof magic);
    const std::string digest = sha256(std::as_bytes(std::span(samples)));
    std::memcpy(header.digest, digest.data(), sizeof header.digest);
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + samples;
}

Image decodeTile(std::span<const std::byte> bytes, const std::string& origin) {
    const Header header = headerOf(bytes, origin);
    const std::span<const std::byte> samples = bytes.subspan(sizeof header);
    const auto type = static_cast<SampleType>(header.type);
    const std::size_t count = std::size_t{header.width} * header.height * header.channels;
    if (samples.size() != count * bytesOfSample(type) || sha256(samples) != std::string(header.digest, sizeof header.digest)) {
        refuse(origin, "is cut short or altered");
    }
    std::vector<float> values(count);
    switch (type) {
    case SampleType::integer8: readIntegers<std::uint8_t>(samples, values); break;
    case SampleType::integer16: readIntegers<std::uint16_t>(samples, values); break;
    case SampleType::float32: std::memcpy(values.data(), samples.data(), samples.size()); break;
    }
    return Image({static_cast<int>(header.width), static_cast<int>(header.height)}, static_cast<int>(header.channels), std::move(values));
}

} // namespace casr
