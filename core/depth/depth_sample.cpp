#include "core/depth/depth_sample.h"

#include "core/base/random.h"
#include "core/depth/scene.h"
#include "core/image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace casr {

namespace {

constexpr std::uint64_t heldOutSeed = 0x68656C646F7574;    // No training seed is meant to be this one.
constexpr std::uint64_t firstStreamOfBatches = 1ull << 32; // Scenes have the streams below.

constexpr std::array<Size, 5> sizes{{{160, 128}, {192, 128}, {128, 160}, {192, 160}, {128, 192}}};

DepthSample rendered(const TextureSet& textures, std::uint64_t seed, std::uint64_t index, Size size) {
    // Four rays for each pixel smooth the edges of the picture.
    const SceneView view = render(drawScene(seed, index, textures.count()), textures, {2 * size.width, 2 * size.height});
    const Image inverse = halved(halved(view.inverseDepth));
    return {halved(view.colour), inverse, Image(inverse.size(), 1, std::vector<float>(inverse.values().size(), 1.0f)), false};
}

Image colourOf(const DepthFrames& frames, int index) {
    const std::uint8_t* bytes = frames.colour(index);
    std::vector<float> values;
    for (std::size_t i = 0; i < 3 * frames.pixels(); ++i) {
        values.push_back(static_cast<float>(bytes[i]) / 255.0f);
    }
    return Image({frames.width, frames.height}, 3, std::move(values));
}

Image inverseDepthOf(const DepthFrames& frames, int index) {
    const std::uint16_t* depths = frames.depth(index);
    std::vector<float> values;
    for (std::size_t i = 0; i < frames.pixels(); ++i) {
        values.push_back(depths[i] == 0 ? 0.0f : 1000.0f / static_cast<float>(depths[i]));
    }
    return Image({frames.width, frames.height}, 1, std::move(values));
}

Image whereMeasured(const Image& inverse) {
    std::vector<float> values;
    for (const float value : inverse.values()) {
        values.push_back(value > 0 ? 1.0f : 0.0f);
    }
    return Image(inverse.size(), 1, std::move(values));
}

DepthSample partOfFrame(const DepthFrames& frames, int index, Rect part, Size size) {
    const Image inverse = resized(cropped(inverseDepthOf(frames, index), part), {size.width / 2, size.height / 2}, Kernel::nearest);
    return {resized(cropped(colourOf(frames, index), part), size), inverse, whereMeasured(inverse), true};
}

/// The largest part of a frame with the shape of `size`, shrunk at random.
Rect drawPart(const DepthFrames& frames, Size size, HashRandom& random) {
    const double largest = std::min(static_cast<double>(frames.width) / size.width, static_cast<double>(frames.height) / size.height);
    const double factor = largest * random.uniform(0.6, 1.0);
    const Size part{std::max(1, static_cast<int>(factor * size.width)), std::max(1, static_cast<int>(factor * size.height))};
    return rectAt(random.below(frames.width - part.width + 1), random.below(frames.height - part.height + 1), part);
}

Image mirrored(const Image& image) {
    std::vector<float> values;
    values.reserve(image.values().size());
    for (int y = 0; y < image.height(); ++y) {
        for (int x = image.width() - 1; x >= 0; --x) {
            const float* pixel = image.row(y) + static_cast<std::size_t>(x) * image.channels();
            values.insert(values.end(), pixel, pixel + image.channels());
        }
    }
    return Image(image.size(), image.channels(), std::move(values));
}

DepthSample mirrored(const DepthSample& sample) {
    return {mirrored(sample.colour), mirrored(sample.inverseDepth), mirrored(sample.known), sample.isMeasured};
}

DepthSample drawFrame(const DepthFrames& frames, Size size, HashRandom& random) {
    const int index = random.below(frames.count() - heldOutFrames);
    return partOfFrame(frames, index, drawPart(frames, size, random), size);
}

/// Another exposure, contrast and saturation, and some noise.
Image exposed(const Image& colour, HashRandom& random) {
    const double gain = random.uniform(0.7, 1.3), gamma = std::exp(random.uniform(-0.4, 0.4)), noise = 0.03 * random.uniform();
    const float saturation = static_cast<float>(random.below(8) == 0 ? 0.0 : random.uniform(0.4, 1.3));
    std::vector<float> values(colour.values().begin(), colour.values().end());
    for (std::size_t i = 0; i < values.size(); i += 3) {
        const float grey = (values[i] + values[i + 1] + values[i + 2]) / 3.0f;
        for (std::size_t c = i; c < i + 3; ++c) {
            const double kept = std::clamp<double>(grey + saturation * (values[c] - grey), 0.0, 1.0);
            values[c] = static_cast<float>(std::clamp(gain * std::pow(kept, gamma) + noise * random.uniform(-1, 1), 0.0, 1.0));
        }
    }
    return Image(colour.size(), 3, std::move(values));
}

} // namespace

DepthSamples::DepthSamples(const TextureSet& textures, const DepthFrames& frames, const DepthSampleOptions& options)
    : m_textures(textures), m_frames(frames), m_options(options) {
    const auto kinds = static_cast<std::size_t>(std::max(1, options.scenes / static_cast<int>(sizes.size())));
    m_scenes.resize(kinds * sizes.size());
}

const DepthSample& DepthSamples::scene(int index) {
    DepthSample& kept = m_scenes[static_cast<std::size_t>(index)];
    if (kept.colour.isEmpty()) {
        kept =
            rendered(m_textures, m_options.seed, static_cast<std::uint64_t>(index), sizes[static_cast<std::size_t>(index) % sizes.size()]);
    }
    return kept;
}

std::vector<DepthSample> DepthSamples::batch(std::uint64_t iteration) {
    HashRandom random(m_options.seed, iteration + firstStreamOfBatches);
    constexpr int kinds = static_cast<int>(sizes.size());
    const int kind = random.below(kinds);
    const bool hasFrames = m_frames.count() > heldOutFrames;
    const int measured = hasFrames ? static_cast<int>(std::lround(m_options.frameShare * m_options.batch)) : 0;
    std::vector<DepthSample> samples;
    for (int i = 0; i < m_options.batch; ++i) {
        const int index = kind + kinds * random.below(static_cast<int>(m_scenes.size()) / kinds);
        samples.push_back(i < measured ? drawFrame(m_frames, sizes[static_cast<std::size_t>(kind)], random) : scene(index));
        if (random.below(2) == 1) {
            samples.back() = mirrored(samples.back());
        }
        samples.back().colour = exposed(samples.back().colour, random);
    }
    return samples;
}

DepthSample heldOutRender(const TextureSet& textures, int index, Size size) {
    return rendered(textures, heldOutSeed, static_cast<std::uint64_t>(index), size);
}

DepthSample wholeFrame(const DepthFrames& frames, int index, Size size) {
    return partOfFrame(frames, index, {0, 0, frames.width, frames.height}, size);
}

} // namespace casr
