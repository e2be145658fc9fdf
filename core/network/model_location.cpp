#include "core/network/model_location.h"

#include <cstdlib>

namespace casr {

namespace {

constexpr const char* weightsName = "casr.safetensors";

} // namespace

std::filesystem::path shippedWeights() {
    if (const char* chosen = std::getenv("CASR_WEIGHTS")) {
        return chosen;
    }
    std::error_code ignored;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const std::filesystem::path installed = program.parent_path().parent_path() / "share/casr-zoom/models" / weightsName;
    return std::filesystem::exists(installed, ignored) ? installed : std::filesystem::path(CASR_MODEL_FOLDER) / weightsName;
}

} // namespace casr
