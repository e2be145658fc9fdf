#include "core/base/bounded_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace casr {

namespace {

/// A file opened for reading; below 0: none.
class OpenFile {
public:
    /// Without waiting: a pipe would keep it until somebody writes.
    explicit OpenFile(const std::filesystem::path& path) : m_file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (m_file >= 0) {
            ::close(m_file);
        }
    }

    /// Its size in bytes; nothing for what is no regular file.
    std::optional<std::uintmax_t> size() const {
        struct stat status {};
        const bool isFile = m_file >= 0 && ::fstat(m_file, &status) == 0 && S_ISREG(status.st_mode);
        return isFile ? std::optional(static_cast<std::uintmax_t>(status.st_size)) : std::nullopt;
    }

    /// How many bytes came, `count` unless the file ends; below 0 when that failed.
    std::ptrdiff_t read(char* to, std::size_t count) const {
        std::size_t done = 0;
        while (done < count) {
            const ::ssize_t came = ::read(m_file, to + done, count - done);
            if (came < 0 && errno != EINTR) {
                return -1;
            }
            if (came == 0) {
                break;
            }
            done += came > 0 ? static_cast<std::size_t>(came) : 0;
        }
        return static_cast<std::ptrdiff_t>(done);
    }

private:
    int m_file;
};

} // namespace

std::optional<std::string> bytesOfFile(const std::filesystem::path& path, std::uintmax_t mostBytes) {
    const OpenFile file(path);
    const std::optional<std::uintmax_t> size = file.size();
    if (!size || *size > mostBytes) {
        return std::nullopt;
    }
    std::string bytes(static_cast<std::size_t>(*size), '\0');
    const std::ptrdiff_t came = file.read(bytes.data(), bytes.size());
    if (came < 0) {
        return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(came));
    return bytes;
}

} // namespace casr
