#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace casr {

/// Takes all of the bytes; false when the other side is gone.
using WriteBytes = std::function<bool(const void*, std::size_t)>;

/// Fills all of the bytes; false when there are no more.
using ReadBytes = std::function<bool(void*, std::size_t)>;

/// One text from one process to another on the same machine, in native byte order. False when the reader is gone.
bool sendText(const std::string& text, const WriteBytes& write);

/// Nothing when there is none, or one that says to be longer than `most` bytes.
std::optional<std::string> receiveText(const ReadBytes& read, std::uint64_t most = std::uint64_t{256} << 20);

} // namespace casr
