#include "core/base/safe_file.h"

#include "core/base/error.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace casr {

namespace {

[[noreturn]] void failToWrite(const std::filesystem::path& path, const std::filesystem::path& temporary, int reason) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error("'" + path.string() + "' cannot be written (" + std::strerror(reason) +
                "). Check that the folder exists, is writable and has free space, or choose another place.");
}

/// Removes an unfinished file when its writer throws.
class Unfinished {
public:
    explicit Unfinished(std::filesystem::path path) : m_path(std::move(path)) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        std::error_code ignored;
        std::filesystem::remove(m_path, ignored);
    }

private:
    std::filesystem::path m_path;
};

bool flushToDisk(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    const bool flushed = ::fsync(file) == 0;
    ::close(file);
    return flushed;
}

/// Machines that share a folder have the same process numbers.
std::string hostName() {
    std::array<char, 33> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

} // namespace

std::filesystem::path temporaryBeside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    static const std::string host = hostName();
    const std::string mark = ".part-" + host + "-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    return path.parent_path() / (path.stem().string().substr(0, 200) + mark + path.extension().string());
}

void commitFile(const std::filesystem::path& temporary, const std::filesystem::path& path) {
    if (!flushToDisk(temporary) || std::rename(temporary.c_str(), path.c_str()) != 0) {
        failToWrite(path, temporary, errno);
    }
}

void writeBesideAndRename(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
    const std::filesystem::path temporary = temporaryBeside(path);
    const Unfinished guard(temporary);
    errno = 0;
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out) {
        failToWrite(path, temporary, errno);
    }
    write(out);
    out.close();
    if (!out) {
        failToWrite(path, temporary, errno ? errno : EIO);
    }
    commitFile(temporary, path);
}

} // namespace casr
