#include "app/cli/picture_folder.h"

#include "core/base/error.h"
#include "core/io/picture_file.h"

#include <algorithm>

namespace casr::cli {

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder, const std::string& advice) {
    std::vector<std::filesystem::path> list;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
        if (isWritableFormat(entry.path())) {
            list.push_back(entry.path());
        }
    }
    if (list.empty()) {
        throw Error("'" + folder.string() + "' holds no pictures. " + advice);
    }
    std::sort(list.begin(), list.end());
    return list;
}

} // namespace casr::cli
