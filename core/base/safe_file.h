#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace casr {

/// A name beside `path` that no other process or thread, here or on another machine, uses at the same time; same folder, so that a
/// rename is atomic.
std::filesystem::path temporaryBeside(const std::filesystem::path& path);

/// Calls `write` on a new file beside `path`, flushes it to the disk and renames it to `path`. When anything fails the new
/// file is removed, an older file at `path` is untouched, and Error says what to do. A link stays and the file that it leads to is
/// replaced; a pipe or a device, such as /dev/stdout, is written into as it is.
void writeBesideAndRename(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

/// Flushes the finished file `temporary` to the disk and renames it to `path`; throws Error and removes it when that fails.
void commitFile(const std::filesystem::path& temporary, const std::filesystem::path& path);

} // namespace casr
