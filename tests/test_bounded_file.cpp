#include "core/base/bounded_file.h"
#include "tests/file_support.h"

#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace casr;

class TestBoundedFile : public QObject {
    Q_OBJECT

private:
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void aFileOfAtMostTheBoundIsReadWhole() {
        const std::string bytes{"all\0bytes\n", 10};
        putBytes(path("file"), bytes);
        QCOMPARE(bytesOfFile(path("file"), 10).value(), bytes);
        QCOMPARE(bytesOfFile(path("file"), 1000).value(), bytes);
        putBytes(path("empty"), "");
        QCOMPARE(bytesOfFile(path("empty"), 0).value(), std::string());
    }

    void aLargerFileIsNotRead() {
        putBytes(path("larger"), "0123456789");
        QVERIFY(!bytesOfFile(path("larger"), 9));
        putBytes(path("huge"), "");
        std::filesystem::resize_file(path("huge"), std::uintmax_t{1} << 40); // without a byte on the disk
        QVERIFY(!bytesOfFile(path("huge"), std::uintmax_t{1} << 30));
    }

    void whatIsNoFileIsNotReadAndNotWaitedFor() {
        QVERIFY(!bytesOfFile(path("missing"), 100));
        QVERIFY(!bytesOfFile(path("."), 1 << 20));
        QVERIFY(!bytesOfFile("/dev/zero", 100));
        QCOMPARE(::mkfifo(path("pipe").c_str(), 0600), 0);
        QVERIFY(!bytesOfFile(path("pipe"), 100));
    }

    void aLinkToAFileIsThatFile() {
        putBytes(path("target"), "bytes");
        std::filesystem::create_symlink(path("target"), path("link"));
        QCOMPARE(bytesOfFile(path("link"), 5).value(), std::string("bytes"));
    }

    void aFileThatMayNotBeReadIsNone() {
        putBytes(path("closed"), "bytes");
        std::filesystem::permissions(path("closed"), std::filesystem::perms::none);
        QCOMPARE(bytesOfFile(path("closed"), 100).has_value(), ::geteuid() == 0);
    }
};

QTEST_APPLESS_MAIN(TestBoundedFile)
#include "test_bounded_file.moc"
