#include "core/network/network.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/sha256.h"
#include "core/network/memory_selection.h"
#include "core/network/method_version.h"
#include "core/network/network_file.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>

#include <cpuid.h>

namespace casr {

namespace {

struct CpuId {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

CpuId cpuId(unsigned leaf, unsigned subleaf) {
    CpuId id;
    __get_cpuid_count(leaf, subleaf, &id.eax, &id.ebx, &id.ecx, &id.edx);
    return id;
}

bool hasAmx() {
    return (cpuId(7, 0).edx >> 22 & 1u) != 0;
}

bool hasAvx512Bf16() {
    return (cpuId(7, 1).eax >> 5 & 1u) != 0;
}

bool convolvesInBfloat16() {
    try {
        const c10::InferenceMode inference;
        const at::Tensor x = at::zeros({1, 16, 8, 8}, at::kBFloat16), w = at::zeros({16, 16, 3, 3}, at::kBFloat16);
        at::mkldnn_convolution(x, w, {}, {0, 0}, {1, 1}, {1, 1}, 1);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

std::string instructionSet() {
    const char* limit = std::getenv("DNNL_MAX_CPU_ISA");
    const std::string cap = limit ? std::string(" at most ") + limit : "";
    if (hasAmx()) {
        return "amx" + cap;
    }
    return (hasAvx512Bf16()                     ? "avx512-bf16"
            : __builtin_cpu_supports("avx512f") ? "avx512"
            : __builtin_cpu_supports("avx2")    ? "avx2"
                                                : "sse") +
           cap;
}

/// (1, channels, h, w) of the part `read`, where the border is repeated if need be.
at::Tensor tensorOf(const PlacedImage& image, Rect read) {
    const PlacedImage part = coveringByBorder(image, read);
    const std::int64_t channels = part.image.channels();
    return at::from_blob(const_cast<float*>(part.image.values().data()), {1, read.height(), read.width(), channels}, at::kFloat)
        .clone()
        .permute({0, 3, 1, 2});
}

/// The non-negative remainder.
int phaseOf(int place, int period) {
    return (place % period + period) % period;
}

std::vector<float> interleavedValues(const at::Tensor& planes) {
    const at::Tensor plain = planes.to(at::kCPU).permute({0, 2, 3, 1}).contiguous();
    const float* values = plain.data_ptr<float>();
    return {values, values + plain.numel()};
}

at::ScalarType typeOf(Precision precision) {
    return precision == Precision::bfloat16 ? at::kBFloat16 : at::kFloat;
}

at::Device deviceOf(Precision precision) {
    return precision == Precision::cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

/// The same bits at every run: no search for the fastest algorithm, no shortened numbers.
void beExactOnCuda() {
    at::Context& context = at::globalContext();
    context.setBenchmarkCuDNN(false);
    context.setDeterministicCuDNN(true);
    context.setAllowTF32CuDNN(false);
    context.setAllowTF32CuBLAS(false);
}

/// What a device makes of a fixed convolution: devices of other kinds round otherwise.
std::string fingerprintOf(const at::Device& device) {
    const c10::InferenceMode inference;
    const at::Tensor x = at::arange(64 * 32 * 32, at::kFloat).mul(0.37f).sin().view({1, 64, 32, 32}).to(device);
    const at::Tensor w = at::arange(64 * 64 * 9, at::kFloat).mul(0.73f).cos().view({64, 64, 3, 3}).to(device);
    const at::Tensor made = at::conv2d(x, w).to(at::kCPU).contiguous();
    const std::span<const float> values(made.data_ptr<float>(), static_cast<std::size_t>(made.numel()));
    return sha256(std::as_bytes(values)).substr(0, 8);
}

std::string cudaDevice() {
    static const std::string name = [] {
        beExactOnCuda();
        return fingerprintOf(deviceOf(Precision::cuda));
    }();
    return name;
}

[[noreturn]] void failForMemory(const std::string& what) {
    throw OutOfMemory("The network could not run: " + what + ". Free some memory and try again.");
}

/// LibTorch and oneDNN have no exception of its own for a lack of memory.
[[noreturn]] void fail(const std::string& what) {
    if (what.find("memory") != std::string::npos) {
        failForMemory(what);
    }
    throw Error("The network could not run: " + what + ". Try --precision fp32, or other weights.");
}

/// How often the number of compute threads was set.
std::atomic<int> threadChanges = 0;

/// OpenMP keeps its number of threads for each calling thread. LibTorch makes a pool anew whenever it is told, whose threads spin for
/// milliseconds: a thread tells it only what it did not know.
void useComputeThreads() {
    thread_local int known = -1;
    if (const int now = threadChanges; known != now) {
        at::init_num_threads();
        known = now;
    }
}

/// `work` alone at a time, its failures as errors.
template <typename Work>
auto guarded(std::mutex& running, const Work& work) {
    const std::scoped_lock oneAtATime(running);
    const c10::InferenceMode inference;
    useComputeThreads();
    try {
        return work();
    } catch (const c10::Error& error) {
        fail(error.what_without_backtrace());
    } catch (const std::bad_alloc& error) {
        failForMemory(error.what());
    } catch (const Error&) {
        throw;
    } catch (const Cancelled&) {
        throw;
    } catch (const std::logic_error&) { // ours: a caller's mistake
        throw;
    } catch (const std::exception& error) { // oneDNN's own kinds
        fail(error.what());
    }
}

/// A photo's tokens as tensors.
class TokenSource : public SourceMemory {
public:
    TokenSource(TokenMemory tokens, std::vector<Rect> places) : SourceMemory(std::move(places)), m_tokens(std::move(tokens)) {}

    TokenMemory tokens(const at::Device& device) const { return {m_tokens.keys.to(device), m_tokens.values.to(device)}; }

private:
    TokenMemory m_tokens;
};

class TorchNetwork : public Network {
public:
    TorchNetwork(FieldNetwork network, std::string checksum, std::string record)
        : m_network(std::move(network)), m_fast(hasFastBfloat16() ? m_network.withTrunkIn(at::kBFloat16) : m_network),
          m_checksum(std::move(checksum)), m_record(std::move(record)) {
        keepLargeBuffers();
        m_waves.count = m_network.architecture.frequencies;
        const float* frequency = m_network.frequencies.data_ptr<float>();
        m_waves.frequency.assign(frequency, frequency + 2 * m_waves.count);
        m_waves.heat = m_network.heat.item<float>();
        for (const auto& [name, tensor] : m_network.parameters()) {
            m_parameters += tensor->numel();
        }
    }

    const Architecture& architecture() const override { return m_network.architecture; }
    const FieldWaves& waves() const override { return m_waves; }
    const std::string& checksum() const override { return m_checksum; }
    const std::string& record() const override { return m_record; }
    std::int64_t parameterCount() const override { return m_parameters; }

    std::shared_ptr<const SourceMemory> remember(const Image& photo, Precision precision, const StopCheck& stop,
                                                 const StepInputs& inputs) const override {
        if (architecture().memory == 0) {
            return nullptr;
        }
        return guarded(m_running, [&]() -> std::shared_ptr<const SourceMemory> {
            StepInputs ofPhoto = inputs;
            ofPhoto.picture = photo.size();
            return std::make_shared<TokenSource>(tokensOf({photo, 0, 0}, memoryWindowsOf(photo), precision, stop, ofPhoto));
        });
    }

    FieldTile run(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                  const StepInputs& inputs) const override {
        return guarded(m_running, [&]() -> FieldTile {
            const int wide = inputs.detail ? Reach::ofDetail(architecture()) : 0;
            const at::Tensor features = featuresAround(parent, expanded(cells, wide), precision, stop, inputs);
            const FieldNetwork& network = networkFor(precision);
            const at::Tensor faithful = network.coefficients(innerOf(features, cells));
            FieldTile tile{cells, 6 * m_waves.count, interleavedValues(faithful)};
            if (wide > 0) {
                const at::Tensor around =
                    tensorOf(parent, expanded(cells, Reach::detailRoom)).narrow(1, 0, InputPlanes::picture).to(deviceOf(precision));
                tile.detail = interleavedValues(network.detailMap(features, around, borderOf(inputs, {expanded(cells, wide)}),
                                                                  typeOf(precision), [&] { throwWhen(stop); }));
            }
            return tile;
        });
    }

    SuperpixelTile superpixelsOf(const PlacedImage& parent, Rect rect, int cell) const override {
        return guarded(m_running, [&] { return superpixelTile(parent, rect, cell); });
    }

    Borrowing borrowedBy(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                         const StepInputs& inputs) const override {
        const auto* memory = dynamic_cast<const TokenSource*>(inputs.memory.get());
        if (!memory) {
            throw std::invalid_argument("Network: nothing is remembered");
        }
        return guarded(m_running, [&] { return borrowed(parent, cells, precision, stop, inputs, *memory); });
    }

private:
    static void throwWhen(const StopCheck& stop) {
        if (stop && stop()) {
            throw Cancelled();
        }
    }

    /// Of tensors that are the parts `read` of the parent.
    static FieldNetwork::Border borderOf(const StepInputs& inputs, const std::vector<Rect>& read) {
        std::vector<Rect> pictures;
        for (const Rect& part : read) {
            pictures.push_back(translated(rectOf(inputs.picture), -part.left, -part.top));
        }
        return FieldNetwork::Border::shrink(inputs.picture.isEmpty() ? std::vector<Rect>() : pictures);
    }

    /// The middle of `planes` that has the size of `cells`.
    static at::Tensor innerOf(const at::Tensor& planes, Rect cells) {
        const std::int64_t margin = (planes.size(2) - cells.height()) / 2;
        return planes.narrow(2, margin, cells.height()).narrow(3, margin, cells.width());
    }

    /// The trunk's features of `cells`.
    at::Tensor featuresAround(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                              const StepInputs& inputs) const {
        const FieldNetwork& network = networkFor(precision);
        const Rect read = expanded(cells, Reach::ofTrunk(architecture()));
        const auto checkpoint = [&] { throwWhen(stop); };
        FieldNetwork::Middle middle =
            network.middle(planesOf(parent, read, inputs).to(deviceOf(precision)), borderOf(inputs, {read}), typeOf(precision), checkpoint);
        if (const auto* memory = dynamic_cast<const TokenSource*>(inputs.memory.get())) {
            const int lost = network.reachOfMiddle();
            middle = network.remembering(middle, memory->tokens(deviceOf(precision)), typeOf(precision), read.left + lost, read.top + lost);
        }
        return innerOf(network.features(middle, typeOf(precision), checkpoint), cells);
    }

    /// Call it guarded.
    const FieldNetwork& networkFor(Precision precision) const {
        if (precision == Precision::cuda && !m_onCuda) {
            beExactOnCuda();
            m_onCuda = m_network.on(deviceOf(precision));
        }
        return precision == Precision::cuda ? *m_onCuda : precision == Precision::bfloat16 ? m_fast : m_network;
    }

    /// Nine planes of `rect`, of a picture that covers it and what the superpixel network reads around.
    std::vector<float> superpixelLogits(const PlacedImage& picture, Rect rect) const {
        const Rect read = expanded(rect, Reach::superpixelNetwork);
        const at::Tensor logits =
            m_network.superpixels.logits(tensorOf(picture, read), phaseOf(read.left, superpixelCell), phaseOf(read.top, superpixelCell))
                .contiguous();
        return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
    }

    SuperpixelTile superpixelTile(const PlacedImage& parent, Rect rect, int cell = superpixelCell) const {
        const int factor = cell / superpixelCell;
        if (architecture().superpixels == 0 || (factor != 1 && factor != 2 && factor != 4) || cell % superpixelCell != 0 ||
            !contains(parent.rect(), expanded(rect, Reach::ofSuperpixels(cell)))) {
            throw std::invalid_argument("Network: no such superpixels, or the parent does not cover what they read");
        }
        const Rect labelled = expanded(rect, 3 * cell - 1);
        if (factor == 1) {
            const SuperpixelLabels labels = mostLikelySuperpixels(superpixelLogits(parent, labelled), labelled, superpixelCell);
            return {labels, superpixelMeans(parent, labels, rect)};
        }
        const Rect blocks = blocksAround(labelled, factor);
        const PlacedImage reduced = meansOfBlocks(parent, expanded(blocks, Reach::superpixelNetwork), factor);
        const SuperpixelLabels labels = upsampledSuperpixels(superpixelLogits(reduced, blocks), blocks, superpixelCell, factor, labelled);
        return {labels, superpixelMeans(parent, labels, rect)};
    }

    at::Tensor superpixelPlanes(const PlacedImage& parent, Rect read, const at::Tensor& picture, const StepInputs& inputs) const {
        if (!inputs.superpixels || architecture().superpixels == 0) {
            return at::zeros_like(picture);
        }
        return tensorOf({superpixelTile(parent, read).mean, read.left, read.top}, read) - picture;
    }

    /// (1, InputPlanes::count, h, w) of `read`.
    at::Tensor planesOf(const PlacedImage& parent, Rect read, const StepInputs& inputs) const {
        const int channels = parent.image.channels();
        if (!contains(parent.rect(), read) || (channels != InputPlanes::picture && channels != InputPlanes::count)) {
            throw std::invalid_argument("Network: the parent does not cover what is read, or has other planes");
        }
        const at::Tensor picture = tensorOf(parent, read);
        if (channels == InputPlanes::count) {
            return picture;
        }
        const auto plane = [&](float value) { return at::full({1, 1, read.height(), read.width()}, value); };
        const at::Tensor depth = inputs.depth ? tensorOf(*inputs.depth, read) : plane(0.0f);
        return at::cat({picture, superpixelPlanes(parent, read, picture, inputs), depth, plane(inputs.noise), plane(inputs.jpeg),
                        plane(inputs.blur), plane(inputs.enlarged)},
                       1);
    }

    /// Cells (tokens, 4 C) of windows of a photo, a fixed number of windows at a time: results of bfloat16 depend on a tensor's size.
    TokenSource tokensOf(const PlacedImage& photo, const std::vector<MemoryWindow>& windows, Precision precision, const StopCheck& stop,
                         const StepInputs& inputs) const {
        constexpr std::size_t atOnce = 8;
        const FieldNetwork& network = networkFor(precision);
        std::vector<at::Tensor> tokens;
        std::vector<Rect> places;
        for (std::size_t first = 0; first < windows.size(); first += atOnce) {
            std::vector<at::Tensor> planes;
            std::vector<Rect> parts;
            for (std::size_t i = first; i < first + atOnce; ++i) {
                parts.push_back(expanded(windows[std::min(i, windows.size() - 1)].rect, network.reachOfMiddle()));
                planes.push_back(planesAround(photo, parts.back(), inputs));
            }
            const at::Tensor read = at::cat(planes).to(deviceOf(precision));
            const at::Tensor features = network.middle(read, borderOf(inputs, parts), typeOf(precision), [&] { throwWhen(stop); }).x.sum;
            const at::Tensor cells = TokenAttention::cellsOf(features);
            for (std::size_t i = first; i < std::min(first + atOnce, windows.size()); ++i) {
                appendTokens(windows[i], cells[static_cast<std::int64_t>(i - first)], tokens, places);
            }
        }
        return {network.attention.remember(at::cat(tokens).unsqueeze(0)), std::move(places)};
    }

    /// The input planes of `read`, which may reach past the photo.
    at::Tensor planesAround(const PlacedImage& photo, Rect read, const StepInputs& inputs) const {
        const PlacedImage around = coveringByBorder(photo, expanded(read, Reach::superpixels));
        StepInputs atWindow = inputs;
        const PlacedImage depth = inputs.depth ? coveringByBorder(*inputs.depth, read) : PlacedImage();
        atWindow.depth = inputs.depth ? &depth : nullptr;
        return planesOf(around, read, atWindow);
    }

    static void appendTokens(const MemoryWindow& window, const at::Tensor& cells, std::vector<at::Tensor>& tokens,
                             std::vector<Rect>& places) {
        constexpr int across = memoryWindowEdge / memoryCell;
        const std::vector<std::int64_t> chosen(window.cells.begin(), window.cells.end());
        tokens.push_back(cells.index_select(0, at::tensor(chosen, at::kLong).to(cells.device())));
        for (const int cell : window.cells) {
            places.push_back(rectAt(window.rect.left + cell % across * memoryCell, window.rect.top + cell / across * memoryCell,
                                    {memoryCell, memoryCell}));
        }
    }

    Borrowing borrowed(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop, const StepInputs& inputs,
                       const TokenSource& memory) const {
        const FieldNetwork& network = networkFor(precision);
        const auto below = [](int place) { return (place - phaseOf(place, memoryCell)) / memoryCell; };
        const Rect whole{below(cells.left), below(cells.top), below(cells.right + memoryCell - 1), below(cells.bottom + memoryCell - 1)};
        const Rect pixels{whole.left * memoryCell, whole.top * memoryCell, whole.right * memoryCell, whole.bottom * memoryCell};
        const Rect read = expanded(pixels, network.reachOfMiddle());
        const at::Tensor planes = planesOf(parent, read, inputs).to(deviceOf(precision));
        const FieldNetwork::Middle middle = network.middle(planes, borderOf(inputs, {read}), typeOf(precision), [&] { throwWhen(stop); });
        middle.border.completeCells(middle.x.sum); // as the step does
        const at::Tensor weights = network.attention.weights(TokenAttention::cellsOf(middle.x.sum), memory.tokens(deviceOf(precision)));
        const auto [weight, token] = weights.to(at::kCPU).max(-1);
        Borrowing result{whole, {}, {}};
        const auto empty = static_cast<std::int64_t>(memory.places().size());
        for (std::int64_t i = 0; i < token.numel(); ++i) {
            const std::int64_t index = token[0][i].item<std::int64_t>();
            result.token.push_back(index == empty ? -1 : static_cast<int>(index));
            result.weight.push_back(weight[0][i].item<float>());
        }
        return result;
    }

    FieldNetwork m_network;
    FieldNetwork m_fast; ///< For bfloat16.
    mutable std::optional<FieldNetwork> m_onCuda;
    FieldWaves m_waves;
    std::string m_checksum;
    std::string m_record;
    std::int64_t m_parameters = 0;
    mutable std::mutex m_running;
};

} // namespace

bool hasFastBfloat16() {
    static const bool fast = (hasAmx() || hasAvx512Bf16()) && convolvesInBfloat16();
    return fast;
}

std::optional<Precision> precisionNamed(const std::string& name) {
    return name == "bf16"   ? std::optional(Precision::bfloat16)
           : name == "fp32" ? std::optional(Precision::float32)
           : name == "cuda" ? std::optional(Precision::cuda)
                            : std::nullopt;
}

bool hasCuda() {
    static const bool has = at::hasCUDA();
    return has;
}

Precision resolved(Precision wanted) {
    if (wanted == Precision::cuda && !hasCuda()) {
        throw Error("There is no CUDA device, or this program was built with a LibTorch without CUDA. Compute on the processor "
                    "(--precision auto), or build with a LibTorch that has CUDA.");
    }
    if (wanted == Precision::bfloat16 && !hasFastBfloat16()) {
        throw Error("This CPU cannot compute in bfloat16 (it needs AMX or AVX512-BF16). Use --precision auto or fp32.");
    }
    if (wanted == Precision::automatic) {
        return hasFastBfloat16() ? Precision::bfloat16 : Precision::float32;
    }
    return wanted;
}

void setComputeThreads(int threads) {
    at::set_num_threads(threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    ++threadChanges;
}

int computeThreads() {
    return at::get_num_threads();
}

void inParallel(int count, const std::function<void(int first, int last)>& work) {
    useComputeThreads();
    at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) { work(static_cast<int>(first), static_cast<int>(last)); });
}

std::shared_ptr<const Network> Network::load(const std::filesystem::path& path) {
    const TensorFile file = readTensorFile(path);
    const auto record = file.metadata.find("training");
    return std::make_shared<TorchNetwork>(networkOf(file, path.string()), file.checksum,
                                          record == file.metadata.end() ? "" : record->second);
}

std::shared_ptr<const Network> Network::untrained(const Architecture& architecture, std::uint64_t seed) {
    const std::string name = "untrained-" + std::to_string(seed);
    return std::make_shared<TorchNetwork>(FieldNetwork::initialised(architecture, seed), sha256(std::as_bytes(std::span(name))), name);
}

std::string numericProfile(Precision precision) {
    const std::string computer = precision == Precision::cuda ? "cuda fp32 " + cudaDevice()
                                                              : (precision == Precision::bfloat16 ? "bf16, " : "fp32, ") + instructionSet();
    return computer + ", libtorch " + TORCH_VERSION + ", method " + std::to_string(methodVersion);
}

double secondsOfBareConvolution(int width, int edge, Precision precision, int repeats) {
    const c10::InferenceMode inference;
    const at::ScalarType type = typeOf(precision);
    const at::Tensor x = at::rand({1, width, edge, edge}).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor w = at::rand({width, width, 3, 3}).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    double best = 1e9;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        at::mkldnn_convolution(x, w, {}, {0, 0}, {1, 1}, {1, 1}, 1);
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

} // namespace casr
