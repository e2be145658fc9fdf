#include "core/base/model_location.h"

#include <cstdlib>

namespace casr {

namespace {

/// What `variable` of the environment names when it is set, else the file `name` beside the program or in the source tree.
std::filesystem::path modelAt(const char* variable, const char* name) {
    if (const char* chosen = std::getenv(variable)) {
        return chosen;
    }
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const std::filesystem::path installed = program.parent_path().parent_path() / "share/casr-zoom/models" / name;
    return std::filesystem::exists(installed, ignored) ? installed : std::filesystem::path(CASR_MODEL_FOLDER) / name;
}

} // namespace

std::filesystem::path shippedWeights() {
    return modelAt("CASR_WEIGHTS", "casr.safetensors");
}

std::filesystem::path shippedDepthWeights() {
    return modelAt("CASR_DEPTH_WEIGHTS", "depth.safetensors");
}

std::filesystem::path shippedPristine() {
    return modelAt("CASR_PRISTINE", "niqe.json");
}

} // namespace casr
