#include "core/io/depth_packer.h"

#include "core/base/error.h"
#include "core/depth/depth_frames.h"
#include "core/image/quantise.h"
#include "core/image/resample.h"
#include "core/io/colour_transform.h"
#include "core/io/picture_file.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace casr {

namespace {

constexpr int millimetresOfWhite = 65535;

struct Pair {
    std::filesystem::path colour, depth;
};

/// Pairs by name, so that the file depends on the folder's contents alone.
std::map<std::string, Pair> pairsOf(const std::filesystem::path& folder) {
    std::error_code failure;
    std::map<std::string, Pair> pairs;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        const std::filesystem::path stem = entry.path().stem();
        if (stem.extension() == ".color") {
            pairs[stem.stem().string()].colour = entry.path();
        } else if (stem.extension() == ".depth") {
            pairs[stem.stem().string()].depth = entry.path();
        }
    }
    if (failure) {
        throw Error("'" + folder.string() + "' cannot be listed (" + failure.message() + "). Give a folder of pictures with depth.");
    }
    return pairs;
}

Image depthPicture(const std::filesystem::path& path) {
    const Picture picture = readPicture(path);
    if (picture.image.channels() != 1 || picture.bitsPerSample != 16) {
        throw Error("'" + path.string() + "' is no depth picture: it must be 16-bit grey, in millimetres.");
    }
    return picture.image;
}

Size sizeAt(Size size, int width) {
    return {width, static_cast<int>(std::lround(static_cast<double>(size.height) * width / size.width))};
}

void append(const Image& colour, const Image& depth, int width, DepthFrames& frames) {
    const Size size = sizeAt(colour.size(), width);
    if (frames.width == 0) {
        frames.width = size.width;
        frames.height = size.height;
    }
    if (colour.size() != depth.size() || size != Size{frames.width, frames.height}) {
        throw Error("colour and depth differ in size, or from the first pair.");
    }
    const Image colours = resized(selectChannels(convertedToSrgb(colour), 0, 3), size), depths = resized(depth, size, Kernel::nearest);
    for (const float value : colours.values()) {
        frames.colours.push_back(static_cast<std::uint8_t>(quantised(value, 255)));
    }
    for (const float value : depths.values()) {
        frames.depths.push_back(static_cast<std::uint16_t>(quantised(value, millimetresOfWhite)));
    }
}

} // namespace

void packDepth(const std::filesystem::path& folder, int width, const std::filesystem::path& file,
               const std::function<void(const std::string&)>& report) {
    DepthFrames frames;
    for (const auto& [name, pair] : pairsOf(folder)) {
        try {
            append(readPicture(pair.colour).image, depthPicture(pair.depth), width, frames);
        } catch (const Error& error) {
            report("Left out " + name + ": " + error.what());
        }
    }
    if (frames.count() == 0) {
        throw Error("'" + folder.string() + "' holds no pair NAME.color.jpg and NAME.depth.png. Give a folder of pictures with depth.");
    }
    writeDepthFrames(file, frames);
}

} // namespace casr
