#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace casr {

/// Cuts every picture in `folder` into as many `edge` x `edge` crops as fit and writes them to a crop file (core/train/crop_file.h).
/// The photo number is shared by pictures whose names agree up to the last underscore. Unreadable files are reported and left out;
/// throws Error when none is left.
void packCrops(const std::filesystem::path& folder, int edge, const std::filesystem::path& file,
               const std::function<void(const std::string&)>& report);

} // namespace casr
