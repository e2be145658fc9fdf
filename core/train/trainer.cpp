#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/network/network_file.h"
#include "core/train/loader.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <thread>

namespace casr {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double firstMoment = 0.9;
constexpr double secondMoment = 0.99;
constexpr double adamEpsilon = 1e-8;

at::Tensor asTensor(std::vector<float>& values, at::IntArrayRef shape, const at::Device& device) {
    return at::from_blob(values.data(), shape, at::kFloat).to(device);
}

/// A batch as tensors on the device that trains.
struct Tensors {
    at::Tensor planes, cells, offsets, inverseScale, base, target;

    Tensors(Batch& batch, const at::Device& device) {
        const std::int64_t samples = static_cast<std::int64_t>(batch.cells.size());
        const at::Tensor low = asTensor(batch.low, {batch.count, batch.patch, batch.patch, InputPlanes::picture}, device);
        planes = at::constant_pad_nd(low, {0, InputPlanes::guidance}).permute({0, 3, 1, 2});
        cells = at::from_blob(batch.cells.data(), {samples}, at::kLong).to(device);
        offsets = asTensor(batch.offsets, {samples, 2}, device);
        inverseScale = asTensor(batch.inverseScale, {samples}, device);
        base = asTensor(batch.base, {samples, 3}, device);
        target = asTensor(batch.target, {samples, 3}, device);
    }
};

at::Tensor predict(const FieldNetwork& network, const Tensors& batch, at::ScalarType type) {
    const at::Tensor features = network.features(batch.planes, FieldNetwork::Border::zero, type);
    const at::Tensor coefficients = network.coefficients(features).permute({0, 2, 3, 1}).flatten(0, 2);
    const at::Tensor chosen = coefficients.index_select(0, batch.cells).view({batch.cells.size(0), 3, -1});
    const at::Tensor basis = network.basis(batch.offsets, batch.inverseScale).unsqueeze(1);
    return batch.base + (chosen * basis).sum(2);
}

/// BT.601 luma, scaled so that its weights sum to one.
at::Tensor luma(const at::Tensor& rgb) {
    const at::Tensor weights = at::tensor({0.299f, 0.587f, 0.114f}, rgb.options());
    return rgb.matmul(weights);
}

at::Tensor lossOf(const at::Tensor& predicted, const at::Tensor& target) {
    const at::Tensor error = predicted - target;
    return error.abs().mean() + luma(error).abs().mean();
}

std::string formatted(const char* format, auto... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

class Training {
public:
    Training(const CropFile& crops, const CropFile& validation, const TrainOptions& options)
        : m_crops(crops), m_validation(validation), m_options(options), m_device(options.device),
          m_type(options.bfloat16 ? at::kBFloat16 : at::kFloat) {
        at::set_num_threads(options.threads > 0 ? options.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
        begin();
        if (std::filesystem::exists(checkpointPath())) {
            resume();
        }
    }

    void run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

private:
    std::filesystem::path checkpointPath() const { return m_options.folder / "checkpoint.safetensors"; }

    void begin();
    void resume();
    void save();
    void validate(const std::function<void(const std::string&)>& report);
    void step(Batch batch);
    void update(at::Tensor& weight, at::Tensor& first, at::Tensor& second, at::Tensor& average, double rate);
    double psnrAt(int scale);
    double elapsed() const { return m_elapsedBefore + std::chrono::duration<double>(Clock::now() - m_started).count(); }
    double progress() const;
    double rate() const;
    void log(const std::string& line) const;

    const CropFile& m_crops;
    const CropFile& m_validation;
    TrainOptions m_options;
    at::Device m_device;
    at::ScalarType m_type;
    FieldNetwork m_network, m_first, m_second, m_average;
    std::int64_t m_iteration = 0;
    double m_elapsedBefore = 0;
    Clock::time_point m_started = Clock::now();
    at::Tensor m_lossSum;
    int m_lossCount = 0;
};

FieldNetwork copyOf(FieldNetwork network, const at::Device& device, bool zero) {
    for (const auto& [name, tensor] : network.parameters()) {
        *tensor = (zero ? at::zeros_like(*tensor) : tensor->clone()).to(device);
    }
    return network;
}

/// `small` in the first blocks of a deeper network whose further blocks change nothing yet (Chen et al. 2016, Net2Net).
FieldNetwork grown(FieldNetwork small, const Architecture& architecture) {
    FieldNetwork network = FieldNetwork::initialised(architecture, 1);
    if (small.architecture.channels != architecture.channels || small.architecture.frequencies != architecture.frequencies ||
        small.architecture.blocks > architecture.blocks) {
        throw Error("The starting weights cannot grow into this network: only --blocks may be larger than theirs.");
    }
    for (std::size_t i = small.blockWeight.size() + 1; i < network.blockWeight.size(); i += 2) {
        network.blockWeight[i].zero_();
    }
    const TensorFile file{{}, tensorsOf(small), {}};
    for (const auto& [name, tensor] : network.parameters()) {
        for (const NamedTensor& named : file.tensors) {
            if (named.name == name) {
                tensor->copy_(at::from_blob(const_cast<float*>(named.values.data()), named.shape, at::kFloat));
            }
        }
    }
    return network;
}

void Training::begin() {
    FieldNetwork start = FieldNetwork::initialised(m_options.architecture, m_options.sample.seed);
    if (!m_options.start.empty()) {
        start = grown(networkOf(readTensorFile(m_options.start), m_options.start.string()), m_options.architecture);
    }
    m_network = copyOf(start, m_device, false);
    m_average = copyOf(start, m_device, false);
    m_first = copyOf(start, m_device, true);
    m_second = copyOf(start, m_device, true);
}

void Training::resume() {
    const TensorFile file = readTensorFile(checkpointPath());
    if (architectureOf(file, checkpointPath().string()) != m_options.architecture) {
        throw Error("The checkpoint in '" + m_options.folder.string() + "' is of another architecture. Choose another folder.");
    }
    assignTensors(m_network, file, "network.");
    assignTensors(m_average, file, "average.");
    assignTensors(m_first, file, "first.");
    assignTensors(m_second, file, "second.");
    try {
        m_iteration = std::stoll(file.metadata.at("iteration"));
        m_elapsedBefore = std::stod(file.metadata.at("seconds"));
    } catch (const std::logic_error&) {
        throw Error("'" + checkpointPath().string() + "' is no checkpoint of a training run. Choose another folder.");
    }
}

void Training::save() {
    TensorFile checkpoint{metadataOf(m_options.architecture), tensorsOf(m_network, "network."), {}};
    for (auto [network, prefix] : {std::pair{&m_average, "average."}, {&m_first, "first."}, {&m_second, "second."}}) {
        for (NamedTensor& tensor : tensorsOf(*network, prefix)) {
            checkpoint.tensors.push_back(std::move(tensor));
        }
    }
    checkpoint.metadata["iteration"] = std::to_string(m_iteration);
    checkpoint.metadata["seconds"] = formatted("%.1f", elapsed());
    writeTensorFile(checkpointPath(), checkpoint);
    TensorFile weights{metadataOf(m_options.architecture), tensorsOf(m_average), {}};
    weights.metadata["training"] =
        formatted("%lld iterations, %.0f s. ", static_cast<long long>(m_iteration), elapsed()) + m_options.record;
    writeTensorFile(m_options.folder / "weights.safetensors", weights);
}

double Training::progress() const {
    const double done = m_options.iterations > 0 ? static_cast<double>(m_iteration) / static_cast<double>(m_options.iterations)
                                                 : elapsed() / (60.0 * m_options.minutes);
    return std::min(done, 1.0);
}

double Training::rate() const {
    const double warmUp = std::min(1.0, static_cast<double>(m_iteration + 1) / m_options.warmUp);
    return m_options.rate * warmUp * 0.5 * (1.0 + std::cos(std::numbers::pi * progress()));
}

void Training::update(at::Tensor& weight, at::Tensor& first, at::Tensor& second, at::Tensor& average, double rate) {
    const at::Tensor gradient = weight.grad();
    first.mul_(firstMoment).add_(gradient, 1.0 - firstMoment);
    second.mul_(secondMoment).addcmul_(gradient, gradient, 1.0 - secondMoment);
    const double steps = static_cast<double>(m_iteration + 1);
    const double unbiased = std::sqrt(1.0 - std::pow(secondMoment, steps)) / (1.0 - std::pow(firstMoment, steps));
    at::Tensor raw = weight.detach();
    raw.addcdiv_(first, second.sqrt().add_(adamEpsilon), -rate * unbiased);
    const double decay = std::min(m_options.averaging, (steps + 1.0) / (steps + 10.0));
    average.mul_(decay).add_(raw, 1.0 - decay);
}

void Training::step(Batch batch) {
    for (const auto& [name, tensor] : m_network.parameters()) {
        tensor->set_requires_grad(true);
        tensor->mutable_grad() = at::Tensor();
    }
    const Tensors tensors(batch, m_device);
    const at::Tensor loss = lossOf(predict(m_network, tensors, m_type), tensors.target);
    loss.backward();
    const at::NoGradGuard noGradient;
    m_lossSum = m_lossCount++ == 0 ? loss.detach() : m_lossSum + loss.detach();
    const double now = rate();
    auto weights = m_network.parameters(), first = m_first.parameters(), second = m_second.parameters(), average = m_average.parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i].second->grad().defined()) {
            update(*weights[i].second, *first[i].second, *second[i].second, *average[i].second, now);
        }
    }
    ++m_iteration;
}

double Training::psnrAt(int scale) {
    const at::NoGradGuard noGradient;
    const int crops = std::min(m_options.validationCrops, m_validation.count());
    double sum = 0.0;
    for (int i = 0; i < crops; ++i) {
        Batch batch = makeValidation(m_validation, i * m_validation.count() / crops, scale);
        const Tensors tensors(batch, m_device);
        const at::Tensor error = luma(predict(m_average, tensors, m_type).clamp(0, 1) - tensors.target) * (219.0 / 255.0);
        sum += -10.0 * std::log10(std::max(1e-12, error.square().mean().item<double>()));
    }
    return sum / std::max(1, crops);
}

void Training::validate(const std::function<void(const std::string&)>& report) {
    const double x2 = psnrAt(2), x3 = psnrAt(3), x4 = psnrAt(4);
    report(formatted("iteration %lld: validation PSNR-Y %.3f %.3f %.3f dB at x2 x3 x4", static_cast<long long>(m_iteration), x2, x3, x4));
    log(formatted("%lld,%.1f,,,%.4f,%.4f,%.4f", static_cast<long long>(m_iteration), elapsed(), x2, x3, x4));
}

void Training::log(const std::string& line) const {
    const std::filesystem::path path = m_options.folder / "log.csv";
    const bool isNew = !std::filesystem::exists(path);
    std::ofstream out(path, std::ios::app);
    if (isNew) {
        out << "iteration,seconds,rate,loss,psnr_x2,psnr_x3,psnr_x4\n";
    }
    out << line << '\n';
}

void Training::run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    Loader loader(m_crops, m_options.sample, static_cast<std::uint64_t>(m_iteration));
    const std::int64_t first = m_iteration;
    m_started = Clock::now();
    while (progress() < 1.0 && !isStopped()) {
        step(loader.next());
        if (m_iteration % m_options.reportEvery == 0) {
            const double loss = m_lossSum.item<double>() / m_lossCount;
            const double seconds = (elapsed() - m_elapsedBefore) / static_cast<double>(m_iteration - first);
            const double left = elapsed() * (1.0 / std::max(progress(), 1e-6) - 1.0);
            report(formatted("iteration %lld  loss %.5f  %.3f s/iteration  %.0f min to go", static_cast<long long>(m_iteration), loss,
                             seconds, left / 60.0));
            log(formatted("%lld,%.1f,%.3e,%.6f,,,", static_cast<long long>(m_iteration), elapsed(), rate(), loss));
            m_lossCount = 0;
        }
        if (m_iteration % m_options.saveEvery == 0) {
            save();
            validate(report);
        }
    }
    save();
    validate(report);
}

Error stopped(const std::string& why) {
    return Error("Training stopped: " + why + ". Resume with the same command, or with --precision fp32 where the CPU has no bfloat16.");
}

} // namespace

void train(const CropFile& crops, const CropFile& validation, const TrainOptions& options,
           const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    if (crops.count() == 0 || crops.edge < 2 * options.sample.patch) {
        throw Error("Training needs crops of at least twice the patch a side. Pack larger crops or choose a smaller --patch.");
    }
    if ((options.iterations > 0) == (options.minutes > 0)) {
        throw Error("Say how long to train: either --iterations or --minutes.");
    }
    std::error_code failure;
    std::filesystem::create_directories(options.folder, failure);
    if (failure) {
        throw Error("The folder '" + options.folder.string() + "' cannot be made: " + failure.message() + ". Choose another one.");
    }
    try {
        Training(crops, validation, options).run(report, isStopped);
    } catch (const Error&) {
        throw;
    } catch (const c10::Error& error) {
        throw stopped(error.what_without_backtrace());
    } catch (const std::exception& error) { // oneDNN's, where the CPU cannot compute in the type
        throw stopped(error.what());
    }
}

} // namespace casr
