#include "core/depth/depth_model.h"

#include "core/base/error.h"
#include "core/base/helper_process.h"
#include "core/depth/depth_network.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_iterator.h>
#include <torch/script.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <sstream>
#include <stdexcept>

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
        : m_module(std::move(module)), m_name(std::move(name)), m_checksum(std::move(checksum)) {}

    int longerSide() const override { return longerSideOfScripts; }
    int granule() const override { return granuleOfScripts; }
    const std::string& checksum() const override { return m_checksum; }

    Image run(const Image& picture, const StopCheck& stop) const override {
        pollStop(stop);
        const std::scoped_lock oneAtATime(m_running);
        const at::NoGradGuard noGradient; // not InferenceMode, which some modules cannot run in
        at::init_num_threads();
        const Image depth = answerTo(picture);
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

    /// Whatever fails, also while a tensor of an unusual kind is read, is a failure of the model.
    Image answerTo(const Image& picture) const {
        try {
            return imageOf(checked(m_module.forward({planesOf(picture)}), picture.size()));
        } catch (const Error&) {
            throw;
        } catch (const c10::Error& error) {
            failFor(error, firstLine(error.what_without_backtrace()));
        } catch (const std::exception& error) { // of the interpreter, which tells the place first
            failFor(error, lastLine(error.what()));
        }
    }

    [[noreturn]] void failFor(const std::exception& error, const std::string& line) const {
        if (isAboutMemory(error.what())) {
            throw OutOfMemory(tooLargeModel(m_name));
        }
        refuse("it fails on a picture (" + line + ")");
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

Image trialPicture() {
    std::vector<float> values;
    for (int i = 0; i < 3 * trialSize.area(); ++i) {
        values.push_back(static_cast<float>(i % 7) / 7.0f);
    }
    return Image(trialSize, 3, std::move(values));
}

void addTensors(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
    value.visit([&](const c10::IValue& part) {
        if (part.isTensor()) {
            tensors.push_back(part.toTensor());
        }
        return false; // goes on into the parts of this part
    });
}

/// All that the file holds: the attributes of the module, and the constants in its code.
std::vector<at::Tensor> tensorsOf(const torch::jit::Module& module) {
    std::vector<at::Tensor> tensors;
    addTensors(module._ivalue(), tensors);
    for (torch::jit::Function* function : module._ivalue()->compilation_unit()->get_functions()) {
        std::shared_ptr<torch::jit::Graph> graph = torch::jit::toGraphFunction(*function).graph();
        torch::jit::DepthFirstGraphNodeIterator nodes(graph);
        while (torch::jit::Node* node = nodes.next()) {
            if (node->kind() == torch::jit::prim::Constant) {
                addTensors(torch::jit::toIValue(node->output()).value_or(c10::IValue()), tensors);
            }
        }
    }
    return tensors;
}

/// False for sparse tensors too, which no depth model is known to hold.
bool staysInItsNumbers(const at::Tensor& tensor) {
    if (!tensor.defined()) {
        return true;
    }
    if (tensor.layout() != at::kStrided || tensor.storage_offset() < 0) {
        return false;
    }
    double last = static_cast<double>(tensor.storage_offset()); // no whole number, which could overflow
    for (std::int64_t axis = 0; axis < tensor.dim(); ++axis) {
        if (tensor.size(axis) == 0) {
            return true;
        }
        if (tensor.size(axis) < 0 || tensor.stride(axis) < 0) {
            return false;
        }
        last += static_cast<double>(tensor.size(axis) - 1) * static_cast<double>(tensor.stride(axis));
    }
    return (last + 1) * static_cast<double>(tensor.itemsize()) <= static_cast<double>(tensor.storage().nbytes());
}

/// LibTorch believes the sizes and strides in a file, and would read whatever memory lies there.
void checkTensors(const torch::jit::Module& module) {
    const std::vector<at::Tensor> tensors = tensorsOf(module);
    if (!std::all_of(tensors.begin(), tensors.end(), staysInItsNumbers)) {
        throw std::out_of_range("a tensor reaches beyond its numbers");
    }
}

torch::jit::Module moduleIn(DepthScript& script) {
    try {
        std::istringstream in(std::move(script.bytes));
        torch::jit::Module module = torch::jit::load(in, at::kCPU);
        module.eval();
        checkTensors(module);
        return module;
    } catch (const std::exception& error) {
        if (isAboutMemory(error.what())) {
            throw OutOfMemory(tooLargeModel(script.name));
        }
        throw Error("'" + script.name + "' is no TorchScript model that this LibTorch can read. Export it with torch.jit.save of version " +
                    TORCH_VERSION + " or older, or use DepthNet's .safetensors.");
    }
}

} // namespace

std::string tooLargeModel(const std::string& name) {
    return "The depth model '" + name + "' needs more memory than it may have. Choose a smaller model, or close other programs.";
}

std::shared_ptr<const DepthModel> DepthModel::ofWeights(const std::filesystem::path& path) {
    const TensorFile file = readTensorFile(path);
    return std::make_shared<DepthNetModel>(depthNetworkOf(file, path.string()), file.checksum);
}

std::shared_ptr<const DepthModel> DepthModel::ofScript(DepthScript script) {
    const auto model = std::make_shared<ScriptModel>(moduleIn(script), script.name, script.checksum);
    model->run(trialPicture(), {});
    return model;
}

std::shared_ptr<const DepthModel> DepthModel::untrained(std::uint64_t seed) {
    return std::make_shared<DepthNetModel>(DepthNetwork::initialised(seed), "untrained-" + std::to_string(seed));
}

} // namespace casr
