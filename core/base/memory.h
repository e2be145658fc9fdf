#pragma once

#include <cstdint>
#include <optional>

namespace casr {

/// Bytes of memory that the system could give to this program now; nothing where it does not say. Any thread may call it.
std::optional<std::int64_t> availableMemory();

/// From now on freed memory, up to `mostBytes` of it, is kept for the next large block instead of going back to the system, which would
/// have to clear every page again: tensors of one size come and go all the time. Threads that start later share one pool, as a
/// pool of its own gives blocks above 64 MB back at once. Call it early in main; any thread may call it, again too.
void keepLargeBuffers(int mostBytes = 1 << 30);

/// Gives freed memory that is kept back to the system. Any thread may call it.
void giveBackBuffers();

/// Bytes of memory that this program occupies now; nothing where the system does not say. Any thread may call it.
std::optional<std::int64_t> occupiedMemory();

} // namespace casr
