#pragma once

// Private to core/io: what a program and its encoder process say to each other, on one machine, in native byte order.

#include "core/io/picture_stream.h"
#include "core/io/picture_wire.h"

namespace casr {

/// What is to be encoded.
struct EncodingJob {
    std::filesystem::path file; ///< Where to; it is there and empty.
    std::filesystem::path path; ///< What the user calls it.
    PictureLayout layout;
    StreamOptions options;
};

bool sendJob(const EncodingJob& job, const WriteBytes& write);
std::optional<EncodingJob> receiveJob(const ReadBytes& read);

/// What an encoder says.
struct EncoderMessage {
    enum class Kind : std::int32_t { wantsPixels, done, failed };

    Kind kind = Kind::failed;
    Rect rect = {};                      ///< Of the pixels that it wants: their floats are the answer.
    std::vector<std::string> texts = {}; ///< Warnings when done, one message when failed.
};

bool sendMessage(const EncoderMessage& message, const WriteBytes& write);

/// Nothing when it is not what sendMessage writes.
std::optional<EncoderMessage> receiveMessage(const ReadBytes& read);

} // namespace casr
