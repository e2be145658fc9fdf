#include "core/depth/guarded_depth_model.h"

#include "core/base/error.h"
#include "core/base/helper_process.h"
#include "core/base/sha256.h"
#include "core/base/text_wire.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <new>
#include <set>
#include <span>
#include <sstream>

#include <sys/wait.h>

namespace casr {

namespace {

constexpr std::int64_t leastMemory = std::int64_t{4} << 30; // LibTorch alone writes to some 400 MiB
constexpr std::uint64_t mostModelBytes = std::uint64_t{1} << 40;
constexpr std::uint64_t mostAnswerBytes = std::uint64_t{1} << 16;
constexpr const char* goodAnswer = "good";

std::string quoted(const std::string& name) {
    return "The depth model '" + name + "'";
}

[[noreturn]] void failForTime(const std::string& name, double seconds) {
    std::ostringstream limit;
    limit << seconds;
    throw Error(quoted(name) + " had not answered after " + limit.str() +
                " seconds, and its reader was ended. The file may be damaged or the model too large; choose another file.");
}

[[noreturn]] void failForCrash(const std::string& name, int status, const std::string& complaint, const TrialLimits& limits) {
    if (isAboutMemory(complaint)) {
        throw OutOfMemory(tooLargeModel(name));
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        failForTime(name, limits.seconds);
    }
    throw Error(quoted(name) + " made its reader crash (" + howItEnded(status) +
                "), which this program survived. The file may be damaged or made to do harm; choose another file.");
}

/// What a reader may have taken from a hostile file becomes one line.
std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char sign) { return sign < ' ' || sign == 0x7F; }, ' ');
    return text;
}

std::optional<std::string> answerTo(const DepthScript& script, HelperChannel& channel) {
    const auto write = [&](const void* bytes, std::size_t count) { return channel.write(bytes, count); };
    const auto read = [&](void* bytes, std::size_t count) { return channel.read(bytes, count); };
    return sendText(script.bytes, write) ? receiveText(read, mostAnswerBytes) : std::nullopt;
}

std::vector<std::string> argumentsFor(const std::filesystem::path& program, const DepthScript& script, const TrialLimits& limits) {
    return {program.string(), script.name, std::to_string(helperMemory(limits.memoryBytes, leastMemory)),
            std::to_string(static_cast<std::int64_t>(limits.seconds) + 2)};
}

/// In the helper.
std::string verdictOn(const std::string& name) {
    try {
        std::optional<std::string> bytes = receiveText(readFromParent, mostModelBytes);
        if (!bytes) {
            return "The program that asked about the model is gone.";
        }
        DepthModel::ofScript({name, std::move(*bytes), {}});
        return goodAnswer;
    } catch (const std::bad_alloc&) {
        return tooLargeModel(name);
    } catch (const std::exception& error) {
        return error.what();
    }
}

/// The checksums of the models that passed since this program started. Any thread may use it.
class PassedModels {
public:
    bool contains(const std::string& checksum) {
        const std::scoped_lock lock(m_mutex);
        return m_checksums.count(checksum) > 0;
    }
    void add(const std::string& checksum) {
        const std::scoped_lock lock(m_mutex);
        m_checksums.insert(checksum);
    }

private:
    std::mutex m_mutex;
    std::set<std::string> m_checksums;
};

} // namespace

DepthScript readDepthScript(const std::filesystem::path& path) {
    std::error_code ignored;
    // Asked first: opening a pipe waits for a writer.
    std::ifstream in;
    if (std::filesystem::is_regular_file(path, ignored)) {
        in.open(path, std::ios::binary);
    }
    if (!in.is_open()) {
        throw Error("The depth model '" + path.string() + "' cannot be opened. Check the path.");
    }
    DepthScript script{path.string(), {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}, {}};
    script.checksum = sha256(std::as_bytes(std::span(script.bytes)));
    return script;
}

void tryDepthModel(const std::filesystem::path& program, const DepthScript& script, const TrialLimits& limits, const StopCheck& stop) {
    HelperProcess reader(program, argumentsFor(program, script, limits));
    HelperChannel channel(reader, limits.seconds, stop);
    try {
        const std::optional<std::string> answer = answerTo(script, channel);
        if (!answer || answer->empty()) {
            const std::string said = channel.complaint();
            failForCrash(script.name, reader.waitedFor(), said, limits);
        }
        if (*answer != goodAnswer) {
            throw Error(oneLine(*answer));
        }
    } catch (const TookTooLong&) {
        failForTime(script.name, limits.seconds);
    }
}

std::shared_ptr<const DepthModel> loadDepthModel(const std::filesystem::path& path, const StopCheck& stop, const TrialLimits& limits) {
    if (path.extension() == ".safetensors") {
        return DepthModel::ofWeights(path);
    }
    static PassedModels passed;
    DepthScript script = readDepthScript(path);
    if (!passed.contains(script.checksum)) {
        tryDepthModel(helperProgram("casr-try-model"), script, limits, stop);
        passed.add(script.checksum);
    }
    return DepthModel::ofScript(std::move(script));
}

int runModelTrial(int argumentCount, char** arguments) {
    if (argumentCount != 4) {
        std::fputs("casr-try-model is a part of casr and casr-zoom, which start it to try a depth model.\n", stderr);
        return 2;
    }
    confineHelper(MemoryKind::writable, wholeNumber(arguments[2]), wholeNumber(arguments[3]));
    return sendText(verdictOn(arguments[1]), writeToParent) ? 0 : 1;
}

} // namespace casr
