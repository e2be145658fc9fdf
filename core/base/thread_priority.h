#pragma once

namespace casr {

/// Makes the calling thread, and the threads that it starts from now on, give way to others of normal priority. Does nothing where the
/// system does not allow it, or twice.
void giveWay();

/// How much the calling thread gives way: 0 is normal priority, more is less.
int amountOfGivingWay();

} // namespace casr
