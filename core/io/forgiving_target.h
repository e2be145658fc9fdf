#pragma once

// Private to core/io: shows libvips.

#include <vips/vips8>

#include <filesystem>

namespace casr {

/// A file that libvips writes to and whose failures it never sees: they are kept here. The TIFF writer of libvips 8.14 uses freed
/// memory when it has to stop in the middle of a pyramid, so it is let run to its end instead.
class ForgivingTarget {
public:
    /// Opens the existing file `path`.
    explicit ForgivingTarget(const std::filesystem::path& path);
    ~ForgivingTarget();
    ForgivingTarget(const ForgivingTarget&) = delete;
    ForgivingTarget& operator=(const ForgivingTarget&) = delete;

    const vips::VTarget& target() const { return m_target; }

    /// The errno of the first call that failed; 0 when none did.
    int failure() const { return m_failure; }

private:
    static gint64 write(VipsTargetCustom*, const void* data, gint64 length, ForgivingTarget* self);
    static gint64 read(VipsTargetCustom*, void* data, gint64 length, ForgivingTarget* self);
    static gint64 seek(VipsTargetCustom*, gint64 offset, int whence, ForgivingTarget* self);

    void writeAll(const char* data, gint64 length);

    int m_file = -1;
    int m_failure = 0;
    vips::VTarget m_target;
};

} // namespace casr
