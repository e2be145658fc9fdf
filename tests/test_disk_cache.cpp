#include "core/export/disk_cache.h"
#include "support.h"

#include <QtTest>

#include <fstream>

#include <sys/stat.h>

using namespace casr;

namespace {

const TileSource photoA{"photo a", "weights", "plan", "fp32", "controls"};
constexpr std::int64_t plenty = 1 << 24;

Image tileOf(int number) {
    return noisePicture({6, 5}, 3, static_cast<std::uint64_t>(number));
}

TileKey keyOf(int number) {
    return {1 + number % 2, number, 3};
}

bool holds(DiskCache& cache, int number) {
    const std::optional<Image> found = cache.load(keyOf(number));
    return found && sameBits(*found, tileOf(number));
}

/// The files of a folder, deep.
std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    return files;
}

/// Where the tile lies.
std::filesystem::path pathOf(const std::filesystem::path& folder, int number) {
    const TileKey key = keyOf(number);
    const std::vector<std::filesystem::path> files = filesIn(folder);
    const std::string name = std::to_string(key.level) + "-" + std::to_string(key.row) + "-" + std::to_string(key.column) + ".tile";
    return *std::find_if(files.begin(), files.end(), [&](const std::filesystem::path& file) { return file.filename() == name; });
}

void setUsed(const std::filesystem::path& file, int secondsAgo) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(secondsAgo));
}

} // namespace

class TestDiskCache : public QObject {
    Q_OBJECT

private:
    std::filesystem::path folder() const { return m_folder->filePath("cache").toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void tilesSurviveARestart() {
        {
            DiskCache cache(folder(), photoA, plenty);
            QVERIFY(!cache.load(keyOf(1)));
            cache.store(keyOf(1), tileOf(1));
            cache.store(keyOf(2), tileOf(2));
        }
        DiskCache cache(folder(), photoA, plenty);
        QVERIFY(holds(cache, 1) && holds(cache, 2));
        QVERIFY(!cache.load(keyOf(3)));
        QVERIFY(cache.bytes() > 0);
    }

    void whatATileDependsOnIsItsKey() {
        DiskCache cache(folder(), photoA, plenty);
        cache.store(keyOf(1), tileOf(1));
        for (std::string TileSource::*part :
             {&TileSource::photo, &TileSource::weights, &TileSource::plan, &TileSource::profile, &TileSource::controls}) {
            TileSource other = photoA;
            other.*part = "another";
            DiskCache others(folder(), other, plenty);
            QVERIFY(!others.load(keyOf(1)));
        }
        QVERIFY(holds(cache, 1));
    }

    void aDamagedTileIsForgotten_data() {
        QTest::addColumn<int>("kept");
        QTest::newRow("empty") << 0;
        QTest::newRow("cut") << 90;
        QTest::newRow("altered") << -1;
    }

    void aDamagedTileIsForgotten() {
        QFETCH(int, kept);
        DiskCache cache(folder(), photoA, plenty);
        cache.store(keyOf(1), tileOf(1));
        QFile file(QString::fromStdString(filesIn(folder()).front().string()));
        QVERIFY(file.open(QIODevice::ReadWrite));
        if (kept >= 0) {
            QVERIFY(file.resize(kept));
        } else {
            file.seek(file.size() - 1);
            const char last = file.read(1)[0];
            file.seek(file.size() - 1);
            file.putChar(static_cast<char>(last ^ 1));
        }
        file.close();
        QVERIFY(!cache.load(keyOf(1)));
        QVERIFY(filesIn(folder()).empty());
        cache.store(keyOf(1), tileOf(1));
        QVERIFY(holds(cache, 1));
    }

    void theLeastRecentlyUsedGoesFirst() {
        DiskCache probe(folder(), photoA, plenty);
        std::vector<std::filesystem::path> paths;
        for (int number = 0; number < 4; ++number) {
            probe.store(keyOf(number), tileOf(number));
            for (const std::filesystem::path& path : filesIn(folder())) {
                if (std::find(paths.begin(), paths.end(), path) == paths.end()) {
                    paths.push_back(path);
                    setUsed(path, 100 - 10 * number);
                }
            }
        }
        QVERIFY(holds(probe, 0)); // young again
        const std::int64_t bytesOfTile = probe.bytes() / 4;
        DiskCache cache(folder(), photoA, 4 * bytesOfTile);
        cache.store(keyOf(4), tileOf(4));
        QVERIFY(cache.bytes() <= 4 * bytesOfTile);
        QVERIFY(!cache.load(keyOf(1)) && !cache.load(keyOf(2)));
        QVERIFY(holds(cache, 0) && holds(cache, 3) && holds(cache, 4));
    }

    void aTileFromAfterAClockWasSetBackGoesFirst() {
        DiskCache early(folder(), photoA, plenty);
        early.store(keyOf(0), tileOf(0));
        setUsed(filesIn(folder()).front(), -86400);
        QVERIFY(holds(early, 0)); // used again, and so of today
        setUsed(filesIn(folder()).front(), -86400);
        const std::int64_t bytesOfTile = early.bytes();
        DiskCache cache(folder(), photoA, bytesOfTile * 3 / 2);
        cache.store(keyOf(1), tileOf(1));
        QVERIFY(!cache.load(keyOf(0)));
        QVERIFY(holds(cache, 1));
    }

    void aTileFromAClockALittleAheadIsYoung() {
        DiskCache early(folder(), photoA, plenty);
        early.store(keyOf(0), tileOf(0));
        early.store(keyOf(1), tileOf(1));
        setUsed(pathOf(folder(), 0), -600);
        setUsed(pathOf(folder(), 1), 60);
        DiskCache cache(folder(), photoA, early.bytes() / 2 * 5 / 2);
        cache.store(keyOf(2), tileOf(2));
        QVERIFY(!cache.load(keyOf(1)));
        QVERIFY(holds(cache, 0) && holds(cache, 2));
    }

    void filesThatAreNotItsOwnStay() {
        DiskCache early(folder(), photoA, plenty);
        early.store(keyOf(0), tileOf(0));
        const std::filesystem::path own = pathOf(folder(), 0).parent_path();
        std::filesystem::create_directories(folder() / "photos");
        std::filesystem::create_directories(own / "deeper");
        const std::vector<std::filesystem::path> others{
            folder() / "1-2-3.tile", folder() / "photos" / "1-2-3.tile", own / "deeper" / "1-2-3.tile", own / "map.tile", own / "1-2.tile",
            own / "1-2-3.tile.txt"};
        for (const std::filesystem::path& other : others) {
            std::ofstream(other) << std::string(4096, 'x');
            setUsed(other, 1000);
        }
        std::filesystem::create_symlink(others.front(), own / "7-7-7.tile");
        DiskCache cache(folder(), photoA, 1);
        QCOMPARE(cache.bytes(), early.bytes());
        QVERIFY(cache.bytes() < 4096);
        cache.store(keyOf(1), tileOf(1));
        QCOMPARE(cache.bytes(), std::int64_t{0});
        QVERIFY(std::all_of(others.begin(), others.end(), [](const auto& other) { return std::filesystem::exists(other); }));
        QVERIFY(std::filesystem::is_symlink(own / "7-7-7.tile"));
    }

    void whatIsBeingWrittenStaysUntilItIsADayOld() {
        DiskCache early(folder(), photoA, plenty);
        early.store(keyOf(0), tileOf(0));
        const std::filesystem::path own = pathOf(folder(), 0).parent_path();
        const std::filesystem::path young = own / "1-2-3.part-host-12-0.tile", old = own / "1-2-4.part-host-12-1.tile";
        for (const std::filesystem::path& file : {young, old}) {
            std::ofstream(file) << "half";
        }
        setUsed(young, 86000);
        setUsed(old, 86800);
        DiskCache cache(folder(), photoA, 1);
        cache.store(keyOf(1), tileOf(1));
        QVERIFY(std::filesystem::exists(young));
        QVERIFY(!std::filesystem::exists(old));
    }

    void aPipeInTheNameOfATileIsNotWaitedFor() {
        DiskCache cache(folder(), photoA, plenty);
        cache.store(keyOf(1), tileOf(1));
        const std::filesystem::path path = pathOf(folder(), 1);
        std::filesystem::remove(path);
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        QVERIFY(!cache.load(keyOf(1)));
    }

    void thePhotosShareTheBudget() {
        DiskCache one(folder(), photoA, plenty);
        one.store(keyOf(0), tileOf(0));
        const std::int64_t bytesOfTile = one.bytes();
        setUsed(filesIn(folder()).front(), 60);
        DiskCache other(folder(), {"photo b", "weights", "plan", "fp32", "controls"}, bytesOfTile * 3 / 2);
        other.store(keyOf(1), tileOf(1));
        QVERIFY(!one.load(keyOf(0)));
        QVERIFY(holds(other, 1));
        QCOMPARE(one.bytes(), bytesOfTile);
    }

    void whatCannotBeWrittenIsNotKept() {
        DiskCache cache(folder(), photoA, plenty);
        std::filesystem::remove_all(folder());
        cache.store(keyOf(1), tileOf(1));
        QVERIFY(!cache.load(keyOf(1)));
    }

    void aFolderThatCannotBeMadeIsRefused() {
        QFile file(m_folder->filePath("cache"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(says(errorOf([&] { DiskCache(folder(), photoA, plenty); }), "cache folder"));
    }
};

QTEST_APPLESS_MAIN(TestDiskCache)
#include "test_disk_cache.moc"
