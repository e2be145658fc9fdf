// What stands behind --region, --scales, --shard and the size of casr plan: it is read, within its ranges, or refused as wrong usage.

#include "tests/fuzz/seed.h"

#include "app/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

namespace {

void require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "fuzz_arguments: " << what << std::endl;
        std::abort();
    }
}

template <typename Parse, typename Check>
void tryParser(const std::string& text, Parse parse, Check isSound, const char* what) {
    try {
        require(isSound(parse(text)), what);
    } catch (const CLI::ValidationError&) {
        return;
    }
}

bool isSoundRegion(casr::Rect region) {
    return region.left >= 0 && region.top >= 0 && !region.isEmpty() && region.right > region.left && region.bottom > region.top;
}

bool areSoundScales(const std::vector<double>& scales) {
    return !scales.empty() && std::all_of(scales.begin(), scales.end(), [](double scale) { return scale >= 1 && scale <= 64; });
}

} // namespace

void makeSeed(const std::string& folder) {
    std::ofstream(folder + "/region") << "100,200,256,256";
    std::ofstream(folder + "/scales") << "2,2.5,64";
    std::ofstream(folder + "/shard") << "0/3";
    std::ofstream(folder + "/size") << "640x480";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    tryParser(text, casr::cli::parseRegion, isSoundRegion, "a region without sense");
    tryParser(text, casr::cli::parseScales, areSoundScales, "a scale outside 1 to 64");
    tryParser(
        text, casr::cli::parseShard, [](std::pair<int, int> shard) { return shard.first >= 0 && shard.first < shard.second; },
        "a shard beyond its number");
    tryParser(
        text, casr::cli::parseSize, [](casr::Size each) { return !each.isEmpty(); }, "an empty size");
    return 0;
}
