#include "core/io/encoder_wire.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace casr {

namespace {

constexpr std::uint32_t mostTexts = 256;

/// Everything of a job that is no text.
struct JobNumbers {
    Size size, piece;
    std::int32_t channels = 3;
    std::int32_t bitsPerSample = 8;
    std::int32_t wantedBits = 0;
    std::int32_t quality = 92;
    double pixelsPerMillimetre = 0;
    TiffCompression compression = TiffCompression::deflate;
    BigTiff bigTiff = BigTiff::automatic;
    bool hasAlpha = false;
    bool lossless = false;
    bool keepPosition = true;
    bool keepMetadata = true;
    bool tiled = true;
    bool pyramid = false;
};
static_assert(std::is_trivially_copyable_v<JobNumbers>);

struct MessageNumbers {
    EncoderMessage::Kind kind = EncoderMessage::Kind::failed;
    Rect rect;
    std::uint32_t texts = 0;
};
static_assert(std::is_trivially_copyable_v<MessageNumbers>);

template <typename Numbers>
std::optional<Numbers> receiveNumbers(const ReadBytes& read) {
    Numbers numbers;
    return read(&numbers, sizeof numbers) ? std::optional(numbers) : std::nullopt;
}

bool sendTexts(const std::vector<std::string>& texts, const WriteBytes& write) {
    return std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return sendText(text, write); });
}

std::optional<std::vector<std::string>> receiveTexts(std::uint32_t count, const ReadBytes& read) {
    std::vector<std::string> texts;
    for (std::uint32_t at = 0; at < count; ++at) {
        std::optional<std::string> text = receiveText(read);
        if (!text) {
            return std::nullopt;
        }
        texts.push_back(std::move(*text));
    }
    return texts;
}

JobNumbers numbersOf(const EncodingJob& job) {
    const WriteOptions& write = job.options.write;
    JobNumbers numbers;
    numbers.size = job.layout.size;
    numbers.piece = job.options.piece;
    numbers.channels = job.layout.channels;
    numbers.bitsPerSample = job.layout.bitsPerSample;
    numbers.wantedBits = write.bitsPerSample;
    numbers.quality = write.quality;
    numbers.pixelsPerMillimetre = job.layout.metadata.pixelsPerMillimetre;
    numbers.compression = job.options.compression;
    numbers.bigTiff = job.options.bigTiff;
    numbers.hasAlpha = job.layout.encoding.hasAlpha;
    numbers.lossless = write.lossless;
    numbers.keepPosition = write.keepPosition;
    numbers.keepMetadata = write.keepMetadata;
    numbers.tiled = job.options.tiled;
    numbers.pyramid = job.options.pyramid;
    return numbers;
}

/// File, name, profile, EXIF, XMP, IPTC, and what was done as name after name and value.
std::vector<std::string> textsOf(const EncodingJob& job) {
    const Metadata& metadata = job.layout.metadata;
    const auto& profile = job.layout.encoding.iccProfile;
    std::vector<std::string> texts{job.file.string(), job.path.string(), profile ? *profile : std::string(),
                                   metadata.exif,     metadata.xmp,      metadata.iptc};
    for (const auto& [name, value] : metadata.done) {
        texts.push_back(name);
        texts.push_back(value);
    }
    return texts;
}

EncodingJob jobOf(const JobNumbers& numbers, const std::vector<std::string>& texts) {
    EncodingJob job{texts[0], texts[1], {numbers.size, numbers.channels, numbers.bitsPerSample, {nullptr, numbers.hasAlpha}, {}}, {}};
    if (!texts[2].empty()) {
        job.layout.encoding.iccProfile = std::make_shared<const std::string>(texts[2]);
    }
    job.layout.metadata = {texts[3], texts[4], texts[5], numbers.pixelsPerMillimetre};
    for (std::size_t at = 6; at + 1 < texts.size(); at += 2) {
        job.layout.metadata.done.emplace_back(texts[at], texts[at + 1]);
    }
    job.options.write = {numbers.wantedBits, numbers.quality, numbers.lossless, numbers.keepPosition, numbers.keepMetadata};
    job.options.tiled = numbers.tiled;
    job.options.pyramid = numbers.pyramid;
    job.options.compression = numbers.compression;
    job.options.bigTiff = numbers.bigTiff;
    job.options.piece = numbers.piece;
    return job;
}

} // namespace

bool sendJob(const EncodingJob& job, const WriteBytes& write) {
    const JobNumbers numbers = numbersOf(job);
    const std::vector<std::string> texts = textsOf(job);
    const auto count = static_cast<std::uint32_t>(texts.size());
    return write(&numbers, sizeof numbers) && write(&count, sizeof count) && sendTexts(texts, write);
}

std::optional<EncodingJob> receiveJob(const ReadBytes& read) {
    const auto numbers = receiveNumbers<JobNumbers>(read);
    const auto count = receiveNumbers<std::uint32_t>(read);
    if (!numbers || !count || *count < 6 || *count > mostTexts) {
        return std::nullopt;
    }
    const std::optional<std::vector<std::string>> texts = receiveTexts(*count, read);
    return texts ? std::optional(jobOf(*numbers, *texts)) : std::nullopt;
}

bool sendMessage(const EncoderMessage& message, const WriteBytes& write) {
    const MessageNumbers numbers{message.kind, message.rect, static_cast<std::uint32_t>(message.texts.size())};
    return write(&numbers, sizeof numbers) && sendTexts(message.texts, write);
}

std::optional<EncoderMessage> receiveMessage(const ReadBytes& read) {
    const auto numbers = receiveNumbers<MessageNumbers>(read);
    if (!numbers || numbers->kind < EncoderMessage::Kind::wantsPixels || numbers->kind > EncoderMessage::Kind::failed ||
        numbers->texts > mostTexts) {
        return std::nullopt;
    }
    std::optional<std::vector<std::string>> texts = receiveTexts(numbers->texts, read);
    return texts ? std::optional(EncoderMessage{numbers->kind, numbers->rect, std::move(*texts)}) : std::nullopt;
}

} // namespace casr
