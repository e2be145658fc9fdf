#include "cli_support.h"
#include "core/io/picture_file.h"
#include "core/network/tensor_file.h"
#include "network_support.h"
#include "support.h"

#include <QtTest>

#include <csignal>

#include <sys/mount.h>

using namespace casr;

namespace {

constexpr int patience = 120000;

/// A run may be faster than what is to disturb it.
constexpr int mostAttempts = 10;

int filesIn(const QString& folder) {
    return static_cast<int>(QDir(folder).entryList({"*.tile"}, QDir::Files).size());
}

/// The process of the program under test whose arguments hold all of `parts`; 0 when there is none.
pid_t processWith(const QList<QByteArray>& parts) {
    for (const QString& name : QDir("/proc").entryList(QDir::Dirs)) {
        const QString folder = "/proc/" + name;
        const QList<QByteArray> arguments = bytesOf(folder + "/cmdline").split('\0');
        const bool isMeant = std::all_of(parts.begin(), parts.end(), [&](const QByteArray& part) { return arguments.contains(part); });
        if (isMeant && QFile::symLinkTarget(folder + "/exe") == QFileInfo(CASR_PROGRAM).canonicalFilePath()) {
            return static_cast<pid_t>(name.toInt());
        }
    }
    return 0;
}

/// A small file system in memory, while this lives.
class SmallDisk {
public:
    SmallDisk(const QString& folder, const char* size) : m_folder(folder.toStdString()) {
        m_isMounted = QDir().mkpath(folder) && ::mount("tmpfs", m_folder.c_str(), "tmpfs", 0, ("size=" + std::string(size)).c_str()) == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (m_isMounted) {
            ::umount(m_folder.c_str());
        }
    }

    bool isMounted() const { return m_isMounted; }
    bool grow(const char* size) {
        return ::mount("tmpfs", m_folder.c_str(), "tmpfs", MS_REMOUNT, ("size=" + std::string(size)).c_str()) == 0;
    }

private:
    std::string m_folder;
    bool m_isMounted = false;
};

} // namespace

/// What is killed, shared or out of space goes on and gives the bytes of an undisturbed run. Drives the command line as processes.
class TestInterruptions : public QObject {
    Q_OBJECT

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QStringList common() const { return {"--weights", path("tiny.safetensors"), "--precision", "fp32", "--threads", "1"}; }

    QStringList upscale(const QString& out, const QString& job) const {
        return QStringList{"upscale", path("photo.png"), "-o", out, "--scale", "24", "--job", job} + common();
    }

    QStringList resume(const QString& job) const { return QStringList{"upscale", "--resume", job} + common(); }

    /// Arguments of GNU parallel.
    QStringList threeShards(const QString& out, const QString& job) const {
        return QStringList{"--will-cite", "--jobs", "3", CASR_PROGRAM} + upscale(out, job) +
               QStringList{"--shard", "{}/3", ":::", "0", "1", "2"};
    }

    /// Starts the job and returns when its first tile of the result is there.
    bool startUntilFirstTile(QProcess& process, const QStringList& arguments, const QString& job) const {
        process.start(CASR_PROGRAM, arguments);
        return QTest::qWaitFor([&] { return filesIn(job + "/result") > 0; }, patience);
    }

    bool isOver(QProcess& process) const { return process.state() == QProcess::NotRunning || process.waitForFinished(patience); }

    QTemporaryDir m_folder;
    QByteArray m_expected;

private Q_SLOTS:
    void initTestCase() {
        startPictureLibrary();
        writePicture(path("photo.png").toStdString(), {noisePicture({40, 30}, 3, 1), 8, {}});
        writeTensorFile(path("tiny.safetensors").toStdString(), strongWeights({16, 1, 16}, 2));
        const Run run = runCasr(QStringList{"upscale", path("photo.png"), "-o", path("plain.tif"), "--scale", "24"} + common());
        QVERIFY2(run.code == 0, qPrintable(run.err));
        m_expected = bytesOf(path("plain.tif"));
        QVERIFY(m_expected.size() > 100000);
    }

    void aKilledExportGoesOn() {
        const QString out = path("killed.tif");
        QString job;
        bool isKilled = false;
        for (int attempt = 0; attempt < mostAttempts && !isKilled; ++attempt) {
            job = path("killed") + QString::number(attempt);
            QFile::remove(out);
            QProcess process;
            QVERIFY(startUntilFirstTile(process, upscale(out, job), job));
            process.kill();
            QVERIFY(isOver(process));
            isKilled = process.exitStatus() == QProcess::CrashExit;
        }
        QVERIFY(isKilled);
        QVERIFY(!QFile::exists(out));
        const Run run = runCasr(resume(job));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(bytesOf(out), m_expected);
    }

    void threeShardsUnderGnuParallelSurviveAKill() {
        if (QStandardPaths::findExecutable("parallel").isEmpty()) {
            QSKIP("GNU parallel is not installed");
        }
        const QString out = path("shards.tif");
        QString job;
        bool isKilled = false;
        for (int attempt = 0; attempt < mostAttempts && !isKilled; ++attempt) {
            job = path("shards") + QString::number(attempt);
            QProcess parallel;
            parallel.start("parallel", threeShards(out, job));
            pid_t victim = 0;
            const auto canBeKilled = [&] { return filesIn(job + "/levels") > 0 && (victim = processWith({job.toUtf8(), "1/3"})) != 0; };
            QVERIFY(QTest::qWaitFor([&] { return canBeKilled() || parallel.state() == QProcess::NotRunning; }, patience));
            if (victim != 0) {
                ::kill(victim, SIGKILL);
            }
            QVERIFY(isOver(parallel));
            isKilled = parallel.exitCode() != 0;
        }
        QVERIFY(isKilled);
        QVERIFY(!QFile::exists(out));

        QProcess parallel;
        parallel.start("parallel", threeShards(out, job));
        QVERIFY(parallel.waitForFinished(patience));
        QVERIFY2(parallel.exitStatus() == QProcess::NormalExit && parallel.exitCode() == 0, parallel.readAllStandardError());
        const Run run = runCasr(QStringList{"upscale", "--job", job, "--assemble", "--json"} + common());
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(QJsonDocument::fromJson(run.out.toUtf8()).object()["tiles_computed"].toInt(), 0);
        QCOMPARE(bytesOf(out), m_expected);
    }

    void twoProgramsMayWorkOnOneJob() {
        const QString job = path("both"), out = path("both.tif");
        QProcess first, second;
        first.start(CASR_PROGRAM, upscale(out, job));
        second.start(CASR_PROGRAM, upscale(out, job));
        QVERIFY(first.waitForFinished(patience) && second.waitForFinished(patience));
        QVERIFY(first.exitStatus() == QProcess::NormalExit && second.exitStatus() == QProcess::NormalExit);
        QVERIFY2(first.exitCode() == 0, first.readAllStandardError());
        QVERIFY2(second.exitCode() == 0, second.readAllStandardError());
        QCOMPARE(bytesOf(out), m_expected);
    }

    void aFullDiskLeavesTheTilesAndSaysSo() {
        SmallDisk disk(path("disk"), "2m");
        if (!disk.isMounted()) {
            QSKIP("a small file system can be mounted by root alone");
        }
        const QString job = path("disk/job"), out = path("disk.tif");
        const Run full = runCasr(upscale(out, job));
        QCOMPARE(full.code, 1);
        QVERIFY2(full.err.contains("No space left"), qPrintable(full.err));
        QCOMPARE(full.err.count('\n'), 1);
        QVERIFY(!QFile::exists(out));
        const int kept = filesIn(job + "/levels") + filesIn(job + "/result");
        QVERIFY(kept > 0);
        QVERIFY(disk.grow("200m"));
        const Run run = runCasr(resume(job) + QStringList{"--json"});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QVERIFY(QJsonDocument::fromJson(run.out.toUtf8()).object()["tiles_loaded"].toInt() > 0);
        QCOMPARE(bytesOf(out), m_expected);
    }

    void aDiskThatFillsUnderTheResultLeavesNoFile() {
        SmallDisk disk(path("target"), "1m");
        if (!disk.isMounted()) {
            QSKIP("a small file system can be mounted by root alone");
        }
        const Run full = runCasr(QStringList{"upscale", path("photo.png"), "-o", path("target/out.tif"), "--scale", "24"} + common());
        QCOMPARE(full.code, 1);
        QVERIFY2(full.err.contains("disk"), qPrintable(full.err));
        QVERIFY(QDir(path("target")).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestInterruptions)
#include "test_interruptions.moc"
