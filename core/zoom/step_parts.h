#pragma once

namespace casr {

/// Which parts of the method a step uses; all of them but where their worth is measured.
struct StepParts {
    bool superpixels = true;
    bool depth = true;
    bool memory = true;
    bool backProjection = true;

    bool operator==(const StepParts&) const = default;
};

} // namespace casr
