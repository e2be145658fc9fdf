// LibTorch first: its headers clash with Qt's.
#include "core/network/network_file.h"
#include "core/train/field_batch.h"

#include "core/image/degrade.h"
#include "core/image/resample.h"
#include "core/metrics/metrics.h"
#include "core/zoom/staircase.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QtTest>

#include <array>
#include <cmath>
#include <functional>
#include <limits>

using namespace casr;

namespace {

/// Planes of numbers over a picture, in doubles, zero around it.
struct Planes {
    int width, height, count;
    std::vector<double> values;

    Planes(Size size, int planes)
        : width(size.width), height(size.height), count(planes),
          values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(planes)) {}

    double& of(int x, int y, int plane) { return values[static_cast<std::size_t>((plane * height + y) * width + x)]; }
    double at(int x, int y, int plane) const {
        const bool isInside = x >= 0 && y >= 0 && x < width && y < height;
        return isInside ? values[static_cast<std::size_t>((plane * height + y) * width + x)] : 0.0;
    }
};

Planes planesOf(const Image& image) {
    Planes planes(image.size(), image.channels());
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (int plane = 0; plane < image.channels(); ++plane) {
                planes.of(x, y, plane) = image.at(x, y, plane);
            }
        }
    }
    return planes;
}

/// What plane `out` of a convolution adds up around a pixel.
double sumAround(const Planes& in, const NamedTensor& weight, int out, int x, int y) {
    const int edge = static_cast<int>(weight.shape[3]), reach = edge / 2;
    double sum = 0;
    for (int plane = 0; plane < in.count; ++plane) {
        for (int down = 0; down < edge; ++down) {
            for (int right = 0; right < edge; ++right) {
                const int place = ((out * in.count + plane) * edge + down) * edge + right;
                sum += double{weight.values[static_cast<std::size_t>(place)]} * in.at(x + right - reach, y + down - reach, plane);
            }
        }
    }
    return sum;
}

Planes convolved(const Planes& in, const TensorFile& file, const std::string& name) {
    const NamedTensor& weight = file.tensor(name + ".weight");
    const NamedTensor& bias = file.tensor(name + ".bias");
    Planes result({in.width, in.height}, static_cast<int>(weight.shape[0]));
    for (int out = 0; out < result.count; ++out) {
        for (int y = 0; y < in.height; ++y) {
            for (int x = 0; x < in.width; ++x) {
                result.of(x, y, out) = bias.values[static_cast<std::size_t>(out)] + sumAround(in, weight, out, x, y);
            }
        }
    }
    return result;
}

Planes withoutNegatives(Planes planes) {
    for (double& value : planes.values) {
        value = std::max(value, 0.0);
    }
    return planes;
}

Planes sumOf(Planes a, const Planes& b) {
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        a.values[i] += b.values[i];
    }
    return a;
}

/// The coefficients of a trunk without a memory.
Planes coefficientsByLoops(const TensorFile& file, int blocks, const Image& planes) {
    const Planes head = convolved(planesOf(planes), file, "head");
    Planes x = head;
    for (int block = 0; block < blocks; ++block) {
        const std::string name = "block" + std::to_string(block);
        x = sumOf(x, convolved(withoutNegatives(convolved(x, file, name + ".conv0")), file, name + ".conv1"));
    }
    return convolved(sumOf(head, convolved(x, file, "tail")), file, "field");
}

/// The largest difference of a tile's coefficients from `expected(x, y, coefficient)`.
template <typename Expected>
double farthest(const FieldTile& tile, Expected expected) {
    double largest = 0;
    for (int y = tile.cells.top; y < tile.cells.bottom; ++y) {
        for (int x = tile.cells.left; x < tile.cells.right; ++x) {
            for (int i = 0; i < tile.coefficientsOfCell; ++i) {
                const double difference = std::abs(double{tile.of(x, y)[i]} - expected(x, y, i));
                largest = std::max(largest, std::isfinite(difference) ? difference : std::numeric_limits<double>::infinity());
            }
        }
    }
    return largest;
}

double farthest(const FieldTile& a, const FieldTile& b) {
    return farthest(a, [&](int x, int y, int i) { return double{b.of(x, y)[i]}; });
}

constexpr float noiseAmount = 0.25f, jpegAmount = 0.5f, blurAmount = 0.625f, enlargedAmount = 0.75f;

/// Square pictures as the trainer hands them over, with one sample.
Batch batchOf(const std::vector<Image>& pictures) {
    Batch batch;
    batch.count = static_cast<int>(pictures.size());
    batch.patch = pictures.front().width();
    batch.points = 1;
    for (const Image& picture : pictures) {
        batch.low.insert(batch.low.end(), picture.values().begin(), picture.values().end());
        batch.noise.push_back(noiseAmount);
        batch.jpeg.push_back(jpegAmount);
        batch.blur.push_back(blurAmount);
        batch.enlarged.push_back(enlargedAmount);
        batch.cells.push_back(0);
        batch.offsets.insert(batch.offsets.end(), {0.0f, 0.0f});
        batch.inverseScale.push_back(1.0f);
        batch.base.insert(batch.base.end(), 3, 0.0f);
    }
    batch.target = batch.base;
    return batch;
}

using Colour = std::array<double, 3>;

struct Disc {
    double x, y, radius;
    Colour colour;
};

std::vector<Disc> drawnDiscs(Size size) {
    HashRandom random(11);
    std::vector<Disc> discs;
    for (int i = 0; i < 24; ++i) {
        const double x = random.uniform(0, size.width), y = random.uniform(0, size.height), radius = random.uniform(5, 20);
        discs.push_back({x, y, radius, {random.uniform(), random.uniform(), random.uniform()}});
    }
    return discs;
}

Colour colourAt(const std::vector<Disc>& discs, double x, double y) {
    Colour colour{0.2 + 0.005 * x, 0.5, 0.7 - 0.005 * y};
    for (const Disc& disc : discs) {
        if (std::hypot(x - disc.x, y - disc.y) < disc.radius) {
            colour = disc.colour;
        }
    }
    return colour;
}

/// Discs over each other on a slope, every pixel the mean of 4 x 4 points.
Image drawnScene(Size size) {
    constexpr int points = 4;
    const std::vector<Disc> discs = drawnDiscs(size);
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            Colour sum{};
            for (int i = 0; i < points * points; ++i) {
                const Colour colour = colourAt(discs, x + (i % points + 0.5) / points, y + (i / points + 0.5) / points);
                std::transform(sum.begin(), sum.end(), colour.begin(), sum.begin(), std::plus<>());
            }
            for (const double value : sum) {
                values.push_back(static_cast<float>(value / (points * points)));
            }
        }
    }
    return roundedTo8Bit(Image(size, 3, std::move(values)));
}

} // namespace

/// The trunk against plain loops, against what trains it, and as it was trained.
class TestTrunk : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { setComputeThreads(1); }

    void theTrunkIsThatOfPlainLoops_data() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("hidden");
        QTest::newRow("as wide inside a block") << 2 << 0;
        QTest::newRow("wider inside a block") << 3 << 48;
    }

    void theTrunkIsThatOfPlainLoops() {
        QFETCH(int, blocks);
        QFETCH(int, hidden);
        const TensorFile file = strongWeights({16, blocks, 16, 0, 0, 0, hidden}, 1);
        const auto network = loaded(file);
        const Image planes = noisePicture({9, 7}, InputPlanes::count, 2);
        const Planes expected = coefficientsByLoops(file, blocks, planes);
        QCOMPARE(expected.count, 6 * 16);
        StepInputs inputs;
        inputs.picture = planes.size();
        const Rect cells = rectOf(planes.size());
        const FieldTile tile = network->run(parentOf(*network, planes, cells), cells, Precision::float32, {}, inputs);
        QCOMPARE(tile.coefficientsOfCell, expected.count);
        QVERIFY(farthest(tile, [](int, int, int) { return 0.0; }) > 0.1);
        const double far = farthest(tile, [&](int x, int y, int i) { return expected.at(x, y, i); });
        QVERIFY2(far < 1e-4, qPrintable(QString::number(far)));
    }

    void theCodeThatTrainsReadsTheSamePlanes() {
        const TensorFile file = strongWeights({16, 2, 16, 0, 8}, 3);
        const auto network = loaded(file);
        const FieldNetwork trained = networkOf(file, "test");
        const std::vector<Image> pictures{noisePicture({13, 13}, 3, 4), noisePicture({13, 13}, 3, 5)};
        Batch batch = batchOf(pictures);
        const FieldBatch tensors(trained, batch, at::kCPU, 0);
        const at::Tensor made = trained.coefficients(featuresOf(trained, tensors, at::kFloat)).contiguous();
        QCOMPARE(made.size(1), 6 * 16);
        const auto tileOf = [&](const Image& picture, const StepInputs& inputs) {
            const Rect cells = rectOf(picture.size());
            return network->run(parentOf(*network, picture, cells), cells, Precision::float32, {}, inputs);
        };
        StepInputs inputs;
        inputs.picture = pictures.front().size();
        inputs.noise = noiseAmount;
        inputs.jpeg = jpegAmount;
        inputs.blur = blurAmount;
        inputs.enlarged = enlargedAmount;
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const FieldTile tile = tileOf(pictures[i], inputs);
            const auto of = made.accessor<float, 4>()[static_cast<std::int64_t>(i)];
            const double far = farthest(tile, [&](int x, int y, int k) { return double{of[k][y][x]}; });
            QVERIFY2(far < 1e-4, qPrintable(QString::number(far)));
            // Every plane counts.
            StepInputs clean = inputs, uncompressed = inputs, sharp = inputs, photo = inputs, flat = inputs;
            clean.noise = uncompressed.jpeg = sharp.blur = photo.enlarged = 0;
            flat.superpixels = false;
            for (const StepInputs& other : {clean, uncompressed, sharp, photo, flat}) {
                QVERIFY(farthest(tileOf(pictures[i], other), tile) > 1e-2);
            }
        }
    }

    void theShippedWeightsBeatTheBicubic_data() {
        QTest::addColumn<int>("scale");
        QTest::newRow("x2") << 2;
        QTest::newRow("x3") << 3;
    }

    void theShippedWeightsBeatTheBicubic() {
        QFETCH(int, scale);
        const auto network = Network::load(CASR_SOURCE_DIR "/models/casr.safetensors");
        const Image truth = drawnScene({96, 78});
        const Image small = resizedTo8Bit(truth, {96 / scale, 78 / scale});
        Staircase staircase(small, network, planSchedule(small.size(), scale), Precision::float32, std::size_t{1} << 28);
        QCOMPARE(staircase.plan().result(), truth.size());
        const Image enlarged = staircase.region(staircase.plan().levels() - 1, rectOf(truth.size())).image;
        const double ours = fidelityOfLuma(enlarged, truth, scale).psnr;
        const double bicubic = fidelityOfLuma(resized(small, truth.size()), truth, scale).psnr;
        QVERIFY2(ours > bicubic + 0.5, qPrintable(QString("%1 dB, bicubic %2 dB").arg(ours).arg(bicubic)));
    }

    void theShippedWeightsRemoveWhatTheyAreTold_data() {
        QTest::addColumn<float>("noise");
        QTest::addColumn<float>("jpeg");
        QTest::addColumn<float>("blur");
        QTest::newRow("noise") << 0.3f << 0.0f << 0.0f;
        QTest::newRow("JPEG") << 0.0f << 0.5f << 0.0f;
        QTest::newRow("blur") << 0.0f << 0.0f << 0.5f;
    }

    void theShippedWeightsRemoveWhatTheyAreTold() {
        QFETCH(float, noise);
        QFETCH(float, jpeg);
        QFETCH(float, blur);
        const auto network = Network::load(CASR_SOURCE_DIR "/models/casr.safetensors");
        const Image truth = drawnScene({96, 78});
        HashRandom random(1);
        const Image small = degraded(resizedTo8Bit(truth, {48, 39}), {noise, jpeg, blur}, random);
        const auto fidelity = [&](const StepControls& controls) {
            Staircase staircase(small, network, planSchedule(small.size(), 2), Precision::float32, std::size_t{1} << 28, controls);
            return fidelityOfLuma(staircase.region(staircase.plan().levels() - 1, rectOf(truth.size())).image, truth, 2).psnr;
        };
        const double told = fidelity({noise, jpeg, {}, 0, 0, 0, blur}), untold = fidelity({});
        QVERIFY2(told > untold + 0.5, qPrintable(QString("%1 dB, %2 dB untold").arg(told).arg(untold)));
    }
};

QTEST_APPLESS_MAIN(TestTrunk)
#include "test_trunk.moc"
