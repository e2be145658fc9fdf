// Bytes of a weights file: whatever they are, parseTensors returns tensors or throws Error, and what it returns can be written and
// read back. Every input is tried as it is and, because a random change never keeps the checksum, signed again.

#include "tests/fuzz/seed.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/network/tensor_file.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace {

using Json = nlohmann::json;

void require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "fuzz_tensor_file: " << what << std::endl;
        std::abort();
    }
}

bool areSame(const casr::TensorFile& a, const casr::TensorFile& b) {
    bool same = a.metadata == b.metadata && a.tensors.size() == b.tensors.size();
    for (std::size_t i = 0; same && i < a.tensors.size(); ++i) {
        const casr::NamedTensor &x = a.tensors[i], &y = b.tensors[i];
        const std::size_t size = sizeof(float) * x.values.size();
        same = x.name == y.name && x.shape == y.shape && x.values.size() == y.values.size() &&
               (size == 0 || std::memcmp(x.values.data(), y.values.data(), size) == 0);
    }
    return same;
}

void parse(std::span<const std::byte> bytes) {
    casr::TensorFile file;
    try {
        file = casr::parseTensors(bytes, "input");
    } catch (const casr::Error&) {
        return;
    }
    const std::string written = casr::writeTensors(file);
    require(areSame(file, casr::parseTensors(std::as_bytes(std::span(written)), "written")), "the round trip changed a tensor");
}

/// The input with the checksum that its header and data have; empty where it has no such header.
std::string signedAgain(std::span<const std::byte> bytes) {
    std::uint64_t headerSize = 0;
    if (bytes.size() < sizeof headerSize) {
        return {};
    }
    std::memcpy(&headerSize, bytes.data(), sizeof headerSize);
    if (headerSize > bytes.size() - sizeof headerSize) {
        return {};
    }
    const char* text = reinterpret_cast<const char*>(bytes.data()) + sizeof headerSize;
    Json header = Json::parse(text, text + headerSize, nullptr, false);
    if (!header.is_object() || !header.contains("__metadata__") || !header["__metadata__"].is_object()) {
        return {};
    }
    const std::string data(text + headerSize, bytes.size() - sizeof headerSize - headerSize);
    header["__metadata__"].erase("sha256");
    casr::Sha256 hash;
    hash.add(header.dump());
    hash.add(data);
    header["__metadata__"]["sha256"] = hash.hexDigest();
    const std::string signedText = header.dump();
    const std::uint64_t size = signedText.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + signedText + data;
}

} // namespace

void makeSeed(const std::string& folder) {
    casr::TensorFile file;
    file.metadata = {{"name", "seed"}, {"channels", "16"}};
    file.tensors = {{"head.weight", {2, 1, 1, 3}, {0, 1, 2, 3, 4, 5}}, {"head.bias", {2}, {-1, 0.5f}}};
    casr::writeTensorFile(folder + "/two-tensors.safetensors", file);
    file.tensors.clear();
    casr::writeTensorFile(folder + "/no-tensor.safetensors", file);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
    parse(bytes);
    const std::string again = signedAgain(bytes);
    parse(std::as_bytes(std::span(again)));
    return 0;
}
