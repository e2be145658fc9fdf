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

/// A device, a pipe or a link to one, which takes bytes and must not be replaced by a file.
bool isStream(const std::filesystem::path& path) {
    std::error_code ignored;
    const std::filesystem::file_status status = std::filesystem::status(path, ignored);
    const bool isOther = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
    return path.parent_path() == "/dev" || (isOther && !std::filesystem::is_directory(status));
}

/// The file that a link leads to, so that the link stays.
std::filesystem::path withoutLink(const std::filesystem::path& path) {
    std::error_code failure;
    const std::filesystem::path file = std::filesystem::canonical(path, failure);
    return !failure && std::filesystem::is_symlink(path, failure) ? file : path;
}

/// Opens `file`, writes it and closes it; failures speak of `path`, and nothing is left of a file beside it.
void writeInto(const std::filesystem::path& file, const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
    const std::filesystem::path unfinished = file == path ? std::filesystem::path() : file;
    errno = 0;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!out) {
        failToWrite(path, unfinished, errno);
    }
    write(out);
    out.close();
    if (!out) {
        failToWrite(path, unfinished, errno ? errno : EIO);
    }
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
    if (isStream(path)) {
        writeInto(path, path, write);
        return;
    }
    const std::filesystem::path file = withoutLink(path), temporary = temporaryBeside(file);
    const Unfinished guard(temporary);
    writeInto(temporary, path, write);
    commitFile(temporary, file);
}

} // namespace casr
