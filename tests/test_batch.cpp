// Queues of files that are worked through, and one file by its recipe.

#include "core/batch/batch.h"
#include "core/batch/zoom_file.h"
#include "network_support.h"
#include "picture_support.h"

#include <algorithm>
#include <set>

#include <sys/stat.h>

using namespace casr;

namespace {

Batch batchOf(const std::vector<std::filesystem::path>& inputs) {
    Batch batch;
    batch.recipe.scale = 4;
    for (const std::filesystem::path& input : inputs) {
        BatchItem item;
        item.input = input.string();
        batch.items.push_back(item);
    }
    return batch;
}

bool isThere(const std::filesystem::path& path) {
    return std::filesystem::exists(path);
}

void makeNothing(const BatchItem&, const Recipe&, const std::filesystem::path&) {}

ZoomMeans tinyMeans() {
    return {strongNetwork({16, 1, 16}, 3), Precision::float32, std::size_t{64} << 20};
}

/// What zoomFile says of a noise picture with alpha and 16 bits.
std::vector<std::string> notesOfZooming(const TestFolder& folder, const Recipe& recipe, const std::string& output) {
    writePicture(folder / "photo.png", codedPicture({20, 16}, 4, 16));
    return zoomFile(folder / "photo.png", recipe, folder / output, tinyMeans(), {}, {});
}

std::ptrdiff_t countOf(const std::vector<std::string>& notes, const std::string& part) {
    return std::count_if(notes.begin(), notes.end(), [&](const std::string& note) { return says(note, part); });
}

} // namespace

class TestBatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void noPhotoOfTheBatchIsReplacedByAnothersResult_data() {
        QTest::addColumn<int>("conflict");
        QTest::newRow("skip") << static_cast<int>(Conflict::skip);
        QTest::newRow("number") << static_cast<int>(Conflict::number);
        QTest::newRow("replace") << static_cast<int>(Conflict::replace);
    }

    void noPhotoOfTheBatchIsReplacedByAnothersResult() {
        QFETCH(int, conflict);
        const TestFolder folder;
        std::filesystem::create_directory(folder / "photos");
        std::filesystem::create_directory_symlink(folder / "photos", folder / "link");
        for (const char* name : {"photos/a.png", "photos/a.jpg", "photos/a.tif"}) {
            putBytes(folder / name, name);
        }
        Batch batch = batchOf({folder / "photos/a.png", folder / "photos/../photos/a.jpg", folder / "photos/a.tif"});
        batch.folder = (folder / "link").string();
        batch.nameTemplate = "a.jpg";
        batch.conflict = static_cast<Conflict>(conflict);
        QCOMPARE(resultPath(batch, 0, {}, isThere).value(), folder / "link/a-2.jpg");
        const auto make = [](const BatchItem&, const Recipe&, const std::filesystem::path& output) { putBytes(output, "a result"); };
        runBatch(batch, make, [](const Batch&) {}, {});
        for (const char* name : {"photos/a.png", "photos/a.jpg", "photos/a.tif"}) {
            QCOMPARE(bytesOf(folder / name), std::string(name));
        }
        QCOMPARE(countOf(batch, ItemState::done), std::size_t{3});
        QCOMPARE(bytesOf(folder / "photos/a-2.jpg"), std::string("a result"));
    }

    void aQueueThatCannotBeSavedStopsNoFileAndIsToldAtTheEnd() {
        Batch batch = batchOf({"a", "b", "c"});
        int calls = 0;
        const auto failing = [&](const Batch&) { throw Error("The disk is full, " + std::to_string(++calls) + "."); };
        QCOMPARE(errorOf([&] { runBatch(batch, makeNothing, failing, {}); }), std::string("The disk is full, 6."));
        QCOMPARE(countOf(batch, ItemState::done), std::size_t{3});
        QVERIFY(says(reportOf(batch), "3 files: 3 done"));
    }

    void aQueueThatWasSavedInTheEndIsNoFailure() {
        Batch batch = batchOf({"a", "b"});
        int calls = 0;
        std::string saved;
        const auto save = [&](const Batch& now) {
            if (++calls < 4) {
                throw std::bad_alloc();
            }
            saved = writeBatch(now);
        };
        QVERIFY(errorOf([&] { runBatch(batch, makeNothing, save, {}); }).empty());
        QCOMPARE(countOf(parseBatch(saved, "queue"), ItemState::done), std::size_t{2});
    }

    void aStopComesBeforeAQueueThatCannotBeSaved() {
        Batch batch = batchOf({"a", "b"});
        const auto stopping = [](const BatchItem&, const Recipe&, const std::filesystem::path&) { throw Cancelled(); };
        QVERIFY_THROWS_EXCEPTION(Cancelled, runBatch(batch, stopping, [](const Batch&) { throw Error("no room"); }, {}));
        QCOMPARE(countOf(batch, ItemState::waiting), std::size_t{2});
    }

    void aPipeAndAHugeFileAreNoQueue() {
        const TestFolder folder;
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        saveBatch(folder / "huge", batchOf({"a"}));
        std::filesystem::resize_file(folder / "huge", std::uintmax_t{1} << 40); // without a byte on the disk
        for (const char* name : {"pipe", "huge"}) {
            QVERIFY(says(errorOf([&] { loadBatch(folder / name); }), "holds no batch"));
        }
    }

    void aRecipeOf16BitsGives8WhereTheFormatHasNoMoreAndSaysSo() {
        const TestFolder folder;
        Recipe recipe;
        recipe.output.bitsPerSample = 16;
        const std::vector<std::string> notes = notesOfZooming(folder, recipe, "result.jpg");
        QCOMPARE(readPicture(folder / "result.jpg").bitsPerSample, 8);
        QCOMPARE(countOf(notes, "depth: "), std::ptrdiff_t{1});
        QCOMPARE(countOf(notesOfZooming(folder, recipe, "result.tif"), "depth: "), std::ptrdiff_t{0});
        QCOMPARE(readPicture(folder / "result.tif").bitsPerSample, 16);
    }

    void whatTheFormatDropsIsSaidOnce() {
        const TestFolder folder;
        Recipe recipe;
        recipe.output.bitsPerSample = 8;
        const std::vector<std::string> notes = notesOfZooming(folder, recipe, "result.jpg");
        QCOMPARE(countOf(notes, "transparency: "), std::ptrdiff_t{1});
        QCOMPARE(std::set<std::string>(notes.begin(), notes.end()).size(), notes.size());
        QVERIFY(notesOfZooming(folder, recipe, "result.png").empty());
    }
};

QTEST_GUILESS_MAIN(TestBatch)
#include "test_batch.moc"
