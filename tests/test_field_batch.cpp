#undef slots
#include "core/train/field_batch.h"
#include "core/train/patterns.h"
#include "tests/support.h"

#include <QtTest>

#include <set>

using namespace casr;

namespace {

Batch wholeBatch(std::uint64_t iteration) {
    CropFile crops{64, {}, {}};
    appendPatterns(crops, 3, 1);
    SampleOptions options{2, 16, 1};
    options.whole = 1.0;
    return makeBatch(crops, options, iteration);
}

} // namespace

class TestFieldBatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theWholeFieldIsThatOfItsSamples() {
        const FieldNetwork network = FieldNetwork::initialised({16, 1, 16}, 1);
        std::set<int> seen;
        for (std::uint64_t iteration = 0; iteration < 12; ++iteration) {
            Batch batch = wholeBatch(iteration);
            seen.insert(batch.whole);
            const FieldBatch tensors(network, batch, at::kCPU, 0);
            at::manual_seed(static_cast<std::uint64_t>(iteration));
            const at::Tensor coefficients = at::randn({2, 3 * 2 * 16, 16, 16});
            const at::Tensor expected = picturesOf(fieldAt(network, coefficients, tensors), 2);
            const at::Tensor whole = wholeField(network, coefficients, batch.whole);
            QVERIFY(whole.sizes() == expected.sizes() && expected.abs().max().item<double>() > 0.5);
            QVERIFY((whole - expected).abs().max().item<double>() < 1e-4);
        }
        QCOMPARE(seen.size(), std::size_t{3});
    }

    void parentsAreProjectedBackToAsAStepDoes() {
        const FieldNetwork network = FieldNetwork::initialised({16, 1, 16}, 1);
        Batch batch = wholeBatch(0);
        for (int kind = 0; kind < 5; ++kind) {
            batch.enlarged[1] = kind == 1 ? 0.5f : 0.0f;
            batch.noise[1] = kind == 2 ? 0.01f : 0.0f;
            batch.jpeg[1] = kind == 3 ? 0.01f : 0.0f;
            batch.blur[1] = kind == 4 ? 0.01f : 0.0f;
            const at::Tensor shares = FieldBatch(network, batch, at::kCPU, 0).projection();
            QCOMPARE(shares.sizes(), at::IntArrayRef({2}));
            QCOMPARE(shares[0].item<float>(), 1.0f);
            QCOMPARE(shares[1].item<float>(), kind == 0 ? 1.0f : kind == 1 ? 0.96f : 0.0f);
        }
    }
};

QTEST_APPLESS_MAIN(TestFieldBatch)
#include "test_field_batch.moc"
