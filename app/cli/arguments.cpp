#include "app/cli/arguments.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <map>

namespace casr::cli {

namespace {

/// The numbers of `text` between `separator`; false when a part is no whole number of this type.
template <typename Number>
bool parseNumbers(const std::string& text, char separator, std::vector<Number>& numbers) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (;;) {
        Number number{};
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc()) {
            return false;
        }
        numbers.push_back(number);
        if (next == end) {
            return true;
        }
        if (*next != separator) {
            return false;
        }
        at = next + 1;
    }
}

} // namespace

Rect parseRegion(const std::string& text) {
    std::vector<int> numbers;
    constexpr int largest = 1 << 29;
    const bool parsed = parseNumbers(text, ',', numbers) && numbers.size() == 4;
    if (!parsed || numbers[0] < 0 || numbers[1] < 0 || numbers[2] < 1 || numbers[3] < 1 ||
        *std::max_element(numbers.begin(), numbers.end()) > largest) {
        throw CLI::ValidationError("needs x,y,width,height in pixels of the photo, for example --region 100,200,256,256.");
    }
    return rectAt(numbers[0], numbers[1], {numbers[2], numbers[3]});
}

Size parseSize(const std::string& text) {
    std::vector<int> numbers;
    if (!parseNumbers(text, 'x', numbers) || numbers.size() != 2 || numbers[0] < 1 || numbers[1] < 1) {
        throw CLI::ValidationError("needs WIDTHxHEIGHT in pixels, for example 640x480.");
    }
    return {numbers[0], numbers[1]};
}

std::vector<double> parseScales(const std::string& text) {
    std::vector<double> scales;
    const bool parsed = parseNumbers(text, ',', scales);
    const auto isOutside = [](double scale) { return !(scale >= 1.0 && scale <= maxScale); };
    if (!parsed || std::any_of(scales.begin(), scales.end(), isOutside)) {
        throw CLI::ValidationError("needs numbers from 1 to 64 with commas between, for example 2,3,4.");
    }
    return scales;
}

std::pair<int, int> parseShard(const std::string& text) {
    if (text.empty()) {
        return {0, 1};
    }
    std::vector<int> numbers;
    if (!parseNumbers(text, '/', numbers) || numbers.size() != 2 || numbers[0] < 0 || numbers[0] >= numbers[1]) {
        throw CLI::ValidationError("needs i/n with i from 0 to n-1, for example 0/3, 1/3 and 2/3.");
    }
    return {numbers[0], numbers[1]};
}

StepParts parseStepParts(const std::string& text) {
    const std::map<std::string, bool StepParts::*> parts{{"sdam", &StepParts::superpixels},
                                                         {"depth", &StepParts::depth},
                                                         {"sarm", &StepParts::memory},
                                                         {"backprojection", &StepParts::backProjection}};
    StepParts left;
    for (const std::string& name : text.empty() ? std::vector<std::string>() : CLI::detail::split(text, ',')) {
        const auto part = parts.find(name);
        if (part == parts.end()) {
            throw CLI::ValidationError("knows no part '" + name + "'. Name any of sdam, depth, sarm, backprojection with commas between.");
        }
        left.*part->second = false;
    }
    return left;
}

std::optional<float> parseAmount(const std::string& text) {
    if (text == "auto") {
        return std::nullopt;
    }
    std::vector<float> numbers;
    if (!parseNumbers(text, ',', numbers) || numbers.size() != 1 || !(numbers[0] >= 0.0f && numbers[0] <= 1.0f)) {
        throw CLI::ValidationError("needs a number from 0 to 1, or auto.");
    }
    return numbers[0];
}

} // namespace casr::cli
