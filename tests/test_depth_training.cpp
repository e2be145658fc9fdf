#include "core/depth/depth_error.h"
#include "core/depth/depth_trainer.h"
#include "core/depth/scene.h"
#include "core/io/depth_packer.h"
#include "core/network/tensor_file.h"
#include "tests/crops_support.h"
#include "tests/picture_support.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>

using namespace casr;

namespace {

/// What is solid at a point, and on which side of every flat body it lies: the scene written down a second time, without rays.
class SlowScene {
public:
    explicit SlowScene(const Scene& scene) : m_scene(scene) {}

    /// Depth of the first thing along a ray, by walking it in small steps and halving the last; infinity when there is none up to
    /// `farthest`.
    double depthAlong(const Ray& ray, double farthest) const {
        for (double before = 0.05, after = 0; before < farthest; before = after) {
            after = before * 1.002;
            if (isCrossed(ray, before, after)) {
                return halvedDown(ray, before, after);
            }
        }
        return std::numeric_limits<double>::infinity();
    }

private:
    static Vector3 at(const Ray& ray, double depth) { return ray.origin + depth * ray.direction; }

    static Vector3 turnedBack(Vector3 p, double angle) {
        return {std::cos(angle) * p.x - std::sin(angle) * p.z, p.y, std::sin(angle) * p.x + std::cos(angle) * p.z};
    }

    static Vector3 localOf(const Solid& solid, Vector3 p) { return turnedBack(p - solid.foot, solid.turn); }

    static bool isFlat(const Solid& solid) { return solid.kind == Solid::Kind::billboard || solid.kind == Solid::Kind::ridge; }

    static bool isInFace(const Solid& solid, Vector3 p) {
        if (std::abs(p.x) > solid.halfWidth || p.y < 0 || p.y > solid.height) {
            return false;
        }
        if (solid.kind == Solid::Kind::ridge) {
            return p.y <= ridgeHeight(solid, p.x);
        }
        const double a = p.x / solid.halfWidth, b = (p.y - solid.height / 2) / (solid.height / 2);
        return std::sqrt(a * a + b * b) <= outlineRadius(solid, std::atan2(b, a));
    }

    static bool fills(const Solid& solid, Vector3 p) {
        switch (solid.kind) {
        case Solid::Kind::box:
            return std::abs(p.x) <= solid.halfWidth && p.y >= 0 && p.y <= solid.height && std::abs(p.z) <= solid.halfDepth;
        case Solid::Kind::cylinder: return p.x * p.x + p.z * p.z <= solid.halfWidth * solid.halfWidth && p.y >= 0 && p.y <= solid.height;
        case Solid::Kind::ellipsoid:
            return std::pow(p.x / solid.halfWidth, 2) + std::pow(2 * p.y / solid.height - 1, 2) + std::pow(p.z / solid.halfDepth, 2) <= 1;
        default: return false;
        }
    }

    bool isOutside(Vector3 p) const {
        if (!m_scene.room) {
            return p.y < 0;
        }
        const Vector3 q = turnedBack(p, m_scene.room->turn);
        return q.x < m_scene.room->left || q.x > m_scene.room->right || q.z < m_scene.room->back || q.z > m_scene.room->front || q.y < 0 ||
               q.y > m_scene.room->height;
    }

    bool isCrossed(const Ray& ray, double before, double after) const {
        const Vector3 p = at(ray, before), q = at(ray, after);
        bool crossed = isOutside(q);
        for (const Solid& solid : m_scene.solids) {
            const Vector3 a = localOf(solid, p), b = localOf(solid, q);
            crossed = crossed || (isFlat(solid) ? a.z * b.z <= 0 && isInFace(solid, b) : !fills(solid, a) && fills(solid, b));
        }
        return crossed;
    }

    double halvedDown(const Ray& ray, double before, double after) const {
        for (int i = 0; i < 50; ++i) {
            const double middle = 0.5 * (before + after);
            (isCrossed(ray, before, middle) ? after : before) = middle;
        }
        return after;
    }

    const Scene& m_scene;
};

Image plane(std::vector<float> values) {
    const int count = static_cast<int>(values.size());
    return Image({count, 1}, 1, std::move(values));
}

Image ones(int count) {
    return plane(std::vector<float>(static_cast<std::size_t>(count), 1.0f));
}

bool isClose(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// Frames of one colour each, all of it at one distance.
DepthFrames flatFrames(int count) {
    DepthFrames frames{40, 32, {}, {}};
    for (int i = 0; i < count; ++i) {
        frames.colours.insert(frames.colours.end(), 3 * frames.pixels(), static_cast<std::uint8_t>(i));
        frames.depths.insert(frames.depths.end(), frames.pixels(), static_cast<std::uint16_t>(1000 + i));
    }
    return frames;
}

DepthFrames noiseFrames(int count, std::uint64_t seed) {
    DepthFrames frames = flatFrames(count);
    HashRandom random(seed);
    for (auto& depth : frames.depths) {
        depth = static_cast<std::uint16_t>(random.below(5000));
    }
    for (auto& colour : frames.colours) {
        colour = static_cast<std::uint8_t>(random.below(256));
    }
    return frames;
}

DepthTrainOptions optionsFor(const std::filesystem::path& folder, std::int64_t iterations) {
    DepthTrainOptions options;
    options.sample = {2, 0.5, 5, 7};
    options.folder = folder;
    options.iterations = iterations;
    options.warmUp = 3;
    options.reportEvery = 2;
    options.validationRenders = 1;
    options.threads = 1;
    return options;
}

/// Runs and returns the lines reported; stops after `most` iterations when that is not below 0.
std::vector<std::string> trained(const DepthTrainOptions& options, int most = -1) {
    std::vector<std::string> lines;
    int polls = 0;
    trainDepth(
        patternCrops(), patternCrops(), noiseFrames(heldOutFrames + 2, 3), options, [&](const std::string& line) { lines.push_back(line); },
        [&] { return most >= 0 && polls++ >= most; });
    return lines;
}

bool sameTensors(const std::filesystem::path& a, const std::filesystem::path& b) {
    const TensorFile first = readTensorFile(a), second = readTensorFile(b);
    bool same = first.tensors.size() == second.tensors.size();
    for (std::size_t i = 0; same && i < first.tensors.size(); ++i) {
        const std::vector<float>&x = first.tensors[i].values, &y = second.tensors[i].values;
        same = x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
    }
    return same;
}

} // namespace

class TestDepthTraining : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSceneIsAFunctionOfItsSeedAndIndex() {
        const TextureSet textures(patternCrops());
        const auto view = [&](std::uint64_t seed, std::uint64_t index) {
            return render(drawScene(seed, index, textures.count()), textures, {40, 30});
        };
        for (std::uint64_t index = 0; index < 8; ++index) {
            QVERIFY(sameBits(view(1, index).colour, view(1, index).colour));
            QVERIFY(sameBits(view(1, index).inverseDepth, view(1, index).inverseDepth));
            QVERIFY(!sameBits(view(1, index).colour, view(1, index + 1).colour));
            QVERIFY(!sameBits(view(1, index).colour, view(2, index).colour));
        }
    }

    void depthIsExact() {
        const TextureSet textures(patternCrops());
        const Size size{9, 7};
        constexpr double farthest = 1000; // where the slow one gives up
        int wrong = 0, pixels = 0, rooms = 0;
        for (std::uint64_t index = 0; index < 10; ++index) {
            const Scene scene = drawScene(11, index, textures.count());
            const SceneView view = render(scene, textures, size);
            const SlowScene slow(scene);
            rooms += scene.room ? 1 : 0;
            for (int y = 0; y < size.height; ++y) {
                for (int x = 0; x < size.width; ++x) {
                    const double inverse = 1 / slow.depthAlong(rayThrough(scene.camera, size, x, y), farthest);
                    const double tolerance = inverse == 0 ? 1 / farthest : 1e-5 * inverse;
                    wrong += std::abs(inverse - view.inverseDepth.at(x, y, 0)) > tolerance ? 1 : 0;
                    ++pixels;
                }
            }
        }
        QVERIFY(rooms > 0 && rooms < 10);
        // Corners thinner than a step of the slow walk may be missed.
        QVERIFY2(wrong * 200 <= pixels, qPrintable(QString("%1 of %2").arg(wrong).arg(pixels)));
    }

    void theCameraLooksWhereItSays() {
        const Camera level{2, 0, 0, 1};
        const Ray middle = rayThrough(level, {101, 51}, 50, 25);
        QVERIFY(isClose(middle.direction.x, 0, 1e-12) && isClose(middle.direction.y, 0, 1e-12) && isClose(middle.direction.z, 1, 1e-12));
        QCOMPARE(middle.origin.y, 2.0);
        const Ray corner = rayThrough(level, {100, 50}, 99, 0);
        QVERIFY(isClose(corner.direction.x, 0.495, 1e-12) && isClose(corner.direction.y, 0.245, 1e-12));
        const Camera down{2, 0.5, 0, 1};
        QVERIFY(rayThrough(down, {101, 51}, 50, 25).direction.y < 0);
    }

    void theSkyIsInfinitelyFarAndTheGroundAsFarAsItLies() {
        Scene scene;
        scene.camera = {2, 0, 0, 1};
        const SceneView view = render(scene, TextureSet(patternCrops()), {20, 20});
        for (int y = 0; y < 20; ++y) {
            const double fall = (y + 0.5 - 10) / 20; // of the ray, for each metre forward
            QVERIFY(isClose(view.inverseDepth.at(3, y, 0), std::max(0.0, fall / 2), 1e-7));
        }
    }

    void hazeHidesColourAndLeavesDepth() {
        Scene scene;
        scene.weather.horizon = {0.5f, 0.5f, 0.5f};
        const SceneView clear = render(scene, TextureSet(patternCrops()), {20, 20});
        scene.weather.haze = 1e6;
        const SceneView thick = render(scene, TextureSet(patternCrops()), {20, 20});
        QVERIFY(sameBits(clear.inverseDepth, thick.inverseDepth));
        QCOMPARE(thick.colour.at(4, 18, 1), 0.5f);
        QVERIFY(!sameBits(clear.colour, thick.colour));
    }

    void texturesAreInterpolatedMirroredAndSmoothed() {
        CropFile file{16, {0}, {}};
        for (int i = 0; i < 16 * 16; ++i) {
            file.pixels.insert(file.pixels.end(), {static_cast<std::uint8_t>(i % 16 * 10), static_cast<std::uint8_t>(i / 16 * 10), 100});
        }
        const TextureSet textures(file);
        QCOMPARE(textures.edge(), 16);
        QVERIFY(isClose(textures.at(0, 3.5, 5.5, 1)[0], 30 / 255.0, 1e-6));
        QVERIFY(isClose(textures.at(0, 4.0, 5.5, 1)[0], 35 / 255.0, 1e-6));
        QVERIFY(isClose(textures.at(0, 3.5, 5.75, 1)[1], 52.5 / 255.0, 1e-6));
        for (const double u : {-3.5, 28.5, 35.5, 3.5 - 32e6}) {
            QVERIFY(isClose(textures.at(0, u, 5.5, 1)[0], 30 / 255.0, 1e-6));
        }
        QVERIFY(isClose(textures.at(0, 3, 5, 1e9)[0], 75 / 255.0, 3 / 255.0));
        QCOMPARE(textures.at(0, 3, 5, 4)[2], 100 / 255.0f);
    }

    void scenesNeedTextures() {
        QVERIFY(says(errorOf([] { TextureSet{CropFile{16, {}, {}}}; }), "casr-train pack"));
    }

    void halvingTakesMeans() {
        const Image half = halved(Image({4, 2}, 2, {1, 10, 2, 20, 5, 0, 5, 0, 3, 30, 6, 60, 5, 0, 5, 4}));
        QCOMPARE(half.size(), (Size{2, 1}));
        QVERIFY(sameBits(half, Image({2, 1}, 2, {3, 30, 5, 1})));
    }

    void aBatchDependsOnItsIterationAlone() {
        const TextureSet textures(patternCrops());
        const DepthFrames frames = noiseFrames(heldOutFrames + 3, 1);
        DepthSamples first(textures, frames, {3, 0.4, 10, 5}), second(textures, frames, {3, 0.4, 10, 5});
        for (std::uint64_t iteration = 0; iteration < 6; ++iteration) {
            first.batch(iteration);
        }
        const std::vector<DepthSample> one = first.batch(9), two = second.batch(9);
        QCOMPARE(one.size(), std::size_t{3});
        for (std::size_t i = 0; i < one.size(); ++i) {
            QVERIFY(sameBits(one[i].colour, two[i].colour) && sameBits(one[i].inverseDepth, two[i].inverseDepth));
            QCOMPARE(one[i].isMeasured, i == 0);
            QCOMPARE(one[i].colour.size(), one[0].colour.size());
            QCOMPARE(one[i].inverseDepth.width() * 2, one[i].colour.width());
            QCOMPARE(one[i].known.size(), one[i].inverseDepth.size());
        }
    }

    void heldOutFramesAreNeverTrainedOn() {
        const TextureSet textures(patternCrops());
        const DepthFrames frames = flatFrames(heldOutFrames + 3);
        DepthSamples samples(textures, frames, {4, 1.0, 5, 5});
        std::set<int> used;
        for (std::uint64_t iteration = 0; iteration < 12; ++iteration) {
            for (const DepthSample& sample : samples.batch(iteration)) {
                used.insert(static_cast<int>(std::lround(1000 / sample.inverseDepth.at(0, 0, 0))) - 1000);
            }
        }
        QCOMPARE(used, (std::set<int>{0, 1, 2}));
    }

    void withoutFramesEverythingIsRendered() {
        const TextureSet textures(patternCrops());
        for (const DepthFrames& frames : {DepthFrames{}, flatFrames(heldOutFrames)}) {
            DepthSamples samples(textures, frames, {2, 1.0, 5, 5});
            for (const DepthSample& sample : samples.batch(0)) {
                QVERIFY(!sample.isMeasured);
            }
        }
    }

    void whatWasNotMeasuredIsUnknown() {
        DepthFrames frames = flatFrames(1);
        std::fill(frames.depths.begin(), frames.depths.begin() + 20 * 40, std::uint16_t{0});
        const DepthSample sample = wholeFrame(frames, 0, {40, 32});
        QCOMPARE(sample.known.at(3, 2, 0), 0.0f);
        QCOMPARE(sample.known.at(3, 15, 0), 1.0f);
        QCOMPARE(sample.inverseDepth.at(3, 15, 0), 1.0f);
    }

    void theErrorIsThatOfDepthAfterTheBestScaleAndShift() {
        const Image truth = plane({0.5f, 1, 2, 0.25f});
        QVERIFY(isClose(absoluteRelativeError(plane({4, 7, 13, 2.5f}), truth, ones(4), 10), 0, 1e-6)); // 6 t + 1
        // A constant is fitted by the mean, 0.9375: |t / 0.9375 - 1|.
        const double constant = (0.4375 + 0.0625 + 1.0625 + 0.6875) / 0.9375 / 4;
        QVERIFY(isClose(absoluteRelativeError(plane({3, 3, 3, 3}), truth, ones(4), 10), constant, 1e-6));
        // Beyond 3 m nothing counts: the last pixel is 4 m away.
        QVERIFY(isClose(absoluteRelativeError(plane({4, 7, 13, 99}), truth, ones(4), 3), 0, 1e-6));
        QVERIFY(isClose(absoluteRelativeError(plane({4, 99, 13, 2.5f}), truth, plane({1, 0, 1, 1}), 10), 0, 1e-6));
        QCOMPARE(absoluteRelativeError(plane({1, 2}), plane({1, 2}), plane({0, 0}), 10), 0.0);
    }

    void aFittedDepthIsNeverBeyondTheFarthest() {
        // The line through (0, 0.2), (1, 0.2), (10, 1.4): at 0 it lies below 1 / 5.
        const double squares = 182.0 / 3, products = 7.6, slope = products / squares, shift = 0.6 - slope * 11 / 3;
        const double expected =
            (0.2 / 0.2 - 1 + std::abs(0.2 / std::max(0.2, slope + shift) - 1) + std::abs(1.4 / (10 * slope + shift) - 1)) / 3;
        QVERIFY(shift < 0.2);
        QVERIFY(isClose(absoluteRelativeError(plane({0, 1, 10}), plane({0.2f, 0.2f, 1.4f}), ones(3), 5.0001), expected, 1e-4));
    }

    void aDepthFileIsReadBack() {
        const TestFolder folder;
        const DepthFrames frames = noiseFrames(3, 1);
        writeDepthFrames(folder / "frames", frames);
        const DepthFrames read = readDepthFrames(folder / "frames");
        QCOMPARE(read.width, 40);
        QCOMPARE(read.height, 32);
        QCOMPARE(read.colours, frames.colours);
        QCOMPARE(read.depths, frames.depths);
        const std::string bytes = bytesOf(folder / "frames");
        QCOMPARE(bytes.size(), std::size_t{24 + 3 * 5 * 40 * 32});
        QCOMPARE(QByteArray::fromStdString(bytes.substr(0, 24)).toHex(), QByteArray("4341535244505448"
                                                                                    "01000000"
                                                                                    "28000000"
                                                                                    "20000000"
                                                                                    "03000000"));
        QCOMPARE(static_cast<int>(static_cast<unsigned char>(bytes[24])), static_cast<int>(frames.colours[0]));
    }

    void aDamagedDepthFileIsRefused() {
        const TestFolder folder;
        writeDepthFrames(folder / "frames", noiseFrames(2, 1));
        const std::string whole = bytesOf(folder / "frames");
        const auto refusal = [&](const std::string& bytes) {
            putBytes(folder / "frames", bytes);
            return errorOf([&] { readDepthFrames(folder / "frames"); });
        };
        for (std::size_t length = 0; length < whole.size(); length += length < 40 ? 1 : 997) {
            QVERIFY2(says(refusal(whole.substr(0, length)), "casr-train pack-depth"), qPrintable(QString::number(length)));
        }
        QVERIFY(says(refusal(whole + "x"), "cut short or altered"));
        for (const std::size_t place : {3, 8, 13, 17, 22}) {
            std::string bytes = whole;
            bytes[place] = '\x7f';
            QVERIFY2(says(refusal(bytes), "casr-train pack-depth"), qPrintable(QString::number(place)));
        }
        QVERIFY(says(errorOf([&] { readDepthFrames(folder / "none"); }), "cannot be opened"));
        QVERIFY(!errorOf([&] { readDepthFrames(folder.path()); }).empty());
        QCOMPARE(refusal(whole), std::string());
    }

    void photosWithDepthArePacked() {
        const TestFolder pictures, out;
        for (const char* name : {"b", "a"}) {
            writePicture(pictures / (std::string(name) + ".color.png"), flatPicture({64, 48}, {name[0] == 'a' ? 0.2f : 0.4f, 0.6f, 0.8f}));
            Picture depth = codedPicture({64, 48}, 1, 16);
            writePicture(pictures / (std::string(name) + ".depth.png"), depth);
        }
        writePicture(pictures / "alone.color.png", flatPicture({64, 48}, {0, 0, 0}));
        writePicture(pictures / "coarse.color.png", flatPicture({64, 48}, {0, 0, 0}));
        writePicture(pictures / "coarse.depth.png", codedPicture({64, 48}, 1, 8));
        writePicture(pictures / "other.color.png", flatPicture({64, 64}, {0, 0, 0}));
        writePicture(pictures / "other.depth.png", codedPicture({64, 64}, 1, 16));
        putBytes(pictures / "notes.txt", "no picture");
        std::vector<std::string> reports;
        packDepth(pictures.path(), 64, out / "frames", [&](const std::string& line) { reports.push_back(line); });
        QCOMPARE(static_cast<int>(reports.size()), 3);
        QVERIFY(says(reports[0], "alone") && says(reports[1], "16-bit") && says(reports[2], "other"));
        const DepthFrames frames = readDepthFrames(out / "frames");
        QCOMPARE(frames.count(), 2);
        QCOMPARE(static_cast<int>(frames.colour(0)[0]), 51);
        QCOMPARE(static_cast<int>(frames.colour(1)[0]), 102);
        const Picture depth = codedPicture({64, 48}, 1, 16);
        for (int i = 0; i < 64 * 48; i += 7) {
            QCOMPARE(static_cast<long>(frames.depth(1)[i]), std::lround(depth.image.values()[static_cast<std::size_t>(i)] * 65535));
        }
        packDepth(pictures.path(), 32, out / "small", [](const std::string&) {});
        QCOMPARE(readDepthFrames(out / "small").height, 24);
    }

    void aFolderWithoutPairsIsAnError() {
        const TestFolder pictures, out;
        const auto pack = [&](const std::filesystem::path& folder) {
            return errorOf([&] { packDepth(folder, 64, out / "frames", [](const std::string&) {}); });
        };
        QVERIFY(says(pack(pictures.path()), "no pair"));
        QVERIFY(says(pack(pictures / "missing"), "cannot be listed"));
        QCOMPARE(out.count(), 0);
    }

    void aResumedRunIsTheUninterruptedOne() {
        const TestFolder once, parts;
        trained(optionsFor(once.path(), 7));
        trained(optionsFor(parts.path(), 7), 3);
        QVERIFY(!sameTensors(once / "weights.safetensors", parts / "weights.safetensors"));
        trained(optionsFor(parts.path(), 7));
        QVERIFY(sameTensors(once / "weights.safetensors", parts / "weights.safetensors"));
        QVERIFY(sameTensors(once / "checkpoint.safetensors", parts / "checkpoint.safetensors"));
    }

    void aRunReportsAndItsWeightsCanBeMeasured() {
        const TestFolder folder;
        DepthTrainOptions options = optionsFor(folder.path(), 4);
        options.record = "drawn for a test";
        const std::vector<std::string> lines = trained(options);
        QCOMPARE(static_cast<int>(lines.size()), 4);
        QVERIFY(says(lines[0], "iteration 2") && says(lines[0], "loss") && says(lines[2], "13 held-out frames"));
        QVERIFY(says(readTensorFile(folder / "weights.safetensors").metadata.at("training"), "drawn for a test"));
        const DepthEvaluation evaluation =
            evaluateDepth(folder / "weights.safetensors", patternCrops(), noiseFrames(heldOutFrames + 2, 3), 1, 1);
        QCOMPARE(evaluation.frames.pictures, 13);
        QCOMPARE(evaluation.renders.pictures, 1);
        QVERIFY(says(lines[3], describe("renders", evaluation.renders)));
    }

    void aRunMayStartFromWeights() {
        const TestFolder first, second;
        trained(optionsFor(first.path(), 4));
        DepthTrainOptions options = optionsFor(second.path(), 1);
        options.start = first / "weights.safetensors";
        options.rate = 0;
        trained(options);
        QVERIFY(sameTensors(first / "weights.safetensors", second / "weights.safetensors"));
        options.start = first / "nothing.safetensors";
        QVERIFY(says(errorOf([&] { trained(options); }), "nothing.safetensors"));
    }

    void theLossFallsInAFewIterations_data() {
        QTest::addColumn<bool>("muon");
        QTest::addColumn<double>("relative");
        QTest::newRow("Adam") << false << 0.0;
        QTest::newRow("Muon and the relative error") << true << 1.0;
    }

    void theLossFallsInAFewIterations() {
        QFETCH(bool, muon);
        QFETCH(double, relative);
        const TestFolder folder;
        DepthTrainOptions options = optionsFor(folder.path(), 30);
        options.muon = muon;
        options.relative = relative;
        options.sample.frameShare = 0;
        options.reportEvery = 10;
        const std::vector<std::string> lines = trained(options);
        const auto loss = [&](std::size_t line) { return std::stod(lines[line].substr(lines[line].find("loss") + 5)); };
        QVERIFY2(loss(2) < loss(0), (lines[0] + lines[2]).c_str());
    }

    void mistakesAreNamed() {
        const TestFolder folder;
        DepthTrainOptions options = optionsFor(folder.path(), 0);
        QVERIFY(says(errorOf([&] { trained(options); }), "--iterations or --minutes"));
        putBytes(folder / "file", "");
        QVERIFY(says(errorOf([&] { trained(optionsFor(folder / "file" / "x", 2)); }), "cannot be made"));
        trained(optionsFor(folder / "run", 2));
        std::filesystem::copy_file(folder / "run" / "weights.safetensors", folder / "checkpoint.safetensors");
        QVERIFY(!errorOf([&] { trained(optionsFor(folder.path(), 2)); }).empty());
        QVERIFY(says(errorOf([&] { evaluateDepth(folder / "none", patternCrops(), {}, 1, 1); }), "none"));
        QVERIFY(says(errorOf([&] { evaluateDepth(CASR_SOURCE_DIR "/models/casr.safetensors", patternCrops(), {}, 1, 1); }),
                     "no depth network"));
    }
};

QTEST_GUILESS_MAIN(TestDepthTraining)
#include "test_depth_training.moc"
