#include "core/depth/depth_model.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/depth/depth_network.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/script.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <mutex>
#include <sstream>

namespace casr {

namespace {

constexpr int longerSideOfDepthNet = 192;
constexpr int longerSideOfScripts = 518;
constexpr int granuleOfScripts = 14;
constexpr Size trialSize{5 * granuleOfScripts, 4 * granuleOfScripts};

/// (1, 3, H, W), a copy.
at::Tensor planesOf(const Image& picture) {
    const at::Tensor interleaved =
        at::from_blob(const_cast<float*>(picture.values().data()), {1, picture.height(), picture.width(), 3}, at::kFloat);
    return interleaved.permute({0, 3, 1, 2}).contiguous();
}

/// Of a tensor whose last two sides are those of a picture and whose others are 1.
Image imageOf(const at::Tensor& tensor) {
    const at::Tensor plain = tensor.to(at::kCPU, at::kFloat).contiguous();
    const float* values = plain.data_ptr<float>();
    return Image({static_cast<int>(plain.size(-1)), static_cast<int>(plain.size(-2))}, 1, {values, values + plain.numel()});
}

bool isFinite(const Image& image) {
    const auto values = image.values();
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::string lastLine(const std::string& text) {
    const std::string trimmed = text.substr(0, text.find_last_not_of("\n ") + 1);
    return trimmed.substr(trimmed.find_last_of('\n') + 1); // npos + 1 is 0
}

void pollStop(const StopCheck& stop) {
    if (stop && stop()) {
        throw Cancelled();
    }
}

class DepthNetModel : public DepthModel {
public:
    DepthNetModel(DepthNetwork network, std::string checksum) : m_network(std::move(network)), m_checksum(std::move(checksum)) {}

    int longerSide() const override { return longerSideOfDepthNet; }
    int granule() const override { return DepthNetwork::granule; }
    const std::string& checksum() const override { return m_checksum; }

    Image run(const Image& picture, const StopCheck& stop) const override {
        const std::scoped_lock oneAtATime(m_running);
        const c10::InferenceMode inference;
        at::init_num_threads(); // OpenMP keeps the number for each calling thread
        try {
            return finite(imageOf(m_network.inverseDepth(planesOf(picture), [&] { pollStop(stop); })));
        } catch (const c10::Error& error) {
            throw Error("The depth network could not run: " + std::string(error.what_without_backtrace()) +
                        ". Free some memory and try again.");
        }
    }

private:
    static Image finite(Image depth) {
        if (!isFinite(depth)) {
            throw Error("The depth network gives values that are no numbers. Use the weights shipped with this version.");
        }
        return depth;
    }

    DepthNetwork m_network;
    std::string m_checksum;
    mutable std::mutex m_running;
};

/// A module chosen by the user, which may do anything.
class ScriptModel : public DepthModel {
public:
    ScriptModel(torch::jit::Module module, std::string name, std::string checksum)
        : m_module(std::move(module)), m_name(std::move(name)), m_checksum(std::move(checksum)) {
        m_module.eval();
    }

    int longerSide() const override { return longerSideOfScripts; }
    int granule() const override { return granuleOfScripts; }
    const std::string& checksum() const override { return m_checksum; }

    Image run(const Image& picture, const StopCheck& stop) const override {
        pollStop(stop);
        const std::scoped_lock oneAtATime(m_running);
        const at::NoGradGuard noGradient; // not InferenceMode, which some modules cannot run in
        at::init_num_threads();
        const Image depth = imageOf(checked(answerTo(planesOf(picture)), picture.size()));
        if (!isFinite(depth)) {
            refuse("it gives values that are no finite numbers");
        }
        return depth;
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw Error("'" + m_name + "' cannot serve as a depth model: " + what +
                    ". It must take 1x3xHxW RGB in 0..1 and give 1xHxW or 1x1xHxW inverse depth.");
    }

    torch::jit::IValue answerTo(const at::Tensor& picture) const {
        try {
            return m_module.forward({picture});
        } catch (const c10::Error& error) {
            refuse("it fails on a picture (" + firstLine(error.what_without_backtrace()) + ")");
        } catch (const std::exception& error) { // of the interpreter, which tells the place first
            refuse("it fails on a picture (" + lastLine(error.what()) + ")");
        }
    }

    at::Tensor checked(const torch::jit::IValue& answer, Size size) const {
        if (!answer.isTensor()) {
            refuse("its result is no tensor");
        }
        const at::Tensor depth = answer.toTensor();
        const bool hasSides = depth.dim() >= 3 && depth.dim() <= 4 && depth.size(-1) == size.width && depth.size(-2) == size.height;
        if (!hasSides || depth.numel() != size.area() || depth.is_complex()) {
            refuse("its result has another shape or type than the picture's");
        }
        return depth;
    }

    mutable torch::jit::Module m_module;
    std::string m_name;
    std::string m_checksum;
    mutable std::mutex m_running;
};

std::string bytesOf(const std::filesystem::path& path) {
    std::error_code ignored;
    // Asked first: opening a pipe waits for a writer.
    std::ifstream in;
    if (std::filesystem::is_regular_file(path, ignored)) {
        in.open(path, std::ios::binary);
    }
    if (!in.is_open()) {
        throw Error("The depth model '" + path.string() + "' cannot be opened. Check the path.");
    }
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Image trialPicture() {
    std::vector<float> values;
    for (int i = 0; i < 3 * trialSize.area(); ++i) {
        values.push_back(static_cast<float>(i % 7) / 7.0f);
    }
    return Image(trialSize, 3, std::move(values));
}

std::shared_ptr<const DepthModel> loadScript(const std::filesystem::path& path) {
    const std::string bytes = bytesOf(path);
    torch::jit::Module module;
    try {
        std::istringstream in(bytes);
        module = torch::jit::load(in, at::kCPU);
    } catch (const std::exception&) {
        throw Error("'" + path.string() +
                    "' is no TorchScript model that this LibTorch can read. Export it with torch.jit.save of version " + TORCH_VERSION +
                    " or older, or use DepthNet's .safetensors.");
    }
    const auto model = std::make_shared<ScriptModel>(std::move(module), path.string(), sha256(std::as_bytes(std::span(bytes))));
    model->run(trialPicture(), {});
    return model;
}

} // namespace

std::shared_ptr<const DepthModel> DepthModel::load(const std::filesystem::path& path) {
    if (path.extension() != ".safetensors") {
        return loadScript(path);
    }
    const TensorFile file = readTensorFile(path);
    return std::make_shared<DepthNetModel>(depthNetworkOf(file, path.string()), file.checksum);
}

std::shared_ptr<const DepthModel> DepthModel::untrained(std::uint64_t seed) {
    return std::make_shared<DepthNetModel>(DepthNetwork::initialised(seed), "untrained-" + std::to_string(seed));
}

} // namespace casr
