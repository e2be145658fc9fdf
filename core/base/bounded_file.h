#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace casr {

/// All bytes of the regular file at `path`, or nothing when it has more than `mostBytes`, cannot be read, or is something else: a folder, a
/// device, or a pipe, whose writer is not waited for. Throws std::bad_alloc. Any thread may call it.
std::optional<std::string> bytesOfFile(const std::filesystem::path& path, std::uintmax_t mostBytes);

} // namespace casr
