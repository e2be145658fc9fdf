#pragma once

#include "core/base/text_wire.h"
#include "core/io/picture_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace casr {

/// What a decoder tells instead of a picture.
struct DecodingFailure {
    std::string message; ///< Of a casr::Error; empty when the memory ran out.
};

using DecodingResult = std::variant<Picture, DecodingFailure>;

/// Hands a picture or a failure from one process to another on the same machine, native byte order. False when the reader is gone.
bool sendResult(const DecodingResult& result, const WriteBytes& write);

/// Takes it back. The bytes come from a process that may have been taken over by a hostile file, so nothing is believed: sizes are
/// checked before anything is allocated, against `maxPixels` and small bounds for everything else. Nothing when the bytes are not what
/// sendResult writes.
std::optional<DecodingResult> receiveResult(const ReadBytes& read, std::int64_t maxPixels);

} // namespace casr
