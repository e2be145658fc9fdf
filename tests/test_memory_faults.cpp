// Memory ends at every allocation of C++ in turn, while tiles are ordered, computed and exported.

#include "allocation_faults.h"
#include "core/export/exporter.h"
#include "core/io/picture_file.h"
#include "core/zoom/engine.h"
#include "network_support.h"
#include "picture_support.h"

#include <QtTest>

#include <atomic>

using namespace casr;

namespace {

constexpr Architecture tiny{16, 1, 16};

/// What one request reports, without allocating.
struct Reports {
    std::atomic<int> tiles = 0, ended = 0;
    std::atomic<Outcome> outcome = Outcome::failed;

    void forget() {
        tiles = 0;
        ended = 0;
    }

    Listener listener() {
        return {{},
                [this](const TileKey&, const Image&) { ++tiles; },
                {},
                [this](Outcome how, const std::string&) {
                    outcome = how;
                    ++ended;
                    ended.notify_all();
                }};
    }
};

const std::vector<WantedTile> threeTiles{{{1, 0, 0}, 0, 10}, {{1, 1, 0}, 1, 10}, {{1, 2, 0}, 2, 10}};

/// An export of the whole photo from tiles that are known, so that every allocation is one of the export.
struct ExportBench {
    ExportBench()
        : photo(photoOf(joinChannels(noisePicture({31, 22}, 3, 1), noisePicture({31, 22}, 1, 2), {nullptr, true}))),
          staircase(photo.rgb, strongNetwork(tiny, 3), planSchedule(photo.rgb.size(), 2.5, 3.0), Precision::float32, 64 << 20),
          exporter(staircase, photo) {
        request.output = folder / "a.png";
        request.region = rectOf(staircase.plan().sizeOf(1));
        staircase.region(1, request.region);
    }

    JobDescription job() const { return {"p", "h", "w", staircase.profile(), 2.5, 3.0, {0, 0, 31, 22}, "o", 8, 92, false, false}; }

    TestFolder folder;
    Photo photo;
    Staircase staircase;
    Exporter exporter;
    ExportRequest request;
};

void ignoreProgress(double, const std::string&) {}

} // namespace

class TestMemoryFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void everyAllocationOfTheEngineMayFail() {
        const Image tile = noisePicture({2, 2}, 3, 1);
        Reports reports;
        const auto ordering = [&] {
            reports.forget();
            Engine engine([&](const TileKey&, const StopCheck&) { return tile; });
            engine.request(Priority::visible, threeTiles, reports.listener());
            reports.ended.wait(0);
        };
        const auto isUndone = [&] { return reports.ended == 0 && reports.tiles == 0; };
        const auto isDone = [&] { return reports.ended == 1 && reports.tiles == 3 && reports.outcome == Outcome::finished; };
        const long thrown = failEveryAllocation(ordering, isUndone, isDone);
        QVERIFY2(thrown > 2, qPrintable(QString::number(thrown)));
    }

    void everyAllocationOfAListenerMayFailAndItsRequestEndsOnce() {
        const Image tile = noisePicture({2, 2}, 3, 1);
        Reports reports;
        std::atomic<bool> isListenerShort = false;
        const auto ordering = [&] {
            reports.forget();
            isListenerShort = false;
            Listener listener = reports.listener();
            listener.progress = [&](const Progress&) {
                try {
                    noisePicture({2, 2}, 3, 2);
                } catch (const std::bad_alloc&) {
                    isListenerShort = true;
                    throw;
                }
            };
            Engine engine([&](const TileKey&, const StopCheck&) { return tile; });
            engine.request(Priority::visible, threeTiles, listener);
            reports.ended.wait(0);
        };
        long failed = 0;
        const auto isUndone = [&] { return reports.ended == 0 && reports.tiles == 0; };
        const auto isDone = [&] {
            failed += isListenerShort ? 1 : 0;
            return reports.ended == 1 && reports.outcome == (isListenerShort ? Outcome::failed : Outcome::finished);
        };
        QVERIFY(failEveryAllocation(ordering, isUndone, isDone) >= 0);
        QVERIFY2(failed > 2, qPrintable(QString::number(failed)));
    }

    void aTileWithoutMemoryEndsItsRequestAndTheNextOneIsServed() {
        Reports reports;
        bool isShort = true;
        Engine engine([&](const TileKey&, const StopCheck&) -> Image {
            if (isShort) {
                throw std::bad_alloc();
            }
            return noisePicture({2, 2}, 3, 1);
        });
        engine.request(Priority::visible, threeTiles, reports.listener());
        reports.ended.wait(0);
        QCOMPARE(reports.outcome.load(), Outcome::failed);
        QCOMPARE(reports.tiles.load(), 0);
        isShort = false;
        reports.forget();
        engine.request(Priority::visible, threeTiles, reports.listener());
        reports.ended.wait(0);
        QCOMPARE(reports.outcome.load(), Outcome::finished);
        QCOMPARE(reports.tiles.load(), 3);
    }

    void everyAllocationOfAnExportMayFail() {
        ExportBench bench;
        bench.exporter.write(bench.request, ignoreProgress, {});
        const std::string expected = bytesOf(bench.request.output);
        putBytes(bench.request.output, "the old file");
        const auto isUndone = [&] { return bytesOf(bench.request.output) == "the old file" && bench.folder.count() == 1; };
        const auto isDone = [&] {
            const bool isWhole = bytesOf(bench.request.output) == expected && bench.folder.count() == 1;
            putBytes(bench.request.output, "the old file");
            return isWhole;
        };
        const long thrown = failEveryAllocation([&] { bench.exporter.write(bench.request, ignoreProgress, {}); }, isUndone, isDone);
        QVERIFY2(thrown > 20, qPrintable(QString::number(thrown)));
    }

    void everyAllocationOfAJobMayFailAndItGoesOn() {
        ExportBench bench;
        const auto folder = bench.folder / "job";
        auto job = JobFolder::create(folder, bench.job());
        bench.exporter.compute(bench.request, *job, 0, 1, ignoreProgress, {});
        const std::optional<Image> expected = job->loadResult({1, 0, 0});
        QVERIFY(expected);
        // What is left is no tile or the whole tile, and the job goes on. Then an empty folder for the next time.
        const auto isSound = [&] {
            const std::optional<Image> left = job->loadResult({1, 0, 0});
            bench.exporter.compute(bench.request, *job, 0, 1, ignoreProgress, {});
            const std::optional<Image> after = job->loadResult({1, 0, 0});
            std::filesystem::remove_all(folder);
            job = JobFolder::create(folder, bench.job());
            return (!left || sameBits(*left, *expected)) && after && sameBits(*after, *expected);
        };
        QVERIFY(isSound());
        const auto computing = [&] { bench.exporter.compute(bench.request, *job, 0, 1, ignoreProgress, {}); };
        const long thrown = failEveryAllocation(computing, isSound, isSound);
        QVERIFY2(thrown > 20, qPrintable(QString::number(thrown)));
    }

    void everyAllocationOfATileMayFail() {
        const Photo photo = photoOf(noisePicture({9, 7}, 3, 1));
        const std::shared_ptr<const Network> network = strongNetwork(tiny, 3);
        const auto tileOf = [&] {
            Staircase staircase(photo.rgb, network, planSchedule(photo.rgb.size(), 2.5, 3.0), Precision::float32, 64 << 20);
            return staircase.tile({1, 0, 0});
        };
        const Image expected = tileOf();
        Image made;
        const auto computing = [&] {
            made = Image();
            made = tileOf();
        };
        const long thrown = failEveryAllocation(
            computing, [&] { return made.isEmpty(); }, [&] { return sameBits(made, expected); });
        QVERIFY2(thrown > 2, qPrintable(QString::number(thrown))); // the rest is tried again with a smaller cache
    }
};

QTEST_GUILESS_MAIN(TestMemoryFaults)
#include "test_memory_faults.moc"
