#pragma once

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace casr::cli {

/// One row of a sheet: a picture, and the pixel in the middle of what is shown of it where that is said.
struct Place {
    std::filesystem::path picture;
    std::optional<std::pair<int, int>> middle{}; ///< x, y.
};

/// The places that a text file lists, a line each: subject, picture below `folder`, x, y, with tabs between; lines that begin with # are
/// left out. Throws Error where the file or a line is not that.
std::vector<Place> placesListed(const std::filesystem::path& list, const std::filesystem::path& folder);

/// The pictures in `folder`, no middles said. Throws Error when there are none.
std::vector<Place> placesIn(const std::filesystem::path& folder);

} // namespace casr::cli
