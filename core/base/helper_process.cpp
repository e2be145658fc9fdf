#include "core/base/helper_process.h"

#include "core/base/error.h"
#include "core/base/memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <iterator>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace casr {

namespace {

constexpr int pollMilliseconds = 50;
constexpr std::size_t mostComplaint = 4096;

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

/// What posix_spawn does between fork and exec: the ends become descriptors 3 and 2, nothing is read from the terminal.
class FileActions {
public:
    FileActions(int channel, int complaint) {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawn_file_actions_addopen(&m_actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&m_actions, 1, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_adddup2(&m_actions, complaint, 2);
        ::posix_spawn_file_actions_adddup2(&m_actions, channel, helperChannel);
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
        // A group of its own: Ctrl+C in a terminal is for the program that asked, which ends the helper itself.
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

[[noreturn]] void failToStart(const std::string& reason) {
    throw Error("A helper program cannot be started (" + reason + "). Close other programs and try again.");
}

void setLimit(__rlimit_resource kind, std::int64_t most) {
    const rlimit limit{static_cast<rlim_t>(most), static_cast<rlim_t>(most)};
    ::setrlimit(kind, &limit);
}

} // namespace

void OwnedFile::close() {
    if (m_file >= 0) {
        ::close(m_file);
    }
    m_file = -1;
}

HelperProcess::HelperProcess(const std::filesystem::path& program, std::vector<std::string> arguments) {
    std::array<int, 2> channel{-1, -1}, complaint{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0) {
        failToStart(std::strerror(errno));
    }
    m_channel.reset(channel[0]);
    const OwnedFile farChannel(channel[1]);
    if (::pipe2(complaint.data(), O_CLOEXEC) != 0) {
        failToStart(std::strerror(errno));
    }
    m_complaint.reset(complaint[0]);
    const OwnedFile farComplaint(complaint[1]);
    std::vector<char*> pointers;
    std::transform(arguments.begin(), arguments.end(), std::back_inserter(pointers), [](std::string& text) { return text.data(); });
    pointers.push_back(nullptr);
    const FileActions actions(farChannel.get(), farComplaint.get());
    const FreshSignals signals;
    const int failure = ::posix_spawn(&m_process, program.c_str(), actions.get(), signals.get(), pointers.data(), environ);
    if (failure != 0) {
        m_process = -1;
        throw Error("The helper '" + program.string() + "' cannot be started (" + std::strerror(failure) + "). Install CASR Zoom again.");
    }
}

HelperProcess::~HelperProcess() {
    if (m_process > 0) {
        ::kill(m_process, SIGKILL);
        waitedFor();
    }
}

int HelperProcess::waitedFor() {
    int status = 0;
    while (::waitpid(m_process, &status, 0) < 0 && errno == EINTR) {
    }
    m_process = -1;
    return status;
}

HelperChannel::HelperChannel(const HelperProcess& process, std::optional<double> seconds, const StopCheck& stop)
    : m_channel(process.channel()), m_complaintFile(process.complaint()), m_stop(stop) {
    if (seconds) {
        m_deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*seconds));
    }
}

bool HelperChannel::read(void* bytes, std::size_t count) {
    auto* at = static_cast<char*>(bytes);
    while (count > 0) {
        wait(POLLIN);
        const ssize_t got = ::read(m_channel, at, count);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
            return false;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        at += taken;
        count -= taken;
    }
    return true;
}

bool HelperChannel::write(const void* bytes, std::size_t count) {
    const auto* at = static_cast<const char*>(bytes);
    while (count > 0) {
        wait(POLLOUT);
        const ssize_t sent = ::send(m_channel, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        at += taken;
        count -= taken;
    }
    return true;
}

std::string HelperChannel::complaint() {
    while (m_complaintFile >= 0) {
        waitFor(0);
    }
    return m_complaint;
}

/// Until the channel can do what `events` says, or has an end.
void HelperChannel::wait(short events) {
    while (!waitFor(events)) {
    }
}

bool HelperChannel::waitFor(short events) {
    if (m_stop && m_stop()) {
        throw Cancelled();
    }
    if (m_deadline && Clock::now() > *m_deadline) {
        throw TookTooLong();
    }
    std::array<pollfd, 2> files{{{events ? m_channel : -1, events, 0}, {m_complaintFile, POLLIN, 0}}};
    ::poll(files.data(), files.size(), pollMilliseconds);
    if (files[1].revents != 0) {
        readComplaint();
    }
    return files[0].revents != 0;
}

void HelperChannel::readComplaint() {
    std::array<char, 1024> bytes{};
    const ssize_t got = ::read(m_complaintFile, bytes.data(), bytes.size());
    if (got <= 0) {
        m_complaintFile = -1;
    } else {
        m_complaint.append(bytes.data(), static_cast<std::size_t>(got));
        m_complaint.resize(std::min(m_complaint.size(), mostComplaint));
    }
}

std::filesystem::path helperProgram(const std::string& name) {
    std::error_code failure;
    const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path();
    for (const char* place : {".", "../app", "../../app", "../libexec/casr-zoom"}) {
        std::filesystem::path program = (folder / place / name).lexically_normal();
        if (::access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    throw Error("The program " + name + ", which this one needs, is missing in '" + folder.string() + "'. Install CASR Zoom again.");
}

std::int64_t helperMemory(std::int64_t asked, std::int64_t least) {
    return asked > 0 ? asked : std::max(least, availableMemory().value_or(least));
}

std::string howItEnded(int status) {
    return WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "exit code " + std::to_string(WEXITSTATUS(status));
}

bool isAboutMemory(const std::string& complaint) {
    constexpr std::array<const char*, 6> signs{
        "failed to allocate", "bad_alloc", "out of memory", "Cannot allocate memory", "can't allocate memory", "Error creating thread"};
    return std::any_of(signs.begin(), signs.end(), [&](const char* sign) { return complaint.find(sign) != std::string::npos; });
}

void dieWithParent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGPIPE, SIG_IGN);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

void confineHelper(MemoryKind kind, std::int64_t memoryBytes, std::int64_t seconds) {
    dieWithParent();
    setLimit(RLIMIT_FSIZE, 0);
    setLimit(RLIMIT_CPU, seconds * std::max<std::int64_t>(1, ::sysconf(_SC_NPROCESSORS_ONLN)));
    if (canLimitMemory) {
        setLimit(kind == MemoryKind::addressSpace ? RLIMIT_AS : RLIMIT_DATA, memoryBytes);
    }
}

std::int64_t wholeNumber(const char* text) {
    std::int64_t number = 0;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

bool writeToParent(const void* bytes, std::size_t count) {
    const auto* at = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = ::write(helperChannel, at, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        at += taken;
        count -= taken;
    }
    return true;
}

bool readFromParent(void* bytes, std::size_t count) {
    auto* at = static_cast<char*>(bytes);
    while (count > 0) {
        const ssize_t got = ::read(helperChannel, at, count);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        const auto taken = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        at += taken;
        count -= taken;
    }
    return true;
}

} // namespace casr
