#pragma once

#include <cstdint>

namespace casr {

/// Mixes 64 bits so that every input bit touches every output bit (the finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mixBits(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15ull;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
    return value ^ (value >> 31);
}

/// Random numbers that are a hash of a seed and a position, so that a stream can be entered anywhere and resumed exactly.
class HashRandom {
public:
    explicit HashRandom(std::uint64_t seed, std::uint64_t stream = 0) : m_state(mixBits(seed ^ mixBits(stream))) {}

    std::uint64_t bits() { return mixBits(m_state++); }

    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

    /// Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Uniform in 0 .. count - 1; count must be positive.
    int below(int count) { return static_cast<int>(bits() % static_cast<std::uint64_t>(count)); }

private:
    std::uint64_t m_state;
};

} // namespace casr
