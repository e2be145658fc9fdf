#pragma once

#include "core/depth/depth_frames.h"
#include "core/depth/textures.h"
#include "core/image/image.h"

#include <cstdint>
#include <vector>

namespace casr {

/// A picture with its true inverse depth at half the size, as DepthNet gives it.
struct DepthSample {
    Image colour;            ///< RGB, 0 .. 1.
    Image inverseDepth;      ///< 1/m; 0 is infinitely far.
    Image known;             ///< 1 where the truth is known, else 0.
    bool isMeasured = false; ///< By a sensor, which errs at edges.
};

struct DepthSampleOptions {
    int batch = 8;
    double frameShare = 0.25; ///< Share of measured frames among the samples; the rest is rendered.
    int scenes = 2400;        ///< Different scenes; each is rendered once and kept.
    std::uint64_t seed = 1;
};

/// Frames at the end of the file that are for measuring alone, and never trained on.
constexpr int heldOutFrames = 13;

/// Makes the samples of training.
class DepthSamples {
public:
    /// Keeps references to both. Without more than `heldOutFrames` frames all samples are rendered.
    DepthSamples(const TextureSet& textures, const DepthFrames& frames, const DepthSampleOptions& options);

    /// The samples of `iteration`, a function of it and of the constructor's arguments alone. All have one size, one of a few at random, so
    /// that the network knows tall and wide pictures. Mirrored at random, with random exposure and noise; frames are cut at random too.
    std::vector<DepthSample> batch(std::uint64_t iteration);

private:
    const DepthSample& scene(int index);

    const TextureSet& m_textures;
    const DepthFrames& m_frames;
    DepthSampleOptions m_options;
    std::vector<DepthSample> m_scenes; ///< Empty pictures until first used.
};

/// Held-out scene `index`, apart from every training scene, without noise. Width and height are multiples of 4.
DepthSample heldOutRender(const TextureSet& textures, int index, Size size);

/// The whole of a measured frame. Width and height are multiples of 4.
DepthSample wholeFrame(const DepthFrames& frames, int index, Size size);

} // namespace casr
