#pragma once

// For tests of what happens when memory ends. A test that includes this is linked with allocation_faults.cpp, which replaces operator new.

#include "core/base/error.h"

#include <new>

namespace casr {

/// Allocation number `allocation` of C++, counted from 0 on all threads together, fails once; below 0: none does. With `event` it succeeds,
/// and `event` is called there instead.
void failAllocation(long allocation, void (*event)() = nullptr);

/// True when the allocation that was to fail has come.
bool hasAllocationFailed();

enum class AllocationOutcome { threw, ended, endedWithoutFault };

/// `call` with its N-th allocation failing. A library may answer a lack of memory with a failure of its own, or do without.
template <typename Call>
AllocationOutcome outcomeWithout(long allocation, Call call) {
    failAllocation(allocation);
    AllocationOutcome outcome = AllocationOutcome::threw;
    try {
        call();
        outcome = hasAllocationFailed() ? AllocationOutcome::ended : AllocationOutcome::endedWithoutFault;
    } catch (const std::bad_alloc&) {
    } catch (const Error&) {
    }
    failAllocation(-1);
    return outcome;
}

/// For every N until there is no N-th allocation: `call` throws and `isUndone` holds, or it ends and `isDone` does. How many threw, or
/// -1 when something did not hold.
template <typename Call, typename Undone, typename Done>
long failEveryAllocation(Call call, Undone isUndone, Done isDone) {
    long thrown = 0;
    for (long allocation = 0;; ++allocation) {
        const AllocationOutcome outcome = outcomeWithout(allocation, call);
        thrown += outcome == AllocationOutcome::threw ? 1 : 0;
        if (!(outcome == AllocationOutcome::threw ? isUndone() : isDone())) {
            return -1;
        }
        if (outcome == AllocationOutcome::endedWithoutFault) {
            return thrown;
        }
    }
}

} // namespace casr
