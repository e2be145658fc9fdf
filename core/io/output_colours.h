#pragma once

#include "core/image/image.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace casr {

/// The colours that a result is written in.
enum class OutputColours {
    asPicture, ///< As they are, with the picture's own profile.
    srgb,      ///< For screens and the web; what lies outside is clipped when it is written.
    displayP3, ///< Wider, for screens that show it.
};

/// In the order of OutputColours: the names of recipes, jobs and the command line.
inline constexpr std::array outputColourNames{"photo", "srgb", "p3"};

inline std::string nameOf(OutputColours output) {
    return outputColourNames[static_cast<std::size_t>(output)];
}

inline std::optional<OutputColours> outputColoursNamed(const std::string& name) {
    const auto found = std::find(outputColourNames.begin(), outputColourNames.end(), name);
    return found == outputColourNames.end() ? std::nullopt : std::optional(static_cast<OutputColours>(found - outputColourNames.begin()));
}

/// The encoding of what convertedTo() gives of such a picture: with a profile, unless it stays as it is.
ColourEncoding encodingIn(OutputColours output, const ColourEncoding& encoding);

/// A grey or RGB picture in other colours, RGB then, relative colorimetric with black point compensation, in float32; alpha is kept as it
/// is, a picture without a profile is sRGB, values outside 0 .. 1 are clamped first. A value depends on its own pixel alone. Throws Error
/// when the picture's profile cannot be used. Any number of threads may call it.
Image convertedTo(OutputColours output, const Image& image);

} // namespace casr
