#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/network/network_file.h"
#include "core/train/adam.h"
#include "core/train/field_batch.h"
#include "core/train/loader.h"
#include "core/train/muon.h"
#include "core/train/run_clock.h"
#include "core/train/text.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <thread>

namespace casr {

namespace {

at::Tensor lossOf(const at::Tensor& predicted, const at::Tensor& target) {
    const at::Tensor error = predicted - target;
    return error.abs().mean() + luma(error).abs().mean();
}

/// The convolutions of the trunk; what is small or reads and writes pictures stays with Adam.
bool isOrthogonalised(const std::string& name) {
    return name.rfind("block", 0) == 0 && name.find("weight") != std::string::npos;
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
    void resume();
    void save();
    void validate(const std::function<void(const std::string&)>& report);
    void step(Batch batch);
    double psnrAt(int scale);
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

void Training::step(Batch batch) {
    for (const auto& [name, tensor] : m_network.parameters()) {
        tensor->set_requires_grad(true);
        tensor->mutable_grad() = at::Tensor();
    }
    unroll(m_network, batch, m_device, m_type);
    const FieldBatch tensors(m_network, batch, m_device, m_options.sample.seed + static_cast<std::uint64_t>(m_iteration));
    const at::Tensor loss = lossOf(predict(m_network, tensors, m_type), tensors.target);
    loss.backward();
    const at::NoGradGuard noGradient;
    m_lossSum = m_lossCount++ == 0 ? loss.detach() : m_lossSum + loss.detach();
    const double now = m_clock.rate(m_iteration);
    auto weights = m_network.parameters(), first = m_first.parameters(), second = m_second.parameters(), average = m_average.parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i].second->grad().defined()) {
            if (m_options.muon && isOrthogonalised(weights[i].first)) {
                muonStep(*weights[i].second, *first[i].second, now);
            } else {
                adamStep(*weights[i].second, *first[i].second, *second[i].second, m_iteration + 1, now);
            }
            averageStep(*average[i].second, *weights[i].second, m_iteration + 1, m_options.averaging);
        }
    }
    ++m_iteration;
}

double Training::psnrAt(int scale) {
    const at::NoGradGuard noGradient;
    const int crops = std::min(m_options.validationCrops, m_validation.count());
    double sum = 0.0;
    for (int i = 0; i < crops; ++i) {
        Batch batch = makeValidation(m_validation, i * m_validation.count() / crops, scale, scale);
        const FieldBatch tensors(m_average, batch, m_device, 0);
        const at::Tensor error = luma(predict(m_average, tensors, m_type).clamp(0, 1) - tensors.target) * (219.0 / 255.0);
        sum += -10.0 * std::log10(std::max(1e-12, error.square().mean().item<double>()));
    }
    return sum / std::max(1, crops);
}

void Training::validate(const std::function<void(const std::string&)>& report) {
    const double x2 = psnrAt(2), x3 = psnrAt(3), x4 = psnrAt(4);
    report(formatted("iteration %lld: validation PSNR-Y %.3f %.3f %.3f dB at x2 x3 x4", static_cast<long long>(m_iteration), x2, x3, x4));
    log(formatted("%lld,%.1f,,,%.4f,%.4f,%.4f", static_cast<long long>(m_iteration), m_clock.elapsed(), x2, x3, x4));
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
    m_clock.start(m_clock.elapsed() - m_clock.sinceStart());
    while (m_clock.progress(m_iteration) < 1.0 && !isStopped()) {
        step(loader.next());
        if (m_iteration % m_options.reportEvery == 0) {
            const double loss = m_lossSum.item<double>() / m_lossCount;
            const double seconds = m_clock.sinceStart() / static_cast<double>(m_iteration - first);
            report(formatted("iteration %lld  loss %.5f  %.3f s/iteration  %.0f min to go", static_cast<long long>(m_iteration), loss,
                             seconds, m_clock.minutesLeft(m_iteration)));
            log(formatted("%lld,%.1f,%.3e,%.6f,,,", static_cast<long long>(m_iteration), m_clock.elapsed(), m_clock.rate(m_iteration),
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

void runTraining(const CropFile& crops, const TrainOptions& options, const std::function<void()>& run) {
    if (crops.count() == 0 || crops.edge < 2 * options.sample.patch) {
        throw Error("Training needs crops of at least twice the patch a side. Pack larger crops or choose a smaller --patch.");
    }
    if (options.sample.group < 1 || options.sample.batch % options.sample.group != 0 || options.sample.patch % memoryCell != 0) {
        throw Error("--batch must be a multiple of --group, and --patch even.");
    }
    carryOut(options, run);
}

void train(const CropFile& crops, const CropFile& validation, const TrainOptions& options,
           const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    runTraining(crops, options, [&] { Training(crops, validation, options).run(report, isStopped); });
}

} // namespace casr
