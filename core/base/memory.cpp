#include "core/base/memory.h"

#include <fstream>
#include <string>

namespace casr {

std::optional<std::int64_t> availableMemory() {
    std::ifstream in("/proc/meminfo");
    std::string name, unit;
    std::int64_t kilobytes = 0;
    while (in >> name >> kilobytes) {
        std::getline(in, unit);
        if (name == "MemAvailable:") {
            return kilobytes * 1024;
        }
    }
    return std::nullopt;
}

} // namespace casr
