#include "core/train/weight_mean.h"
#include "tests/support.h"

#include <QtTest>

using namespace casr;

namespace {

TensorFile weights(std::vector<float> values, const std::string& record) {
    return {{{"architecture", "small"}, {"training", record}}, {{"trunk.weight", {2, 1}, std::move(values)}, {"bias", {1}, {1}}}, {}};
}

} // namespace

class TestWeightMean : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyValueLiesBetweenThoseOfTheRuns() {
        const TensorFile first = weights({1, -2}, "a. "), second = weights({3, 6}, "b. ");
        QCOMPARE(weightMean(first, second, 0.25).tensors[0].values, (std::vector<float>{1.5f, 0.0f}));
        QCOMPARE(weightMean(first, second, 0.0).tensors[0].values, first.tensors[0].values);
        QCOMPARE(weightMean(first, second, 1.0).tensors[0].values, second.tensors[0].values);
        QCOMPARE(weightMean(first, second, 0.25).tensors[1].values, std::vector<float>{1.0f});
    }

    void theRecordsOfBothAreKept() {
        const TensorFile mean = weightMean(weights({1, 2}, "a. "), weights({1, 2}, "b. "), 0.25);
        QCOMPARE(mean.metadata.at("training"), std::string("Mean of 0.75 of these: a. And 0.25 of these: b. "));
        QCOMPARE(mean.metadata.at("architecture"), std::string("small"));
    }

    void weightsOfAnotherArchitectureAreRefused() {
        const TensorFile first = weights({1, 2}, "");
        TensorFile other = first;
        other.tensors[0].name = "head.weight";
        QVERIFY(says(errorOf([&] { weightMean(first, other, 0.5); }), "one architecture"));
        other = first;
        other.tensors[0].shape = {1, 2};
        QVERIFY(says(errorOf([&] { weightMean(first, other, 0.5); }), "one architecture"));
        other = first;
        other.tensors.pop_back();
        QVERIFY(says(errorOf([&] { weightMean(first, other, 0.5); }), "one architecture"));
    }
};

QTEST_APPLESS_MAIN(TestWeightMean)
#include "test_weight_mean.moc"
