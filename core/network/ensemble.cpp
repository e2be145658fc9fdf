#include "core/network/ensemble.h"

#include "core/image/symmetry.h"

#include <stdexcept>

namespace casr {

namespace {

/// The waves of a field behind a symmetry, seen from before it. Up to their sign they are those of one of four families: frequencies as
/// they are, or exchanged, the second one as it is, or negated.
struct WaveTurn {
    std::size_t family; ///< Bit 0: the second one is negated, bit 1: they are exchanged.
    float sign;         ///< Of all sines.

    explicit WaveTurn(Symmetry symmetry)
        : family((symmetry.flips != symmetry.mirrors ? 1u : 0u) + (symmetry.transposes ? 2u : 0u)), sign(symmetry.flips ? -1.0f : 1.0f) {}
};

FieldWaves turnedWaves(const FieldWaves& waves, int families) {
    FieldWaves result{waves.count * families, {}, waves.heat};
    for (int family = 0; family < families; ++family) {
        for (std::size_t k = 0; k < waves.frequency.size(); k += 2) {
            const float down = waves.frequency[k], right = waves.frequency[k + 1];
            const bool isExchanged = (family & 2) != 0;
            const float second = isExchanged ? down : right;
            result.frequency.push_back(isExchanged ? right : down);
            result.frequency.push_back((family & 1) != 0 ? -second : second);
        }
    }
    return result;
}

/// What every pass remembers of the photo; the places are those of the first.
class TurnedMemories : public SourceMemory {
public:
    explicit TurnedMemories(std::vector<std::shared_ptr<const SourceMemory>> passes)
        : SourceMemory(passes.front()->places()), m_passes(std::move(passes)) {}

    const std::shared_ptr<const SourceMemory>& of(std::size_t pass) const { return m_passes[pass]; }

private:
    std::vector<std::shared_ptr<const SourceMemory>> m_passes;
};

/// The mean of fields on its way.
class FieldMean {
public:
    /// Of `passes` fields of `waves` waves.
    FieldMean(Rect cells, int waves, int passes)
        : m_tile{cells, 6 * waves * waveFamilies(passes), {}}, m_waves(static_cast<std::size_t>(waves)),
          m_all(m_waves * static_cast<std::size_t>(waveFamilies(passes))), m_share(1.0f / static_cast<float>(passes)) {
        m_tile.coefficients.resize(static_cast<std::size_t>(cells.size().area()) * 6 * m_all);
    }

    /// `field` of a picture of `whole` pixels behind `symmetry`.
    void add(const FieldTile& field, Symmetry symmetry, Size whole) {
        m_tile.detail.resize(field.detail.size());
        const Rect cells = m_tile.cells;
        std::size_t cell = 0;
        for (int y = cells.top; y < cells.bottom; ++y) {
            for (int x = cells.left; x < cells.right; ++x, ++cell) {
                const Rect from = turned(rectAt(x, y, {1, 1}), symmetry, whole);
                addCell(field.of(from.left, from.top), WaveTurn(symmetry), cell);
                addDetail(field, from, cell);
            }
        }
    }

    FieldTile taken() { return std::move(m_tile); }

private:
    void addCell(const float* from, WaveTurn turn, std::size_t cell) {
        float* to = m_tile.coefficients.data() + cell * 6 * m_all + turn.family * m_waves;
        for (int colour = 0; colour < InputPlanes::picture; ++colour, from += 2 * m_waves, to += 2 * m_all) {
            for (std::size_t k = 0; k < m_waves; ++k) {
                to[k] += m_share * from[k];
                to[m_all + k] += m_share * turn.sign * from[m_waves + k];
            }
        }
    }
    void addDetail(const FieldTile& field, Rect from, std::size_t cell) {
        constexpr std::size_t values = DetailMap::values;
        if (!field.hasDetail()) {
            return;
        }
        const std::size_t source =
            static_cast<std::size_t>(from.top - field.cells.top) * field.cells.width() + (from.left - field.cells.left);
        for (std::size_t i = 0; i < values; ++i) {
            m_tile.detail[cell * values + i] += m_share * field.detail[source * values + i];
        }
    }

    FieldTile m_tile;
    std::size_t m_waves, m_all;
    float m_share;
};

class Ensemble : public Network {
public:
    Ensemble(std::shared_ptr<const Network> network, int passes)
        : m_network(std::move(network)), m_passes(passes), m_waves(turnedWaves(m_network->waves(), waveFamilies(passes))) {}

    const Architecture& architecture() const override { return m_network->architecture(); }
    const FieldWaves& waves() const override { return m_waves; }
    const std::string& checksum() const override { return m_network->checksum(); }
    const std::string& record() const override { return m_network->record(); }
    std::int64_t parameterCount() const override { return m_network->parameterCount(); }

    std::shared_ptr<const SourceMemory> remember(const Image& photo, Precision precision, const StopCheck& stop,
                                                 const StepInputs& inputs) const override {
        std::vector<std::shared_ptr<const SourceMemory>> memories;
        for (std::size_t pass = 0; pass < passes(); ++pass) {
            const Inputs turnedInputs(inputs, pass, photo.size());
            const PlacedImage turnedPhoto = turned(PlacedImage{photo, 0, 0}, symmetries[pass], photo.size());
            memories.push_back(m_network->remember(turnedPhoto.image, precision, stop, turnedInputs.inputs));
            if (!memories.back()) {
                return nullptr;
            }
        }
        return std::make_shared<TurnedMemories>(std::move(memories));
    }

    FieldTile run(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                  const StepInputs& inputs) const override {
        FieldMean mean(cells, m_network->waves().count, m_passes);
        const Size whole = inputs.picture;
        for (std::size_t pass = 0; pass < passes(); ++pass) {
            const Inputs turnedInputs(inputs, pass, whole);
            const Symmetry symmetry = symmetries[pass];
            mean.add(m_network->run(turned(parent, symmetry, whole), turned(cells, symmetry, whole), precision, stop, turnedInputs.inputs),
                     symmetry, whole);
        }
        return mean.taken();
    }

    SuperpixelTile superpixelsOf(const PlacedImage& parent, Rect rect, int cell) const override {
        return m_network->superpixelsOf(parent, rect, cell);
    }

    Borrowing borrowedBy(const PlacedImage& parent, Rect cells, Precision precision, const StopCheck& stop,
                         const StepInputs& inputs) const override {
        return m_network->borrowedBy(parent, cells, precision, stop, Inputs(inputs, 0, inputs.picture).inputs);
    }

private:
    /// What a pass knows; the depth that it points to is its own.
    struct Inputs {
        StepInputs inputs;
        PlacedImage depth;

        Inputs(const StepInputs& all, std::size_t pass, Size whole) : inputs(all) {
            inputs.picture = turned(all.picture, symmetries[pass]);
            if (all.depth) {
                depth = turned(*all.depth, symmetries[pass], whole);
                inputs.depth = &depth;
            }
            if (const auto* memories = dynamic_cast<const TurnedMemories*>(all.memory.get())) {
                inputs.memory = memories->of(pass);
            }
        }
        Inputs(const Inputs&) = delete;
        Inputs& operator=(const Inputs&) = delete;
    };

    std::size_t passes() const { return static_cast<std::size_t>(m_passes); }

    std::shared_ptr<const Network> m_network;
    int m_passes;
    FieldWaves m_waves;
};

} // namespace

std::shared_ptr<const Network> ensembleOf(std::shared_ptr<const Network> network, int passes) {
    if (!areGroup(passes)) {
        throw std::invalid_argument("ensembleOf: no such number of passes");
    }
    return passes == 1 ? network : std::make_shared<Ensemble>(std::move(network), passes);
}

} // namespace casr
