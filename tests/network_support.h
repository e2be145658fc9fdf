#pragma once

#include "core/base/random.h"
#include "core/base/safe_file.h"
#include "core/image/back_projection.h"
#include "core/network/field.h"
#include "core/network/tensor_file.h"

#include <cmath>
#include <filesystem>
#include <string>

/// Names and shapes of a weights file, written down a second time so that a change of the format is noticed.
inline casr::TensorFile emptyWeights(const casr::Architecture& architecture) {
    const std::int64_t width = architecture.channels, waves = architecture.frequencies;
    casr::TensorFile file;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        std::int64_t count = 1;
        for (const std::int64_t length : shape) {
            count *= length;
        }
        file.tensors.push_back({name, std::move(shape), std::vector<float>(static_cast<std::size_t>(count))});
    };
    const auto addConvolution = [&](const std::string& name, std::int64_t out, std::int64_t in, std::int64_t edge) {
        add(name + ".weight", {out, in, edge, edge});
        add(name + ".bias", {out});
    };
    addConvolution("head", width, 11, 3);
    const std::int64_t hidden = architecture.hidden > 0 ? architecture.hidden : width;
    for (int block = 0; block < architecture.blocks; ++block) {
        addConvolution("block" + std::to_string(block) + ".conv0", hidden, width, 3);
        addConvolution("block" + std::to_string(block) + ".conv1", width, hidden, 3);
    }
    addConvolution("tail", width, width, 3);
    addConvolution("field", 6 * waves, width, 1);
    add("field.frequencies", {waves, 2});
    add("field.heat", {1});
    if (architecture.memory > 0) {
        add("memory.key", {32, 4 * width});
        add("memory.value", {architecture.memory, 4 * width});
        add("memory.output", {4 * width, architecture.memory});
        add("memory.sharpness", {1});
        add("memory.empty", {1});
    }
    if (architecture.superpixels > 0) {
        const std::int64_t inner = architecture.superpixels;
        addConvolution("superpixel.conv0", inner, 3, 3);
        addConvolution("superpixel.conv1", inner, inner, 3);
        addConvolution("superpixel.conv2", inner, inner + 29, 1);
        addConvolution("superpixel.conv3", 9, inner, 1);
        add("superpixel.sharpness", {2});
    }
    for (int block = 0; block < architecture.detail; ++block) {
        addConvolution("detail.block" + std::to_string(block) + ".conv0", width, width, 3);
        addConvolution("detail.block" + std::to_string(block) + ".conv1", width, width, 3);
    }
    if (architecture.detail > 0) {
        addConvolution("detail", casr::detailBands, width, 1);
    }
    file.metadata = {{"format", "casr-field-network"},
                     {"version", "1"},
                     {"architecture", R"({"channels":)" + std::to_string(width) + R"(,"blocks":)" + std::to_string(architecture.blocks) +
                                          R"(,"frequencies":)" + std::to_string(waves) + R"(,"memory":)" +
                                          std::to_string(architecture.memory) + R"(,"superpixels":)" +
                                          std::to_string(architecture.superpixels) + R"(,"detail":)" + std::to_string(architecture.detail) +
                                          R"(,"hidden":)" + std::to_string(architecture.hidden) + "}"},
                     {"training", "drawn for a test"}};
    return file;
}

/// Weights whose field is as large as a picture's contrast, and that read the guidance planes: what depends on anything shows.
inline casr::TensorFile strongWeights(const casr::Architecture& architecture, std::uint64_t seed) {
    casr::TensorFile file = emptyWeights(architecture);
    casr::HashRandom random(seed);
    for (casr::NamedTensor& tensor : file.tensors) {
        double largest = 0.05;
        if (tensor.shape.size() == 4) {
            largest = (tensor.name == "field.weight" || tensor.name == "detail.weight" ? 0.05 : 1.0) *
                      std::sqrt(6.0 / static_cast<double>(tensor.shape[1] * tensor.shape[2] * tensor.shape[3]));
        } else if (tensor.name == "field.frequencies") {
            largest = 6.0;
        } else if (tensor.shape.size() == 2) {
            largest = 0.3; // the memory's matrices
        }
        for (float& value : tensor.values) {
            value = static_cast<float>(random.uniform(-largest, largest));
        }
    }
    for (casr::NamedTensor& tensor : file.tensors) {
        if (tensor.name == "field.heat") {
            tensor.values = {0.08f};
        } else if (tensor.name == "memory.sharpness") {
            tensor.values = {2.5f};
        }
    }
    return file;
}

/// `file` written to a temporary file and loaded.
inline std::shared_ptr<const casr::Network> loaded(const casr::TensorFile& file) {
    const std::filesystem::path path = casr::temporaryBeside(std::filesystem::temp_directory_path() / "casr-test-weights");
    writeTensorFile(path, file);
    const std::shared_ptr<const casr::Network> network = casr::Network::load(path);
    std::filesystem::remove(path);
    return network;
}

inline std::shared_ptr<const casr::Network> strongNetwork(const casr::Architecture& architecture, std::uint64_t seed) {
    return loaded(strongWeights(architecture, seed));
}

/// The part of a picture that the network reads for `cells`, its border repeated outside.
inline casr::PlacedImage parentOf(const casr::Network& network, const casr::Image& picture, casr::Rect cells) {
    const int step = casr::Reach::ofStep(network.architecture()) + casr::Reach::ofDetail(network.architecture());
    const int reach = std::max(step, casr::bicubicReach);
    return coveringByBorder({picture, 0, 0}, expanded(cells, reach));
}

/// One level computed in one piece, with a share of the detail, back-projection included (three quarters of it onto what a step made),
/// ended at black and white.
inline casr::Image levelAtOnce(const casr::Network& network, const casr::Image& picture, casr::Size child, casr::StepInputs inputs = {},
                               float detail = 0) {
    inputs.picture = picture.size();
    const casr::Rect cells = rectOf(picture.size());
    const casr::PlacedImage parent = parentOf(network, picture, cells);
    const casr::FieldTile tile = network.run(parent, cells, casr::Precision::float32, {}, inputs);
    const casr::Axis columns{picture.width(), child.width}, rows{picture.height(), child.height};
    const casr::NarrowField field = narrowed(tile);
    casr::Image image = renderField(network.waves(), field, parent, columns, rows, rectOf(child));
    if (detail != 0) {
        const casr::NarrowField* const one[] = {&field};
        std::vector<float> values(image.values().size());
        addDetailInto({image, 0, 0}, casr::detailMapOf(one, cells), detail, columns, rows, rectOf(child), values);
        image = casr::Image(child, 3, std::move(values));
    }
    image = backProjected({image, 0, 0}, parent, columns, rows, rectOf(child), inputs.enlarged > 0 ? 0.96f : 1.0f);
    std::vector<float> values(image.values().begin(), image.values().end());
    for (float& value : values) {
        value = value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value;
    }
    return casr::Image(child, 3, std::move(values));
}
