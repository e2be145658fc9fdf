#pragma once

#include "core/train/crop_file.h"

#include <filesystem>
#include <functional>
#include <string>

namespace casr {

struct SuperpixelTrainOptions {
    std::filesystem::path weights; ///< A weights file; the result is this one with superpixels.
    std::filesystem::path out;
    int width = 24;
    std::int64_t iterations = 4000;
    int batch = 8;
    int patch = 64; ///< A multiple of superpixelCell.
    double rate = 2e-3;
    double placeWeight = 0.005; ///< How much a pixel's place (in cells) counts beside the logarithm of the error of its colour.
    std::uint64_t seed = 1;
    int threads = 0;
};

/// Trains a superpixel network without labels: colour and place of a pixel are to be rebuilt from the means of the superpixels that it
/// softly belongs to (Yang et al. 2020), less and less softly. Throws Error.
void trainSuperpixels(const CropFile& crops, const SuperpixelTrainOptions& options, const std::function<void(const std::string&)>& report);

} // namespace casr
