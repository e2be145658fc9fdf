#include "core/io/guarded_picture.h"

#include "core/base/error.h"
#include "core/base/helper_process.h"
#include "core/io/picture_wire.h"
#include "core/io/vips_support.h"

#include <csignal>
#include <cstdio>
#include <new>

#include <sys/wait.h>

namespace casr {

namespace {

constexpr std::int64_t smallestMemory = std::int64_t{2} << 30;
constexpr std::int64_t mostPixels = std::int64_t{1} << 34;

std::string quoted(const std::filesystem::path& path) {
    return "'" + path.string() + "'";
}

std::int64_t memoryFor(const DecodingLimits& limits) {
    return helperMemory(limits.memoryBytes, smallestMemory);
}

std::vector<std::string> argumentsFor(const std::filesystem::path& program, const std::filesystem::path& path, const ReadOptions& options,
                                      const DecodingLimits& limits) {
    return {program.string(),
            path.string(),
            std::to_string(options.page),
            options.tone == ToneCurve::soft ? "soft" : "clip",
            options.halfSize ? "half" : "full",
            options.allowLarge ? "large" : "limited",
            std::to_string(memoryFor(limits)),
            std::to_string(static_cast<std::int64_t>(limits.seconds) + 2)};
}

[[noreturn]] void failForMemory(const std::filesystem::path& path, std::int64_t memory) {
    throw Error(quoted(path) + " needs more memory to be opened than the " + std::to_string(memory >> 20) +
                " MiB it may have. Crop or shrink it first, or close other programs.");
}

[[noreturn]] void failForTime(const std::filesystem::path& path, double seconds) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", seconds);
    throw Error(quoted(path) + " was not open after " + limit +
                " seconds, and its decoder was ended. The file may be damaged; save it again in "
                "another program.");
}

[[noreturn]] void failForCrash(const std::filesystem::path& path, int status, const std::string& complaint, const DecodingLimits& limits) {
    if (isAboutMemory(complaint)) {
        failForMemory(path, memoryFor(limits));
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        failForTime(path, limits.seconds);
    }
    throw Error(quoted(path) + " made its decoder crash (" + howItEnded(status) +
                "), which this program survived. The file may be damaged or made to do harm; save it again in another program.");
}

Picture resultOf(DecodingResult result, const std::filesystem::path& path, const DecodingLimits& limits) {
    if (auto* picture = std::get_if<Picture>(&result)) {
        return std::move(*picture);
    }
    const std::string& message = std::get<DecodingFailure>(result).message;
    if (message.empty()) {
        failForMemory(path, memoryFor(limits));
    }
    throw Error(message);
}

DecodingResult decodedOrFailure(const std::filesystem::path& path, const ReadOptions& options) {
    try {
        return readPicture(path, options);
    } catch (const std::bad_alloc&) {
        return DecodingFailure{};
    } catch (const std::exception& error) {
        // A library that lacks memory for a thread blames the file.
        return DecodingFailure{isAboutMemory(error.what()) ? std::string() : error.what()};
    }
}

} // namespace

Picture readPictureGuarded(const std::filesystem::path& path, const ReadOptions& options, const DecodingLimits& limits,
                           const StopCheck& stop) {
    return readPictureWith(helperProgram("casr-decode"), path, options, limits, stop);
}

Picture readPictureWith(const std::filesystem::path& program, const std::filesystem::path& path, const ReadOptions& options,
                        const DecodingLimits& limits, const StopCheck& stop) {
    checkRegularFile(path);
    HelperProcess decoder(program, argumentsFor(program, path, options, limits));
    HelperChannel channel(decoder, limits.seconds, stop);
    try {
        const auto read = [&](void* bytes, std::size_t count) { return channel.read(bytes, count); };
        if (std::optional<DecodingResult> received = receiveResult(read, mostPixels)) {
            return resultOf(std::move(*received), path, limits);
        }
        const std::string said = channel.complaint();
        failForCrash(path, decoder.waitedFor(), said, limits);
    } catch (const TookTooLong&) {
        failForTime(path, limits.seconds);
    }
}

int runDecoder(int argumentCount, char** arguments) {
    if (argumentCount != 8) {
        std::fputs("casr-decode is a part of casr and casr-zoom, which start it to open a picture file.\n", stderr);
        return 2;
    }
    confineHelper(MemoryKind::addressSpace, wholeNumber(arguments[6]), wholeNumber(arguments[7]));
    const ReadOptions options{static_cast<int>(wholeNumber(arguments[2])),
                              std::string_view(arguments[3]) == "clip" ? ToneCurve::clip : ToneCurve::soft,
                              std::string_view(arguments[4]) == "half", std::string_view(arguments[5]) == "large"};
    return sendResult(decodedOrFailure(arguments[1], options), writeToParent) ? 0 : 1;
}

} // namespace casr
