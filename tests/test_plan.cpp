#include "core/schedule/plan.h"
#include "tests/support.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace casr;

namespace {

std::vector<double> factorsOf(double scale, double limit) {
    std::vector<double> factors;
    for (const Step& step : planSchedule({640, 480}, scale, limit).steps) {
        factors.push_back(step.scale);
    }
    return factors;
}

/// What is wrong with the factors of a plan; empty when they keep every promise.
std::string faultOf(double scale, double limit) {
    const std::vector<double> factors = factorsOf(scale, limit);
    double product = 1.0;
    double before = limit;
    for (const double factor : factors) {
        product *= factor;
        if (!(factor > 1.0 && factor <= limit)) {
            return "a step is outside (1, limit]";
        }
        if (factor > before) {
            return "a step is larger than the one before it";
        }
        if (factor < 1.2 && scale >= 1.2) {
            return "a step is below 1.2";
        }
        before = factor;
    }
    const double fewer = std::pow(limit, static_cast<double>(factors.size()) - 1.0);
    if (!factors.empty() && scale < fewer * (1.0 - 1e-12)) {
        return "fewer steps would do";
    }
    return std::abs(product / scale - 1.0) <= 1e-12 ? "" : "the product is not the scale";
}

void requireFaultless(double scale, double limit) {
    const std::string fault = faultOf(scale, limit);
    QVERIFY2(fault.empty(), qPrintable(QString("scale %1, limit %2: %3").arg(scale, 0, 'g', 17).arg(limit, 0, 'g', 17).arg(fault.c_str())));
}

/// Every pixel of a level of `to` pixels asked whether its area meets first .. last - 1 of `from` pixels.
std::pair<int, int> slowRange(int first, int last, int from, int to) {
    int begin = -1;
    int end = -1;
    for (std::int64_t i = 0; i < to; ++i) {
        if (i * from < std::int64_t{last} * to && (i + 1) * from > std::int64_t{first} * to) {
            begin = begin < 0 ? static_cast<int>(i) : begin;
            end = static_cast<int>(i) + 1;
        }
    }
    return {begin, end};
}

} // namespace

class TestPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyScaleAndLimitKeepsThePromises() {
        for (int limit = 15; limit <= 40; ++limit) {
            for (int scale = 100; scale <= 6400; scale += 7) {
                requireFaultless(scale / 100.0, limit / 10.0);
            }
        }
        HashRandom random(1);
        for (int i = 0; i < 50000; ++i) {
            requireFaultless(std::exp(random.uniform(0.0, std::log(64.0))), random.uniform(1.5, 4.0));
        }
    }

    void powersOfTheLimitAndTheirNeighboursKeepThePromises() {
        HashRandom random(2);
        for (int i = 0; i < 20000; ++i) {
            const double limit = random.uniform(1.5, 4.0);
            const double power = std::pow(limit, 1 + random.below(6));
            for (const double scale :
                 {power, std::nextafter(power, 0.0), std::nextafter(power, 99.0), power * (1.0 + 1e-13), power * (1.0 - 1e-13)}) {
                if (scale <= 64.0) {
                    requireFaultless(scale, limit);
                }
            }
        }
    }

    void exactPowersTakeNoStepTooMany() {
        QCOMPARE(factorsOf(16, 4), (std::vector<double>{4, 4}));
        QCOMPARE(factorsOf(64, 4), (std::vector<double>{4, 4, 4}));
        QCOMPARE(factorsOf(27, 3), (std::vector<double>{3, 3, 3}));
        QCOMPARE(factorsOf(64, 2), (std::vector<double>{2, 2, 2, 2, 2, 2}));
        QCOMPARE(factorsOf(4, 4), (std::vector<double>{4}));
        QCOMPARE(factorsOf(2.25, 1.5), (std::vector<double>{1.5, 1.5}));
    }

    void aScaleJustAboveTheLimitIsShared() {
        const std::vector<double> factors = factorsOf(4.1, 4);
        QCOMPARE(factors.size(), std::size_t{2});
        QCOMPARE(factors[0], 2.05);
        QCOMPARE(factors[1], 2.0);
    }

    void earlyFactorsAreWholeWhereThatFits_data() {
        QTest::addColumn<double>("scale");
        QTest::addColumn<double>("limit");
        QTest::addColumn<std::vector<double>>("steps");
        const auto row = [](double scale, double limit, std::vector<double> steps) {
            QTest::addRow("x%g by at most %g", scale, limit) << scale << limit << steps;
        };
        row(3.7, 4, {3.7});
        row(4.5, 4, {3, 1.5});
        row(6, 4, {3, 2});
        row(7, 4, {3, 7 / 3.0});
        row(8, 4, {3, 8 / 3.0});
        row(10, 4, {4, 2.5});
        row(12, 4, {4, 3});
        row(18, 4, {3, 3, 2});
        row(30, 4, {4, 3, 2.5});
        row(40, 4, {4, 4, 2.5});
        row(8, 2, {2, 2, 2});
        row(4.4, 4, {2.2, 2}); // 3 would leave less than 1.5
        row(6.25, 2.5, {2.5, 2.5});
        row(2.25, 2, {1.5, 1.5});
    }

    void earlyFactorsAreWholeWhereThatFits() {
        QFETCH(double, scale);
        QFETCH(double, limit);
        QFETCH(std::vector<double>, steps);
        QCOMPARE(factorsOf(scale, limit), steps);
    }

    void oneTimesTakesNoStep() {
        const Plan plan = planSchedule({7, 5}, 1.0);
        QVERIFY(plan.steps.empty());
        QCOMPARE(plan.levels(), 1);
        QVERIFY(plan.result() == (Size{7, 5}));
        QCOMPARE(plan.cumulativeOf(0), 1.0);
        QVERIFY(regionAt(plan, 0, {1, 2, 3, 4}) == (Rect{1, 2, 3, 4}));
        QCOMPARE(describe(plan), std::string());
    }

    void aScaleBelowOnePointTwoIsOneStep() { QCOMPARE(factorsOf(1.05, 3), (std::vector<double>{1.05})); }

    void stepsJoinWithoutGaps() {
        for (const double scale : {1.3, 2.0, 4.1, 9.99, 17.0, 30.0, 64.0}) {
            for (const double limit : {1.5, 2.0, 3.0, 4.0}) {
                const Plan plan = planSchedule({333, 77}, scale, limit);
                QVERIFY(plan.sizeOf(0) == plan.source);
                for (int level = 1; level < plan.levels(); ++level) {
                    const Step& step = plan.steps[static_cast<std::size_t>(level) - 1];
                    QVERIFY(step.from == plan.sizeOf(level - 1));
                    QVERIFY(step.to == plan.sizeOf(level));
                    QCOMPARE(step.to.width, static_cast<int>(std::floor(333 * step.cumulative + 0.5)));
                    QCOMPARE(step.to.height, static_cast<int>(std::floor(77 * step.cumulative + 0.5)));
                    QVERIFY(std::abs(step.cumulative / (plan.cumulativeOf(level - 1) * step.scale) - 1.0) < 1e-14);
                }
                QVERIFY(plan.cumulativeOf(plan.levels() - 1) == scale);
            }
        }
    }

    void sizesAreTheExactProductWithHalvesUp() {
        QVERIFY(planSchedule({3, 5}, 1.5).result() == (Size{5, 8}));
        QVERIFY(planSchedule({1, 1}, 1.2).result() == (Size{1, 1}));
        QVERIFY(planSchedule({1, 3}, 18.0).result() == (Size{18, 54}));
        QVERIFY(planSchedule({999, 1}, 4.1).result() == (Size{4096, 4}));
    }

    void theSizeWallsAreExact() {
        QVERIFY(planSchedule({512, 512}, 64).result() == (Size{32768, 32768}));
        QVERIFY(planSchedule({256, 256}, 64).result() == (Size{16384, 16384}));
        QVERIFY(planSchedule({1024, 1024}, 64).result() == (Size{65536, 65536}));
        QVERIFY(planSchedule({6000, 4000}, 30).result() == (Size{180000, 120000}));
        QCOMPARE(planSchedule({6000, 4000}, 30).result().area(), std::int64_t{21600000000});
        QCOMPARE(planSchedule({6000, 4000}, 64).result().area(), std::int64_t{98304000000});
        QVERIFY(planSchedule({1 << 24, 1}, 64).result() == (Size{1 << 30, 64}));
    }

    void aSideBeyondTwoToThe30IsRefused() {
        QVERIFY(says(errorOf([] { planSchedule({(1 << 24) + 1, 1}, 64); }), "too large"));
        QVERIFY(says(errorOf([] { planSchedule({1, (1 << 24) + 1}, 64); }), "too large"));
        QVERIFY(says(errorOf([] { planSchedule({std::numeric_limits<int>::max(), 1}, 1); }), "too large"));
        QVERIFY(says(errorOf([] {
                         planSchedule({1 << 24, 1 << 24}, 64.0);
                         planSchedule({1 << 30, 1}, 1.00000001);
                     }),
                     "too large"));
    }

    void anEmptySizeIsRefused() {
        for (const Size size : {Size{0, 5}, Size{5, 0}, Size{-1, 5}}) {
            QVERIFY(says(errorOf([&] { planSchedule(size, 2); }), "at least one pixel"));
        }
    }

    void aScaleOutsideOneToSixtyFourIsRefused() {
        for (const double scale : {0.0, -2.0, 0.999, 64.001, 1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
            QVERIFY(says(errorOf([&] { planSchedule({5, 5}, scale); }), "from 1 to 64"));
        }
        QVERIFY(errorOf([] { planSchedule({5, 5}, 64.0); }).empty());
    }

    void aLimitOutsideItsRangeIsRefused() {
        for (const double limit : {0.0, 1.0, 1.499, 4.001, std::nan("")}) {
            QVERIFY(says(errorOf([&] { planSchedule({5, 5}, 2.0, limit); }), "from 1.5 to 4"));
        }
        QVERIFY(errorOf([] { planSchedule({5, 5}, 2.0, 1.5); }).empty());
    }

    void aRegionTakesEveryPixelThatMeetsIt() {
        HashRandom random(4);
        for (int round = 0; round < 300; ++round) {
            const Size size{1 + random.below(20), 1 + random.below(20)};
            const Plan plan = planSchedule(size, random.uniform(1.0, 20.0), random.uniform(1.5, 4.0));
            const int left = random.below(size.width);
            const int top = random.below(size.height);
            const Rect region{left, top, left + 1 + random.below(size.width - left), top + 1 + random.below(size.height - top)};
            for (int level = 0; level < plan.levels(); ++level) {
                const auto [x0, x1] = slowRange(region.left, region.right, size.width, plan.sizeOf(level).width);
                const auto [y0, y1] = slowRange(region.top, region.bottom, size.height, plan.sizeOf(level).height);
                QVERIFY(regionAt(plan, level, region) == (Rect{x0, y0, x1, y1}));
            }
        }
    }

    void theWholePhotoIsTheWholeLevel() {
        const Plan plan = planSchedule({6001, 3999}, 63.7, 4);
        for (int level = 0; level < plan.levels(); ++level) {
            QVERIFY(regionAt(plan, level, rectOf(plan.source)) == rectOf(plan.sizeOf(level)));
        }
    }

    void aRegionThatLeavesThePhotoIsClipped() {
        const Plan plan = planSchedule({10, 8}, 3.0);
        QVERIFY(regionAt(plan, 1, {-5, -7, 2, 100}) == (Rect{0, 0, 6, 24}));
        QVERIFY(regionAt(plan, 1, {10, 0, 12, 3}).isEmpty());
        QVERIFY(regionAt(plan, 1, {-4, 0, 0, 3}).isEmpty());
        QVERIFY(regionAt(plan, 1, {4, 4, 4, 6}).isEmpty());
    }

    void aPlanIsDescribedLineByLine() {
        QCOMPARE(describe(planSchedule({640, 480}, 4.1, 4)), std::string("step 1 of 2: x2.05, 640 x 480 -> 1312 x 984\n"
                                                                         "step 2 of 2: x2, 1312 x 984 -> 2624 x 1968"));
    }
};

QTEST_APPLESS_MAIN(TestPlan)
#include "test_plan.moc"
