#include "core/io/forgiving_target.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace casr {

ForgivingTarget::ForgivingTarget(const std::filesystem::path& path)
    : m_file(::open(path.c_str(), O_RDWR | O_CLOEXEC)), m_target(VIPS_TARGET(vips_target_custom_new())) {
    m_failure = m_file < 0 ? errno : 0;
    g_signal_connect(m_target.get_target(), "write", G_CALLBACK(write), this);
    g_signal_connect(m_target.get_target(), "read", G_CALLBACK(read), this);
    g_signal_connect(m_target.get_target(), "seek", G_CALLBACK(seek), this);
}

ForgivingTarget::~ForgivingTarget() {
    if (m_file >= 0) {
        ::close(m_file);
    }
}

void ForgivingTarget::writeAll(const char* data, gint64 length) {
    while (length > 0 && m_failure == 0) {
        const ssize_t written = ::write(m_file, data, static_cast<std::size_t>(length));
        if (written < 0) {
            m_failure = errno;
        } else {
            data += written;
            length -= written;
        }
    }
}

gint64 ForgivingTarget::write(VipsTargetCustom*, const void* data, gint64 length, ForgivingTarget* self) {
    self->writeAll(static_cast<const char*>(data), length);
    return length;
}

gint64 ForgivingTarget::read(VipsTargetCustom*, void* data, gint64 length, ForgivingTarget* self) {
    return ::read(self->m_file, data, static_cast<std::size_t>(length));
}

gint64 ForgivingTarget::seek(VipsTargetCustom*, gint64 offset, int whence, ForgivingTarget* self) {
    return ::lseek(self->m_file, offset, whence);
}

} // namespace casr
