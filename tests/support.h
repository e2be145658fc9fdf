#pragma once

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/image.h"

#include <atomic>
#include <string>
#include <thread>
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

/// Lets other threads go first, for a while that a hash of the seed and the number of the call decides: threads meet in another order
/// for every seed.
class Stalls {
public:
    explicit Stalls(std::uint64_t seed) : m_seed(seed) {}

    void here() {
        casr::HashRandom random(m_seed * 1000003 + m_calls++);
        for (int turns = random.below(4) == 0 ? random.below(40) : 0; turns > 0; --turns) {
            std::this_thread::yield();
        }
    }

private:
    std::uint64_t m_seed;
    std::atomic<std::uint64_t> m_calls = 0;
};
