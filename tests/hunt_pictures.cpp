// Hunts for picture files that harm: seeds of every format are changed at random and opened by the decoder process, as the programs do.
// A crash, a hang or a hunger for memory in a codec is counted; it must come out as an error of one line, and this program goes on.
//
//     hunt_pictures ROUNDS [SEED [FOLDER]]
//
// The same numbers give the same files. What harmed is kept in FOLDER. The exit code is 1 when a promise was broken.

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/io/guarded_picture.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
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

std::string bytesOf(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void put(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
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

/// Bytes changed, runs copied over others, or the end cut off.
std::string mutated(std::string bytes, casr::HashRandom& random) {
    const auto place = [&] { return static_cast<std::size_t>(random.below(static_cast<int>(bytes.size()))); };
    const int changes = 1 + random.below(8);
    for (int change = 0; change < changes; ++change) {
        switch (random.below(4)) {
        case 0: bytes[place()] = static_cast<char>(random.below(256)); break;
        case 1: bytes[place()] ^= static_cast<char>(1 << random.below(8)); break;
        case 2: bytes[place()] = random.below(2) == 0 ? '\xFF' : '\0'; break;
        default: bytes.replace(place(), 4, bytes.substr(place(), 4)); break;
        }
    }
    return random.below(8) == 0 ? bytes.substr(0, 1 + place()) : bytes;
}

/// "opened", "refused", "crashed", "hung", "hungry", or what is wrong with the error itself.
std::string outcomeOf(const std::filesystem::path& path) {
    try {
        return casr::readPictureGuarded(path, {}, limits).image.isEmpty() ? "an empty picture" : "opened";
    } catch (const casr::Error& error) {
        const std::string text = error.what();
        const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
        const bool isOneLine = !text.empty() && !says("\n") && says(path.filename().c_str());
        return !isOneLine                       ? "an error that says nothing: " + text
               : says("made its decoder crash") ? "crashed"
               : says("its decoder was ended")  ? "hung"
               : says("needs more memory")      ? "hungry"
                                                : "refused";
    }
}

bool isHarmless(const std::string& outcome) {
    return outcome == "opened" || outcome == "refused";
}

bool isKnown(const std::string& outcome) {
    return isHarmless(outcome) || outcome == "crashed" || outcome == "hung" || outcome == "hungry";
}

} // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 100;
    const auto seed = static_cast<std::uint64_t>(argc > 2 ? std::atoll(argv[2]) : 1);
    const std::filesystem::path folder = argc > 3 ? argv[3] : std::filesystem::temp_directory_path() / ("hunt-" + std::to_string(seed));
    std::filesystem::create_directories(folder);
    casr::startPictureLibrary();
    const std::map<std::string, std::string> seeds = seedsIn(folder);

    std::map<std::string, int> counts;
    bool isSound = true;
    for (int round = 0; round < rounds; ++round) {
        casr::HashRandom random(seed, static_cast<std::uint64_t>(round));
        const auto& [name, bytes] = *std::next(seeds.begin(), random.below(static_cast<int>(seeds.size())));
        const std::filesystem::path path = folder / ("round" + std::to_string(round) + std::filesystem::path(name).extension().string());
        put(path, mutated(bytes, random));
        const std::string outcome = outcomeOf(path);
        ++counts[isKnown(outcome) ? outcome : "broken promises"];
        isSound = isSound && isKnown(outcome);
        if (isHarmless(outcome)) {
            std::filesystem::remove(path);
        } else {
            std::cout << path.filename().string() << ": " << outcome << std::endl;
        }
    }
    for (const auto& [outcome, count] : counts) {
        std::cout << outcome << ": " << count << std::endl;
    }
    const bool harmedNothing = counts["opened"] + counts["refused"] == rounds;
    if (harmedNothing && argc <= 3) {
        std::filesystem::remove_all(folder);
    }
    return isSound ? 0 : 1;
}
