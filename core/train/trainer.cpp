#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/network/network_file.h"
#include "core/train/adam.h"
#include "core/train/field_batch.h"
#include "core/train/loader.h"
#include "core/train/muon.h"
#include "core/train/projection.h"
#include "core/train/run_clock.h"
#include "core/train/text.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <future>
#include <iterator>

namespace casr {

namespace {

/// (N): the root of the mean square of errors (N, samples, ...).
at::Tensor rootMeanSquare(const at::Tensor& error) {
    constexpr double nothing = 1e-8;
    return (error.flatten(1).square().mean(1) + nothing).sqrt();
}

at::Tensor meanAbsolute(const at::Tensor& error) {
    return error.flatten(1).abs().mean(1);
}

/// Of errors (N, samples, 3) in colours and luma: of pictures for which `isSquared` (N) says so what PSNR counts, of the others L1.
at::Tensor lossOf(const at::Tensor& error, const at::Tensor& isSquared) {
    const at::Tensor ofLuma = luma(error);
    const at::Tensor squared = rootMeanSquare(error) + rootMeanSquare(ofLuma);
    return at::where(isSquared, squared, meanAbsolute(error) + meanAbsolute(ofLuma)).mean();
}

/// The pictures (N, 3, edge, edge) of a dense batch as a step makes them, projected back. `whole`: its scale when that is a whole number.
at::Tensor enlarged(const FieldNetwork& network, const FieldBatch& batch, int whole, at::ScalarType type) {
    const std::int64_t count = batch.planes.size(0);
    const at::Tensor coefficients = network.coefficients(featuresOf(network, batch, type));
    const at::Tensor field =
        whole > 0 ? wholeField(network, coefficients, whole) : picturesOf(fieldAt(network, coefficients, batch), count);
    const at::Tensor made = picturesOf(batch.base, count) + field;
    const Projection projection(static_cast<int>(batch.planes.size(2)), static_cast<int>(made.size(2)), made.device());
    return projection.applied(made, batch.planes.narrow(1, 0, InputPlanes::picture), batch.projection());
}

/// What is wrong (N, samples, 3) with what is made of `batch`, whose tensors are `tensors`; where it is dense, after back-projection.
at::Tensor errorOf(const FieldNetwork& network, const FieldBatch& tensors, const Batch& batch, at::ScalarType type) {
    const std::int64_t count = tensors.planes.size(0);
    if (!batch.dense) {
        return (predict(network, tensors, type) - tensors.target).view({count, -1, 3});
    }
    return (enlarged(network, tensors, batch.whole, type) - picturesOf(tensors.target, count)).flatten(2).transpose(1, 2);
}

/// The convolutions of the trunk; what is small or reads and writes pictures stays with Adam.
bool isOrthogonalised(const std::string& name) {
    return name.rfind("block", 0) == 0 && name.find("weight") != std::string::npos;
}

/// True when `name` begins with one of `learning`, or there is none.
bool isLearning(const std::string& name, const std::vector<std::string>& learning) {
    return learning.empty() || std::any_of(learning.begin(), learning.end(), [&](const auto& prefix) { return name.starts_with(prefix); });
}

/// The loss of a part of a batch, and its gradient by every parameter, undefined where it has none.
struct Slope {
    at::Tensor loss;
    std::vector<at::Tensor> gradients;
};

/// The mean over all parts, in their order.
Slope meanOf(std::vector<Slope> parts) {
    Slope mean = std::move(parts.front());
    for (std::size_t part = 1; part < parts.size(); ++part) {
        const Slope& other = parts[part];
        mean.loss += other.loss;
        for (std::size_t i = 0; i < mean.gradients.size(); ++i) {
            if (other.gradients[i].defined()) {
                mean.gradients[i] = mean.gradients[i].defined() ? mean.gradients[i] + other.gradients[i] : other.gradients[i];
            }
        }
    }
    const auto count = static_cast<double>(parts.size());
    mean.loss /= count;
    for (at::Tensor& gradient : mean.gradients) {
        if (gradient.defined()) {
            gradient /= count;
        }
    }
    return mean;
}

class Training {
public:
    Training(const CropFile& crops, const CropFile& validation, const TrainOptions& options)
        : m_crops(crops), m_validation(validation), m_options(options), m_device(options.device),
          m_type(options.bfloat16 ? at::kBFloat16 : at::kFloat), m_clock(m_options) {
        begin();
        if (std::filesystem::exists(m_options.checkpointPath())) {
            resume();
        }
    }

    void run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

private:
    void begin();
    void requireLearning();
    void resume();
    void save();
    void validate(const std::function<void(const std::string&)>& report);
    void step(std::vector<Batch> parts);
    std::vector<Slope> slopesOf(std::vector<Batch> parts) const;
    Slope slopeOf(Batch batch, std::uint64_t choice) const;
    void follow(const Slope& slope);
    double psnrAt(int scale, int earlier = 1);
    void log(const std::string& line) const;

    const CropFile& m_crops;
    const CropFile& m_validation;
    TrainOptions m_options;
    at::Device m_device;
    at::ScalarType m_type;
    FieldNetwork m_network, m_first, m_second, m_average;
    std::int64_t m_iteration = 0;
    RunClock m_clock;
    at::Tensor m_lossSum;
    int m_lossCount = 0;
};

/// True where a network of shape `to` can hold one of shape `from` and answer as it does.
bool canHold(const Architecture& to, const Architecture& from) {
    const auto isSameOrNew = [](int before, int after) { return before == 0 || before == after; };
    return from.channels == to.channels && from.frequencies == to.frequencies && from.blocks <= to.blocks &&
           from.widthInBlocks() <= to.widthInBlocks() && isSameOrNew(from.memory, to.memory) &&
           isSameOrNew(from.superpixels, to.superpixels);
}

/// Puts `values` into the first rows and columns of `tensor`.
void putFirst(at::Tensor& tensor, const NamedTensor& values) {
    at::Tensor part = tensor;
    for (std::size_t axis = 0; axis < values.shape.size(); ++axis) {
        part = part.narrow(static_cast<std::int64_t>(axis), 0, values.shape[axis]);
    }
    part.copy_(at::from_blob(const_cast<float*>(values.values.data()), values.shape, at::kFloat));
}

/// What is read in the blocks beyond a width of `width` changes nothing yet, nor do blocks from number `blocks` on.
void silenceNew(FieldNetwork& network, std::size_t blocks, int width) {
    for (std::size_t i = 1; i < network.blockWeight.size(); i += 2) {
        at::Tensor& reading = network.blockWeight[i];
        const std::int64_t kept = i < 2 * blocks ? width : 0;
        reading.narrow(1, kept, reading.size(1) - kept).zero_();
    }
}

/// `small` in the first blocks and channels of a larger network whose further ones change nothing yet (Chen et al. 2016, Net2Net).
FieldNetwork grown(FieldNetwork small, const Architecture& architecture) {
    if (!canHold(architecture, small.architecture)) {
        throw Error("The starting weights cannot grow into this network: only --blocks and --hidden may be larger than theirs, and a "
                    "--memory new.");
    }
    FieldNetwork network = FieldNetwork::initialised(architecture, 1);
    silenceNew(network, small.blockWeight.size() / 2, small.architecture.widthInBlocks());
    const TensorFile file{{}, tensorsOf(small), {}};
    for (const auto& [name, tensor] : network.parameters()) {
        for (const NamedTensor& named : file.tensors) {
            if (named.name == name) {
                putFirst(*tensor, named);
            }
        }
    }
    return network;
}

void Training::requireLearning() {
    const auto parameters = m_network.parameters();
    if (std::none_of(parameters.begin(), parameters.end(), [&](const auto& one) { return isLearning(one.first, m_options.learning); })) {
        throw Error(
            "No tensor's name begins with what --learning says. They begin with head, block0, block1 and so on, tail, field or memory.");
    }
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
    requireLearning();
}

void Training::resume() {
    const TensorFile file = readTensorFile(m_options.checkpointPath());
    if (architectureOf(file, m_options.checkpointPath().string()) != m_options.architecture) {
        throw Error("The checkpoint in '" + m_options.folder.string() + "' is of another architecture. Choose another folder.");
    }
    assignTensors(m_network, file, "network.");
    assignTensors(m_average, file, "average.");
    assignTensors(m_first, file, "first.");
    assignTensors(m_second, file, "second.");
    try {
        m_iteration = std::stoll(file.metadata.at("iteration"));
        m_clock.start(std::stod(file.metadata.at("seconds")));
    } catch (const std::logic_error&) {
        throw Error("'" + m_options.checkpointPath().string() + "' is no checkpoint of a training run. Choose another folder.");
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
    checkpoint.metadata["seconds"] = formatted("%.1f", m_clock.elapsed());
    writeTensorFile(m_options.checkpointPath(), checkpoint);
    TensorFile weights{metadataOf(m_options.architecture), tensorsOf(m_average), {}};
    weights.metadata["training"] =
        formatted("%lld iterations, %.0f s. ", static_cast<long long>(m_iteration), m_clock.elapsed()) + m_options.record;
    writeTensorFile(m_options.weightsPath(), weights);
}

/// On the calling thread alone, and without changing the network.
Slope Training::slopeOf(Batch batch, std::uint64_t choice) const {
    at::init_num_threads();
    const at::AutoGradMode withGradient(true);
    FieldNetwork network = m_network;
    for (const auto& [name, tensor] : network.parameters()) {
        *tensor = tensor->detach().set_requires_grad(isLearning(name, m_options.learning));
    }
    unroll(m_average, batch, m_device, m_type);
    const FieldBatch tensors(network, batch, m_device, choice);
    const at::Tensor isSquared = m_options.squared ? at::ones_like(tensors.enlarged, at::kBool) : tensors.enlarged > 0.0;
    const at::Tensor loss = lossOf(errorOf(network, tensors, batch, m_type), isSquared);
    loss.backward();
    Slope slope{loss.detach(), {}};
    for (const auto& [name, tensor] : network.parameters()) {
        slope.gradients.push_back(tensor->grad());
    }
    return slope;
}

/// The slopes of all parts, the last on the calling thread.
std::vector<Slope> Training::slopesOf(std::vector<Batch> parts) const {
    std::vector<std::future<Slope>> tasks;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::uint64_t choice = m_options.sample.seed + static_cast<std::uint64_t>(m_iteration) * parts.size() + i;
        tasks.push_back(std::async(i + 1 < parts.size() ? std::launch::async : std::launch::deferred,
                                   [this, choice, part = std::move(parts[i])]() mutable { return slopeOf(std::move(part), choice); }));
    }
    tasks.back().wait();
    std::vector<Slope> slopes;
    std::transform(tasks.begin(), tasks.end(), std::back_inserter(slopes), [](std::future<Slope>& task) { return task.get(); });
    return slopes;
}

void Training::step(std::vector<Batch> parts) {
    const at::NoGradGuard noGradient;
    const Slope slope = meanOf(slopesOf(std::move(parts)));
    requireFinite(slope.loss.item<double>(), m_iteration);
    m_lossSum = m_lossCount++ == 0 ? slope.loss : m_lossSum + slope.loss;
    follow(slope);
    ++m_iteration;
}

void Training::follow(const Slope& slope) {
    const double now = m_clock.rate(m_iteration);
    auto weights = m_network.parameters(), first = m_first.parameters(), second = m_second.parameters(), average = m_average.parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i].second->mutable_grad() = slope.gradients[i];
        if (slope.gradients[i].defined()) {
            if (m_options.muon && isOrthogonalised(weights[i].first)) {
                muonStep(*weights[i].second, *first[i].second, now);
            } else {
                adamStep(*weights[i].second, *first[i].second, *second[i].second, m_iteration + 1, now);
            }
            averageStep(*average[i].second, *weights[i].second, m_iteration + 1, m_options.averaging);
        }
    }
}

double Training::psnrAt(int scale, int earlier) {
    const at::NoGradGuard noGradient;
    const int crops = std::min(m_options.validationCrops, m_validation.count());
    double sum = 0.0;
    for (int i = 0; i < crops; ++i) {
        Batch batch = makeValidation(m_validation, i * m_validation.count() / crops, scale, earlier);
        unroll(m_average, batch, m_device, m_type);
        const FieldBatch tensors(m_average, batch, m_device, 0);
        const at::Tensor made = enlarged(m_average, tensors, scale, m_type).clamp(0, 1);
        const std::int64_t inner = made.size(2) - 2 * scale;
        const at::Tensor wrong = (made - picturesOf(tensors.target, 1)).narrow(2, scale, inner).narrow(3, scale, inner);
        const at::Tensor error = luma(wrong.permute({0, 2, 3, 1})) * (219.0 / 255.0);
        sum += -10.0 * std::log10(std::max(1e-12, error.square().mean().item<double>()));
    }
    return sum / std::max(1, crops);
}

void Training::validate(const std::function<void(const std::string&)>& report) {
    const double x2 = psnrAt(2), x3 = psnrAt(3), x4 = psnrAt(4), x8 = psnrAt(2, 4);
    report(formatted("iteration %lld: validation PSNR-Y %.3f %.3f %.3f %.3f dB at x2 x3 x4 x8", static_cast<long long>(m_iteration), x2, x3,
                     x4, x8));
    log(formatted("%lld,%.1f,,,%.4f,%.4f,%.4f,%.4f", static_cast<long long>(m_iteration), m_clock.elapsed(), x2, x3, x4, x8));
}

void Training::log(const std::string& line) const {
    const std::filesystem::path path = m_options.folder / "log.csv";
    const bool isNew = !std::filesystem::exists(path);
    std::ofstream out(path, std::ios::app);
    if (isNew) {
        out << "iteration,seconds,rate,loss,psnr_x2,psnr_x3,psnr_x4,psnr_x8\n";
    }
    out << line << '\n';
}

void Training::run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    const auto parts = static_cast<std::size_t>(m_options.parts);
    SampleOptions part = m_options.sample;
    part.batch /= m_options.parts;
    Loader loader(m_crops, part, static_cast<std::uint64_t>(m_iteration) * parts);
    const std::int64_t first = m_iteration;
    m_clock.start(m_clock.elapsed() - m_clock.sinceStart());
    while (m_clock.progress(m_iteration) < 1.0 && !isStopped()) {
        std::vector<Batch> batches(parts);
        std::generate(batches.begin(), batches.end(), [&] { return loader.next(); });
        step(std::move(batches));
        if (m_iteration % m_options.reportEvery == 0) {
            const double loss = m_lossSum.item<double>() / m_lossCount;
            const double seconds = m_clock.sinceStart() / static_cast<double>(m_iteration - first);
            report(formatted("iteration %lld  loss %.5f  %.3f s/iteration  %.0f min to go", static_cast<long long>(m_iteration), loss,
                             seconds, m_clock.minutesLeft(m_iteration)));
            log(formatted("%lld,%.1f,%.3e,%.6f,,,,", static_cast<long long>(m_iteration), m_clock.elapsed(), m_clock.rate(m_iteration),
                          loss));
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

} // namespace

namespace {

/// Refuses before hours of training what no program would load.
void requireReadable(const Architecture& architecture) {
    try {
        architectureOf({metadataOf(architecture), {}, {}}, "");
    } catch (const Error&) {
        throw Error(
            formatted("No program reads a network of that shape. Give --channels, --frequencies, --memory and --hidden in multiples of "
                      "16 up to 128, 64, 128 and 256, --superpixels in multiples of 8 up to 64, and --blocks up to %d.",
                      maxBlocks));
    }
}

} // namespace

void runTraining(const CropFile& crops, const TrainOptions& options, const std::function<void()>& run) {
    if (crops.count() == 0 || crops.edge < 2 * options.sample.patch) {
        throw Error("Training needs crops of at least twice the patch a side. Pack larger crops or choose a smaller --patch.");
    }
    const int unit = options.parts * options.sample.group;
    if (unit < 1 || options.sample.batch < unit || options.sample.batch % unit != 0 || options.sample.patch % memoryCell != 0) {
        throw Error("--batch must be a multiple of --group in each of --parts, and --patch even.");
    }
    if (options.sample.whole + options.sample.real > 1.0) {
        throw Error("--whole and --real are shares of the same batches: together at most 1.");
    }
    carryOut(options, run);
}

void train(const CropFile& crops, const CropFile& validation, const TrainOptions& options,
           const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    requireReadable(options.architecture);
    runTraining(crops, options, [&] { Training(crops, validation, options).run(report, isStopped); });
}

} // namespace casr
