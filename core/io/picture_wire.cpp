#include "core/io/picture_wire.h"

#include <array>
#include <type_traits>

namespace casr {

namespace {

constexpr std::uint64_t magic = 0x3152494352534143; // "CASRCIR1"
constexpr std::uint32_t maxNotes = 64;

/// What comes before the pixels; everything in it is checked.
struct Header {
    std::uint64_t magic = casr::magic;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::int32_t channels = 0; ///< 0: a failure follows instead of a picture.
    std::int32_t bitsPerSample = 8;
    std::int32_t hasAlpha = 0;
    std::uint32_t notes = 0;
    double pixelsPerMillimetre = 0;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 40);

bool sendPicture(const Picture& picture, const WriteBytes& write) {
    const Image& image = picture.image;
    const Metadata& metadata = picture.metadata;
    Header header{magic,
                  image.width(),
                  image.height(),
                  image.channels(),
                  picture.bitsPerSample,
                  image.encoding().hasAlpha,
                  static_cast<std::uint32_t>(std::min<std::size_t>(picture.notes.size(), maxNotes)),
                  metadata.pixelsPerMillimetre};
    bool sent = write(&header, sizeof header);
    const std::string profile = image.encoding().iccProfile ? *image.encoding().iccProfile : std::string();
    for (const std::string* text : {&profile, &metadata.exif, &metadata.xmp, &metadata.iptc}) {
        sent = sent && sendText(*text, write);
    }
    for (std::uint32_t note = 0; note < header.notes; ++note) {
        sent = sent && sendText(picture.notes[note], write);
    }
    return sent && write(image.values().data(), image.values().size_bytes());
}

bool isSound(const Header& header, std::int64_t maxPixels) {
    const Size size{header.width, header.height};
    const bool alphaFits = header.hasAlpha == (header.channels == 2 || header.channels == 4 ? 1 : 0);
    return !size.isEmpty() && size.area() <= maxPixels && header.channels >= 1 && header.channels <= 4 && alphaFits &&
           (header.bitsPerSample == 8 || header.bitsPerSample == 16) && header.notes <= maxNotes && header.pixelsPerMillimetre >= 0 &&
           header.pixelsPerMillimetre <= 1e9;
}

/// Profile, EXIF, XMP, IPTC and the notes.
std::optional<std::vector<std::string>> receivedTexts(const ReadBytes& read, std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t at = 0; at < count; ++at) {
        std::optional<std::string> text = receiveText(read);
        if (!text) {
            return std::nullopt;
        }
        texts.push_back(std::move(*text));
    }
    return texts;
}

std::optional<DecodingResult> receivedPicture(const Header& header, const ReadBytes& read) {
    std::optional<std::vector<std::string>> texts = receivedTexts(read, 4 + std::size_t{header.notes});
    if (!texts) {
        return std::nullopt;
    }
    const Size size{header.width, header.height};
    std::vector<float> values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(header.channels));
    if (!read(values.data(), values.size() * sizeof(float))) {
        return std::nullopt;
    }
    ColourEncoding encoding{nullptr, header.hasAlpha != 0};
    if (!(*texts)[0].empty()) {
        encoding.iccProfile = std::make_shared<const std::string>(std::move((*texts)[0]));
    }
    return Picture{Image(size, header.channels, std::move(values), encoding),
                   header.bitsPerSample,
                   {std::move((*texts)[1]), std::move((*texts)[2]), std::move((*texts)[3]), header.pixelsPerMillimetre},
                   {texts->begin() + 4, texts->end()}};
}

} // namespace

bool sendResult(const DecodingResult& result, const WriteBytes& write) {
    if (const auto* picture = std::get_if<Picture>(&result)) {
        return sendPicture(*picture, write);
    }
    const Header header;
    return write(&header, sizeof header) && sendText(std::get<DecodingFailure>(result).message, write);
}

std::optional<DecodingResult> receiveResult(const ReadBytes& read, std::int64_t maxPixels) {
    Header header;
    if (!read(&header, sizeof header) || header.magic != magic) {
        return std::nullopt;
    }
    if (header.channels == 0) {
        std::optional<std::string> message = receiveText(read);
        return message ? std::optional<DecodingResult>(DecodingFailure{std::move(*message)}) : std::nullopt;
    }
    return isSound(header, maxPixels) ? receivedPicture(header, read) : std::nullopt;
}

} // namespace casr
