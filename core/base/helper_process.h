#pragma once

// A process of its own in which what may crash runs, and the line to it. For core and its tests.

#include "core/base/stop.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace casr {

/// The descriptor by which a helper speaks with the program that started it.
constexpr int helperChannel = 3;

/// Closed when it goes.
class OwnedFile {
public:
    explicit OwnedFile(int file = -1) : m_file(file) {}
    OwnedFile(const OwnedFile&) = delete;
    OwnedFile& operator=(const OwnedFile&) = delete;
    ~OwnedFile() { close(); }

    int get() const { return m_file; }
    void reset(int file) {
        close();
        m_file = file;
    }

private:
    void close();

    int m_file;
};

/// A running helper; ended and waited for when it goes.
class HelperProcess {
public:
    /// `arguments` begin with the name of the program. Throws Error when it cannot be started.
    HelperProcess(const std::filesystem::path& program, std::vector<std::string> arguments);
    HelperProcess(const HelperProcess&) = delete;
    HelperProcess& operator=(const HelperProcess&) = delete;
    ~HelperProcess();

    int channel() const { return m_channel.get(); }
    int complaint() const { return m_complaint.get(); }

    /// The status of waitpid.
    int waitedFor();

private:
    OwnedFile m_channel;
    OwnedFile m_complaint;
    pid_t m_process = -1;
};

/// Thrown at the deadline.
struct TookTooLong {};

/// Speaks with a helper and hears its complaints, with a deadline and a stop. Whatever it does throws TookTooLong and Cancelled.
class HelperChannel {
public:
    /// Without `seconds` there is no deadline. The process must outlive it.
    HelperChannel(const HelperProcess& process, std::optional<double> seconds, const StopCheck& stop);

    /// Fills `bytes`; false when the helper has closed its end.
    bool read(void* bytes, std::size_t count);

    /// Sends all of `bytes`; false when the helper is gone.
    bool write(const void* bytes, std::size_t count);

    /// All that it said on standard error, once it has ended.
    std::string complaint();

private:
    using Clock = std::chrono::steady_clock;

    void wait(short events);
    bool waitFor(short events);
    void readComplaint();

    int m_channel;
    int m_complaintFile;
    const StopCheck& m_stop;
    std::optional<Clock::time_point> m_deadline;
    std::string m_complaint;
};

/// The program of this name beside this one, or where the build tree has it. Throws Error when there is none.
std::filesystem::path helperProgram(const std::string& name);

/// Bytes that a helper may have: as many as were asked for; where that is 0, as many as are free now, but not less than `least`.
std::int64_t helperMemory(std::int64_t asked, std::int64_t least);

/// A status of waitpid in words.
std::string howItEnded(int status);

/// The words of glib, C++, LibTorch and our own for memory that could not be had.
bool isAboutMemory(const std::string& complaint);

/// In the helper: from here on it dies with the program that started it and leaves no core file.
void dieWithParent();

/// What counts as the memory of a helper: all that it maps, or what it may write to, where libraries map far more than they use.
enum class MemoryKind { addressSpace, writable };

/// In the helper: dies with its parent, writes no file, and takes no more memory and seconds (of every processor) than this. Memory is not
/// limited in sanitized programs, which a limit would end before their first line.
void confineHelper(MemoryKind kind, std::int64_t memoryBytes, std::int64_t seconds);

/// In the helper: a whole number of its arguments; 0 for anything else, which no parent gives.
std::int64_t wholeNumber(const char* text);

/// In the helper; false when the program that started it is gone.
bool writeToParent(const void* bytes, std::size_t count);
bool readFromParent(void* bytes, std::size_t count);

} // namespace casr
