#include "app/cli/picture_folder.h"

#include "core/base/error.h"
#include "core/batch/batch.h"

namespace casr::cli {

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder, const std::string& advice) {
    std::error_code problem;
    if (!std::filesystem::is_directory(folder, problem)) {
        throw Error("'" + folder.string() + "' is no folder. " + advice);
    }
    const std::vector<std::string> files = expandedInputs({folder.string()});
    if (files.empty()) {
        throw Error("'" + folder.string() + "' holds no pictures. " + advice);
    }
    return {files.begin(), files.end()};
}

} // namespace casr::cli
