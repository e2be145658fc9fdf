#pragma once

namespace casr {

/// The parts of a step that can be left out, to measure what each brings.
struct StepParts {
    bool superpixels = true;    ///< Mean colours of superpixels as an input.
    bool depth = true;          ///< The depth map as an input.
    bool memory = true;         ///< Tokens of the source photo, read by cross-attention.
    bool backProjection = true; ///< Correction so that the step shrinks to its parent.

    bool operator==(const StepParts&) const = default;
};

} // namespace casr
