#include "core/depth/depth_trainer.h"

#include "core/base/error.h"
#include "core/depth/depth_error.h"
#include "core/depth/depth_loss.h"
#include "core/depth/depth_network.h"
#include "core/train/adam.h"
#include "core/train/muon.h"
#include "core/train/run_clock.h"
#include "core/train/text.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <thread>

namespace casr {

namespace {

constexpr double trimmedOfFrames = 0.2; ///< Sensors are wrong at edges; a renderer is not.
constexpr double farthestOfFrames = 10;
constexpr double farthestOfRenders = 80;
constexpr Size validationSize{192, 144}; ///< What inference brings a photo of 4 : 3 to.

/// (1, channels, H, W), a copy.
at::Tensor planesOf(const Image& image) {
    const at::Tensor interleaved =
        at::from_blob(const_cast<float*>(image.values().data()), {1, image.height(), image.width(), image.channels()}, at::kFloat);
    return interleaved.permute({0, 3, 1, 2}).contiguous(at::MemoryFormat::ChannelsLast);
}

Image imageOf(const at::Tensor& plane) {
    const at::Tensor plain = plane.contiguous(at::MemoryFormat::Contiguous);
    const float* values = plain.data_ptr<float>();
    return Image({static_cast<int>(plain.size(3)), static_cast<int>(plain.size(2))}, 1, {values, values + plain.numel()});
}

struct DepthBatch {
    at::Tensor pictures, truth, known;
    std::vector<double> trimmed, farthest;

    explicit DepthBatch(const std::vector<DepthSample>& samples) {
        std::vector<at::Tensor> colours, depths, masks;
        for (const DepthSample& sample : samples) {
            colours.push_back(planesOf(sample.colour));
            depths.push_back(planesOf(sample.inverseDepth));
            masks.push_back(planesOf(sample.known));
            trimmed.push_back(sample.isMeasured ? trimmedOfFrames : 0.0);
            farthest.push_back(sample.isMeasured ? farthestOfFrames : farthestOfRenders);
        }
        pictures = at::cat(colours);
        truth = at::cat(depths);
        known = at::cat(masks);
    }
};

/// As inference does it: the border repeated to sides that the network takes.
Image estimated(const DepthNetwork& network, const Image& colour) {
    const auto missing = [](int length) { return (DepthNetwork::granule - length % DepthNetwork::granule) % DepthNetwork::granule; };
    const at::Tensor picture = at::replication_pad2d(planesOf(colour), {0, missing(colour.width()), 0, missing(colour.height())});
    const at::Tensor depth = network.inverseDepth(picture);
    return imageOf(depth.narrow(2, 0, colour.height() / 2).narrow(3, 0, colour.width() / 2));
}

Image verticalRamp(Size size) {
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        values.insert(values.end(), static_cast<std::size_t>(size.width), static_cast<float>(y));
    }
    return Image(size, 1, std::move(values));
}

void addScore(DepthScores& scores, const DepthNetwork& network, const DepthSample& sample, double farthest) {
    const Size size = sample.inverseDepth.size();
    const auto error = [&](const Image& guess) { return absoluteRelativeError(guess, sample.inverseDepth, sample.known, farthest); };
    scores.network += error(estimated(network, sample.colour));
    scores.ramp += error(verticalRamp(size));
    scores.constant += error(Image(size, 1, std::vector<float>(static_cast<std::size_t>(size.area()))));
    ++scores.pictures;
}

DepthScores averaged(DepthScores scores) {
    const double count = std::max(1, scores.pictures);
    return {scores.pictures, scores.network / count, scores.ramp / count, scores.constant / count};
}

DepthEvaluation evaluated(const DepthNetwork& network, const TextureSet& textures, const DepthFrames& frames, int renders) {
    const at::NoGradGuard noGradient;
    DepthEvaluation evaluation;
    for (int i = std::max(0, frames.count() - heldOutFrames); i < frames.count(); ++i) {
        addScore(evaluation.frames, network, wholeFrame(frames, i, validationSize), farthestOfFrames);
    }
    for (int i = 0; i < renders; ++i) {
        addScore(evaluation.renders, network, heldOutRender(textures, i, validationSize), farthestOfRenders);
    }
    return {averaged(evaluation.frames), averaged(evaluation.renders)};
}

DepthNetwork copyOf(DepthNetwork network, bool zero) {
    for (const auto& [name, tensor] : network.parameters()) {
        *tensor = zero ? at::zeros_like(*tensor) : tensor->clone();
    }
    return network;
}

DepthNetwork startOf(const DepthTrainOptions& options) {
    return options.start.empty() ? DepthNetwork::initialised(options.sample.seed)
                                 : depthNetworkOf(readTensorFile(options.start), options.start.string());
}

/// The convolutions between features; what reads pictures and writes depth stays with Adam.
bool isOrthogonalised(const std::string& name) {
    return name.ends_with("weight") && name != "level0.down.weight" && name != "out.weight";
}

class DepthTraining {
public:
    DepthTraining(const CropFile& crops, const CropFile& validation, const DepthFrames& frames, const DepthTrainOptions& options)
        : m_textures(crops), m_validation(validation), m_frames(frames), m_options(options), m_clock(m_options) {
        if (std::filesystem::exists(m_options.checkpointPath())) {
            resume();
        }
    }

    void run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

private:
    void resume();
    void save();
    void validate(const std::function<void(const std::string&)>& report) const;
    void tellProgress(const std::function<void(const std::string&)>& report);
    at::Tensor lossOf(const DepthBatch& batch) const;
    void step();

    TextureSet m_textures, m_validation;
    const DepthFrames& m_frames;
    DepthTrainOptions m_options;
    DepthSamples m_samples{m_textures, m_frames, m_options.sample};
    DepthNetwork m_network = startOf(m_options);
    DepthNetwork m_average = copyOf(m_network, false), m_first = copyOf(m_network, true), m_second = copyOf(m_network, true);
    std::int64_t m_iteration = 0;
    RunClock m_clock;
    double m_lossSum = 0;
    int m_lossCount = 0;
};

void DepthTraining::resume() {
    const std::string origin = m_options.checkpointPath().string();
    const TensorFile file = readTensorFile(m_options.checkpointPath());
    assignTensors(m_network, file, origin, "network.");
    assignTensors(m_average, file, origin, "average.");
    assignTensors(m_first, file, origin, "first.");
    assignTensors(m_second, file, origin, "second.");
    try {
        m_iteration = std::stoll(file.metadata.at("iteration"));
        m_clock.start(std::stod(file.metadata.at("seconds")));
    } catch (const std::logic_error&) {
        throw Error("'" + origin + "' is no checkpoint of a depth training. Choose another folder.");
    }
}

void DepthTraining::save() {
    TensorFile checkpoint{depthMetadata(), tensorsOf(m_network, "network."), {}};
    for (auto [network, prefix] : {std::pair{&m_average, "average."}, {&m_first, "first."}, {&m_second, "second."}}) {
        for (NamedTensor& tensor : tensorsOf(*network, prefix)) {
            checkpoint.tensors.push_back(std::move(tensor));
        }
    }
    checkpoint.metadata["iteration"] = std::to_string(m_iteration);
    checkpoint.metadata["seconds"] = formatted("%.1f", m_clock.elapsed());
    writeTensorFile(m_options.checkpointPath(), checkpoint);
    TensorFile weights{depthMetadata(), tensorsOf(m_average), {}};
    weights.metadata["training"] =
        formatted("%lld iterations, %.0f s. ", static_cast<long long>(m_iteration), m_clock.elapsed()) + m_options.record;
    writeTensorFile(m_options.weightsPath(), weights);
}

at::Tensor DepthTraining::lossOf(const DepthBatch& batch) const {
    const at::Tensor guess = m_network.inverseDepth(batch.pictures);
    const at::Tensor loss = depthLoss(guess, batch.truth, batch.known, batch.trimmed);
    return m_options.relative == 0 ? loss : loss + m_options.relative * relativeDepthLoss(guess, batch.truth, batch.known, batch.farthest);
}

void DepthTraining::step() {
    for (const auto& [name, tensor] : m_network.parameters()) {
        tensor->set_requires_grad(true);
        tensor->mutable_grad() = at::Tensor();
    }
    const at::Tensor loss = lossOf(DepthBatch(m_samples.batch(static_cast<std::uint64_t>(m_iteration))));
    requireFinite(loss.item<double>(), m_iteration);
    loss.backward();
    const at::NoGradGuard noGradient;
    m_lossSum += loss.item<double>();
    ++m_lossCount;
    const double rate = m_clock.rate(m_iteration);
    auto weights = m_network.parameters(), first = m_first.parameters(), second = m_second.parameters(), average = m_average.parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (m_options.muon && isOrthogonalised(weights[i].first)) {
            muonStep(*weights[i].second, *first[i].second, rate);
        } else {
            adamStep(*weights[i].second, *first[i].second, *second[i].second, m_iteration + 1, rate);
        }
        averageStep(*average[i].second, *weights[i].second, m_iteration + 1, m_options.averaging);
    }
    ++m_iteration;
}

void DepthTraining::validate(const std::function<void(const std::string&)>& report) const {
    const DepthEvaluation evaluation = evaluated(m_average, m_validation, m_frames, m_options.validationRenders);
    const std::string when = formatted("iteration %lld: ", static_cast<long long>(m_iteration));
    report(when + describe("frames", evaluation.frames));
    report(when + describe("renders", evaluation.renders));
}

void DepthTraining::tellProgress(const std::function<void(const std::string&)>& report) {
    report(formatted("iteration %lld  loss %.5f  %.3f s/iteration  %.0f min to go", static_cast<long long>(m_iteration),
                     m_lossSum / m_lossCount, m_clock.elapsed() / static_cast<double>(m_iteration), m_clock.minutesLeft(m_iteration)));
    m_lossSum = 0;
    m_lossCount = 0;
}

void DepthTraining::run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    m_clock.start(m_clock.elapsed() - m_clock.sinceStart());
    while (m_clock.progress(m_iteration) < 1.0 && !isStopped()) {
        step();
        if (m_iteration % m_options.reportEvery == 0) {
            tellProgress(report);
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

void trainDepth(const CropFile& crops, const CropFile& validation, const DepthFrames& frames, const DepthTrainOptions& options,
                const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    carryOut(options, [&] { DepthTraining(crops, validation, frames, options).run(report, isStopped); });
}

DepthEvaluation evaluateDepth(const std::filesystem::path& weights, const CropFile& validation, const DepthFrames& frames, int renders,
                              int threads) {
    at::set_num_threads(threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    const DepthNetwork network = depthNetworkOf(readTensorFile(weights), weights.string());
    return evaluated(network, TextureSet(validation), frames, renders);
}

std::string describe(const std::string& name, const DepthScores& scores) {
    const double best = std::min(scores.ramp, scores.constant);
    return formatted("%d held-out %s: absolute relative error %.4f, vertical ramp %.4f, constant %.4f: %.0f %% below the better",
                     scores.pictures, name.c_str(), scores.network, scores.ramp, scores.constant,
                     best > 0 ? 100 * (1 - scores.network / best) : 0.0);
}

} // namespace casr
