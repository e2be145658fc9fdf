#include "core/network/network.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/network/network_file.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
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

at::Tensor planesOf(const PlacedImage& parent, Rect read) {
    const int channels = parent.image.channels();
    if (!contains(parent.rect(), read) || (channels != InputPlanes::picture && channels != InputPlanes::count)) {
        throw std::invalid_argument("Network: the parent does not cover what is read, or has other planes");
    }
    const PlacedImage part = coveringByBorder(parent, read);
    const at::Tensor picture =
        at::from_blob(const_cast<float*>(part.image.values().data()), {1, read.height(), read.width(), channels}, at::kFloat);
    return at::constant_pad_nd(picture, {0, InputPlanes::count - channels}).permute({0, 3, 1, 2});
}

std::vector<float> interleavedValues(const at::Tensor& planes) {
    const at::Tensor plain = planes.permute({0, 2, 3, 1}).contiguous();
    const float* values = plain.data_ptr<float>();
    return {values, values + plain.numel()};
}

at::ScalarType typeOf(Precision precision) {
    return precision == Precision::bfloat16 ? at::kBFloat16 : at::kFloat;
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

    FieldTile run(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop) const override {
        const std::scoped_lock oneAtATime(m_running);
        const c10::InferenceMode inference;
        at::init_num_threads(); // OpenMP keeps the number for each calling thread
        const at::ScalarType type = typeOf(precision);
        const auto checkpoint = [&] {
            if (stop && stop()) {
                throw Cancelled();
            }
        };
        try {
            const at::Tensor planes = planesOf(parent, expanded(cells, Reach::ofTrunk(architecture())));
            const FieldNetwork& network = precision == Precision::bfloat16 ? m_fast : m_network;
            const at::Tensor features = network.features(planes, FieldNetwork::Border::shrink, type, checkpoint);
            return {cells, 6 * m_waves.count, interleavedValues(m_network.coefficients(features))};
        } catch (const c10::Error& error) {
            fail(error.what_without_backtrace());
        } catch (const std::bad_alloc& error) {
            failForMemory(error.what());
        }
    }

private:
    FieldNetwork m_network;
    FieldNetwork m_fast; ///< For bfloat16.
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

Precision resolved(Precision wanted) {
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
}

int computeThreads() {
    return at::get_num_threads();
}

void inParallel(int count, const std::function<void(int first, int last)>& work) {
    at::init_num_threads(); // OpenMP keeps the number for each calling thread
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
    return std::make_shared<TorchNetwork>(FieldNetwork::initialised(architecture, seed), name, name);
}

std::string numericProfile(Precision precision) {
    return std::string(precision == Precision::bfloat16 ? "bf16" : "fp32") + ", " + instructionSet() + ", libtorch " + TORCH_VERSION;
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
