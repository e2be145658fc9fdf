#pragma once

#include <stdexcept>
#include <string>

namespace casr {

/// A failure that a user can cause or mend. The text is one sentence or two: what is wrong, and what to do next.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Memory ran out: the same work may succeed when less is held.
class OutOfMemory : public Error {
public:
    using Error::Error;
};

/// The work was stopped because someone asked for it: an outcome, not a failure.
class Cancelled : public std::runtime_error {
public:
    Cancelled() : std::runtime_error("Cancelled.") {}
};

} // namespace casr
