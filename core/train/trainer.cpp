#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/safe_file.h"
#include "core/image/back_projection.h"
#include "core/image/superpixels.h"
#include "core/network/network_file.h"
#include "core/train/loader.h"
#include "core/train/text.h"

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

/// Share of the tokens of a group that make its memory: at use a photo's memory holds few of a place's own cells.
constexpr double rememberedShare = 0.6;

/// Pictures (N, 3, h, w) with `reach` pixels of their border repeated around.
at::Tensor withBorder(const at::Tensor& pictures, std::int64_t reach) {
    return at::replication_pad2d(pictures, {reach, reach, reach, reach});
}

Image imageOf(const at::Tensor& picture) {
    const at::Tensor plain = picture.detach().permute({1, 2, 0}).to(at::kCPU, at::kFloat).contiguous();
    const float* values = plain.data_ptr<float>();
    return Image({static_cast<int>(picture.size(2)), static_cast<int>(picture.size(1))}, static_cast<int>(picture.size(0)),
                 {values, values + plain.numel()});
}

at::Tensor tensorOf(const Image& image, const at::Device& device) {
    return at::from_blob(const_cast<float*>(image.values().data()), {image.height(), image.width(), image.channels()}, at::kFloat)
        .permute({2, 0, 1})
        .to(device, at::kFloat, false, true);
}

/// Superpixel means minus the picture, (N, 3, h, w), of pictures whose border was repeated Reach::superpixels pixels around.
at::Tensor superpixelPlanes(const SuperpixelNetwork& network, const at::Tensor& bordered) {
    const int reach = Reach::superpixels, mean = Reach::superpixelMean;
    const int phase = (superpixelCell - reach % superpixelCell) % superpixelCell;
    const at::Tensor logits = network.logits(bordered, phase, phase).to(at::kCPU).contiguous();
    std::vector<at::Tensor> planes;
    for (std::int64_t i = 0; i < bordered.size(0); ++i) {
        const PlacedImage picture{imageOf(bordered[i]), -reach, -reach};
        const Rect out = expanded(picture.rect(), -reach), read = expanded(out, mean);
        const std::size_t values = 9 * static_cast<std::size_t>(read.size().area());
        const SuperpixelLabels labels = mostLikelySuperpixels({logits[i].data_ptr<float>(), values}, read, superpixelCell);
        planes.push_back(tensorOf(superpixelMeans(picture, labels, out), bordered.device()));
    }
    const std::int64_t height = bordered.size(2) - 2 * reach, width = bordered.size(3) - 2 * reach;
    return at::stack(planes) - bordered.narrow(2, reach, height).narrow(3, reach, width);
}

/// Input planes of pictures (N, 3, h, w) with their amounts of noise and JPEG (N).
at::Tensor planesOf(const FieldNetwork& network, const at::Tensor& pictures, const at::Tensor& noise, const at::Tensor& jpeg) {
    const at::NoGradGuard noGradient;
    const std::int64_t count = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
    const at::Tensor means = network.architecture.superpixels > 0
                                 ? superpixelPlanes(network.superpixels, withBorder(pictures, Reach::superpixels))
                                 : at::zeros_like(pictures);
    const at::Tensor depth = at::zeros({count, InputPlanes::depth, height, width}, pictures.options());
    const auto amount = [&](const at::Tensor& values) { return values.view({count, 1, 1, 1}).expand({count, 1, height, width}); };
    return at::cat({pictures, means, depth, amount(noise), amount(jpeg)}, 1);
}

/// A batch as tensors on the device that trains.
struct Tensors {
    at::Tensor planes, cells, offsets, inverseScale, base, target;
    std::int64_t group;
    std::uint64_t seed; ///< Of the choice of tokens.

    Tensors(const FieldNetwork& network, Batch& batch, const at::Device& device, std::uint64_t choice) : group(batch.group), seed(choice) {
        const std::int64_t samples = static_cast<std::int64_t>(batch.cells.size());
        const at::Tensor low = asTensor(batch.low, {batch.count, batch.patch, batch.patch, InputPlanes::picture}, device);
        planes = planesOf(network, low.permute({0, 3, 1, 2}).contiguous(), asTensor(batch.noise, {batch.count}, device),
                          asTensor(batch.jpeg, {batch.count}, device));
        cells = at::from_blob(batch.cells.data(), {samples}, at::kLong).to(device);
        offsets = asTensor(batch.offsets, {samples, 2}, device);
        inverseScale = asTensor(batch.inverseScale, {samples}, device);
        base = asTensor(batch.base, {samples, 3}, device);
        target = asTensor(batch.target, {samples, 3}, device);
    }
};

/// A random choice of `kept` of `count` tokens, in order.
at::Tensor chosenTokens(std::int64_t count, std::int64_t kept, std::uint64_t seed) {
    HashRandom random(seed);
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = 0; i < count; ++i) {
        if (random.below(static_cast<int>(count - i)) < kept - static_cast<std::int64_t>(chosen.size())) {
            chosen.push_back(i);
        }
    }
    return at::tensor(chosen, at::kLong);
}

/// What the groups of pictures remember: part of the tokens of all of them.
TokenMemory memoryOf(const FieldNetwork& network, const at::Tensor& features, std::int64_t group, std::uint64_t seed) {
    const at::Tensor cells = TokenAttention::cellsOf(features);
    const at::Tensor grouped = cells.reshape({cells.size(0) / group, -1, cells.size(2)});
    const auto kept = static_cast<std::int64_t>(rememberedShare * static_cast<double>(grouped.size(1)));
    return network.attention.remember(grouped.index_select(1, chosenTokens(grouped.size(1), kept, seed).to(features.device())));
}

at::Tensor featuresOf(const FieldNetwork& network, const Tensors& batch, at::ScalarType type) {
    constexpr FieldNetwork::Border border = FieldNetwork::Border::zero;
    FieldNetwork::Middle middle = network.middle(batch.planes, border, type);
    if (network.architecture.memory > 0 && batch.planes.size(2) % memoryCell == 0) {
        middle = network.remembering(middle, memoryOf(network, middle.x.sum, batch.group, batch.seed), border, type, 0, 0);
    }
    return network.features(middle, border, type);
}

/// The field of `coefficients` (cells, 6 K) at samples, added to `base`.
at::Tensor fieldAt(const FieldNetwork& network, const at::Tensor& coefficients, const Tensors& batch) {
    const at::Tensor chosen = coefficients.index_select(0, batch.cells).view({batch.cells.size(0), 3, -1});
    const at::Tensor basis = network.basis(batch.offsets, batch.inverseScale).unsqueeze(1);
    return batch.base + (chosen * basis).sum(2);
}

at::Tensor predict(const FieldNetwork& network, const Tensors& batch, at::ScalarType type) {
    const at::Tensor features = featuresOf(network, batch, type);
    return fieldAt(network, network.coefficients(features).permute({0, 2, 3, 1}).flatten(0, 2), batch);
}

/// The samples of every pixel of an `edge` x `edge` enlargement of a square picture.
Batch everyPixelOf(const Image& picture, int edge) {
    const Axis axis{picture.width(), edge};
    Batch batch;
    batch.count = 1;
    batch.patch = picture.width();
    batch.points = edge * edge;
    batch.low.assign(picture.values().begin(), picture.values().end());
    batch.noise = batch.jpeg = {0.0f};
    for (int y = 0; y < edge; ++y) {
        for (int x = 0; x < edge; ++x) {
            batch.cells.push_back(std::int64_t{axis.cellOf(y)} * picture.width() + axis.cellOf(x));
            batch.offsets.insert(batch.offsets.end(), {static_cast<float>(axis.offsetOf(y)), static_cast<float>(axis.offsetOf(x))});
            batch.inverseScale.push_back(static_cast<float>(picture.width()) / static_cast<float>(edge));
        }
    }
    batch.base.resize(static_cast<std::size_t>(3 * batch.points));
    batch.target = batch.base;
    batch.replaceLow(0, picture);
    return batch;
}

/// A square picture enlarged to `edge` pixels a side as a step does it, without a memory.
Image stepOf(FieldNetwork network, const Image& picture, int edge, const at::Device& device, at::ScalarType type) {
    const at::NoGradGuard noGradient;
    network.architecture.memory = 0;
    Batch batch = everyPixelOf(picture, edge);
    const at::Tensor values = predict(network, Tensors(network, batch, device, 0), type).to(at::kCPU).contiguous();
    const Image child({edge, edge}, 3, {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()});
    const Axis axis{picture.width(), edge};
    const PlacedImage parent = coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), bicubicReach));
    return backProjected({child, 0, 0}, parent, axis, axis, rectOf(child.size()));
}

/// Puts the network's own enlargements where the batch wants them.
void unroll(const FieldNetwork& network, Batch& batch, const at::Device& device, at::ScalarType type) {
    for (const Batch::Ancestor& ancestor : batch.ancestors) {
        batch.replaceLow(ancestor.patch, stepOf(network, ancestor.image, batch.patch, device, type));
    }
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
    const Architecture from = small.architecture;
    if (from.channels != architecture.channels || from.frequencies != architecture.frequencies || from.blocks > architecture.blocks ||
        (from.memory > 0 && from.memory != architecture.memory) || (from.superpixels > 0 && from.superpixels != architecture.superpixels)) {
        throw Error("The starting weights cannot grow into this network: only --blocks may be larger than theirs, and a --memory new.");
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
    unroll(m_network, batch, m_device, m_type);
    const Tensors tensors(m_network, batch, m_device, m_options.sample.seed + static_cast<std::uint64_t>(m_iteration));
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
        const Tensors tensors(m_average, batch, m_device, 0);
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
    if (options.sample.group < 1 || options.sample.batch % options.sample.group != 0 || options.sample.patch % memoryCell != 0) {
        throw Error("--batch must be a multiple of --group, and --patch even.");
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
