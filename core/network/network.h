#pragma once

#include "core/base/stop.h"
#include "core/image/bicubic_region.h"
#include "core/image/superpixels.h"
#include "core/network/architecture.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace casr {

/// What numbers are computed in, and where: on the processor, or in float32 on the first CUDA device.
enum class Precision { automatic, bfloat16, float32, cuda };

/// bf16, fp32 or cuda, as profiles, recipes and the command line name them.
std::optional<Precision> precisionNamed(const std::string& name);

/// True where the CPU multiplies bfloat16 fast (AMX or AVX512-BF16) and oneDNN is allowed to use it.
bool hasFastBfloat16();

/// True where LibTorch has a CUDA device.
bool hasCuda();

/// What `wanted` means on this machine: automatic is bfloat16 where that is fast, float32 elsewhere. Throws Error when bfloat16 is forced
/// where the CPU cannot, or CUDA where there is none.
Precision resolved(Precision wanted);

/// Threads that the convolutions use; call before the first network runs. 0: as many as the machine has.
void setComputeThreads(int threads);
int computeThreads();

/// Calls `work` for disjoint ranges that together are 0 .. count - 1, on the compute threads; returns when all are done. What `work`
/// throws comes out. Any thread may call it.
void inParallel(int count, const std::function<void(int first, int last)>& work);

/// The field of a rectangle of parent cells, as the network predicts it.
struct FieldTile {
    Rect cells;                 ///< Whole-picture coordinates of the parent.
    int coefficientsOfCell = 0; ///< 3 * 2K: for each colour, K amplitudes of cosines, then K of sines.
    std::vector<float> coefficients;
    /// The detail's map, DetailMap::values for a cell; empty where it was not computed.
    std::vector<float> detail{};

    bool hasDetail() const { return !detail.empty(); }
    const float* of(int x, int y) const {
        return coefficients.data() + (static_cast<std::size_t>(y - cells.top) * cells.width() + (x - cells.left)) * coefficientsOfCell;
    }
};

/// The part of the field that all cells share.
struct FieldWaves {
    int count = 0;                ///< K.
    std::vector<float> frequency; ///< 2 K: radians per parent pixel, (down, right).
    float heat = 0;               ///< kappa, parent pixels squared.
};

/// What a photo's memory is made of: the cells of the photo that its tokens stand for. Immutable, any thread.
class SourceMemory {
public:
    virtual ~SourceMemory() = default;

    /// The photo's pixels behind each token, in the order of the tokens.
    const std::vector<Rect>& places() const { return m_places; }

protected:
    explicit SourceMemory(std::vector<Rect> places) : m_places(std::move(places)) {}

private:
    std::vector<Rect> m_places;
};

/// What a step knows beside its parent's colours.
struct StepInputs {
    std::shared_ptr<const SourceMemory> memory; ///< Of this network; none: nothing is remembered.
    const PlacedImage* depth = nullptr;         ///< Relative depth, 0 .. 1, one channel, where the trunk reads; none: 0 everywhere.
    bool superpixels = true;
    float noise = 0;     ///< Amount of noise to remove, 0 .. 1.
    float jpeg = 0;      ///< Amount of JPEG artifacts to remove, 0 .. 1.
    float blur = 0;      ///< Amount of blur to remove, 0 .. 1.
    float enlarged = 0;  ///< enlargementOf() the parent.
    bool detail = false; ///< Compute the detail too, where the architecture has it.
    Size picture{};      ///< Of the whole parent: behind its border convolutions read zeros, as in training. Empty: it has no end.
};

/// Where the texture of a cell of memoryCell x memoryCell parent pixels comes from.
struct Borrowing {
    Rect cells;             ///< In such cells, counted from the whole picture's corner.
    std::vector<int> token; ///< The token with the largest weight, -1 where the empty one has it.
    std::vector<float> weight;
};

/// The superpixels of a part of a parent.
struct SuperpixelTile {
    SuperpixelLabels labels;
    Image mean; ///< RGB, of labels.rect.
};

/// A trained network, ready to run. Immutable; one inference at a time (calls from several threads wait for each other).
class Network {
public:
    /// Reads and checks a weights file. Throws Error.
    static std::shared_ptr<const Network> load(const std::filesystem::path& path);

    /// A network with fresh, untrained weights: for tests and benchmarks.
    static std::shared_ptr<const Network> untrained(const Architecture& architecture, std::uint64_t seed);

    virtual ~Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    virtual const Architecture& architecture() const = 0;
    virtual const FieldWaves& waves() const = 0;
    /// SHA-256 of the weights: the identity of the network in keys, jobs and recipes.
    virtual const std::string& checksum() const = 0;
    /// What the file says of its training.
    virtual const std::string& record() const = 0;
    virtual std::int64_t parameterCount() const = 0;

    /// What the network remembers of `photo` (RGB): nullptr when its architecture has no memory. The photo's own noise and JPEG amounts
    /// are taken from `inputs`. Throws Cancelled or Error.
    virtual std::shared_ptr<const SourceMemory> remember(const Image& photo, Precision precision, const StopCheck& stop,
                                                         const StepInputs& inputs = {}) const = 0;

    /// The field of `cells`. `parent` (RGB, or all InputPlanes) covers them and Reach::ofStep pixels around, with detail Reach::ofDetail
    /// more; the convolutions lose that margin. The tensor always has the size of `cells` plus the margin: with bfloat16 the caller must
    /// keep it the same for every tile of a level. `precision` is resolved. `stop` is polled between the trunk's blocks. Throws Cancelled,
    /// Error when memory is short, or std::invalid_argument when the parent does not cover what is read.
    virtual FieldTile run(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                          const StepInputs& inputs = {}) const = 0;

    /// The superpixels of `rect` that began in cells of `cell` pixels: superpixelCell, as a step reads them, or 2 or 4 times that, found in
    /// the parent taken down. `parent` (RGB) covers it and Reach::ofSuperpixels(cell) pixels around. Throws std::invalid_argument when it
    /// does not, for another cell, or when the architecture has none.
    virtual SuperpixelTile superpixelsOf(const PlacedImage& parent, Rect rect, int cell) const = 0;

    /// What the cells of `cells` (parent pixels) look at in inputs.memory; `parent` as for run. Throws as run, and
    /// std::invalid_argument without a memory.
    virtual Borrowing borrowedBy(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                                 const StepInputs& inputs) const = 0;

protected:
    Network() = default;
};

/// Precision, instruction set or device, library and method versions: results of equal profiles agree bit by bit, others may differ in the
/// last bits. `precision` is resolved. It begins with bf16, fp32 or cuda.
std::string numericProfile(Precision precision);

/// Seconds of one bare 3x3 convolution `width` -> `width` channels over `edge` x `edge` pixels, best of `repeats`: the yardstick
/// of the benchmark.
double secondsOfBareConvolution(int width, int edge, Precision precision, int repeats);

} // namespace casr
