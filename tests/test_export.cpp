#include "core/export/exporter.h"
#include "core/io/picture_file.h"
#include "network_support.h"
#include "support.h"

#include <QtTest>

using namespace casr;

namespace {

constexpr Architecture tiny{16, 1, 16};

/// A photo with alpha, its staircase, and where things are written.
struct Bench {
    explicit Bench(Size size = {37, 29}, double scale = 4.3, std::size_t cacheBytes = 64 << 20)
        : photo(photoOf(pictureOfNoise(size))),
          staircase(photo.rgb, strongNetwork(tiny, 3), planSchedule(size, scale, 3.0), Precision::float32, cacheBytes),
          exporter(staircase, photo) {}

    static Image pictureOfNoise(Size size) { return joinChannels(noisePicture(size, 3, 1), noisePicture(size, 1, 2), {nullptr, true}); }

    ExportRequest request(const char* name, Rect photoRegion) const {
        const int level = staircase.plan().levels() - 1;
        ExportRequest request;
        request.output = folder.filePath(name).toStdString();
        request.level = level;
        request.region = regionAt(staircase.plan(), level, photoRegion);
        request.stream.piece = {64, 32};
        return request;
    }

    /// The same part computed in one piece and written in one go.
    Picture reference(const ExportRequest& wanted) {
        const PlacedImage rgb = staircase.region(wanted.level, wanted.region);
        return {pictureOf(photo, rgb.image, staircase.plan().sizeOf(wanted.level), wanted.region), 8, {}};
    }

    JobDescription job() const { return {"p", "h", "w", staircase.profile(), 4.3, 3.0, {0, 0, 37, 29}, "o", 8, 92, false, false}; }

    QTemporaryDir folder;
    Photo photo;
    Staircase staircase;
    Exporter exporter;
};

double light(double code) {
    return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4);
}

double code(double light) {
    return light <= 0.0031308 ? light * 12.92 : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

/// sRGB in Display P3, by the colorants of libvips' two profiles: its Display P3 lacks the -0.001 of blue that red has in the standard.
std::array<double, 3> inDisplayP3(const float* srgb) {
    const auto lightOf = [&](int channel) { return light(std::clamp<double>(srgb[channel], 0.0, 1.0)); };
    const double red = lightOf(0), green = lightOf(1), blue = lightOf(2);
    const auto mixed = [&](double ofRed, double ofGreen, double ofBlue) { return code(ofRed * red + ofGreen * green + ofBlue * blue); };
    return {mixed(0.82245, 0.17792, -0.00037), mixed(0.03314, 0.96685, 0.00001), mixed(0.01601, 0.07241, 0.91158)};
}

void ignoreProgress(double, const std::string&) {}

QByteArray bytesOf(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

} // namespace

class TestExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void aStreamedExportHoldsThePixelsOfTheRegion() {
        Bench bench;
        const ExportRequest request = bench.request("a.png", {4, 3, 30, 25});
        double last = 0;
        bench.exporter.write(request,
                             [&](double share, const std::string&) {
                                 QVERIFY(share >= last);
                                 last = share;
                             },
                             {});
        QCOMPARE(last, 1.0);
        const std::filesystem::path reference = bench.folder.filePath("r.png").toStdString();
        writePicture(reference, bench.reference(request));
        QVERIFY(sameBits(readPicture(request.output).image, readPicture(reference).image));
    }

    void aTinyCacheGivesTheSameFile() {
        Bench large, small({37, 29}, 4.3, 0);
        const ExportRequest a = large.request("a.png", {0, 0, 37, 29}), b = small.request("a.png", {0, 0, 37, 29});
        large.exporter.write(a, ignoreProgress, {});
        small.exporter.write(b, ignoreProgress, {});
        QCOMPARE(bytesOf(a.output), bytesOf(b.output));
    }

    void aJobInShardsGivesTheBytesOfAPlainExport() {
        Bench plain({150, 140}, 2.4), first({150, 140}, 2.4), second({150, 140}, 2.4);
        const Rect whole{0, 0, 150, 140};
        const ExportRequest expected = plain.request("a.tif", whole);
        plain.exporter.write(expected, ignoreProgress, {});
        const auto job = JobFolder::create(first.folder.filePath("job").toStdString(), first.job());
        first.exporter.compute(first.request("a.tif", whole), *job, 1, 2, ignoreProgress, {});
        second.exporter.compute(second.request("a.tif", whole), *job, 0, 2, ignoreProgress, {});
        const std::int64_t computed = second.staircase.statistics().tilesComputed;
        const ExportRequest assembled = second.request("a.tif", whole);
        second.exporter.assemble(assembled, *job, ignoreProgress, {});
        QCOMPARE(second.staircase.statistics().tilesComputed, computed);
        QCOMPARE(bytesOf(assembled.output), bytesOf(expected.output));
    }

    void aFinishedTileOfAnotherSizeOrKindIsComputedAgain_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("channels");
        QTest::newRow("too small") << QSize(4, 4) << 4;
        QTest::newRow("too large") << QSize(400, 300) << 4;
        QTest::newRow("without alpha") << QSize(159, 125) << 3;
    }

    void aFinishedTileOfAnotherSizeOrKindIsComputedAgain() {
        QFETCH(QSize, size);
        QFETCH(int, channels);
        Bench bench;
        const ExportRequest plain = bench.request("a.png", {0, 0, 37, 29}), assembled = bench.request("b.png", {0, 0, 37, 29});
        bench.exporter.write(plain, ignoreProgress, {});
        const auto job = JobFolder::create(bench.folder.filePath("job").toStdString(), bench.job());
        const TileKey only{plain.level, 0, 0};
        QCOMPARE(bench.staircase.gridOf(plain.level).tiles(), (Rect{0, 0, 1, 1}));
        job->storeResult(only, noisePicture({size.width(), size.height()}, channels, 1));
        bench.exporter.compute(assembled, *job, 0, 1, ignoreProgress, {});
        QCOMPARE(job->loadResult(only)->size(), plain.region.size());
        job->storeResult(only, noisePicture({size.width(), size.height()}, channels, 1));
        bench.exporter.assemble(assembled, *job, ignoreProgress, {});
        QCOMPARE(bytesOf(assembled.output), bytesOf(plain.output));
    }

    void aResultCanBeInOtherColours_data() {
        QTest::addColumn<int>("colours");
        QTest::newRow("sRGB") << static_cast<int>(OutputColours::srgb);
        QTest::newRow("Display P3") << static_cast<int>(OutputColours::displayP3);
    }

    void aResultCanBeInOtherColours() {
        QFETCH(int, colours);
        Bench plain({50, 40}, 2.4), shared({50, 40}, 2.4);
        const auto inColours = [&](const Bench& bench) {
            ExportRequest request = bench.request("a.tif", {0, 0, 50, 40});
            request.colours = static_cast<OutputColours>(colours);
            request.bitsPerSample = 16;
            return request;
        };
        const ExportRequest wanted = inColours(plain), assembled = inColours(shared);
        plain.exporter.write(wanted, ignoreProgress, {});
        const Image written = readPicture(wanted.output).image, faithful = plain.reference(wanted).image;
        QVERIFY(written.encoding().iccProfile && written.encoding().hasAlpha);
        QCOMPARE(written.size(), faithful.size());
        for (std::int64_t i = 0; i < written.size().area(); ++i) {
            const float *is = &written.values()[4 * static_cast<std::size_t>(i)],
                        *was = &faithful.values()[4 * static_cast<std::size_t>(i)];
            const std::array<double, 3> expected =
                wanted.colours == OutputColours::srgb ? std::array<double, 3>{was[0], was[1], was[2]} : inDisplayP3(was);
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const double difference = is[channel] - std::clamp(expected[channel], 0.0, 1.0);
                QVERIFY2(std::abs(difference) < 1e-3, qPrintable(QString("%1 of %2").arg(difference).arg(expected[channel])));
            }
        }
        JobDescription description = shared.job();
        description.bitsPerSample = 16;
        description.colours = wanted.colours;
        const auto job = JobFolder::create(shared.folder.filePath("job").toStdString(), description);
        shared.exporter.assemble(assembled, *job, ignoreProgress, {});
        QCOMPARE(bytesOf(assembled.output), bytesOf(wanted.output));
    }

    void aCancelledJobGoesOnWhereItStopped() {
        Bench plain({150, 140}, 2.4), stopped({150, 140}, 2.4), resumed({150, 140}, 2.4);
        const Rect whole{0, 0, 150, 140};
        const ExportRequest expected = plain.request("a.png", whole);
        plain.exporter.write(expected, ignoreProgress, {});
        const auto job = JobFolder::create(stopped.folder.filePath("job").toStdString(), stopped.job());
        bool stop = false;
        const auto stopAfterOne = [&](double, const std::string&) { stop = true; };
        QVERIFY_EXCEPTION_THROWN(stopped.exporter.compute(stopped.request("a.png", whole), *job, 0, 1, stopAfterOne, [&] { return stop; }),
                                 Cancelled);
        const ExportRequest result = resumed.request("a.png", whole);
        resumed.exporter.compute(result, *job, 0, 1, ignoreProgress, {});
        QVERIFY(resumed.staircase.statistics().tilesComputed < plain.staircase.statistics().tilesComputed);
        resumed.exporter.assemble(result, *job, ignoreProgress, {});
        QCOMPARE(bytesOf(result.output), bytesOf(expected.output));
    }

    void aCancelledExportLeavesNoFile() {
        Bench bench;
        const ExportRequest request = bench.request("a.png", {0, 0, 37, 29});
        QVERIFY_EXCEPTION_THROWN(bench.exporter.write(request, ignoreProgress, [] { return true; }), Cancelled);
        QVERIFY(QDir(bench.folder.path()).isEmpty());
    }

    void preflightTellsBytesAndTiles() {
        Bench bench;
        const ExportRequest request = bench.request("a.png", {0, 0, 37, 29});
        const Preflight before = bench.exporter.preflight(request);
        QCOMPARE(before.layout.size, (Size{159, 125}));
        QCOMPARE(before.bytes, std::int64_t{159} * 125 * 4);
        QVERIFY(before.freeDisk > 0);
        bench.exporter.write(request, ignoreProgress, {});
        QCOMPARE(bench.staircase.statistics().tilesComputed, before.tiles);
    }

    void sixteenBitsAreKeptWhereTheFormatHasThem() {
        Bench bench;
        ExportRequest request = bench.request("a.png", {0, 0, 8, 8});
        request.photoBits = 16;
        QCOMPARE(bench.exporter.preflight(request).layout.bitsPerSample, 16);
        request.output.replace_extension(".jpg");
        QCOMPARE(bench.exporter.preflight(request).layout.bitsPerSample, 8);
    }

    void everyLimitIsNamedWithWhatWouldWork() {
        Bench bench({1100, 1100}, 64);
        const auto problemsOf = [&](const char* name, Rect region) {
            std::string text;
            for (const std::string& problem : bench.exporter.examine(bench.request(name, region)).problems) {
                text += problem + "\n";
            }
            return text;
        };
        // 256 pixels at x64 are one more than WebP holds, 1024 more than JPEG holds; 512 fit all that stream.
        QVERIFY(says(problemsOf("a.webp", {0, 0, 256, 4}), "16383") && says(problemsOf("a.webp", {0, 0, 256, 4}), ".tif"));
        QVERIFY(says(problemsOf("a.jpg", {0, 0, 1024, 4}), "65500") && says(problemsOf("a.jpg", {0, 0, 1024, 4}), ".png"));
        QCOMPARE(problemsOf("a.jpg", {0, 0, 512, 4}), std::string());
        QCOMPARE(problemsOf("a.png", {0, 0, 512, 4}), std::string());
        QVERIFY(says(problemsOf("a.avif", {0, 0, 512, 4}), "16384"));
        QVERIFY(says(problemsOf("none/a.webp", {0, 0, 256, 4}), "folder"));
        QVERIFY(says(problemsOf("none/a.webp", {0, 0, 256, 4}), "16383"));
        QVERIFY(!errorOf([&] { bench.exporter.examine(bench.request("a.xyz", {0, 0, 4, 4})); }).empty());
    }

    void theMemoryThatAnExportNeedsGrowsWithTheEncoderAlone() {
        Bench bench({1100, 1100}, 64);
        const auto memoryOf = [&](const char* name, Rect region) { return bench.exporter.examine(bench.request(name, region)).memory; };
        const std::int64_t rowsOfPieces = std::int64_t{4} * 32 * 64 * 4 * 2;
        QVERIFY(memoryOf("a.tif", {0, 0, 100, 500}) - memoryOf("a.tif", {0, 0, 100, 10}) < rowsOfPieces * 100);
        QVERIFY(memoryOf("a.jxl", {0, 0, 50, 50}) - memoryOf("a.tif", {0, 0, 50, 50}) >= std::int64_t{44} * 3200 * 3200);
    }

    void whatTheFormatDropsIsSaid() {
        Bench bench;
        ExportRequest request = bench.request("a.jpg", {0, 0, 8, 8});
        request.photoBits = 16;
        QCOMPARE(bench.exporter.examine(request).warnings.size(), std::size_t{2}); // bits and alpha
        request.bitsPerSample = 8;
        QCOMPARE(bench.exporter.examine(request).warnings.size(), std::size_t{1});
        request.output.replace_extension(".png");
        QVERIFY(bench.exporter.examine(request).warnings.empty());
    }

    void oneTileIsMeasuredAndKept() {
        Bench bench;
        const ExportRequest request = bench.request("a.png", {0, 0, 37, 29});
        QVERIFY(bench.exporter.measureTile(request, {}) > 0);
        QCOMPARE(bench.staircase.statistics().tilesComputed, std::int64_t{1});
        bench.exporter.write(request, ignoreProgress, {});
        QCOMPARE(bench.staircase.statistics().tilesComputed, bench.exporter.preflight(request).tiles);
        QVERIFY_EXCEPTION_THROWN(Bench().exporter.measureTile(request, [] { return true; }), Cancelled);
    }

    void aSizeBeyondTheFormatIsRefusedBeforeAnythingRuns() {
        Bench bench({300, 300}, 64);
        const ExportRequest request = bench.request("a.webp", {0, 0, 256, 256});
        QVERIFY(says(errorOf([&] { bench.exporter.write(request, ignoreProgress, {}); }), "16383"));
        QCOMPARE(bench.staircase.statistics().tilesComputed, std::int64_t{0});
    }
};

QTEST_GUILESS_MAIN(TestExport)
#include "test_export.moc"
