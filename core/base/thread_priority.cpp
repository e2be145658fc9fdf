#include "core/base/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace casr {

namespace {

/// A tenth of the time of a thread of normal priority where both want all.
constexpr int belowNormal = 10;

/// Linux counts niceness by thread.
id_t thisThread() {
    return static_cast<id_t>(gettid());
}

} // namespace

void giveWay() {
    if (amountOfGivingWay() < belowNormal) {
        setpriority(PRIO_PROCESS, thisThread(), belowNormal);
    }
}

int amountOfGivingWay() {
    return getpriority(PRIO_PROCESS, thisThread());
}

} // namespace casr
