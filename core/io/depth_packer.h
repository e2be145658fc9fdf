#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace casr {

/// Writes the photos with measured depth in `folder` to a depth file (core/depth/depth_frames.h): pairs NAME.color.EXT and NAME.depth.EXT
/// in the order of their names, the latter 16-bit grey in millimetres with 0 where nothing was measured. Both become `width` pixels wide,
/// the depth by taking the nearest. Pairs that cannot be read, or of another shape than the first, are reported and left out; throws Error
/// when none is left.
void packDepth(const std::filesystem::path& folder, int width, const std::filesystem::path& file,
               const std::function<void(const std::string&)>& report);

} // namespace casr
