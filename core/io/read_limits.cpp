#include "core/io/read_limits.h"

#include "core/base/error.h"
#include "core/base/memory.h"

#include <string>

namespace casr {

namespace {

constexpr std::int64_t maxPixels = std::int64_t{1} << 30;
constexpr std::int64_t harmlessBytes = std::int64_t{256} << 20;
constexpr std::int64_t maxUnpacking = 1000;
constexpr std::int64_t megabyte = 1000000;

constexpr const char* permission = "allow large pictures (--allow-large) if you trust the file";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what, const std::string& advice) {
    throw Error("'" + path.string() + "' " + what + ". " + advice + ".");
}

void checkPixels(const std::filesystem::path& path, Size size) {
    if (size.area() > maxPixels) {
        refuse(path, "has " + std::to_string(size.area() >> 20) + " megapixels, more than the 1024 that are opened without asking",
               std::string("Crop or shrink it first, or ") + permission);
    }
}

/// A photo is seldom packed to less than a hundredth; a thousandth is one colour, or meant to fill the memory.
void checkUnpacking(const std::filesystem::path& path, const AnnouncedPicture& picture) {
    std::error_code failure;
    const auto packed = static_cast<std::int64_t>(std::filesystem::file_size(path, failure));
    const std::int64_t unpacked = picture.size.area() * picture.channels * picture.bytesPerSample;
    if (!failure && unpacked > harmlessBytes && unpacked / maxUnpacking > packed) {
        refuse(path,
               "has " + std::to_string(packed) + " bytes and would unpack to " + std::to_string(unpacked / megabyte) +
                   " MB, which no photo does",
               std::string("Leave it closed, or ") + permission);
    }
}

void checkMemory(const std::filesystem::path& path, const AnnouncedPicture& picture) {
    const std::int64_t needed = picture.size.area() * picture.channels * static_cast<std::int64_t>(sizeof(float) + 2);
    const std::int64_t available = availableMemory().value_or(needed);
    if (needed > available) {
        refuse(path,
               "needs about " + std::to_string(needed / megabyte) + " MB of memory when opened, and " +
                   std::to_string(available / megabyte) + " MB are free",
               "Crop or shrink it first, or close other programs");
    }
}

} // namespace

void checkReadLimits(const std::filesystem::path& path, const AnnouncedPicture& picture, bool allowLarge) {
    if (!allowLarge) {
        checkPixels(path, picture.size);
        checkUnpacking(path, picture);
    }
    checkMemory(path, picture);
}

} // namespace casr
