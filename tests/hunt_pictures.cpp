// Hunts for picture files that harm: seeds of every format are changed at random and opened by the decoder process, as the programs do.
// A crash, a hang or a hunger for memory in a codec is counted; it must come out as an error of one line, and this program goes on.
// tests/hunt.h says how it is called.

#include "core/io/guarded_picture.h"
#include "hunt.h"

#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr casr::DecodingLimits limits{.seconds = 20, .memoryBytes = std::int64_t{2} << 30};

casr::Picture seedPicture(int channels, int bits) {
    const casr::Size size{40, 30};
    casr::HashRandom random(static_cast<std::uint64_t>(channels + bits));
    std::vector<float> values(static_cast<std::size_t>(size.area() * channels));
    for (float& value : values) {
        value = static_cast<float>(random.uniform());
    }
    casr::Picture picture{casr::Image(size, channels, std::move(values), {nullptr, channels % 2 == 0}), bits, {}};
    picture.metadata = {"", "", std::string("\x1C\x02\x78\0\x05Hello", 10), 11.8};
    picture.metadata.done = {{"Scale", "8"}};
    return picture;
}

/// One file of each format and kind that we write ourselves.
std::map<std::string, std::string> seedsIn(const std::filesystem::path& folder) {
    std::map<std::string, std::string> seeds;
    for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".jxl", ".avif"}) {
        for (const int channels : {3, 4}) {
            const std::filesystem::path path = folder / ("seed" + std::to_string(channels) + extension);
            casr::writePicture(path, seedPicture(channels, casr::holds16Bits(path) && channels == 3 ? 16 : 8));
            seeds[path.filename().string()] = bytesOf(path);
        }
    }
    return seeds;
}

std::string wrongWith(const std::filesystem::path& path) {
    return casr::readPictureGuarded(path, {}, limits).image.isEmpty() ? "an empty picture" : "";
}

} // namespace

int main(int argc, char** argv) {
    const HuntOrder order = huntOrder(argc, argv);
    casr::startPictureLibrary();
    const std::map<std::string, std::string> seeds = seedsIn(order.folder);
    const auto make = [&](casr::HashRandom& random) {
        const auto& [name, bytes] = *std::next(seeds.begin(), random.below(static_cast<int>(seeds.size())));
        return HuntedFile{std::filesystem::path(name).extension().string(), mutated(bytes, random)};
    };
    return runHunt({make, wrongWith, {"made its decoder crash", "its decoder was ended", "needs more memory"}}, order);
}
