#pragma once

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/image.h"

#include <string>
#include <vector>

/// A picture of noise, uniform over [low, high); a function of its arguments.
inline casr::Image noisePicture(casr::Size size, int channels, std::uint64_t seed, double low = 0.0, double high = 1.0) {
    casr::HashRandom random(seed);
    std::vector<float> values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    for (float& value : values) {
        value = static_cast<float>(random.uniform(low, high));
    }
    return casr::Image(size, channels, std::move(values));
}

/// The message of the casr::Error that `call` throws; empty when it throws none.
template <typename Call>
std::string errorOf(Call call) {
    try {
        call();
    } catch (const casr::Error& error) {
        return error.what();
    }
    return {};
}

/// True when `text` holds `part`.
inline bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}
