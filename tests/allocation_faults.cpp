#include "tests/allocation_faults.h"

#include <atomic>
#include <cstdlib>

namespace casr {

namespace {

std::atomic<long> allocationsLeft{-1};
std::atomic<void (*)()> eventInstead{nullptr};

/// Counts down, and fails once at zero.
bool mustFail() {
    long left = allocationsLeft.load();
    while (left >= 0 && !allocationsLeft.compare_exchange_weak(left, left - 1)) {
    }
    void (*const event)() = eventInstead;
    if (left == 0 && event) {
        event();
    }
    return left == 0 && !event;
}

} // namespace

void failAllocation(long allocation, void (*event)()) {
    eventInstead = event;
    allocationsLeft = allocation;
}

bool hasAllocationFailed() {
    return allocationsLeft < 0;
}

} // namespace casr

void* operator new(std::size_t size) {
    void* memory = casr::mustFail() ? nullptr : std::malloc(size);
    if (!memory) {
        throw std::bad_alloc();
    }
    return memory;
}
/// Replaced too: the address sanitizer has one of its own, whose memory our delete must not free.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return casr::mustFail() ? nullptr : std::malloc(size);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
