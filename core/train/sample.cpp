#include "core/train/sample.h"

#include "core/base/random.h"
#include "core/image/degrade.h"
#include "core/image/resample.h"
#include "core/network/architecture.h"

#include <array>
#include <cmath>
#include <numeric>

namespace casr {

namespace {

struct Placement {
    int crop = 0;
    int left = 0;
    int top = 0;
    int edge = 0;
    int symmetry = 0; ///< 0 .. 7: bit 0 mirrors, bit 1 flips, bit 2 transposes.
};

/// A high-resolution side that `patch` pixels become, by a factor of `smallest` up to maxStepScale.
int drawEdge(const CropFile& crops, int patch, double smallest, HashRandom& random) {
    const int largest = std::min(static_cast<int>(maxStepScale) * patch, crops.edge);
    const int least = static_cast<int>(smallest * patch);
    return least + random.below(largest - least + 1);
}

Placement drawPlacement(const CropFile& crops, int crop, int edge, HashRandom& random) {
    Placement place;
    place.crop = crop;
    place.edge = edge;
    place.left = random.below(crops.edge - place.edge + 1);
    place.top = random.below(crops.edge - place.edge + 1);
    place.symmetry = random.below(8);
    return place;
}

Image truthAt(const CropFile& crops, const Placement& place) {
    const std::uint8_t* pixels = crops.crop(place.crop);
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(place.edge) * place.edge * 3);
    for (int y = 0; y < place.edge; ++y) {
        for (int x = 0; x < place.edge; ++x) {
            int column = place.symmetry & 1 ? place.edge - 1 - x : x;
            int row = place.symmetry & 2 ? place.edge - 1 - y : y;
            if (place.symmetry & 4) {
                std::swap(column, row);
            }
            const std::uint8_t* pixel = pixels + 3 * (static_cast<std::size_t>(place.top + row) * crops.edge + place.left + column);
            values.insert(values.end(), {pixel[0] / 255.0f, pixel[1] / 255.0f, pixel[2] / 255.0f});
        }
    }
    return Image({place.edge, place.edge}, 3, std::move(values));
}

constexpr double softest = 2.0;
constexpr double sharpest = 0.5;

/// What a batch has of its own beside what was asked for.
struct BatchOptions : SampleOptions {
    double reduction = 0; ///< Of all its truths; 0: every one has its own.
};

/// Pixels a side of what becomes `edge` pixels: by chance fewer, enlarged, or more, reduced, as far as the crops hold them.
int drawOwnEdge(const CropFile& crops, int edge, const BatchOptions& options, HashRandom& random) {
    if (options.reduction > 0.0) {
        return std::min(crops.edge, static_cast<int>(std::lround(edge * options.reduction)));
    }
    const double kind = options.soft + options.sharp > 0.0 ? random.uniform() : 1.0;
    if (kind < options.soft) {
        return static_cast<int>(std::lround(edge / random.uniform(1.0, softest)));
    }
    if (kind < options.soft + options.sharp) {
        return std::min(crops.edge, static_cast<int>(std::lround(edge / random.uniform(sharpest, 1.0))));
    }
    return edge;
}

/// `edge` pixels a side from somewhere in a crop.
Image drawTruth(const CropFile& crops, int crop, int edge, const BatchOptions& options, HashRandom& random) {
    const int own = drawOwnEdge(crops, edge, options, random);
    const Image truth = truthAt(crops, drawPlacement(crops, crop, own, random));
    return own == edge ? truth : resizedTo8Bit(truth, {edge, edge});
}

/// Where an output sample falls on the parent's axis.
struct Position {
    int cell = 0;
    float offset = 0;
    Taps taps;
};

std::vector<Position> positionsOf(int parentEdge, int edge) {
    std::vector<Position> positions;
    for (int i = 0; i < edge; ++i) {
        const double source = (i + 0.5) * parentEdge / edge - 0.5;
        const int cell = std::clamp(static_cast<int>(std::floor(source + 0.5)), 0, parentEdge - 1);
        positions.push_back({cell, static_cast<float>(source - cell), tapsOf(i, parentEdge, edge, Kernel::bicubic)});
    }
    return positions;
}

float bicubicAt(const Image& low, const Position& row, const Position& column, int channel) {
    double sum = 0.0;
    for (std::size_t i = 0; i < row.taps.weights.size(); ++i) {
        const int y = std::clamp(row.taps.first + static_cast<int>(i), 0, low.height() - 1);
        for (std::size_t j = 0; j < column.taps.weights.size(); ++j) {
            const int x = std::clamp(column.taps.first + static_cast<int>(j), 0, low.width() - 1);
            sum += row.taps.weights[i] * column.taps.weights[j] * low.at(x, y, channel);
        }
    }
    return static_cast<float>(sum);
}

/// Appends samples of one truth picture to a batch.
class Appender {
public:
    Appender(Batch& batch, const Image& truth, const Image& low)
        : m_batch(batch), m_truth(truth), m_low(low), m_positions(positionsOf(batch.patch, truth.width())),
          m_firstCell(batch.count * std::int64_t{batch.patch} * batch.patch) {
        batch.low.insert(batch.low.end(), m_low.values().begin(), m_low.values().end());
        ++batch.count;
    }

    void add(int x, int y) {
        addPlace(x, y);
        for (int channel = 0; channel < 3; ++channel) {
            m_batch.base.push_back(
                bicubicAt(m_low, m_positions[static_cast<std::size_t>(y)], m_positions[static_cast<std::size_t>(x)], channel));
            m_batch.target.push_back(m_truth.at(x, y, channel));
        }
    }

    /// Every pixel, in rows.
    void addAll() {
        for (int y = 0; y < m_truth.height(); ++y) {
            for (int x = 0; x < m_truth.width(); ++x) {
                addPlace(x, y);
            }
        }
        const Image base = resized(m_low, m_truth.size());
        m_batch.base.insert(m_batch.base.end(), base.values().begin(), base.values().end());
        m_batch.target.insert(m_batch.target.end(), m_truth.values().begin(), m_truth.values().end());
    }

private:
    void addPlace(int x, int y) {
        const Position& row = m_positions[static_cast<std::size_t>(y)];
        const Position& column = m_positions[static_cast<std::size_t>(x)];
        m_batch.cells.push_back(m_firstCell + std::int64_t{row.cell} * m_batch.patch + column.cell);
        m_batch.offsets.insert(m_batch.offsets.end(), {row.offset, column.offset});
        m_batch.inverseScale.push_back(static_cast<float>(m_batch.patch) / static_cast<float>(m_truth.width()));
    }

    Batch& m_batch;
    const Image& m_truth;
    const Image& m_low;
    std::vector<Position> m_positions;
    std::int64_t m_firstCell;
};

/// Crop `first`, then the others of its photo.
std::vector<int> cropsBeside(const CropFile& crops, int first) {
    std::vector<int> list{first};
    for (int i = 0; i < crops.count(); ++i) {
        if (i != first && crops.photos[static_cast<std::size_t>(i)] == crops.photos[static_cast<std::size_t>(first)]) {
            list.push_back(i);
        }
    }
    return list;
}

void noteDegradation(Batch& batch, Degradation amount) {
    batch.noise.push_back(static_cast<float>(amount.noise));
    batch.jpeg.push_back(static_cast<float>(amount.jpeg));
    batch.blur.push_back(static_cast<float>(amount.blur));
}

/// Noise, JPEG or both; small amounts are as frequent as large ones.
Degradation drawTraces(HashRandom& random) {
    const int kind = random.below(3);
    return {kind == 1 ? 0.0 : random.uniform(), kind == 0 ? 0.0 : random.uniform()};
}

/// A third blurred, a third with noise or JPEG or both, a third all of it; what is blurred has less of those, as photos do.
Degradation drawDegradation(HashRandom& random) {
    const int kind = random.below(3);
    Degradation amount = kind == 0 ? Degradation() : drawTraces(random);
    if (kind != 1) {
        amount = {amount.noise * amount.noise, amount.jpeg * amount.jpeg, random.uniform()};
    }
    return amount;
}

/// What is found in photos and often left there.
constexpr double mostWorn = 0.6;

Degradation drawWear(HashRandom& random) {
    const Degradation amount = drawTraces(random);
    return {mostWorn * amount.noise * amount.noise, mostWorn * amount.jpeg};
}

constexpr double smallestDenseStep = 1.5;
constexpr int smallestWhole = 2;
constexpr int mostWholes = 3;
constexpr double smallestEarlierStep = 1.5;

/// A patch of `batch.patch` pixels that truly has `edge` pixels, somewhere in the middle of the largest part of the crop that holds whole
/// pixels of both. Returns the patch's truth.
Image appendAncestor(Batch& batch, const CropFile& crops, int crop, int edge, const BatchOptions& options, HashRandom& random) {
    const int times = crops.edge / edge, parts = std::gcd(batch.patch, edge), room = (times - 1) * parts;
    const auto place = [&] { return (room + 1) / 4 + random.below(room - 2 * ((room + 1) / 4) + 1); };
    const int column = place(), row = place();
    const Image around = drawTruth(crops, crop, times * edge, options, random);
    const int enlarged = times * batch.patch;
    const double cells = enlarged / random.uniform(smallestEarlierStep, maxStepScale) / memoryCell;
    const int small = memoryCell * static_cast<int>(std::lround(cells));
    Image photo = resizedTo8Bit(around, {small, small});
    if (options.worn > 0.0 && random.uniform() < options.worn) {
        photo = degraded(photo, drawWear(random), random);
    }
    batch.enlarged.push_back(enlargementOf(static_cast<double>(enlarged) / small));
    batch.ancestors.push_back({batch.count, photo, enlarged, column * (batch.patch / parts), row * (batch.patch / parts)});
    return cropped(around, rectAt(column * (edge / parts), row * (edge / parts), {edge, edge}));
}

/// A patch of a photo, whose truth has `edge` pixels. Returns the truth.
Image appendPhoto(Batch& batch, const CropFile& crops, int crop, int edge, const BatchOptions& options, HashRandom& random) {
    batch.enlarged.push_back(enlargementOf(1.0));
    return drawTruth(crops, crop, edge, options, random);
}

void appendPatch(Batch& batch, const CropFile& crops, int crop, int edge, const BatchOptions& options, HashRandom& random) {
    const double kind = random.uniform();
    const bool isUnrolled = kind < options.unrolled;
    const bool isDegraded = !isUnrolled && (kind - options.unrolled) < options.degraded * (1.0 - options.unrolled);
    const Degradation amount = isDegraded ? drawDegradation(random) : Degradation{};
    const Image truth =
        isUnrolled ? appendAncestor(batch, crops, crop, edge, options, random) : appendPhoto(batch, crops, crop, edge, options, random);
    const Image clean = resizedTo8Bit(truth, {batch.patch, batch.patch});
    const Image low = isDegraded ? degraded(clean, amount, random) : clean;
    noteDegradation(batch, amount);
    Appender appender(batch, truth, low);
    if (options.dense) {
        appender.addAll();
        return;
    }
    for (int point = 0; point < batch.points; ++point) {
        const int x = random.below(truth.width());
        appender.add(x, random.below(truth.height()));
    }
}

/// The four bicubic weights around offset -1/2 .. 1/2 from the second or third of five neighbours -2 .. 2.
std::array<double, 5> weightsAround(double offset) {
    std::array<double, 5> weights{};
    for (int i = -2; i <= 2; ++i) {
        weights[static_cast<std::size_t>(i + 2)] = cubicKernel(offset - i);
    }
    return weights;
}

/// Bicubic interpolation at an offset (down, right) from a cell, the border repeated.
std::array<float, 3> bicubicAt(const Image& low, int column, int row, const float* offset) {
    const std::array<double, 5> down = weightsAround(offset[0]), across = weightsAround(offset[1]);
    std::array<double, 3> sum{};
    for (std::size_t i = 0; i < 5; ++i) {
        const float* line = low.row(std::clamp(row + static_cast<int>(i) - 2, 0, low.height() - 1));
        for (std::size_t j = 0; j < 5; ++j) {
            const int x = std::clamp(column + static_cast<int>(j) - 2, 0, low.width() - 1);
            for (std::size_t channel = 0; channel < 3; ++channel) {
                sum[channel] += down[i] * across[j] * line[3 * x + static_cast<int>(channel)];
            }
        }
    }
    return {static_cast<float>(sum[0]), static_cast<float>(sum[1]), static_cast<float>(sum[2])};
}

} // namespace

void Batch::replaceLow(int index, const Image& image) {
    const std::size_t pixels = static_cast<std::size_t>(patch) * patch, first = static_cast<std::size_t>(index) * points;
    std::copy(image.values().begin(), image.values().end(), low.begin() + static_cast<std::ptrdiff_t>(3 * pixels * index));
    for (std::size_t i = first; i < first + points; ++i) {
        const auto cell = static_cast<int>(cells[i] - static_cast<std::int64_t>(pixels) * index);
        const std::array<float, 3> value = bicubicAt(image, cell % patch, cell / patch, &offsets[2 * i]);
        std::copy(value.begin(), value.end(), base.begin() + static_cast<std::ptrdiff_t>(3 * i));
    }
}

namespace {

/// By chance reduces the truths of a batch at a whole scale, whose patches get as small as the crops then need.
void drawReduction(const CropFile& crops, int scale, BatchOptions& options, HashRandom& random) {
    if (random.uniform() < options.sharp) {
        options.reduction = random.uniform(1.0, 1.0 / sharpest);
        options.patch = std::min(options.patch, static_cast<int>(crops.edge / (scale * options.reduction)) / memoryCell * memoryCell);
    }
    options.sharp = 0.0;
}

/// By chance makes a batch dense, and at a whole scale.
void drawKind(const CropFile& crops, Batch& batch, BatchOptions& options, HashRandom& random) {
    const double kind = options.whole + options.real > 0.0 ? random.uniform() : 1.0;
    if (kind < options.whole) {
        batch.whole = smallestWhole + random.below(std::min(mostWholes, crops.edge / options.patch - 1));
        drawReduction(crops, batch.whole, options, random);
    }
    if (kind < options.whole + options.real) {
        options.dense = true;
    }
    batch.dense = options.dense;
}

/// The edge of the high-resolution side that all patches of a batch have, or 0.
int drawSharedEdge(const CropFile& crops, const SampleOptions& options, int whole, HashRandom& random) {
    if (whole > 0) {
        return whole * options.patch;
    }
    return options.dense ? drawEdge(crops, options.patch, smallestDenseStep, random) : 0;
}

} // namespace

Batch makeBatch(const CropFile& crops, const SampleOptions& asked, std::uint64_t iteration) {
    HashRandom ofBatch(asked.seed, iteration * 4096 + 4095);
    BatchOptions options{asked};
    Batch batch;
    drawKind(crops, batch, options, ofBatch);
    batch.patch = options.patch;
    batch.group = options.group;
    const int shared = drawSharedEdge(crops, options, batch.whole, ofBatch);
    batch.points = shared > 0 ? shared * shared : options.patch * options.patch;
    std::vector<int> photo;
    for (int i = 0; i < options.batch; ++i) {
        HashRandom random(options.seed, iteration * 4096 + static_cast<std::uint64_t>(i));
        if (i % options.group == 0) {
            photo = cropsBeside(crops, random.below(crops.count()));
        }
        const int crop = photo[static_cast<std::size_t>(i % options.group == 0 ? 0 : random.below(static_cast<int>(photo.size())))];
        const int edge = shared > 0 ? shared : drawEdge(crops, options.patch, 1.0, random);
        appendPatch(batch, crops, crop, edge, options, random);
    }
    return batch;
}

Batch makeValidation(const CropFile& crops, int index, int scale, int earlier) {
    const int small = crops.edge / (scale * earlier) / memoryCell * memoryCell, patch = small * earlier, edge = patch * scale;
    Batch batch;
    batch.patch = patch;
    batch.dense = true;
    batch.whole = scale;
    batch.points = edge * edge;
    const Image truth = truthAt(crops, {index, 0, 0, edge, 0});
    const Image low = resizedTo8Bit(truth, {patch, patch});
    Appender appender(batch, truth, low);
    noteDegradation(batch, {});
    batch.enlarged.push_back(enlargementOf(earlier));
    if (earlier > 1) {
        batch.ancestors.push_back({0, resizedTo8Bit(truth, {small, small}), patch, 0, 0});
    }
    appender.addAll();
    return batch;
}

} // namespace casr
