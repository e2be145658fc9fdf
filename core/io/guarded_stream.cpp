#include "core/io/guarded_stream.h"

#include "core/base/error.h"
#include "core/base/helper_process.h"
#include "core/io/encoder_wire.h"
#include "core/io/picture_encoding.h"

#include <csignal>
#include <new>
#include <stdexcept>
#include <utility>

namespace casr {

namespace {

[[noreturn]] void failForMemory(const std::filesystem::path& path) {
    throw Error("'" + path.string() +
                "' needs more memory to be written than is free. Close other programs, or choose .tif, .png or .jpg.");
}

[[noreturn]] void failForCrash(const std::filesystem::path& path, const std::string& how, const std::string& complaint) {
    if (isAboutMemory(complaint)) {
        failForMemory(path);
    }
    throw Error("'" + path.string() + "' cannot be written: its encoder crashed (" + how +
                "), which this program survived. Try again, or choose another format.");
}

/// The answer to a wish for pixels. False when the encoder is gone.
bool sendPixels(const PullPixels& pull, const PictureLayout& layout, Rect rect, HelperChannel& channel) {
    const Image image = pull(rect);
    if (image.size() != rect.size() || image.channels() != layout.channels) {
        throw std::logic_error("writePictureStream: the pull function returned another size or other channels than asked for");
    }
    return channel.write(image.values().data(), image.values().size_bytes());
}

/// Serves the encoder until it is done. Nothing when it is gone before.
std::optional<std::vector<std::string>> served(const EncodingJob& job, const PullPixels& pull, HelperChannel& channel) {
    const auto read = [&](void* bytes, std::size_t count) { return channel.read(bytes, count); };
    const auto write = [&](const void* bytes, std::size_t count) { return channel.write(bytes, count); };
    bool isThere = sendJob(job, write);
    while (isThere) {
        std::optional<EncoderMessage> message = receiveMessage(read);
        if (!message) {
            return std::nullopt;
        }
        if (message->kind == EncoderMessage::Kind::done) {
            return std::move(message->texts);
        }
        if (message->kind == EncoderMessage::Kind::failed) {
            message->texts.empty() ? failForMemory(job.path) : throw Error(message->texts.front());
        }
        const bool isInside = !message->rect.isEmpty() && contains(rectOf(job.layout.size), message->rect);
        isThere = isInside && sendPixels(pull, job.layout, message->rect, channel);
    }
    return std::nullopt;
}

/// The pixels of `rect` from the program that started this one.
Image askedPixels(Rect rect, const PictureLayout& layout) {
    std::vector<float> values(static_cast<std::size_t>(rect.size().area()) * static_cast<std::size_t>(layout.channels));
    if (!sendMessage({EncoderMessage::Kind::wantsPixels, rect, {}}, writeToParent) ||
        !readFromParent(values.data(), values.size() * sizeof(float))) {
        throw Error("The program that asked for the picture is gone.");
    }
    return Image(rect.size(), layout.channels, std::move(values), layout.encoding);
}

EncoderMessage resultOf(const EncodingJob& job) {
    try {
        const auto pull = [&](Rect rect) { return askedPixels(rect, job.layout); };
        return {EncoderMessage::Kind::done, {}, encodePicture(job.file, job.path, job.layout, job.options, pull)};
    } catch (const std::bad_alloc&) {
        return {EncoderMessage::Kind::failed, {}, {}};
    } catch (const std::exception& error) {
        return {EncoderMessage::Kind::failed, {}, {error.what()}};
    }
}

} // namespace

std::vector<std::string> writePictureStreamGuarded(const std::filesystem::path& path, const PictureLayout& layout,
                                                   const StreamOptions& options, const PullPixels& pull, const StopCheck& stop) {
    return writePictureStreamWith(helperProgram("casr-decode"), path, layout, options, pull, stop);
}

std::vector<std::string> writePictureStreamWith(const std::filesystem::path& program, const std::filesystem::path& path,
                                                const PictureLayout& layout, const StreamOptions& options, const PullPixels& pull,
                                                const StopCheck& stop) {
    return writeWith(path, layout, options, [&](const std::filesystem::path& file) {
        HelperProcess encoder(program, {program.string(), "--encode"});
        HelperChannel channel(encoder, std::nullopt, stop);
        std::optional<std::vector<std::string>> warnings = served({file, path, layout, options}, pull, channel);
        if (!warnings) {
            const std::string said = channel.complaint();
            failForCrash(path, howItEnded(encoder.waitedFor()), said);
        }
        return std::move(*warnings);
    });
}

int runEncoder() {
    dieWithParent();
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is an error that the encoder tells
    const std::optional<EncodingJob> job = receiveJob(readFromParent);
    return job && sendMessage(resultOf(*job), writeToParent) ? 0 : 1;
}

} // namespace casr
