#pragma once

#include "app/cli/run_options.h"
#include "core/image/degradation.h"
#include "core/image/image.h"
#include "core/zoom/step_parts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace casr::cli {

/// How test pictures are enlarged.
struct EvaluationMethod {
    std::string name = "casr";              ///< "casr", or a kernel: "bicubic", "lanczos".
    std::shared_ptr<const Network> network; ///< Of "casr" alone.
    Precision precision = Precision::float32;
    double stepLimit = defaultStepLimit;
    bool oneJump = false; ///< One step of x4 at most, the rest by the bicubic.
    StepParts parts;
    int ensemble = 1;                                            ///< Passes of every step.
    float detail = 0;                                            ///< Share of perceptual detail, of which earlier steps get earlierDetail.
    Degradation spoiling;                                        ///< What the low-resolution sides get.
    std::optional<float> noise = 0.0f, jpeg = 0.0f, blur = 0.0f; ///< What is removed from them; nothing: as estimated.

    bool cleans() const { return noise != 0.0f || jpeg != 0.0f || blur != 0.0f; }
};

/// The truth cut so that a whole number of low-resolution pixels fits, and that low-resolution side, both of 8 bit.
struct TestPair {
    Image truth;
    Image low;
};

/// Throws Error when `picture` is smaller than the scale.
TestPair pairOf(const Image& picture, double scale);

/// `pair` with blur, noise and JPEG artifacts on its low-resolution side, drawn from `seed`; a grey one stays grey.
TestPair spoilt(TestPair pair, Degradation amount, std::uint64_t seed);

/// What one step made, and where its tiles meet.
struct EnlargedStep {
    double cumulative = 1; ///< Factor from the low-resolution side.
    Image picture;
    std::vector<int> columns, rows; ///< First pixels of all tiles but those at 0.
};

/// The steps from `low` to `size`; the last one's picture has that size. `seconds` are those of computing it.
struct Enlargement {
    std::vector<EnlargedStep> steps;
    double seconds = 0;
};
Enlargement enlarge(const EvaluationMethod& method, const Image& low, double scale, Size size);

} // namespace casr::cli
