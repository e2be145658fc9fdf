#pragma once

#include <cstdio>
#include <string>

namespace casr {

/// printf into a string of at most 255 bytes.
std::string formatted(const char* format, auto... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

} // namespace casr
