#include "core/base/error.h"
#include "core/network/method_version.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QtTest>

#include <atomic>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <thread>

using namespace casr;

namespace {

const Architecture small{16, 2, 16};
const Architecture full{16, 2, 16, 16, 8, 0, 48};
const Architecture large{64, 8, 32, 0, 0, 0, 96};
const Architecture detailed{16, 2, 16, 16, 8, 1, 48};

bool sameCoefficients(const FieldTile& a, const FieldTile& b) {
    return a.cells == b.cells && a.coefficients.size() == b.coefficients.size() &&
           std::memcmp(a.coefficients.data(), b.coefficients.data(), sizeof(float) * a.coefficients.size()) == 0;
}

/// True when every cell of `tile` has the bits it has in `whole`.
bool isPartOf(const FieldTile& tile, const FieldTile& whole) {
    const Rect shared = intersection(tile.cells, whole.cells);
    for (int y = shared.top; y < shared.bottom; ++y) {
        const std::size_t bytes =
            sizeof(float) * static_cast<std::size_t>(shared.width()) * static_cast<std::size_t>(tile.coefficientsOfCell);
        if (std::memcmp(tile.of(shared.left, y), whole.of(shared.left, y), bytes) != 0) {
            return false;
        }
    }
    return !shared.isEmpty();
}

/// The detail of `tile` in the place of its faithful coefficients.
FieldTile detailOf(const FieldTile& tile) {
    return {tile.cells, DetailMap::values, tile.detail};
}

/// Squares of `edge` cells that cover a picture.
std::vector<Rect> squaresOver(Size size, int edge) {
    std::vector<Rect> list;
    for (int top = 0; top < size.height; top += edge) {
        for (int left = 0; left < size.width; left += edge) {
            list.push_back(rectAt(left, top, {edge, edge}));
        }
    }
    return list;
}

void shuffle(std::vector<Rect>& list, std::uint64_t seed) {
    HashRandom random(seed);
    for (std::size_t i = list.size(); i > 1; --i) {
        std::swap(list[i - 1], list[static_cast<std::size_t>(random.below(static_cast<int>(i)))]);
    }
}

FieldTile run(const Network& network, const Image& picture, Rect cells, Precision precision = Precision::float32,
              const StopCheck& stop = {}) {
    StepInputs inputs;
    inputs.picture = picture.size();
    return network.run(parentOf(network, picture, cells), cells, precision, stop, inputs);
}

bool isLimitedToAvx2() {
    return qgetenv("DNNL_MAX_CPU_ISA") == "AVX2";
}

} // namespace

class TestNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// One thread where threads are not the question: OpenMP's threads wait by spinning, which is slow on a busy machine.
    void init() { setComputeThreads(1); }

    void whatALibraryThrowsIsAnErrorOfTheNetwork() {
        struct Foreign : std::exception {
            explicit Foreign(const char* what) : text(what) {}
            const char* what() const noexcept override { return text; }
            const char* text;
        };
        const auto network = strongNetwork(small, 1);
        const auto runUntil = [&](auto thrown) {
            run(*network, noisePicture({24, 24}, 3, 1), {0, 0, 24, 24}, Precision::float32, [&]() -> bool { throw thrown; });
        };
        const std::string message = errorOf([&] { runUntil(Foreign("could not create a primitive")); });
        QVERIFY2(says(message, "could not run: could not create a primitive"), message.c_str());
        QVERIFY_THROWS_EXCEPTION(OutOfMemory, runUntil(Foreign("could not create a memory object")));
        QVERIFY_THROWS_EXCEPTION(Cancelled, runUntil(Cancelled()));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, runUntil(std::invalid_argument("no such cells")));
        QCOMPARE(errorOf([&] { runUntil(Error("As it was said.")); }), std::string("As it was said."));
        QVERIFY(errorOf([&] { run(*network, noisePicture({24, 24}, 3, 1), {0, 0, 24, 24}); }).empty());
    }

    void tilesOfAnySizeAreTheWholePicture_data() {
        QTest::addColumn<int>("edge");
        for (const int edge : {16, 48, 53, 64, 96, 128, 200, 256, 512}) {
            QTest::addRow("%d cells", edge) << edge;
        }
    }

    void tilesOfAnySizeAreTheWholePicture() {
        QFETCH(int, edge);
        const auto network = strongNetwork(small, 1);
        const Image picture = noisePicture({541, 263}, 3, 2);
        const FieldTile whole = run(*network, picture, rectOf(picture.size()));
        std::vector<Rect> squares = squaresOver(picture.size(), edge);
        shuffle(squares, 3);
        for (const Rect square : squares) {
            QVERIFY(isPartOf(run(*network, picture, square), whole));
        }
    }

    void tilesOfTheWholeMethodAreTheWholePicture_data() {
        QTest::addColumn<int>("edge");
        for (const int edge : {16, 53, 96, 128, 201}) {
            QTest::addRow("%d cells", edge) << edge;
        }
    }

    void tilesOfTheWholeMethodAreTheWholePicture() {
        QFETCH(int, edge);
        const auto network = strongNetwork(full, 1);
        const Image picture = noisePicture({241, 163}, 3, 2);
        StepInputs inputs;
        inputs.memory = network->remember(noisePicture({90, 75}, 3, 5), Precision::float32, {});
        inputs.noise = 0.25f;
        inputs.picture = picture.size();
        const auto runAt = [&](Rect cells) {
            return network->run(parentOf(*network, picture, cells), cells, Precision::float32, {}, inputs);
        };
        const FieldTile whole = runAt(rectOf(picture.size()));
        std::vector<Rect> squares = squaresOver(picture.size(), edge);
        shuffle(squares, 3);
        for (const Rect square : squares) {
            QVERIFY(isPartOf(runAt(square), whole));
        }
    }

    void tilesWithDetailAreTheWholePicture_data() { tilesOfTheWholeMethodAreTheWholePicture_data(); }

    void tilesWithDetailAreTheWholePicture() {
        QFETCH(int, edge);
        const auto network = strongNetwork(detailed, 1);
        const Image picture = noisePicture({241, 163}, 3, 2);
        StepInputs inputs;
        inputs.memory = network->remember(noisePicture({90, 75}, 3, 5), Precision::float32, {});
        inputs.detail = true;
        inputs.picture = picture.size();
        const auto runAt = [&](Rect cells) {
            return network->run(parentOf(*network, picture, cells), cells, Precision::float32, {}, inputs);
        };
        const FieldTile whole = runAt(rectOf(picture.size()));
        QVERIFY(whole.hasDetail());
        for (const Rect square : squaresOver(picture.size(), edge)) {
            const FieldTile tile = runAt(square);
            QVERIFY(isPartOf(tile, whole));
            QVERIFY(isPartOf(detailOf(tile), detailOf(whole)));
        }
    }

    void detailLeavesTheFaithfulFieldAsItIs() {
        TensorFile file = strongWeights(detailed, 1);
        const auto network = loaded(file);
        std::erase_if(file.tensors, [](const NamedTensor& tensor) { return tensor.name.starts_with("detail."); });
        file.metadata["architecture"] = emptyWeights(full).metadata["architecture"];
        const auto plain = loaded(file);
        const Image picture = noisePicture({90, 70}, 3, 2);
        const Rect cells{10, 5, 74, 69};
        StepInputs inputs;
        for (const Precision precision : {Precision::float32, resolved(Precision::automatic)}) {
            const auto runOn = [&](const Network& each) {
                return each.run(parentOf(*network, picture, cells), cells, precision, {}, inputs);
            };
            inputs.detail = false;
            const FieldTile faithful = runOn(*network);
            QVERIFY(!faithful.hasDetail());
            QVERIFY(sameCoefficients(faithful, runOn(*plain)));
            inputs.detail = true;
            QVERIFY(!runOn(*plain).hasDetail());
            const FieldTile both = runOn(*network);
            QCOMPARE(both.detail.size(), static_cast<std::size_t>(cells.size().area()) * DetailMap::values);
            if (precision == Precision::float32) {
                QVERIFY(sameCoefficients(both, faithful));
            }
        }
    }

    void nothingIsRememberedWithoutAMemory() {
        const auto network = strongNetwork(small, 1);
        const Image picture = noisePicture({40, 30}, 3, 2);
        QVERIFY(!network->remember(picture, Precision::float32, {}));
        QVERIFY_EXCEPTION_THROWN(
            network->borrowedBy(parentOf(*network, picture, rectOf(picture.size())), rectOf(picture.size()), Precision::float32, {}, {}),
            std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(network->superpixelsOf({picture, 0, 0}, {8, 8, 9, 9}, superpixelCell), std::invalid_argument);
    }

    void aPhotoBorrowsFromItself() {
        const auto network = strongNetwork({16, 2, 16, 16, 0}, 1);
        const Image picture = noisePicture({48, 40}, 3, 2);
        StepInputs inputs;
        inputs.memory = network->remember(picture, Precision::float32, {});
        const Rect cells{9, 7, 30, 31};
        const Borrowing found = network->borrowedBy(parentOf(*network, picture, expanded(cells, 4)), cells, Precision::float32, {}, inputs);
        QCOMPARE(found.cells, (Rect{4, 3, 15, 16}));
        QCOMPARE(found.token.size(), static_cast<std::size_t>(found.cells.size().area()));
        std::size_t itself = 0;
        for (std::size_t i = 0; i < found.token.size(); ++i) {
            const int column = found.cells.left + static_cast<int>(i) % found.cells.width();
            const int row = found.cells.top + static_cast<int>(i) / found.cells.width();
            QVERIFY(found.weight[i] > 0.0f && found.weight[i] <= 1.0f);
            const Rect place = found.token[i] < 0 ? Rect() : inputs.memory->places()[static_cast<std::size_t>(found.token[i])];
            itself += place == rectAt(2 * column, 2 * row, {2, 2}) ? 1 : 0;
        }
        QVERIFY2(itself > found.token.size() * 9 / 10, qPrintable(QString::number(itself)));
    }

    void superpixelsOfAPartAreThoseOfTheWhole_data() {
        QTest::addColumn<int>("cell");
        QTest::newRow("as a step reads them") << 4;
        QTest::newRow("twice as large") << 8;
        QTest::newRow("four times as large") << 16;
    }

    void superpixelsOfAPartAreThoseOfTheWhole() {
        QFETCH(int, cell);
        const auto network = strongNetwork(full, 1);
        const Image picture = noisePicture({83, 61}, 3, 2);
        const PlacedImage around = coveringByBorder({picture, 0, 0}, expanded(rectOf(picture.size()), Reach::ofSuperpixels(cell)));
        const SuperpixelTile whole = network->superpixelsOf(around, rectOf(picture.size()), cell);
        QCOMPARE(whole.labels.cell, cell);
        for (const Rect part : {Rect{0, 0, 17, 13}, Rect{31, 22, 60, 61}, Rect{82, 60, 83, 61}}) {
            const PlacedImage read = coveringByBorder(around, expanded(part, Reach::ofSuperpixels(cell)));
            const SuperpixelTile tile = network->superpixelsOf(read, part, cell);
            QVERIFY(sameBits(tile.mean, cropped(whole.mean, part)));
            QVERIFY(tile.labels.at(part.left, part.top) == whole.labels.at(part.left, part.top));
        }
    }

    void superpixelsOfAnotherSizeAreRefused() {
        const auto network = strongNetwork(full, 1);
        const PlacedImage around{noisePicture({400, 400}, 3, 2), -200, -200};
        for (const int cell : {0, 2, 6, 12, 32}) {
            QVERIFY_EXCEPTION_THROWN(network->superpixelsOf(around, {0, 0, 8, 8}, cell), std::invalid_argument);
        }
    }

    void tilesOfALargeNetworkAreTheWholePicture() {
        const auto network = strongNetwork(large, 1);
        const Image picture = noisePicture({131, 75}, 3, 2);
        const FieldTile whole = run(*network, picture, rectOf(picture.size()));
        for (const int edge : {48, 96}) {
            for (const Rect square : squaresOver(picture.size(), edge)) {
                QVERIFY(isPartOf(run(*network, picture, square), whole));
            }
        }
    }

    void threadsDoNotChangeABit() {
        const Image picture = noisePicture({150, 90}, 3, 4);
        const Precision precision = resolved(Precision::automatic);
        for (const Architecture& architecture : {small, large}) {
            const auto network = strongNetwork(architecture, 5);
            for (const Precision each : {Precision::float32, precision}) {
                setComputeThreads(1);
                const FieldTile one = run(*network, picture, {0, 0, 96, 64}, each);
                setComputeThreads(2);
                QCOMPARE(computeThreads(), 2);
                QVERIFY(sameCoefficients(run(*network, picture, {0, 0, 96, 64}, each), one));
            }
        }
    }

    void orderDoesNotChangeABit() {
        const auto network = strongNetwork({64, 2, 32}, 6);
        const Image picture = noisePicture({150, 90}, 3, 7);
        const Precision precision = resolved(Precision::automatic);
        std::vector<Rect> squares = squaresOver(picture.size(), 48);
        std::map<std::pair<int, int>, FieldTile> first;
        for (const Rect square : squares) {
            first[{square.left, square.top}] = run(*network, picture, square, precision);
        }
        shuffle(squares, 8);
        for (const Rect square : squares) {
            QVERIFY(sameCoefficients(run(*network, picture, square, precision), first[{square.left, square.top}]));
        }
    }

    void bfloat16IsNearFloat32() {
        const auto network = strongNetwork({64, 2, 32}, 6);
        const Image picture = noisePicture({64, 64}, 3, 9);
        const FieldTile exact = run(*network, picture, {0, 0, 64, 64});
        const FieldTile fast = run(*network, picture, {0, 0, 64, 64}, resolved(Precision::automatic));
        double error = 0.0, power = 0.0;
        for (std::size_t i = 0; i < exact.coefficients.size(); ++i) {
            error += std::pow(exact.coefficients[i] - fast.coefficients[i], 2);
            power += std::pow(exact.coefficients[i], 2);
        }
        QVERIFY2(error < 1e-4 * power, qPrintable(QString::number(error / power)));
        QCOMPARE(error == 0.0, resolved(Precision::automatic) == Precision::float32);
    }

    void callsFromSeveralThreadsWaitForEachOther() {
        const auto network = strongNetwork(small, 10);
        const Image picture = noisePicture({60, 60}, 3, 11);
        const FieldTile expected = run(*network, picture, rectOf(picture.size()));
        std::atomic<int> same = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] { same += sameCoefficients(run(*network, picture, rectOf(picture.size())), expected) ? 1 : 0; });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        QCOMPARE(same.load(), 4);
    }

    void guidanceWithoutWeightHasNoEffect() {
        const Image picture = noisePicture({40, 30}, 3, 12);
        const Image guided = joinChannels(picture, noisePicture({40, 30}, InputPlanes::guidance, 13), {});
        const auto untrained = Network::untrained(small, 14);
        QVERIFY(sameCoefficients(run(*untrained, picture, {0, 0, 32, 16}), run(*untrained, guided, {0, 0, 32, 16})));
        const auto reading = strongNetwork(small, 15);
        QVERIFY(!sameCoefficients(run(*reading, picture, {0, 0, 32, 16}), run(*reading, guided, {0, 0, 32, 16})));
    }

    void aFreshFieldIsSmall() {
        const auto network = Network::untrained(small, 16);
        const FieldTile tile = run(*network, noisePicture({32, 32}, 3, 17), {0, 0, 32, 32});
        const auto [low, high] = std::minmax_element(tile.coefficients.begin(), tile.coefficients.end());
        QVERIFY(*low > -0.2f && *high < 0.2f && *low < *high);
    }

    void stopIsPolledBetweenBlocks() {
        const auto network = Network::untrained({16, 5, 16}, 18);
        const Image picture = noisePicture({16, 16}, 3, 19);
        int polls = 0;
        run(*network, picture, {0, 0, 16, 16}, Precision::float32, [&] { return ++polls < 0; });
        QCOMPARE(polls, 5);
        polls = 0;
        QVERIFY_EXCEPTION_THROWN(run(*network, picture, {0, 0, 16, 16}, Precision::float32, [&] { return ++polls == 3; }), Cancelled);
        QCOMPARE(polls, 3);
        // A cancelled call leaves nothing behind.
        QVERIFY(!run(*network, picture, {0, 0, 16, 16}).coefficients.empty());
    }

    void aParentThatDoesNotCoverIsRefused() {
        const auto network = Network::untrained(small, 20);
        const Image picture = noisePicture({60, 60}, 3, 21);
        const int reach = Reach::ofTrunk(small);
        const Rect cells{reach, reach, 60 - reach, 60 - reach};
        network->run({picture, 0, 0}, cells, Precision::float32, {});
        QVERIFY_EXCEPTION_THROWN(network->run({picture, 1, 0}, cells, Precision::float32, {}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(network->run({noisePicture({60, 60}, 4, 1), 0, 0}, cells, Precision::float32, {}), std::invalid_argument);
    }

    void precisionIsResolvedForThisMachine() {
        QCOMPARE(resolved(Precision::float32), Precision::float32);
        QCOMPARE(resolved(Precision::automatic), hasFastBfloat16() ? Precision::bfloat16 : Precision::float32);
    }

    void forcedBfloat16IsRefusedWhereItCannotRun() {
        if (isLimitedToAvx2()) {
            QVERIFY(!hasFastBfloat16());
        }
        if (hasFastBfloat16()) {
            QCOMPARE(resolved(Precision::bfloat16), Precision::bfloat16);
        } else {
            QVERIFY(says(errorOf([] { resolved(Precision::bfloat16); }), "--precision auto or fp32"));
        }
    }

    /// Where there is a CUDA device, what it computes is what the processor computes but for rounding, whatever the photo is remembered
    /// with.
    void aCudaDeviceComputesTheSamePixelsOrIsRefused() {
        if (!hasCuda()) {
            QVERIFY(says(errorOf([] { resolved(Precision::cuda); }), "--precision auto"));
            return;
        }
        QCOMPARE(resolved(Precision::cuda), Precision::cuda);
        QVERIFY(numericProfile(Precision::cuda).starts_with("cuda"));
        const auto network = strongNetwork(detailed, 1);
        const PlacedImage picture{noisePicture({96, 96}, 3, 5), 0, 0};
        StepInputs inputs;
        inputs.detail = true;
        inputs.memory = network->remember(picture.image, Precision::cuda, {});
        const Rect cells{40, 40, 56, 56};
        const FieldTile here = network->run(picture, cells, Precision::float32, {}, inputs),
                        there = network->run(picture, cells, Precision::cuda, {}, inputs);
        for (std::size_t i = 0; i < here.coefficients.size(); ++i) {
            QVERIFY(std::abs(here.coefficients[i] - there.coefficients[i]) < 1e-3f);
        }
        for (std::size_t i = 0; i < here.detail.size(); ++i) {
            QVERIFY(std::abs(here.detail[i] - there.detail[i]) < 1e-3f);
        }
    }

    void precisionsAreNamedAsInProfiles() {
        for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
            QVERIFY(precisionNamed(numericProfile(precision).substr(0, 4)) == precision);
        }
        QVERIFY(precisionNamed("cuda") == Precision::cuda);
        QVERIFY(!precisionNamed("auto"));
    }

    void theProfileSaysWhatBitsDependOn() {
        const std::string exact = numericProfile(Precision::float32), fast = numericProfile(Precision::bfloat16);
        QVERIFY(exact != fast);
        QVERIFY(says(exact, "fp32") && says(fast, "bf16") && says(exact, "libtorch") &&
                says(exact, "method " + std::to_string(methodVersion)));
        QCOMPARE(says(exact, "at most AVX2"), isLimitedToAvx2());
    }

    void theYardstickRunsInEveryPrecision() {
        for (const Precision precision : {Precision::float32, resolved(Precision::automatic)}) {
            const double seconds = secondsOfBareConvolution(16, 32, precision, 2);
            QVERIFY(std::isfinite(seconds) && seconds < 1e9); // what it begins with
        }
    }

    void identityIsThatOfTheFile() {
        const TensorFile file = strongWeights(small, 22);
        const auto network = loaded(file);
        QCOMPARE(network->architecture(), small);
        QCOMPARE(network->record(), std::string("drawn for a test"));
        QCOMPARE(network->checksum().size(), std::size_t{64});
        QVERIFY(network->checksum() != strongNetwork(small, 23)->checksum());
        const std::int64_t values =
            std::accumulate(file.tensors.begin(), file.tensors.end(), std::int64_t{0},
                            [](std::int64_t sum, const NamedTensor& t) { return sum + static_cast<std::int64_t>(t.values.size()); });
        QCOMPARE(network->parameterCount(), values);
        QCOMPARE(network->waves().count, 16);
        QCOMPARE(network->waves().heat, 0.08f);
        QCOMPARE(network->waves().frequency, file.tensor("field.frequencies").values);
    }
};

QTEST_APPLESS_MAIN(TestNetwork)
#include "test_network.moc"
