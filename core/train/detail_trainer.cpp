#include "core/train/detail_trainer.h"

#include "core/base/error.h"
#include "core/image/detail_share.h"
#include "core/network/convolution.h"
#include "core/network/network_file.h"
#include "core/train/adam.h"
#include "core/train/detail_losses.h"
#include "core/train/detail_picture.h"
#include "core/train/discriminator.h"
#include "core/train/field_batch.h"
#include "core/train/loader.h"
#include "core/train/projection.h"
#include "core/train/run_clock.h"
#include "core/train/text.h"

#include <array>
#include <cmath>
#include <fstream>

namespace casr {

namespace {

/// Weights of the losses of the branch, in the order of lossNames.
struct LossWeights {
    double adversarial = 0.02;
    double features = 0.1;
    double affinity = 1.0;
    double spectrum = 0.06;
    double pull = 1.0;
    double artifact = 1.0;
    double parent = 30.0; ///< L1 of the result shrunk against its parent; without it detail becomes too strong.
};

constexpr LossWeights weights;
constexpr int lossCount = 8;
constexpr const char* lossNames = "critic,adversarial,features,affinity,spectrum,pull,artifact,parent";
constexpr int adversarialWarmUp = 300; // iterations, while the discriminator knows little
constexpr double criticHaste = 1.0;    // its learning rate over the branch's; at 2 it soon has it all its own way
/// Deviation of the noise over what the discriminator sees, so that rounding, grain and JPEG of the truth, which nobody wants to be
/// invented, do not give it away (Sonderby et al., arXiv 1610.04490).
constexpr double veil = 0.015;
constexpr AdamDecays decays{0.5, 0.99}; // gradients of a moving opponent age fast
constexpr std::int64_t border = 4;      // output pixels that zero padding reaches most
constexpr int validationScale = 4;
constexpr int leastPatch = 28; // enlarged by 1.5 and without its border it holds a window of the spectrum

/// A batch on its way to the losses, all (N, 3, h, w).
struct Enlarged {
    at::Tensor parent, base, truth;
    at::Tensor faithful; ///< Projected back where the parent is clean, as a step does.
    at::Tensor detailed; ///< With all of the detail, likewise.
    /// What `detailed`, as a file holds it, lacks when it is shrunk: of a clean photo, or of what `faithful` is to a later step.
    at::Tensor missing;
};

Enlarged enlarge(const FieldNetwork& network, const FieldBatch& batch, at::ScalarType type) {
    const std::int64_t count = batch.planes.size(0);
    Enlarged result;
    at::Tensor features, faithful;
    {
        const at::NoGradGuard frozen;
        features = featuresOf(network, batch, type);
        faithful = picturesOf(batch.base + fieldAt(network, network.coefficients(features), batch), count);
    }
    result.parent = batch.planes.narrow(1, 0, InputPlanes::picture);
    result.base = picturesOf(batch.base, count);
    result.truth = picturesOf(batch.target, count);
    const int from = static_cast<int>(result.parent.size(2)), to = static_cast<int>(result.truth.size(2));
    const Projection projection(from, to);
    const auto projected = [&](const at::Tensor& picture) { return projection.applied(picture, result.parent, batch.projection()); };
    result.faithful = projected(faithful);
    const at::Tensor added = DetailPicture(from, to).of(faithful, detailMapOf(network, features, batch, type));
    result.detailed = projected(faithful + added);
    const auto shrunk = [&](const at::Tensor& picture) { return projection.shrunk(picture.clamp(0.0, 1.0)); };
    const at::Tensor isPhoto = batch.enlarged.view({count, 1, 1, 1}) == 0.0;
    result.missing =
        (shrunk(result.detailed) - at::where(isPhoto, result.parent, shrunk(result.faithful))) * batch.isClean().view({count, 1, 1, 1});
    return result;
}

at::Tensor inner(const at::Tensor& pictures, std::int64_t margin) {
    return pictures.narrow(2, margin, pictures.size(2) - 2 * margin).narrow(3, margin, pictures.size(3) - 2 * margin);
}

double decibels(const at::Tensor& squaredError) {
    return -10.0 * std::log10(std::max(1e-12, squaredError.mean().item<double>()));
}

class DetailTraining {
public:
    DetailTraining(const CropFile& crops, const CropFile& validation, const DetailTrainOptions& options);

    void run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

private:
    NamedParameters state();
    void begin();
    void resume();
    void save();
    void renewCritic();
    std::int64_t ageOfCritic() const { return m_iteration % m_options.life; }
    void step(Batch batch);
    at::Tensor branchLoss(const Enlarged& enlarged, std::int64_t left, std::int64_t top);
    at::Tensor criticLoss(const Enlarged& enlarged, std::int64_t left, std::int64_t top);
    void note(const std::array<at::Tensor, lossCount>& losses);
    void learnBranch(double rate);
    void learnCritic(double rate);
    at::Tensor judged(const at::Tensor& pictures, std::int64_t left, std::int64_t top) const;
    at::Tensor veiled(const at::Tensor& pictures, std::uint64_t which) const;
    void reportProgress(const std::function<void(const std::string&)>& report, std::int64_t first);
    void validate(const std::function<void(const std::string&)>& report);
    void log(const std::string& line) const;

    const CropFile& m_crops;
    const CropFile& m_validation;
    DetailTrainOptions m_options;
    at::Device m_device;
    at::ScalarType m_type;
    FieldNetwork m_network, m_average; ///< The same trunk; the average's branch is what ships.
    FieldNetwork m_first, m_second;    ///< Only their branches are used.
    Discriminator m_critic, m_criticFirst, m_criticSecond;
    RunClock m_clock;
    std::int64_t m_iteration = 0;
    std::array<double, lossCount> m_lossSum{};
    int m_lossCount = 0;
};

DetailTraining::DetailTraining(const CropFile& crops, const CropFile& validation, const DetailTrainOptions& options)
    : m_crops(crops), m_validation(validation), m_options(options), m_device("cpu"),
      m_type(options.run.bfloat16 ? at::kBFloat16 : at::kFloat), m_clock(m_options.run) {
    begin();
    if (std::filesystem::exists(m_options.run.checkpointPath())) {
        resume();
    }
}

/// `start` with a branch: its own, that of another file, or a fresh one.
FieldNetwork startingNetwork(const DetailTrainOptions& options) {
    const TensorFile file = readTensorFile(options.run.start);
    const FieldNetwork trunk = networkOf(file, options.run.start.string());
    const bool isOther = !options.branch.empty();
    if (!isOther && trunk.architecture.detail > 0) {
        return trunk;
    }
    Architecture architecture = trunk.architecture;
    const TensorFile branch = isOther ? readTensorFile(options.branch) : TensorFile();
    architecture.detail = isOther ? architectureOf(branch, options.branch.string()).detail : options.blocks;
    if (architecture.detail < 1 || architecture.detail > maxDetailBlocks) {
        throw Error("There is no detail branch to begin from. Give other weights with --branch, or --detail from 1 to " +
                    std::to_string(maxDetailBlocks) + ".");
    }
    FieldNetwork network = FieldNetwork::initialised(architecture, options.run.sample.seed);
    NamedParameters kept;
    for (const auto& parameter : network.parameters()) {
        if (!parameter.first.starts_with("detail.")) {
            kept.push_back(parameter);
        }
    }
    assignTensors(kept, file, "");
    if (isOther) {
        assignTensors(network.detailParameters(), branch, "");
    }
    return network;
}

/// What the run begins from.
FieldNetwork beginning(const DetailTrainOptions& options) {
    FieldNetwork network = startingNetwork(options);
    network.detailWeight = network.detailWeight * options.strength;
    network.detailBias = network.detailBias * options.strength;
    return network;
}

void DetailTraining::begin() {
    const FieldNetwork start = beginning(m_options);
    m_network = copyOf(start, m_device, false);
    m_average = copyOf(start, m_device, false);
    m_first = copyOf(start, m_device, true);
    m_second = copyOf(start, m_device, true);
    renewCritic();
}

void DetailTraining::renewCritic() {
    const std::uint64_t generation = static_cast<std::uint64_t>(m_iteration / m_options.life);
    m_critic = Discriminator::initialised(m_options.critic, m_options.run.sample.seed + 1 + generation);
    m_criticFirst = m_criticSecond = m_critic;
    for (Discriminator* moments : {&m_criticFirst, &m_criticSecond}) {
        for (const auto& [name, tensor] : moments->parameters()) {
            *tensor = at::zeros_like(*tensor);
        }
    }
}

/// Everything that changes, named.
NamedParameters DetailTraining::state() {
    NamedParameters list;
    const auto add = [&](const std::string& prefix, const NamedParameters& parameters) {
        for (const auto& [name, tensor] : parameters) {
            list.emplace_back(prefix + name, tensor);
        }
    };
    add("network.", m_network.detailParameters());
    add("average.", m_average.detailParameters());
    add("first.", m_first.detailParameters());
    add("second.", m_second.detailParameters());
    add("critic.", m_critic.parameters());
    add("critic.", m_critic.directions());
    add("critic.first.", m_criticFirst.parameters());
    add("critic.second.", m_criticSecond.parameters());
    return list;
}

void DetailTraining::resume() {
    const TensorFile file = readTensorFile(m_options.run.checkpointPath());
    const std::string origin = m_options.run.checkpointPath().string();
    if (architectureOf(file, origin) != m_network.architecture) {
        throw Error("'" + origin + "' is of another architecture. Choose another folder.");
    }
    try {
        m_iteration = std::stoll(file.metadata.at("iteration"));
        m_clock.start(std::stod(file.metadata.at("seconds")));
    } catch (const std::logic_error&) {
        throw Error("'" + origin + "' is no checkpoint of a training run. Choose another folder.");
    }
    assignTensors(state(), file, "");
}

void DetailTraining::save() {
    const Architecture& architecture = m_network.architecture;
    TensorFile checkpoint{metadataOf(architecture), tensorsOf(state(), ""), {}};
    checkpoint.metadata["iteration"] = std::to_string(m_iteration);
    checkpoint.metadata["seconds"] = formatted("%.1f", m_clock.elapsed());
    writeTensorFile(m_options.run.checkpointPath(), checkpoint);
    TensorFile result{metadataOf(architecture), tensorsOf(m_average), {}};
    result.metadata["training"] =
        formatted("Detail: %lld iterations, %.0f s. ", static_cast<long long>(m_iteration), m_clock.elapsed()) + m_options.run.record;
    writeTensorFile(m_options.run.weightsPath(), result);
}

at::Tensor DetailTraining::judged(const at::Tensor& pictures, std::int64_t left, std::int64_t top) const {
    const std::int64_t edge = std::min<std::int64_t>(m_options.judged, pictures.size(2) - 2 * border);
    return pictures.narrow(2, top, edge).narrow(3, left, edge);
}

at::Tensor DetailTraining::veiled(const at::Tensor& pictures, std::uint64_t which) const {
    HashRandom random(m_options.run.sample.seed + 3 + which, static_cast<std::uint64_t>(m_iteration));
    return pictures + normalTensor(pictures.sizes(), veil, random);
}

void DetailTraining::note(const std::array<at::Tensor, lossCount>& losses) {
    for (std::size_t i = 0; i < losses.size(); ++i) {
        m_lossSum[i] += losses[i].defined() ? losses[i].item<double>() : 0.0;
    }
}

/// Relativistic: the detailed picture is to look more like a photo than the photo itself does (Jolicoeur-Martineau 2018, eq. 11).
at::Tensor DetailTraining::branchLoss(const Enlarged& enlarged, std::int64_t left, std::int64_t top) {
    const at::Tensor made = inner(enlarged.detailed, border), faithful = inner(enlarged.faithful, border);
    const at::Tensor truth = inner(enlarged.truth, border);
    const at::Tensor base = judged(enlarged.base, left, top);
    const Discriminator::Judgement ofMade = m_critic.of(veiled(judged(enlarged.detailed, left, top), 0), base, m_type);
    const Discriminator::Judgement ofTruth = m_critic.of(veiled(judged(enlarged.truth, left, top), 1), base, m_type);
    const at::Tensor adversarial = at::softplus(ofTruth.logits.detach() - ofMade.logits).mean();
    const at::Tensor features = featureLoss(ofMade.features, ofTruth.features);
    const at::Tensor affinity = affinityLoss(made, truth), spectrum = spectrumLoss(made, truth), pull = pullLoss(made, truth);
    const at::Tensor artifact = artifactLoss(made, faithful, truth), parent = enlarged.missing.abs().mean();
    note({at::Tensor(), adversarial, features, affinity, spectrum, pull, artifact, parent});
    const double warm = std::min(1.0, static_cast<double>(ageOfCritic()) / adversarialWarmUp);
    return warm * (weights.adversarial * adversarial + weights.features * features) + weights.affinity * affinity +
           weights.spectrum * spectrum + weights.pull * pull + weights.artifact * artifact + weights.parent * parent;
}

at::Tensor DetailTraining::criticLoss(const Enlarged& enlarged, std::int64_t left, std::int64_t top) {
    const at::Tensor base = judged(enlarged.base, left, top);
    const at::Tensor made = m_critic.of(veiled(judged(enlarged.detailed.detach(), left, top), 2), base, m_type).logits;
    const at::Tensor truth = m_critic.of(veiled(judged(enlarged.truth, left, top), 3), base, m_type).logits;
    const at::Tensor loss = at::softplus(made - truth).mean();
    note({loss, {}, {}, {}, {}, {}, {}, {}});
    return loss;
}

void DetailTraining::learnBranch(double rate) {
    const at::NoGradGuard noGradient;
    auto learnt = m_network.detailParameters(), first = m_first.detailParameters(), second = m_second.detailParameters(),
         average = m_average.detailParameters();
    for (std::size_t i = 0; i < learnt.size(); ++i) {
        adamStep(*learnt[i].second, *first[i].second, *second[i].second, m_iteration + 1, rate, decays);
        averageStep(*average[i].second, *learnt[i].second, m_iteration + 1, m_options.run.averaging);
        learnt[i].second->set_requires_grad(false);
    }
}

void DetailTraining::learnCritic(double rate) {
    const at::NoGradGuard noGradient;
    auto learnt = m_critic.parameters(), first = m_criticFirst.parameters(), second = m_criticSecond.parameters();
    for (std::size_t i = 0; i < learnt.size(); ++i) {
        adamStep(*learnt[i].second, *first[i].second, *second[i].second, ageOfCritic() + 1, rate, decays);
    }
    m_critic.requireGradients(false);
}

void DetailTraining::step(Batch batch) {
    if (ageOfCritic() == 0 && m_iteration > 0) {
        renewCritic();
    }
    HashRandom random(m_options.run.sample.seed + 2, static_cast<std::uint64_t>(m_iteration));
    unroll(m_average, batch, m_device, m_type,
           random.below(4) > 0 ? earlierDetail(1) : 0.0); // earlier steps may have been shown without detail
    for (const auto& [name, tensor] : m_network.detailParameters()) {
        tensor->mutable_grad() = at::Tensor();
        tensor->set_requires_grad(true);
    }
    const FieldBatch tensors(m_network, batch, m_device, m_options.run.sample.seed + static_cast<std::uint64_t>(m_iteration));
    const Enlarged enlarged = enlarge(m_network, tensors, m_type);
    const auto room = static_cast<int>(std::max<std::int64_t>(0, enlarged.truth.size(2) - 2 * border - m_options.judged));
    const std::int64_t left = border + random.below(room + 1), top = border + random.below(room + 1);
    const double rate = m_clock.rate(m_iteration);
    m_critic.refine();
    const at::Tensor loss = branchLoss(enlarged, left, top);
    requireFinite(loss.item<double>(), m_iteration);
    loss.backward();
    learnBranch(rate);
    m_critic.requireGradients(true);
    criticLoss(enlarged, left, top).backward();
    learnCritic(criticHaste * rate);
    ++m_iteration;
    ++m_lossCount;
}

/// Means at x4 over crops: PSNR without and with detail, the same of spectrum and affinity, and how well it shrinks back.
void DetailTraining::validate(const std::function<void(const std::string&)>& report) {
    const at::NoGradGuard noGradient;
    const int crops = std::min(m_options.run.validationCrops, m_validation.count());
    std::array<double, 7> sum{};
    for (int i = 0; i < crops; ++i) {
        Batch batch = makeValidation(m_validation, i * m_validation.count() / crops, validationScale);
        const Enlarged made = enlarge(m_average, FieldBatch(m_average, batch, m_device, 0), m_type);
        const std::array<double, 7> values{decibels((made.faithful - made.truth).square()),
                                           decibels((made.detailed - made.truth).square()),
                                           spectrumLoss(made.faithful, made.truth).item<double>(),
                                           spectrumLoss(made.detailed, made.truth).item<double>(),
                                           affinityLoss(made.faithful, made.truth).item<double>(),
                                           affinityLoss(made.detailed, made.truth).item<double>(),
                                           decibels(made.missing.square())};
        for (std::size_t k = 0; k < values.size(); ++k) {
            sum[k] += values[k] / crops;
        }
    }
    const auto iteration = static_cast<long long>(m_iteration);
    report(formatted("iteration %lld: x4 without / with detail: PSNR %.2f %.2f dB  spectrum %.4f %.4f  affinity %.4f %.4f  parent %.1f dB",
                     iteration, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6]));
    log(formatted("%lld,%.1f,,,,,,,,,,%.4f,%.4f,%.5f,%.5f,%.5f,%.5f,%.3f", iteration, m_clock.elapsed(), sum[0], sum[1], sum[2], sum[3],
                  sum[4], sum[5], sum[6]));
}

void DetailTraining::log(const std::string& line) const {
    const std::filesystem::path path = m_options.run.folder / "log.csv";
    const bool isNew = !std::filesystem::exists(path);
    std::ofstream out(path, std::ios::app);
    if (isNew) {
        out << "iteration,seconds,rate," << lossNames << ",psnr_0,psnr_1,spectrum_0,spectrum_1,affinity_0,affinity_1,parent_psnr\n";
    }
    out << line << '\n';
}

void DetailTraining::reportProgress(const std::function<void(const std::string&)>& report, std::int64_t first) {
    std::string losses;
    for (double& sum : m_lossSum) {
        losses += formatted("%s%.5f", losses.empty() ? "" : ",", sum / m_lossCount);
        sum = 0;
    }
    m_lossCount = 0;
    const auto iteration = static_cast<long long>(m_iteration);
    report(formatted("iteration %lld  ", iteration) + losses +
           formatted("  %.3f s/iteration  %.0f min to go", m_clock.sinceStart() / static_cast<double>(m_iteration - first),
                     m_clock.minutesLeft(m_iteration)));
    log(formatted("%lld,%.1f,%.3e,", iteration, m_clock.elapsed(), m_clock.rate(m_iteration)) + losses + ",,,,,,,");
}

void DetailTraining::run(const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    SampleOptions sample = m_options.run.sample;
    sample.dense = true;
    Loader loader(m_crops, sample, static_cast<std::uint64_t>(m_iteration));
    const std::int64_t first = m_iteration;
    m_clock.start(m_clock.elapsed() - m_clock.sinceStart());
    while (m_clock.progress(m_iteration) < 1.0 && !isStopped()) {
        step(loader.next());
        if (m_iteration % m_options.run.reportEvery == 0) {
            reportProgress(report, first);
        }
        if (m_iteration % m_options.run.saveEvery == 0) {
            save();
            validate(report);
        }
    }
    save();
    validate(report);
}

} // namespace

void trainDetail(const CropFile& crops, const CropFile& validation, const DetailTrainOptions& options,
                 const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped) {
    if (options.run.start.empty()) {
        throw Error("Detail is learnt beside a trained network. Give its weights with --start.");
    }
    if (options.critic < 8 || options.judged < 16 || options.life < 1) {
        throw Error("The discriminator needs at least 8 channels, 16 pixels to judge and a life of an iteration.");
    }
    if (options.run.sample.patch < leastPatch) {
        throw Error("Detail needs patches of at least " + std::to_string(leastPatch) + " pixels. Choose a larger --patch.");
    }
    runTraining(crops, options.run, [&] { DetailTraining(crops, validation, options).run(report, isStopped); });
}

} // namespace casr
