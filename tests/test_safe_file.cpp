#include "core/base/safe_file.h"
#include "tests/support.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <set>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace casr;

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(missing)");
}

void writeText(const QString& path, const char* text) {
    writeBesideAndRename(path.toStdString(), [text](std::ostream& out) { out << text; });
}

} // namespace

class TestSafeFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }

    void aNewFileHoldsWhatWasWritten() {
        writeText(path("new.txt"), "first");
        QCOMPARE(contentOf(path("new.txt")), QByteArray("first"));
        QCOMPARE(names(), QStringList{"new.txt"});
    }

    void anOldFileIsReplaced() {
        writeText(path("file.txt"), "a long first content");
        writeText(path("file.txt"), "second");
        QCOMPARE(contentOf(path("file.txt")), QByteArray("second"));
        QCOMPARE(names(), QStringList{"file.txt"});
    }

    void aWriterThatThrowsLeavesTheOldFileAndNoOther() {
        writeText(path("file.txt"), "old");
        const auto failing = [](std::ostream& out) {
            out << "half";
            throw std::runtime_error("stopped");
        };
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, writeBesideAndRename(path("file.txt").toStdString(), failing));
        QCOMPARE(contentOf(path("file.txt")), QByteArray("old"));
        QCOMPARE(names(), QStringList{"file.txt"});
    }

    void aStreamThatFailsLeavesTheOldFileAndSaysSo() {
        writeText(path("file.txt"), "old");
        const auto failing = [](std::ostream& out) { out.setstate(std::ios::badbit); };
        const std::string message = errorOf([&] { writeBesideAndRename(path("file.txt").toStdString(), failing); });
        QVERIFY2(says(message, "file.txt") && says(message, "cannot be written"), message.c_str());
        QCOMPARE(contentOf(path("file.txt")), QByteArray("old"));
        QCOMPARE(names(), QStringList{"file.txt"});
    }

    void aMissingFolderIsNamedInTheError() {
        const std::string message = errorOf([&] { writeText(path("no/such/file.txt"), "text"); });
        QVERIFY2(says(message, "no/such/file.txt") && says(message, "No such file or directory"), message.c_str());
    }

    void aFolderThatRefusesWritesIsAnError() {
        const QString folder = path("closed");
        QVERIFY(QDir().mkdir(folder));
        QVERIFY(QFile::setPermissions(folder, QFileDevice::ReadOwner | QFileDevice::ExeOwner));
        // The administrator may write anywhere, so there a path below a plain file stands in for a closed folder.
        const bool closed = !QFile(folder + "/probe").open(QIODevice::WriteOnly);
        writeText(path("plain"), "text");
        const QString target = closed ? folder + "/file.txt" : path("plain/file.txt");
        const std::string message = errorOf([&] { writeText(target, "text"); });
        QFile::setPermissions(folder, QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
        QVERIFY2(says(message, target.toStdString()) && says(message, "choose another place"), message.c_str());
    }

    void aFolderInPlaceOfTheFileIsAnErrorAndNothingStaysBehind() {
        QVERIFY(QDir().mkpath(path("taken/inside")));
        QVERIFY(!errorOf([&] { writeText(path("taken"), "text"); }).empty());
        QCOMPARE(names(), QStringList{"taken"});
    }

    void aLinkStaysAndItsFileIsReplaced() {
        writeText(path("file.txt"), "old");
        QVERIFY(QFile::link(path("file.txt"), path("link.txt")));
        writeText(path("link.txt"), "new");
        QCOMPARE(contentOf(path("file.txt")), QByteArray("new"));
        QVERIFY(std::filesystem::is_symlink(path("link.txt").toStdString()));
        QCOMPARE(names(), (QStringList{"file.txt", "link.txt"}));
    }

    void aPipeIsWrittenIntoAndStaysAPipe() {
        const std::string pipe = path("pipe").toStdString();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        QVERIFY(reader >= 0);
        writeText(path("pipe"), "bytes");
        char text[16] = {};
        QCOMPARE(::read(reader, text, sizeof text), ssize_t{5});
        ::close(reader);
        QCOMPARE(QByteArray(text), QByteArray("bytes"));
        QVERIFY(std::filesystem::is_fifo(pipe));
    }

    void aFinishedFileIsCommittedUnderItsName() {
        const std::filesystem::path target = path("target.txt").toStdString();
        const std::filesystem::path temporary = temporaryBeside(target);
        writeText(QString::fromStdString(temporary.string()), "done");
        commitFile(temporary, target);
        QCOMPARE(contentOf(path("target.txt")), QByteArray("done"));
        QCOMPARE(names(), QStringList{"target.txt"});
        QVERIFY(!errorOf([&] { commitFile(temporary, target); }).empty());
        QCOMPARE(contentOf(path("target.txt")), QByteArray("done"));
    }

    void temporaryNamesKeepFolderAndExtension() {
        const std::filesystem::path temporary = temporaryBeside("folder/picture.tif");
        QCOMPARE(temporary.parent_path().string(), std::string("folder"));
        QCOMPARE(temporary.extension().string(), std::string(".tif"));
        QVERIFY(temporary.filename() != "picture.tif");
    }

    void aNameAsLongAsTheFileSystemAllowsIsWritten() {
        const QString name = QString(251, 'n') + ".txt";
        writeText(path(name), "text");
        QCOMPARE(names(), QStringList{name});
    }

    void namesTakenAtTheSameTimeDiffer() {
        std::vector<std::vector<std::string>> taken(4);
        {
            std::vector<std::jthread> threads;
            for (std::vector<std::string>& mine : taken) {
                threads.emplace_back([&mine] {
                    for (int i = 0; i < 500; ++i) {
                        mine.push_back(temporaryBeside("picture.png").string());
                    }
                });
            }
        }
        std::set<std::string> all;
        for (const std::vector<std::string>& mine : taken) {
            all.insert(mine.begin(), mine.end());
        }
        QCOMPARE(all.size(), std::size_t{2000});
    }

private:
    QString path(const QString& name) const { return m_folder->filePath(name); }
    QStringList names() const { return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_APPLESS_MAIN(TestSafeFile)
#include "test_safe_file.moc"
