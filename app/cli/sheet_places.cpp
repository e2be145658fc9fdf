#include "app/cli/sheet_places.h"

#include "app/cli/picture_folder.h"
#include "core/base/error.h"

#include <charconv>
#include <fstream>
#include <string>

namespace casr::cli {

namespace {

std::vector<std::string> fieldsOf(const std::string& line) {
    std::vector<std::string> fields;
    for (std::size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
        end = line.find('\t', start);
        fields.push_back(line.substr(start, end - start));
    }
    return fields;
}

std::optional<int> pixelOf(const std::string& text) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<Place> placeOf(const std::string& line, const std::filesystem::path& folder) {
    const std::vector<std::string> fields = fieldsOf(line);
    if (fields.size() != 4 || fields[1].empty()) {
        return std::nullopt;
    }
    const std::optional<int> x = pixelOf(fields[2]), y = pixelOf(fields[3]);
    return x && y ? std::optional(Place{folder / fields[1], std::pair(*x, *y)}) : std::nullopt;
}

} // namespace

std::vector<Place> placesListed(const std::filesystem::path& list, const std::filesystem::path& folder) {
    std::ifstream file(list);
    std::vector<Place> places;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::optional<Place> place = placeOf(line, folder);
        if (!place) {
            throw Error("Line " + std::to_string(number) + " of " + list.string() +
                        " names no place. Write subject, picture, x and y with tabs between.");
        }
        places.push_back(*place);
    }
    if (places.empty()) {
        throw Error(list.string() + " cannot be read or lists no place. Give a file with lines of subject, picture, x and y.");
    }
    return places;
}

std::vector<Place> placesIn(const std::filesystem::path& folder) {
    std::vector<Place> places;
    for (const std::filesystem::path& picture : picturesIn(folder, "Give a folder of photos.")) {
        places.push_back({picture});
    }
    return places;
}

} // namespace casr::cli
