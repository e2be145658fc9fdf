#undef slots
#include "core/network/field_network.h"
#include "core/network/network_file.h"
#include "tests/network_support.h"

#include <QtTest>

using namespace casr;

namespace {

using Border = FieldNetwork::Border;

constexpr Architecture full{16, 2, 16, 16, 0, 1, 32};

FieldNetwork strongField(const Architecture& architecture) {
    return networkOf(strongWeights(architecture, 3), "a test");
}

/// Input planes of a whole picture, and the same in the middle of other values, `margin` around.
struct Planes {
    at::Tensor whole;
    at::Tensor around;

    Planes(std::int64_t width, std::int64_t height, int margin) {
        at::manual_seed(7);
        whole = at::rand({1, InputPlanes::count, height, width});
        around = at::rand({1, InputPlanes::count, height + 2 * margin, width + 2 * margin});
        around.narrow(2, margin, height).narrow(3, margin, width).copy_(whole);
    }
};

TokenMemory memoryOf(const FieldNetwork& network) {
    at::manual_seed(11);
    return network.attention.remember(at::rand({1, 40, 4 * network.architecture.channels}));
}

at::Tensor featuresOf(const FieldNetwork& network, const at::Tensor& planes, const Border& border, int left, int top) {
    const auto middle = network.middle(planes, border, at::kFloat);
    return network.features(network.remembering(middle, memoryOf(network), at::kFloat, left, top), at::kFloat);
}

double farthest(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

} // namespace

/// The network learns on patches with zeros around them; a photo's own border has to look the same.
class TestBorder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aTileAtThePhotosBorderIsWhatZeroPaddingGives() {
        const c10::InferenceMode inference;
        const FieldNetwork network = strongField(full);
        const int margin = Reach::ofTrunk(full), start = network.reachOfMiddle() - margin;
        const Planes planes(24, 18, margin);
        const at::Tensor padded = featuresOf(network, planes.whole, Border::zero(), 0, 0);
        const Border border = Border::shrink({{margin, margin, margin + 24, margin + 18}});
        const at::Tensor tile = featuresOf(network, planes.around, border, start, start);
        QVERIFY(tile.sizes() == padded.sizes());
        QVERIFY2(farthest(tile, padded) < 1e-4 * padded.abs().max().item<double>(), qPrintable(QString::number(farthest(tile, padded))));
        const at::Tensor endless = featuresOf(network, planes.around, Border::shrink(), start, start);
        QVERIFY(farthest(endless, padded) > 0.01 * padded.abs().max().item<double>());
    }

    void theDetailTooIsWhatZeroPaddingGives() {
        const c10::InferenceMode inference;
        const FieldNetwork network = strongField(full);
        const int lost = Reach::ofDetail(full), room = Reach::detailRoom;
        at::manual_seed(5);
        const at::Tensor features = at::rand({1, 16, 9, 13}), parents = at::rand({1, 3, 9 + 2 * room, 13 + 2 * room});
        const at::Tensor padded = network.detailMap(features, parents, Border::zero(), at::kFloat);
        const at::Tensor around = at::constant_pad_nd(features, {lost, lost, lost, lost});
        const Border border = Border::shrink({{lost, lost, lost + 13, lost + 9}});
        QVERIFY(farthest(network.detailMap(around, parents, border, at::kFloat), padded) < 1e-4);
        QVERIFY(farthest(network.detailMap(around, parents, Border::shrink(), at::kFloat), padded) > 1e-3);
    }

    void everyPartOfABatchHasItsOwnBorder() {
        const c10::InferenceMode inference;
        const FieldNetwork network = strongField(full);
        const int margin = network.reachOfMiddle();
        const Planes planes(31, 31, margin);
        const auto middleOf = [&](const at::Tensor& read, const std::vector<Rect>& pictures) {
            return network.middle(read, Border::shrink(pictures), at::kFloat).x.sum;
        };
        const auto part = [&](int left, int top) { return planes.around.narrow(2, top, 26).narrow(3, left, 26).contiguous(); };
        const Rect atCorner{margin, margin, margin + 31, margin + 31}, atEnd = translated(atCorner, -11, -9);
        const at::Tensor both = middleOf(at::cat({part(0, 0), part(11, 9)}), {atCorner, atEnd});
        QVERIFY(farthest(both.narrow(0, 0, 1), middleOf(part(0, 0), {atCorner})) == 0.0);
        QVERIFY(farthest(both.narrow(0, 1, 1), middleOf(part(11, 9), {atEnd})) == 0.0);
    }

    /// Of an odd picture the last cells of the memory are cut: their other half repeats the last pixels.
    void aCutCellIsCompleted() {
        const at::Tensor tensor = at::arange(2 * 4 * 5, at::kFloat).view({1, 2, 4, 5}).clone();
        Border::shrink({{-3, -2, 3, 3}}).completeCells(tensor);
        QVERIFY(tensor[0].select(2, 3).narrow(1, 0, 3).equal(tensor[0].select(2, 2).narrow(1, 0, 3)));
        QVERIFY(tensor[0].select(1, 3).equal(tensor[0].select(1, 2)));
        QCOMPARE(tensor[0][0][0][4].item<float>(), 4.0f);
        const at::Tensor inner = tensor.clone();
        Border::shrink({{-3, -2, 30, 30}}).completeCells(inner);
        QVERIFY(inner.equal(tensor));
    }

    void thePlanesThatWereGivenStayAsTheyAre() {
        const c10::InferenceMode inference;
        const FieldNetwork network = strongField(full);
        const Planes planes(20, 20, 9);
        const at::Tensor before = planes.around.clone();
        network.middle(planes.around, Border::shrink({{9, 9, 29, 29}}), at::kFloat);
        QVERIFY(planes.around.equal(before));
    }
};

QTEST_APPLESS_MAIN(TestBorder)
#include "test_border.moc"
