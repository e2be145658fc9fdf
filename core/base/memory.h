#pragma once

#include <cstdint>
#include <optional>

namespace casr {

/// Bytes of memory that the system could give to this program now; nothing where it does not say. Any thread may call it.
std::optional<std::int64_t> availableMemory();

} // namespace casr
