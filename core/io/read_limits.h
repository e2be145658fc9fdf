#pragma once

// Private to core/io: what a header may ask for before anything is allocated.

#include "core/image/geometry.h"

#include <cstdint>
#include <filesystem>

namespace casr {

/// What the header of a picture file announces.
struct AnnouncedPicture {
    Size size;
    int channels = 3;
    int bytesPerSample = 1; ///< Decoded.
};

/// Throws Error when the picture is beyond what is opened without asking (2^30 pixels, or a file that unpacks to more than 256 MB and
/// a thousand times its own size: a decompression bomb), and in any case when its float pixels would not fit into the memory that is
/// free. `allowLarge` lifts all but the last.
void checkReadLimits(const std::filesystem::path& path, const AnnouncedPicture& picture, bool allowLarge);

} // namespace casr
