#pragma once

#include "core/train/crop_file.h"
#include "core/train/patterns.h"
#include "tests/support.h"

namespace casr {

/// Crops whose red and green say where a pixel lies, and whose blue says in which crop.
inline CropFile placeCrops(int edge, int count) {
    CropFile crops{edge, std::vector<std::uint32_t>(static_cast<std::size_t>(count)), {}};
    for (int i = 0; i < count * edge * edge; ++i) {
        const int x = i % edge;
        const int y = i / edge % edge;
        for (const int code : {x, y, 40 * (i / edge / edge)}) {
            crops.pixels.push_back(static_cast<std::uint8_t>(code));
        }
    }
    return crops;
}

inline CropFile noiseCrops(int edge, int count) {
    CropFile crops = placeCrops(edge, count);
    HashRandom random(3);
    for (std::uint8_t& byte : crops.pixels) {
        byte = static_cast<std::uint8_t>(random.below(256));
    }
    return crops;
}

/// Drawn patterns, 64 pixels wide, for runs of the trainers.
inline const CropFile& patternCrops() {
    static const CropFile crops = [] {
        CropFile made{64, {}, {}};
        appendPatterns(made, 12, 1);
        return made;
    }();
    return crops;
}

inline Image cropPicture(const CropFile& crops, int index, int edge) {
    std::vector<float> values;
    for (int y = 0; y < edge; ++y) {
        for (int i = 0; i < 3 * edge; ++i) {
            values.push_back(static_cast<float>(crops.crop(index)[3 * y * crops.edge + i]) / 255.0f);
        }
    }
    return Image({edge, edge}, 3, std::move(values));
}

} // namespace casr
