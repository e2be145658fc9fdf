#include "core/image/resample.h"
#include "core/train/loader.h"
#include "core/train/sample.h"
#include "crops_support.h"

#include <QtTest>

#include <cmath>
#include <map>
#include <set>

using namespace casr;

namespace {

bool sameBatch(const Batch& a, const Batch& b) {
    return a.count == b.count && a.patch == b.patch && a.points == b.points && a.low == b.low && a.cells == b.cells &&
           a.offsets == b.offsets && a.inverseScale == b.inverseScale && a.base == b.base && a.target == b.target;
}

/// One sample of a batch, taken apart.
struct Sample {
    int patchIndex = 0;
    int row = 0; ///< Cell in the patch.
    int column = 0;
    double down = 0; ///< Place in parent pixels.
    double across = 0;
    double inverseScale = 0;
    const float* base = nullptr;
    const float* target = nullptr;
};

Sample sampleOf(const Batch& batch, std::size_t i) {
    const auto cell = static_cast<int>(batch.cells[i]);
    const int inPatch = cell % (batch.patch * batch.patch);
    const int row = inPatch / batch.patch;
    const int column = inPatch % batch.patch;
    return {cell / (batch.patch * batch.patch),
            row,
            column,
            row + batch.offsets[2 * i],
            column + batch.offsets[2 * i + 1],
            batch.inverseScale[i],
            &batch.base[3 * i],
            &batch.target[3 * i]};
}

/// The output pixel of a place on the parent's axis.
double outputPlace(double parentPlace, double inverseScale) {
    return (parentPlace + 0.5) / inverseScale - 0.5;
}

double slowBicubic(const Batch& batch, const Sample& sample, int channel) {
    double sum = 0;
    for (int dy = -2; dy <= 2; ++dy) {
        for (int dx = -2; dx <= 2; ++dx) {
            const int y = std::clamp(sample.row + dy, 0, batch.patch - 1);
            const int x = std::clamp(sample.column + dx, 0, batch.patch - 1);
            const double weight = cubicKernel(sample.down - sample.row - dy) * cubicKernel(sample.across - sample.column - dx);
            sum += weight * batch.low[static_cast<std::size_t>(((sample.patchIndex * batch.patch + y) * batch.patch + x) * 3 + channel)];
        }
    }
    return sum;
}

/// Where symmetry `symmetry` of the square puts (x, y).
std::pair<int, int> turned(int x, int y, int edge, int symmetry) {
    const int a = symmetry & 1 ? edge - 1 - x : x;
    const int b = symmetry & 2 ? edge - 1 - y : y;
    return symmetry & 4 ? std::pair{b, a} : std::pair{a, b};
}

/// True when one placement of a square explains every target of patch `patch` of crops made by placeCrops.
bool isOnePlacement(const Batch& batch, int patch, int cropEdge) {
    bool found = false;
    for (int symmetry = 0; symmetry < 8 && !found; ++symmetry) {
        bool fits = true;
        int left = 0, top = 0;
        for (int point = 0; point < batch.points && fits; ++point) {
            const Sample sample = sampleOf(batch, static_cast<std::size_t>(patch * batch.points + point));
            const auto edge = static_cast<int>(std::lround(batch.patch / sample.inverseScale));
            const auto x = static_cast<int>(std::lround(outputPlace(sample.across, sample.inverseScale)));
            const auto y = static_cast<int>(std::lround(outputPlace(sample.down, sample.inverseScale)));
            const auto [column, row] = turned(x, y, edge, symmetry);
            const auto dx = static_cast<int>(std::lround(sample.target[0] * 255)) - column;
            const auto dy = static_cast<int>(std::lround(sample.target[1] * 255)) - row;
            left = point == 0 ? dx : left;
            top = point == 0 ? dy : top;
            fits = dx == left && dy == top && left >= 0 && top >= 0 && left + edge <= cropEdge && top + edge <= cropEdge;
        }
        found = fits;
    }
    return found;
}

} // namespace

class TestSample : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aBatchDependsOnItsArgumentsAlone() {
        const CropFile crops = noiseCrops(64, 3);
        const SampleOptions options{4, 16, 7};
        const Batch batch = makeBatch(crops, options, 12);
        makeBatch(crops, options, 13);
        QVERIFY(sameBatch(makeBatch(crops, options, 12), batch));
        QVERIFY(!sameBatch(makeBatch(crops, options, 13), batch));
        QVERIFY(!sameBatch(makeBatch(crops, {4, 16, 8}, 12), batch));
    }

    void aBatchHasTheDocumentedLengths() {
        const Batch batch = makeBatch(noiseCrops(64, 3), {5, 16, 1}, 0);
        const auto samples = static_cast<std::size_t>(batch.count * batch.points);
        QCOMPARE(batch.count, 5);
        QCOMPARE(batch.patch, 16);
        QVERIFY(batch.points > 0);
        QCOMPARE(batch.low.size(), std::size_t{5 * 16 * 16 * 3});
        QCOMPARE(batch.cells.size(), samples);
        QCOMPARE(batch.offsets.size(), 2 * samples);
        QCOMPARE(batch.inverseScale.size(), samples);
        QCOMPARE(batch.base.size(), 3 * samples);
        QCOMPARE(batch.target.size(), 3 * samples);
    }

    void samplesLieInTheirPatchOnTheOutputsGrid() {
        const CropFile crops = noiseCrops(64, 3);
        for (std::uint64_t iteration = 0; iteration < 10; ++iteration) {
            const Batch batch = makeBatch(crops, {4, 16, 1}, iteration);
            for (std::size_t i = 0; i < batch.cells.size(); ++i) {
                const Sample sample = sampleOf(batch, i);
                QCOMPARE(sample.patchIndex, static_cast<int>(i) / batch.points);
                QVERIFY(std::abs(sample.down - sample.row) <= 0.5 && std::abs(sample.across - sample.column) <= 0.5);
                for (const double place : {sample.down, sample.across}) {
                    const double output = outputPlace(place, sample.inverseScale);
                    QVERIFY(std::abs(output - std::round(output)) < 1e-3);
                    QVERIFY(output > -0.5 && output < batch.patch / sample.inverseScale - 0.5);
                }
            }
        }
    }

    void theBaseIsTheBicubicOfTheLowPatch() {
        const Batch batch = makeBatch(noiseCrops(64, 3), {6, 16, 1}, 5);
        for (std::size_t i = 0; i < batch.cells.size(); ++i) {
            const Sample sample = sampleOf(batch, i);
            for (int channel = 0; channel < 3; ++channel) {
                QVERIFY(std::abs(sample.base[channel] - slowBicubic(batch, sample, channel)) < 1e-5);
            }
        }
    }

    void theTargetsOfAPatchComeFromOneTurnedSquareOfACrop() {
        const CropFile crops = placeCrops(80, 4);
        for (std::uint64_t iteration = 0; iteration < 20; ++iteration) {
            const Batch batch = makeBatch(crops, {4, 16, 1}, iteration);
            for (int patch = 0; patch < batch.count; ++patch) {
                QVERIFY(isOnePlacement(batch, patch, 80));
            }
        }
    }

    void everyCropAndScaleComesUp() {
        const CropFile crops = placeCrops(80, 4);
        std::vector<int> scales(4);
        std::vector<int> photos(4);
        double smallest = 9, largest = 0;
        for (std::uint64_t iteration = 0; iteration < 200; ++iteration) {
            const Batch batch = makeBatch(crops, {2, 16, 1}, iteration);
            for (int patch = 0; patch < batch.count; ++patch) {
                const Sample sample = sampleOf(batch, static_cast<std::size_t>(patch * batch.points));
                const double scale = 1.0 / sample.inverseScale;
                smallest = std::min(smallest, scale);
                largest = std::max(largest, scale);
                ++scales[static_cast<std::size_t>(std::min(3.0, (scale - 1.0) / 0.75))];
                ++photos[static_cast<std::size_t>(std::lround(sample.target[2] * 255 / 40))];
            }
        }
        QVERIFY(smallest >= 1.0 && smallest < 1.1);
        QVERIFY(largest <= 4.0 && largest > 3.9);
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY2(scales[i] > 60 && photos[i] > 60, qPrintable(QString("%1 %2").arg(scales[i]).arg(photos[i])));
        }
    }

    void atOneTimesTheBaseIsTheTarget() {
        const Batch batch = makeBatch(noiseCrops(16, 2), {4, 16, 1}, 0);
        QCOMPARE(batch.base, batch.target);
        QVERIFY(std::all_of(batch.offsets.begin(), batch.offsets.end(), [](float offset) { return offset == 0.0f; }));
    }

    void validationOfALaterStepBeginsWithASmallerCrop() {
        const CropFile crops = noiseCrops(50, 3);
        const Batch batch = makeValidation(crops, 1, 2, 3);
        QCOMPARE(batch.patch, 24);
        QCOMPARE(batch.points, 48 * 48);
        QCOMPARE(batch.ancestors.size(), std::size_t{1});
        const Batch::Ancestor& ancestor = batch.ancestors.front();
        QVERIFY(sameBits(ancestor.image, resizedTo8Bit(cropPicture(crops, 1, 48), {8, 8})));
        QVERIFY(ancestor.patch == 0 && ancestor.edge == 24 && ancestor.left == 0 && ancestor.top == 0);
        QVERIFY(std::abs(batch.enlarged.front() - std::log(3.0) / std::log(4.0)) < 1e-6);
        QVERIFY(makeValidation(crops, 1, 2).ancestors.empty());
    }

    void validationHoldsEveryPixelOfTheCrop_data() {
        QTest::addColumn<int>("scale");
        for (const int scale : {1, 2, 3, 4}) {
            QTest::addRow("x%d", scale) << scale;
        }
    }

    void validationHoldsEveryPixelOfTheCrop() {
        QFETCH(int, scale);
        const CropFile crops = noiseCrops(50, 3);
        const Batch batch = makeValidation(crops, 2, scale);
        const int patch = 50 / scale / 2 * 2, edge = patch * scale; // whole cells of the memory
        const Image truth = cropPicture(crops, 2, edge);
        const Image low = resizedTo8Bit(truth, {patch, patch});
        const Image base = resized(low, truth.size());
        QCOMPARE(batch.count, 1);
        QCOMPARE(batch.low, std::vector<float>(low.values().begin(), low.values().end()));
        QCOMPARE(batch.cells.size(), static_cast<std::size_t>(edge * edge));
        QCOMPARE(batch.whole, scale);
        std::size_t i = 0;
        for (int y = 0; y < edge; ++y) {
            for (int x = 0; x < edge; ++x, ++i) {
                const Sample sample = sampleOf(batch, i);
                QCOMPARE(sample.row, y / scale);
                QCOMPARE(sample.column, x / scale);
                QVERIFY(std::abs(outputPlace(sample.down, 1.0 / scale) - y) < 1e-5);
                QVERIFY(std::abs(outputPlace(sample.across, 1.0 / scale) - x) < 1e-5);
                for (int c = 0; c < 3; ++c) {
                    QCOMPARE(sample.target[c], truth.at(x, y, c));
                    QVERIFY(std::abs(sample.base[c] - base.at(x, y, c)) < 1e-6);
                }
            }
        }
    }

    void denseBatchesHoldEverySampleInRowsAtOneScale() {
        const CropFile crops = noiseCrops(80, 3);
        SampleOptions options{3, 16, 1};
        options.dense = true;
        std::set<int> points;
        for (std::uint64_t iteration = 0; iteration < 20; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            const int edge = static_cast<int>(std::lround(std::sqrt(batch.points)));
            QVERIFY(edge * edge == batch.points && edge >= 24 && edge <= 64);
            QCOMPARE(batch.cells.size(), static_cast<std::size_t>(3 * batch.points));
            points.insert(batch.points);
            for (const int i : {0, 1, edge, batch.points - 1, batch.points, 3 * batch.points - 1}) {
                const Sample sample = sampleOf(batch, static_cast<std::size_t>(i));
                const int place = i % batch.points;
                QVERIFY(std::abs((sample.down + 0.5) * edge / 16.0 - 0.5 - place / edge) < 1e-4);
                QVERIFY(std::abs((sample.across + 0.5) * edge / 16.0 - 0.5 - place % edge) < 1e-4);
            }
        }
        QVERIFY(points.size() > 5);
    }

    void someBatchesAreWholeAtAWholeScale() {
        const CropFile crops = noiseCrops(80, 3);
        SampleOptions options{3, 16, 1};
        options.whole = 0.5;
        options.degraded = 1.0;
        std::map<int, int> seen;
        for (std::uint64_t iteration = 0; iteration < 60; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            ++seen[batch.whole];
            QCOMPARE(batch.dense, batch.whole > 0);
            QCOMPARE(batch.points, batch.whole > 0 ? 256 * batch.whole * batch.whole : 256);
            QCOMPARE(batch.target.size(), static_cast<std::size_t>(9 * batch.points));
            for (std::size_t i = 0; i < 3; ++i) { // dense or not
                QVERIFY(batch.noise[i] + batch.jpeg[i] + batch.blur[i] > 0.0f);
            }
        }
        QVERIFY(seen.size() == 4 && seen[0] > 15 && seen[0] < 45 && seen[2] > 0 && seen[3] > 0 && seen[4] > 0);
    }

    void someBatchesAreWholePicturesAtOneRealScale() {
        const CropFile crops = noiseCrops(80, 3);
        SampleOptions options{3, 16, 1};
        options.whole = 0.25;
        options.real = 0.5;
        options.degraded = 1.0;
        int real = 0;
        std::set<int> edges;
        for (std::uint64_t iteration = 0; iteration < 60; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            const auto edge = static_cast<int>(std::lround(std::sqrt(batch.points)));
            if (batch.dense && batch.whole == 0) {
                ++real;
                edges.insert(edge);
                QCOMPARE(edge * edge, batch.points);
                QVERIFY(edge >= 24 && edge <= 64);
                QCOMPARE(batch.target.size(), static_cast<std::size_t>(9 * batch.points));
            }
        }
        QVERIFY(real > 15 && real < 45 && edges.size() > 10);
    }

    void wholeBatchesStayWithinTheCrops() {
        SampleOptions options{2, 16, 1};
        options.whole = 1.0;
        for (std::uint64_t iteration = 0; iteration < 20; ++iteration) {
            const int whole = makeBatch(noiseCrops(50, 2), options, iteration).whole;
            QVERIFY(whole == 2 || whole == 3);
        }
    }

    void patchesOfAGroupAreOfOnePhoto() {
        CropFile crops = placeCrops(80, 6);
        crops.photos = {4, 5, 4, 6, 5, 4};
        std::set<int> seen;
        for (std::uint64_t iteration = 0; iteration < 30; ++iteration) {
            SampleOptions options{6, 16, 1};
            options.group = 3;
            const Batch batch = makeBatch(crops, options, iteration);
            QCOMPARE(batch.group, 3);
            for (int group = 0; group < 2; ++group) {
                std::set<std::uint32_t> photos;
                for (int patch = 3 * group; patch < 3 * group + 3; ++patch) {
                    const auto crop = static_cast<std::size_t>(
                        std::lround(batch.target[static_cast<std::size_t>(3 * patch * batch.points + 2)] * 255 / 40));
                    photos.insert(crops.photos[crop]);
                    seen.insert(static_cast<int>(crop));
                }
                QCOMPARE(photos.size(), std::size_t{1});
            }
        }
        QCOMPARE(seen.size(), std::size_t{6});
    }

    void degradedPatchesSayByHowMuch() {
        const CropFile crops = placeCrops(80, 2);
        SampleOptions options{16, 16, 1};
        options.degraded = 0.5;
        int degradedPatches = 0;
        std::map<std::pair<bool, bool>, int> kinds; // blurred, and with noise or JPEG
        for (std::uint64_t iteration = 0; iteration < 10; ++iteration) {
            const Batch batch = makeBatch(crops, options, iteration);
            QCOMPARE(batch.noise.size(), std::size_t{16});
            QCOMPARE(batch.jpeg.size(), std::size_t{16});
            for (std::size_t i = 0; i < 16; ++i) {
                QVERIFY(batch.noise[i] >= 0 && batch.noise[i] <= 1 && batch.jpeg[i] >= 0 && batch.jpeg[i] <= 1);
                QVERIFY(batch.blur[i] >= 0 && batch.blur[i] <= 1);
                degradedPatches += batch.noise[i] > 0 || batch.jpeg[i] > 0 || batch.blur[i] > 0 ? 1 : 0;
                ++kinds[{batch.blur[i] > 0, batch.noise[i] > 0 || batch.jpeg[i] > 0}];
            }
        }
        QVERIFY2(degradedPatches > 55 && degradedPatches < 105, qPrintable(QString::number(degradedPatches)));
        for (const auto& [kind, count] : kinds) {
            QVERIFY2(count > 12, qPrintable(QString("%1 %2: %3").arg(kind.first).arg(kind.second).arg(count)));
        }
        QCOMPARE(kinds.size(), std::size_t{4});
    }

    void unrolledPatchesHaveASmallerAncestor() {
        const CropFile crops = noiseCrops(80, 2);
        SampleOptions options{8, 16, 1};
        options.unrolled = 1.0;
        const Batch batch = makeBatch(crops, options, 3);
        QCOMPARE(batch.ancestors.size(), std::size_t{8});
        for (const Batch::Ancestor& ancestor : batch.ancestors) {
            const double step = static_cast<double>(ancestor.edge) / ancestor.image.width();
            QVERIFY(step >= 1.4 && step <= 4.3 && ancestor.image.width() == ancestor.image.height());
            QVERIFY(std::abs(batch.enlarged[static_cast<std::size_t>(ancestor.patch)] - std::min(1.0, std::log2(step) / 2)) < 1e-6);
            QVERIFY(ancestor.left >= 0 && ancestor.left + 16 <= ancestor.edge && ancestor.top >= 0 && ancestor.top + 16 <= ancestor.edge);
        }
        const Batch ofPhotos = makeBatch(crops, {8, 16, 1}, 3);
        QVERIFY(ofPhotos.ancestors.empty());
        QCOMPARE(ofPhotos.enlarged, std::vector<float>(8, 0.0f));
    }

    /// Of the same batch with and without wear: only some of the ancestors change, and no truth does.
    void wornAncestorsHaveCleanTruths() {
        const CropFile crops = placeCrops(80, 2);
        SampleOptions options{32, 16, 1};
        options.unrolled = 1.0;
        options.worn = 1e-9;
        const Batch clean = makeBatch(crops, options, 3);
        options.worn = 0.5;
        const Batch worn = makeBatch(crops, options, 3);
        QVERIFY(worn.noise == clean.noise && worn.jpeg == clean.jpeg && worn.enlarged == clean.enlarged);
        int changed = 0;
        for (std::size_t i = 0; i < worn.ancestors.size(); ++i) {
            changed += sameBits(worn.ancestors[i].image, clean.ancestors[i].image) ? 0 : 1;
        }
        QVERIFY2(changed > 8 && changed < 24, qPrintable(QString::number(changed)));
        QVERIFY(worn.low == clean.low);
    }

    /// Of crops whose colours are their places: the patch lies in its ancestor where its truth lies in the photo.
    void aPatchLiesInItsAncestorWhereItsTruthDoes() {
        SampleOptions options{8, 16, 1};
        options.unrolled = 1.0;
        options.dense = true;
        for (std::uint64_t iteration = 0; iteration < 8; ++iteration) {
            const Batch batch = makeBatch(placeCrops(80, 2), options, iteration);
            for (const Batch::Ancestor& ancestor : batch.ancestors) {
                const Image enlarged = resized(ancestor.image, {ancestor.edge, ancestor.edge});
                const float* low = batch.low.data() + 3 * 16 * 16 * ancestor.patch;
                for (const int y : {4, 11}) {
                    for (const int x : {5, 10}) {
                        for (int channel = 0; channel < 2; ++channel) {
                            const float here = low[3 * (16 * y + x) + channel];
                            QVERIFY(std::abs(enlarged.at(ancestor.left + x, ancestor.top + y, channel) - here) < 0.012f);
                        }
                    }
                }
            }
        }
    }

    void aReplacedPatchBringsItsOwnBase() {
        Batch batch = makeBatch(noiseCrops(64, 3), {3, 16, 1}, 5);
        const Batch before = batch;
        const Image other = noisePicture({16, 16}, 3, 9);
        batch.replaceLow(1, other);
        QVERIFY(std::equal(other.values().begin(), other.values().end(), batch.low.begin() + 3 * 256));
        for (std::size_t i = 0; i < batch.cells.size(); ++i) {
            const Sample sample = sampleOf(batch, i);
            for (int channel = 0; channel < 3; ++channel) {
                if (sample.patchIndex == 1) {
                    QVERIFY(std::abs(sample.base[channel] - slowBicubic(batch, sample, channel)) < 1e-5);
                } else {
                    QCOMPARE(sample.base[channel], before.base[3 * i + static_cast<std::size_t>(channel)]);
                }
            }
        }
    }

    void theLoaderGivesTheSameBatchesInOrder() {
        const CropFile crops = noiseCrops(64, 3);
        const SampleOptions options{2, 16, 1};
        Loader loader(crops, options, 40);
        for (std::uint64_t iteration = 40; iteration < 52; ++iteration) {
            QVERIFY(sameBatch(loader.next(), makeBatch(crops, options, iteration)));
        }
    }
};

QTEST_APPLESS_MAIN(TestSample)
#include "test_sample.moc"
