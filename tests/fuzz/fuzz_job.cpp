// The files of a job folder: whatever their bytes are, parseJob and decodeTile return a value or throw Error, and what they return can be
// written and read back. A random change never keeps a tile's checksum, so every tile is also tried with its checksum made right.

#include "tests/fuzz/seed.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/export/job.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

namespace {

constexpr std::size_t digestAt = 8 + 5 * sizeof(std::uint32_t);
constexpr std::size_t samplesAt = digestAt + 64;

void require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "fuzz_job: " << what << std::endl;
        std::abort();
    }
}

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

void tryJob(const std::string& text) {
    try {
        const casr::JobDescription job = casr::parseJob(text, "input");
        const casr::JobDescription back = casr::parseJob(casr::writeJob(job), "written");
        require(back.region == job.region && back.controls == job.controls, "the round trip changed a job");
    } catch (const casr::Error&) {
        return;
    }
}

void tryTile(const std::string& bytes) {
    try {
        const casr::Image tile = casr::decodeTile(bytesOf(bytes), "input");
        const std::string written = casr::encodeTile(tile, casr::SampleType::float32);
        require(casr::sameBits(casr::decodeTile(bytesOf(written), "written"), tile), "the round trip changed a tile");
    } catch (const casr::Error&) {
        return;
    }
}

std::string signedAgain(std::string bytes) {
    if (bytes.size() >= samplesAt) {
        bytes.replace(digestAt, 64, casr::sha256(bytesOf(bytes).subspan(samplesAt)));
    }
    return bytes;
}

} // namespace

void makeSeed(const std::string& folder) {
    const casr::JobDescription job{"photo.png", "a", "b", "fp32", 4.1, 3.0, {3, 5, 40, 50}, "out.tif", 16, 90, true, true};
    std::ofstream(folder + "/job.json") << casr::writeJob(job);
    const casr::Image tile({2, 1}, 3, {0, 0.25f, 0.5f, 0.75f, 1, 2});
    for (const casr::SampleType type : {casr::SampleType::integer8, casr::SampleType::integer16, casr::SampleType::float32}) {
        std::ofstream(folder + "/tile" + std::to_string(static_cast<int>(type)), std::ios::binary) << casr::encodeTile(tile, type);
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    tryJob(bytes);
    tryTile(bytes);
    tryTile(signedAgain(bytes));
    return 0;
}
