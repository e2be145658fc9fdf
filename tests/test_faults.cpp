// What the world does to files: the disk is full, read-only or gone, the memory ends, a file changes. Each fault shows its message, and
// that nothing is lost.

#include "allocation_faults.h"
#include "core/io/picture_stream.h"
#include "core/recipe/recipe.h"
#include "picture_support.h"

#include <array>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace casr;

namespace {

/// The file that another program writes to.
std::string disturbedFile;

void disturb() {
    const std::array<timespec, 2> times{{{1, 0}, {1, 0}}};
    ::utimensat(AT_FDCWD, disturbedFile.c_str(), times.data(), 0);
}

/// A small file system that is gone after the test; not there when this is not root.
class SmallDisk {
public:
    SmallDisk() { m_isThere = ::mount("tmpfs", m_folder.path().c_str(), "tmpfs", 0, "size=128k") == 0; }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (m_isThere) {
            ::umount2(m_folder.path().c_str(), MNT_DETACH);
        }
    }

    bool isThere() const { return m_isThere; }
    std::filesystem::path path() const { return m_folder.path(); }
    void makeReadOnly() const { ::mount("tmpfs", m_folder.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=128k"); }
    int count() const { return m_folder.count(); }

private:
    TestFolder m_folder;
    bool m_isThere = false;
};

void write(const std::filesystem::path& path, const Picture& picture) {
    const PictureLayout layout{picture.image.size(), picture.image.channels(), picture.bitsPerSample, picture.image.encoding(),
                               picture.metadata};
    StreamOptions options;
    options.write.quality = 100;
    writePictureStream(path, layout, options, [&](Rect rect) { return cropped(picture.image, rect); });
}

} // namespace

class TestFaults : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void aFullDiskIsNamedAndLeavesTheOldFile_data() { addExtensions(everyStreamedExtension); }
    void aFullDiskIsNamedAndLeavesTheOldFile() {
        QFETCH(QString, extension);
        const SmallDisk disk;
        if (!disk.isThere()) {
            QSKIP("Only root can make a small disk.");
        }
        const auto path = disk.path() / ("a" + extension.toStdString());
        const bool isFolder = extension == ".dz";
        if (!isFolder) {
            putBytes(path, "the old file");
        }
        const std::string text = errorOf([&] { write(path, codedPicture({400, 300}, 3, 8)); });
        QVERIFY2(says(text, "cannot be written") && says(text, "full"), text.c_str());
        QVERIFY(isFolder || bytesOf(path) == "the old file");
        QCOMPARE(disk.count(), isFolder ? 0 : 1);
    }

    void aReadOnlyDiskIsNamedBeforeAnythingRuns_data() { addExtensions(everyStreamedExtension); }
    void aReadOnlyDiskIsNamedBeforeAnythingRuns() {
        QFETCH(QString, extension);
        const SmallDisk disk;
        if (!disk.isThere()) {
            QSKIP("Only root can make a read-only disk.");
        }
        disk.makeReadOnly();
        bool asked = false;
        const std::string text = errorOf([&] {
            writePictureStream(disk.path() / ("a" + extension.toStdString()), {{40, 30}, 3, 8, {}, {}}, {}, [&](Rect rect) {
                asked = true;
                return flatPicture(rect.size(), {0, 0, 0}).image;
            });
        });
        QVERIFY2(says(text, "Read-only file system"), text.c_str());
        QVERIFY(!asked);
        QVERIFY(says(errorOf([&] { saveRecipe(disk.path() / "a.json", {}); }), "Read-only file system"));
    }

    void aPictureOnAReadOnlyDiskIsRead() {
        const SmallDisk disk;
        if (!disk.isThere()) {
            QSKIP("Only root can make a read-only disk.");
        }
        writePicture(disk.path() / "a.png", codedPicture({40, 30}, 3, 8));
        disk.makeReadOnly();
        QVERIFY(sameBits(readPicture(disk.path() / "a.png").image, codedPicture({40, 30}, 3, 8).image));
    }

    void aFolderThatGoesAwayIsAnError_data() {
        QTest::addColumn<QString>("extension");
        for (const char* extension : {".jpg", ".png", ".tif", ".webp", ".jxl", ".avif"}) {
            QTest::newRow(extension) << QString(extension);
        }
    }
    void aFolderThatGoesAwayIsAnError() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto inside = folder / "inside";
        std::filesystem::create_directory(inside);
        const Picture picture = codedPicture({400, 300}, 3, 8);
        const std::string text = errorOf([&] {
            writePictureStream(inside / ("a" + extension.toStdString()), {{400, 300}, 3, 8, {}, {}}, {}, [&](Rect rect) {
                std::filesystem::remove_all(inside);
                return cropped(picture.image, rect);
            });
        });
        QVERIFY2(says(text, "cannot be written"), text.c_str());
        QCOMPARE(folder.count(), 0);
    }

    void aFileThatChangesWhileItIsReadIsNotTakenForAPicture() {
        const TestFolder folder;
        // Every allocation of the reader is a moment at which another program writes to the file.
        int refused = 0;
        for (long moment = 0; moment < 60; moment += 3) {
            writePicture(folder / "a.png", codedPicture({40, 30}, 3, 8));
            disturbedFile = (folder / "a.png").string();
            failAllocation(moment, disturb);
            const std::string text = errorOf([&] { readPicture(folder / "a.png"); });
            failAllocation(-1);
            refused += says(text, "was changed while it was read") ? 1 : 0;
            QVERIFY(text.empty() || says(text, "Open it again"));
        }
        QVERIFY(refused > 0);
    }

    void everyAllocationOfTheReaderMayFail_data() {
        QTest::addColumn<QString>("extension");
        for (const char* extension : {".png", ".tif", ".jpg"}) {
            QTest::newRow(extension) << QString(extension);
        }
    }
    void everyAllocationOfTheReaderMayFail() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto path = folder / ("a" + extension.toStdString());
        Picture picture = codedPicture({20, 15}, 3, 8);
        picture.metadata.done = {{"Scale", "8"}};
        writePicture(path, picture);
        const std::string before = bytesOf(path);
        const Image expected = readPicture(path).image;
        Image read;
        const auto reading = [&] {
            read = Image();
            read = readPicture(path).image;
        };
        const long thrown = failEveryAllocation(
            reading, [&] { return read.isEmpty(); }, [&] { return sameBits(read, expected); });
        QVERIFY2(thrown > 5, qPrintable(QString::number(thrown)));
        QCOMPARE(bytesOf(path), before);
    }

    void everyAllocationOfTheWriterMayFail_data() { everyAllocationOfTheReaderMayFail_data(); }
    void everyAllocationOfTheWriterMayFail() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto path = folder / ("a" + extension.toStdString());
        const Picture picture = codedPicture({20, 15}, 3, 8);
        putBytes(path, "the old file");
        const auto isUndone = [&] { return bytesOf(path) == "the old file" && folder.count() == 1; };
        const auto isDone = [&] {
            const bool isWhole = readPicture(path).image.size() == picture.image.size() && folder.count() == 1;
            putBytes(path, "the old file");
            return isWhole;
        };
        const long thrown = failEveryAllocation([&] { writePicture(path, picture); }, isUndone, isDone);
        QVERIFY2(thrown > 5, qPrintable(QString::number(thrown)));
    }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
