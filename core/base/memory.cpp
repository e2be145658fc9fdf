#include "core/base/memory.h"

#include <fstream>
#include <string>

#include <malloc.h>
#include <unistd.h>

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

void keepLargeBuffers(int mostBytes) {
    mallopt(M_MMAP_THRESHOLD, mostBytes);
    mallopt(M_TRIM_THRESHOLD, mostBytes);
    mallopt(M_ARENA_MAX, 1);
}

void giveBackBuffers() {
    malloc_trim(0);
}

std::optional<std::int64_t> occupiedMemory() {
    std::ifstream in("/proc/self/statm");
    std::int64_t whole = 0, resident = 0;
    if (in >> whole >> resident) {
        return resident * sysconf(_SC_PAGESIZE);
    }
    return std::nullopt;
}

} // namespace casr
