#include "core/network/tensor_file.h"

#include "core/base/bounded_file.h"
#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/base/sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <set>

namespace casr {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t longestHeader = 1u << 20;
constexpr int deepestHeader = 4; // Deeper JSON would let a hostile file exhaust the stack.
constexpr std::uint64_t mostValues = 1u << 28;
constexpr std::uint64_t mostBytes = sizeof(std::uint64_t) + longestHeader + mostValues * sizeof(float);
constexpr const char* metadataKey = "__metadata__";
constexpr const char* checksumKey = "sha256";

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("'" + origin + "' is not a usable weights file: " + what + ". Use the file as it was shipped, or train a new one.");
}

std::string checksumOf(const Json& header, std::span<const std::byte> data) {
    Sha256 hash;
    hash.add(header.dump());
    hash.add(data);
    return hash.hexDigest();
}

std::uint64_t valuesOf(const std::vector<std::int64_t>& shape, const std::string& origin) {
    std::uint64_t count = 1;
    for (const std::int64_t length : shape) {
        if (length < 1 || static_cast<std::uint64_t>(length) > mostValues / count) {
            refuse(origin, "a tensor has an impossible shape");
        }
        count *= static_cast<std::uint64_t>(length);
    }
    return count;
}

/// The JSON library would cut 2.5 to 2 in silence.
template <typename Integer>
std::vector<Integer> integersOf(const Json& list, const std::string& origin) {
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& item) { return item.is_number_integer(); })) {
        refuse(origin, "a shape or a place is not made of whole numbers");
    }
    return list.get<std::vector<Integer>>();
}

struct Entry {
    NamedTensor tensor;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

Entry parseEntry(const std::string& name, const Json& item, std::uint64_t dataSize, const std::string& origin) {
    if (!item.is_object() || item.value("dtype", "") != "F32") {
        refuse(origin, "tensor '" + name + "' is not float32");
    }
    Entry entry;
    entry.tensor.name = name;
    entry.tensor.shape = integersOf<std::int64_t>(item.at("shape"), origin);
    const auto offsets = integersOf<std::uint64_t>(item.at("data_offsets"), origin);
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > dataSize) {
        refuse(origin, "tensor '" + name + "' lies outside the file");
    }
    entry.begin = offsets[0];
    entry.end = offsets[1];
    if (entry.end - entry.begin != sizeof(float) * valuesOf(entry.tensor.shape, origin)) {
        refuse(origin, "tensor '" + name + "' does not fill its place");
    }
    return entry;
}

std::vector<Entry> parseEntries(const Json& header, std::uint64_t dataSize, const std::string& origin) {
    std::vector<Entry> entries;
    for (const auto& [name, item] : header.items()) {
        if (name != metadataKey) {
            entries.push_back(parseEntry(name, item, dataSize, origin));
        }
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
    std::uint64_t expected = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != expected) {
            refuse(origin, "tensor '" + entry.tensor.name + "' overlaps another or leaves a gap");
        }
        expected = entry.end;
    }
    if (expected != dataSize) {
        refuse(origin, "it is cut short or has bytes left over");
    }
    return entries;
}

/// Reads JSON text; what lies too deep is dropped, so that the checksum does not match. Names that repeat are refused, because
/// the JSON library keeps one of them in silence, and so are zero bytes, because it stops reading there.
Json parseJson(const char* text, std::uint64_t size, const std::string& origin) {
    std::set<std::string> names;
    bool repeated = false;
    const auto keep = [&](int depth, Json::parse_event_t event, Json& parsed) {
        repeated = repeated || (depth == 1 && event == Json::parse_event_t::key && !names.insert(parsed.get<std::string>()).second);
        return depth <= deepestHeader;
    };
    Json header = Json::parse(text, text + size, keep, false);
    if (!header.is_object() || repeated || std::find(text, text + size, '\0') != text + size) {
        refuse(origin, repeated ? "a tensor's name repeats" : "its header is not JSON");
    }
    return header;
}

Json parseHeader(std::span<const std::byte> bytes, std::uint64_t& headerSize, const std::string& origin) {
    if (bytes.size() < sizeof headerSize) {
        refuse(origin, "it is too short");
    }
    std::memcpy(&headerSize, bytes.data(), sizeof headerSize);
    if (headerSize > longestHeader || headerSize > bytes.size() - sizeof headerSize) {
        refuse(origin, "its header is cut short or it is another kind of file");
    }
    return parseJson(reinterpret_cast<const char*>(bytes.data()) + sizeof headerSize, headerSize, origin);
}

TensorFile parseChecked(std::span<const std::byte> bytes, const std::string& origin) {
    std::uint64_t headerSize = 0;
    Json header = parseHeader(bytes, headerSize, origin);
    const std::span<const std::byte> data = bytes.subspan(sizeof headerSize + headerSize);
    TensorFile file;
    file.metadata = header.at(metadataKey).get<std::map<std::string, std::string>>();
    file.checksum = file.metadata[checksumKey];
    file.metadata.erase(checksumKey);
    header[metadataKey].erase(checksumKey);
    if (checksumOf(header, data) != file.checksum) {
        refuse(origin, "its SHA-256 does not match, so it was cut short or altered");
    }
    for (Entry& entry : parseEntries(header, data.size(), origin)) {
        entry.tensor.values.resize((entry.end - entry.begin) / sizeof(float));
        std::memcpy(entry.tensor.values.data(), data.data() + entry.begin, entry.end - entry.begin);
        file.tensors.push_back(std::move(entry.tensor));
    }
    return file;
}

Json describe(const TensorFile& file) {
    Json header = Json::object();
    header[metadataKey] = file.metadata;
    std::uint64_t offset = 0;
    for (const NamedTensor& tensor : file.tensors) {
        const std::uint64_t size = sizeof(float) * tensor.values.size();
        if (header.contains(tensor.name) || valuesOf(tensor.shape, tensor.name) != tensor.values.size()) {
            throw Error("Tensor '" + tensor.name + "' cannot be written: its name repeats or its shape does not fit its values.");
        }
        header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + size}}};
        offset += size;
    }
    return header;
}

std::string dataOf(const TensorFile& file) {
    std::string data;
    for (const NamedTensor& tensor : file.tensors) {
        data.append(reinterpret_cast<const char*>(tensor.values.data()), sizeof(float) * tensor.values.size());
    }
    return data;
}

} // namespace

const NamedTensor& TensorFile::tensor(const std::string& name) const {
    const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) { return tensor.name == name; });
    if (found == tensors.end()) {
        throw Error("The weights have no tensor '" + name + "'. Use the file as it was shipped, or train a new one.");
    }
    return *found;
}

std::string writeTensors(const TensorFile& file) {
    Json header = describe(file);
    const std::string data = dataOf(file);
    header[metadataKey][checksumKey] = checksumOf(header, std::as_bytes(std::span(data)));
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t headerSize = text.size();
    std::string bytes(reinterpret_cast<const char*>(&headerSize), sizeof headerSize);
    return bytes + text + data;
}

TensorFile parseTensors(std::span<const std::byte> bytes, const std::string& origin) {
    try {
        return parseChecked(bytes, origin);
    } catch (const Json::exception&) {
        refuse(origin, "its header does not describe tensors");
    }
}

TensorFile readTensorFile(const std::filesystem::path& path) {
    const std::optional<std::string> bytes = bytesOfFile(path, mostBytes);
    if (!bytes) {
        throw Error("The weights '" + path.string() + "' cannot be opened, or are no file of at most 1 GB. Check the path.");
    }
    return parseTensors(std::as_bytes(std::span(*bytes)), path.string());
}

void writeTensorFile(const std::filesystem::path& path, const TensorFile& file) {
    const std::string bytes = writeTensors(file);
    writeBesideAndRename(path, [&](std::ostream& out) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
}

} // namespace casr
