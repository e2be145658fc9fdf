#include "core/io/guarded_picture.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/picture_wire.h"
#include "core/io/vips_support.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace casr {

namespace {

constexpr int resultFile = 3;
constexpr int pollMilliseconds = 50;
constexpr std::int64_t smallestMemory = std::int64_t{2} << 30;
constexpr std::size_t mostComplaint = 4096;
constexpr std::int64_t mostPixels = std::int64_t{1} << 34;

// An address-space limit would end a sanitized program before its first line.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool canLimitMemory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool canLimitMemory = false;
#else
constexpr bool canLimitMemory = true;
#endif
#else
constexpr bool canLimitMemory = true;
#endif

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

/// Closed when it goes.
class File {
public:
    explicit File(int file = -1) : m_file(file) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }

    int get() const { return m_file; }
    void close() {
        if (m_file >= 0) {
            ::close(m_file);
        }
        m_file = -1;
    }

private:
    int m_file;
};

struct Pipe {
    File out, in;

    explicit Pipe(const std::array<int, 2>& ends) : out(ends[0]), in(ends[1]) {}
    Pipe() : Pipe(made()) {}

    static std::array<int, 2> made() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw Error(std::string("The decoder cannot be started (") + std::strerror(errno) + "). Close other programs and try again.");
        }
        return ends;
    }
};

/// What posix_spawn does between fork and exec: the pipes become descriptors 3 and 2, nothing is read from the terminal.
class FileActions {
public:
    FileActions(const Pipe& result, const Pipe& complaint) {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawn_file_actions_addopen(&m_actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&m_actions, 1, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_adddup2(&m_actions, complaint.in.get(), 2);
        ::posix_spawn_file_actions_adddup2(&m_actions, result.in.get(), resultFile);
    }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { ::posix_spawn_file_actions_destroy(&m_actions); }

    const posix_spawn_file_actions_t* get() const { return &m_actions; }

private:
    posix_spawn_file_actions_t m_actions{};
};

/// Signals come through as usual, whatever this thread blocks or ignores.
class FreshSignals {
public:
    FreshSignals() {
        ::posix_spawnattr_init(&m_attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        // A group of its own: Ctrl+C in a terminal is for the program that asked, which ends the decoder itself.
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    FreshSignals(const FreshSignals&) = delete;
    FreshSignals& operator=(const FreshSignals&) = delete;
    ~FreshSignals() { ::posix_spawnattr_destroy(&m_attributes); }

    const posix_spawnattr_t* get() const { return &m_attributes; }

private:
    posix_spawnattr_t m_attributes{};
};

/// A running decoder; ended and waited for when it goes.
class Decoder {
public:
    Decoder(const std::filesystem::path& program, std::vector<std::string> arguments, const Pipe& result, const Pipe& complaint) {
        std::vector<char*> pointers;
        std::transform(arguments.begin(), arguments.end(), std::back_inserter(pointers), [](std::string& text) { return text.data(); });
        pointers.push_back(nullptr);
        const FileActions actions(result, complaint);
        const FreshSignals signals;
        const int failure = ::posix_spawn(&m_process, program.c_str(), actions.get(), signals.get(), pointers.data(), environ);
        if (failure != 0) {
            m_process = -1;
            throw Error("The decoder " + quoted(program) + " cannot be started (" + std::strerror(failure) + "). Install CASR Zoom again.");
        }
    }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() {
        if (m_process > 0) {
            ::kill(m_process, SIGKILL);
            waitedFor();
        }
    }

    /// The status of waitpid.
    int waitedFor() {
        int status = 0;
        while (::waitpid(m_process, &status, 0) < 0 && errno == EINTR) {
        }
        m_process = -1;
        return status;
    }

private:
    pid_t m_process = -1;
};

struct TookTooLong {};

/// Reads both pipes of a decoder, with a deadline and a stop.
class Listener {
public:
    Listener(int result, int complaint, double seconds, const StopCheck& stop)
        : m_result(result), m_complaintFile(complaint), m_stop(stop),
          m_deadline(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

    /// Fills `bytes`; false when the decoder has closed its end. Throws TookTooLong and Cancelled.
    bool read(void* bytes, std::size_t count) {
        auto* at = static_cast<char*>(bytes);
        while (count > 0) {
            wait();
            const ssize_t got = ::read(m_result, at, count);
            if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
                return false;
            }
            const auto taken = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
            at += taken;
            count -= taken;
        }
        return true;
    }

    /// The rest of what it says on standard error, until it has ended.
    std::string complaint() {
        while (m_complaintFile >= 0) {
            waitFor(nullptr);
        }
        return m_complaint;
    }

private:
    using Clock = std::chrono::steady_clock;

    /// Until the result has bytes or an end.
    void wait() {
        bool isReady = false;
        while (!isReady) {
            waitFor(&isReady);
        }
    }

    void waitFor(bool* resultIsReady) {
        if (m_stop && m_stop()) {
            throw Cancelled();
        }
        if (Clock::now() > m_deadline) {
            throw TookTooLong();
        }
        std::array<pollfd, 2> files{{{resultIsReady ? m_result : -1, POLLIN, 0}, {m_complaintFile, POLLIN, 0}}};
        ::poll(files.data(), files.size(), pollMilliseconds);
        if (resultIsReady) {
            *resultIsReady = files[0].revents != 0;
        }
        if (files[1].revents != 0) {
            readComplaint();
        }
    }

    void readComplaint() {
        std::array<char, 1024> bytes{};
        const ssize_t got = ::read(m_complaintFile, bytes.data(), bytes.size());
        if (got <= 0) {
            m_complaintFile = -1;
        } else {
            m_complaint.append(bytes.data(), static_cast<std::size_t>(got));
            m_complaint.resize(std::min(m_complaint.size(), mostComplaint));
        }
    }

    int m_result;
    int m_complaintFile;
    const StopCheck& m_stop;
    Clock::time_point m_deadline;
    std::string m_complaint;
};

std::int64_t memoryFor(const DecodingLimits& limits) {
    return limits.memoryBytes > 0 ? limits.memoryBytes : std::max(smallestMemory, availableMemory().value_or(smallestMemory));
}

std::vector<std::string> argumentsFor(const std::filesystem::path& program, const std::filesystem::path& path, const ReadOptions& options,
                                      const DecodingLimits& limits) {
    return {program.string(),
            path.string(),
            std::to_string(options.page),
            options.tone == ToneCurve::soft ? "soft" : "clip",
            options.halfSize ? "half" : "full",
            options.allowLarge ? "large" : "limited",
            std::to_string(memoryFor(limits)),
            std::to_string(static_cast<std::int64_t>(limits.seconds) + 2)};
}

[[noreturn]] void failForMemory(const std::filesystem::path& path, std::int64_t memory) {
    throw Error(quoted(path) + " needs more memory to be opened than the " + std::to_string(memory >> 20) +
                " MiB it may have. Crop or shrink it first, or close other programs.");
}

[[noreturn]] void failForTime(const std::filesystem::path& path, double seconds) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", seconds);
    throw Error(quoted(path) + " was not open after " + limit +
                " seconds, and its decoder was ended. The file may be damaged; save it again in "
                "another program.");
}

/// glib, C++ and our own words for memory that could not be had.
bool isAboutMemory(const std::string& complaint) {
    constexpr std::array<const char*, 5> signs{"failed to allocate", "bad_alloc", "out of memory", "Cannot allocate memory",
                                               "Error creating thread"};
    return std::any_of(signs.begin(), signs.end(), [&](const char* sign) { return complaint.find(sign) != std::string::npos; });
}

[[noreturn]] void failForCrash(const std::filesystem::path& path, int status, const std::string& complaint, const DecodingLimits& limits) {
    if (isAboutMemory(complaint)) {
        failForMemory(path, memoryFor(limits));
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        failForTime(path, limits.seconds);
    }
    const std::string how = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "exit code " + std::to_string(WEXITSTATUS(status));
    throw Error(quoted(path) + " made its decoder crash (" + how +
                "), which this program survived. The file may be damaged or made to do harm; save it again in another program.");
}

Picture resultOf(DecodingResult result, const std::filesystem::path& path, const DecodingLimits& limits) {
    if (auto* picture = std::get_if<Picture>(&result)) {
        return std::move(*picture);
    }
    const std::string& message = std::get<DecodingFailure>(result).message;
    if (message.empty()) {
        failForMemory(path, memoryFor(limits));
    }
    throw Error(message);
}

/// One whole number of an argument; 0 for anything else, which no caller gives.
std::int64_t wholeNumber(const char* text) {
    std::int64_t number = 0;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

void setLimit(__rlimit_resource kind, std::int64_t most) {
    const rlimit limit{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    ::setrlimit(kind, &limit);
}

/// From here on the process dies with the one that asked, leaves no core file and takes no more than it may.
void confine(std::int64_t memory, std::int64_t seconds) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGPIPE, SIG_IGN);
    setLimit(RLIMIT_CORE, 0);
    setLimit(RLIMIT_FSIZE, 0);
    setLimit(RLIMIT_CPU, seconds * std::max<std::int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN)));
    if (canLimitMemory) {
        setLimit(RLIMIT_AS, memory);
    }
}

bool writeAll(const void* bytes, std::size_t count) {
    const auto* at = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = ::write(resultFile, at, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        at += taken;
        count -= taken;
    }
    return true;
}

DecodingResult decodedOrFailure(const std::filesystem::path& path, const ReadOptions& options) {
    try {
        return readPicture(path, options);
    } catch (const std::bad_alloc&) {
        return DecodingFailure{};
    } catch (const std::exception& error) {
        // A library that lacks memory for a thread blames the file.
        return DecodingFailure{isAboutMemory(error.what()) ? std::string() : error.what()};
    }
}

} // namespace

std::filesystem::path decoderProgram() {
    std::error_code failure;
    const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    for (const char* place : {"casr-decode", "../app/casr-decode", "../../app/casr-decode", "../libexec/casr-zoom/casr-decode"}) {
        const std::filesystem::path program = folder / place;
        if (::access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    throw Error("The program casr-decode, which opens picture files, is missing in " + quoted(folder) + ". Install CASR Zoom again.");
}

Picture readPictureGuarded(const std::filesystem::path& path, const ReadOptions& options, const DecodingLimits& limits,
                           const StopCheck& stop) {
    return readPictureWith(decoderProgram(), path, options, limits, stop);
}

Picture readPictureWith(const std::filesystem::path& program, const std::filesystem::path& path, const ReadOptions& options,
                        const DecodingLimits& limits, const StopCheck& stop) {
    checkRegularFile(path);
    Pipe result, complaint;
    Decoder decoder(program, argumentsFor(program, path, options, limits), result, complaint);
    result.in.close();
    complaint.in.close();
    Listener listener(result.out.get(), complaint.out.get(), limits.seconds, stop);
    try {
        const auto read = [&](void* bytes, std::size_t count) { return listener.read(bytes, count); };
        if (std::optional<DecodingResult> received = receiveResult(read, mostPixels)) {
            return resultOf(std::move(*received), path, limits);
        }
        const std::string said = listener.complaint();
        failForCrash(path, decoder.waitedFor(), said, limits);
    } catch (const TookTooLong&) {
        failForTime(path, limits.seconds);
    }
}

int runDecoder(int argumentCount, char** arguments) {
    if (argumentCount != 8) {
        std::fputs("casr-decode is a part of casr and casr-zoom, which start it to open a picture file.\n", stderr);
        return 2;
    }
    confine(wholeNumber(arguments[6]), wholeNumber(arguments[7]));
    const ReadOptions options{static_cast<int>(wholeNumber(arguments[2])),
                              std::string_view(arguments[3]) == "clip" ? ToneCurve::clip : ToneCurve::soft,
                              std::string_view(arguments[4]) == "half", std::string_view(arguments[5]) == "large"};
    return sendResult(decodedOrFailure(arguments[1], options), writeAll) ? 0 : 1;
}

} // namespace casr
