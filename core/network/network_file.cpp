#include "core/network/network_file.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

namespace casr {

namespace {

constexpr const char* formatName = "casr-field-network";
constexpr const char* formatVersion = "1";

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
    throw Error("'" + origin + "' holds no network this program can run: " + what + ". Use the weights shipped with this version.");
}

/// A whole number of the description, 1 .. largest and a multiple of `granule`; 0 when it is anything else.
int numberIn(const nlohmann::json& shape, const char* key, int largest, int granule) {
    const auto found = shape.find(key);
    if (found == shape.end() || !found->is_number_unsigned()) {
        return 0;
    }
    const auto number = found->get<std::uint64_t>();
    return number <= static_cast<std::uint64_t>(largest) && number % static_cast<std::uint64_t>(granule) == 0 ? static_cast<int>(number)
                                                                                                              : 0;
}

/// As numberIn, but nothing or 0 means that the part is not there; -1 when it is anything else.
int optionalNumberIn(const nlohmann::json& shape, const char* key, int largest, int granule) {
    if (!shape.is_object() || !shape.contains(key) || shape[key] == 0) {
        return 0;
    }
    const int number = numberIn(shape, key, largest, granule);
    return number == 0 ? -1 : number;
}

at::Tensor tensorFrom(const NamedTensor& named) {
    return at::from_blob(const_cast<float*>(named.values.data()), named.shape, at::kFloat).clone();
}

at::MemoryFormat formatOf(const at::Tensor& tensor) {
    return tensor.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

} // namespace

std::map<std::string, std::string> metadataOf(const Architecture& architecture) {
    const nlohmann::json shape{
        {"channels", architecture.channels}, {"blocks", architecture.blocks},           {"frequencies", architecture.frequencies},
        {"memory", architecture.memory},     {"superpixels", architecture.superpixels}, {"detail", architecture.detail},
        {"hidden", architecture.hidden}};
    return {{"format", formatName}, {"version", formatVersion}, {"architecture", shape.dump()}};
}

Architecture architectureOf(const TensorFile& file, const std::string& origin) {
    const auto field = [&](const char* key) { return file.metadata.contains(key) ? file.metadata.at(key) : std::string(); };
    if (field("format") != formatName || field("version") != formatVersion) {
        refuse(origin, "it is of another format or version");
    }
    const nlohmann::json shape = nlohmann::json::parse(field("architecture"), nullptr, false);
    const Architecture architecture{numberIn(shape, "channels", 128, 16),          numberIn(shape, "blocks", maxBlocks, 1),
                                    numberIn(shape, "frequencies", 64, 16),        optionalNumberIn(shape, "memory", 128, 16),
                                    optionalNumberIn(shape, "superpixels", 64, 8), optionalNumberIn(shape, "detail", maxDetailBlocks, 1),
                                    optionalNumberIn(shape, "hidden", 256, 16)};
    if (architecture.channels == 0 || architecture.blocks == 0 || architecture.frequencies == 0 || architecture.memory < 0 ||
        architecture.superpixels < 0 || architecture.detail < 0 || architecture.hidden < 0) {
        refuse(origin, "its architecture is not described, or outside the limits");
    }
    return architecture;
}

std::vector<NamedTensor> tensorsOf(FieldNetwork& network, const std::string& prefix) {
    return tensorsOf(network.parameters(), prefix);
}

std::vector<NamedTensor> tensorsOf(const NamedParameters& parameters, const std::string& prefix) {
    std::vector<NamedTensor> list;
    for (const auto& [name, tensor] : parameters) {
        const at::Tensor plain = tensor->detach().to(at::kCPU, at::kFloat).contiguous(at::MemoryFormat::Contiguous);
        const float* values = plain.data_ptr<float>();
        list.push_back({prefix + name, plain.sizes().vec(), {values, values + plain.numel()}});
    }
    return list;
}

void assignTensors(FieldNetwork& network, const TensorFile& file, const std::string& prefix) {
    assignTensors(network.parameters(), file, prefix);
}

void assignTensors(const NamedParameters& parameters, const TensorFile& file, const std::string& prefix) {
    for (const auto& [name, tensor] : parameters) {
        const NamedTensor& named = file.tensor(prefix + name);
        if (tensor->sizes() != at::IntArrayRef(named.shape)) {
            refuse("tensor " + name, "its shape is not the architecture's");
        }
        *tensor = tensorFrom(named).to(tensor->device()).contiguous(formatOf(*tensor));
    }
}

FieldNetwork networkOf(const TensorFile& file, const std::string& origin) {
    FieldNetwork network = FieldNetwork::initialised(architectureOf(file, origin), 0);
    assignTensors(network, file);
    return network;
}

} // namespace casr
