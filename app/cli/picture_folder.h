#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace casr::cli {

/// The pictures in `folder` by their names' endings, sorted. Throws Error, ending in `advice`, when there are none.
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder, const std::string& advice);

} // namespace casr::cli
