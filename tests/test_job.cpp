#include "core/export/job.h"
#include "support.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

using namespace casr;

namespace {

JobDescription sampleJob() {
    return {"photo.png",
            std::string(64, 'a'),
            std::string(64, 'b'),
            "fp32, test",
            4.1,
            3.0,
            {3, 5, 40, 50},
            "out.tif",
            16,
            90,
            true,
            true,
            {0.25f, 0.5f, {true, true, false, true}, 0.75f, 1.0f},
            false,
            3,
            true,
            false,
            OutputColours::displayP3};
}

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

void overwrite(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::filesystem::path onlyFileIn(const std::filesystem::path& folder) {
    return std::filesystem::directory_iterator(folder)->path();
}

} // namespace

class TestJob : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFloatTileComesBackBitByBit() {
        const Image tile = noisePicture({7, 5}, 3, 1, -1.0, 2.0);
        QVERIFY(sameBits(decodeTile(bytesOf(encodeTile(tile, SampleType::float32)), "t"), tile));
    }

    void anIntegerTileIsRoundedHalfUpAndClamped() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const Image tile({6, 1}, 1, {-0.5f, 0.5f, 1.5f, nan, 100.4f / 255.0f, 100.6f / 255.0f});
        const Image back = decodeTile(bytesOf(encodeTile(tile, SampleType::integer8)), "t");
        const int codes[] = {0, 128, 255, 0, 100, 101};
        for (int i = 0; i < 6; ++i) {
            QCOMPARE(static_cast<int>(std::lround(back.at(i, 0, 0) * 255.0f)), codes[i]);
        }
    }

    void roundedTilesDoNotChangeWhenRoundedAgain() {
        for (const SampleType type : {SampleType::integer8, SampleType::integer16}) {
            const std::string once = encodeTile(noisePicture({31, 17}, 4, 2), type);
            QCOMPARE(encodeTile(decodeTile(bytesOf(once), "t"), type), once);
        }
    }

    void everyShorterTileFileIsRefused() {
        const std::string bytes = encodeTile(noisePicture({3, 2}, 3, 3), SampleType::integer16);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            QVERIFY(says(errorOf([&] { decodeTile(bytesOf(bytes).first(length), "some.tile"); }), "some.tile"));
        }
        QVERIFY(!errorOf([&] { decodeTile(bytesOf(bytes + "x"), "t"); }).empty());
    }

    void everyAlteredByteOfATileFileIsRefused() {
        const std::string sound = encodeTile(noisePicture({3, 2}, 1, 4), SampleType::integer8);
        for (std::size_t i = 0; i < sound.size(); ++i) {
            std::string altered = sound;
            altered[i] = static_cast<char>(altered[i] ^ 0x41);
            QVERIFY2(!errorOf([&] { decodeTile(bytesOf(altered), "t"); }).empty(), qPrintable(QString("byte %1").arg(i)));
        }
    }

    void aDescriptionComesBackAsItWasWritten() { QCOMPARE(parseJob(writeJob(sampleJob()), "j") == sampleJob(), true); }

    void aDescriptionOutsideItsRangesIsRefused_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("scale") << "4.1"
                               << "64.5";
        QTest::newRow("not a number") << "4.1"
                                      << "\"four\"";
        QTest::newRow("step limit") << "\"step_limit\": 3.0"
                                    << "\"step_limit\": 9";
        QTest::newRow("bits") << "\"bits_per_sample\": 16"
                              << "\"bits_per_sample\": 12";
        QTest::newRow("quality") << "90"
                                 << "0";
        QTest::newRow("version") << "\"version\": 2"
                                 << "\"version\": 1";
        QTest::newRow("no controls") << "\"controls\""
                                     << "\"control\"";
        QTest::newRow("noise") << "\"noise\": 0.25"
                               << "\"noise\": 1.5";
        QTest::newRow("page") << "\"page\": 3"
                              << "\"page\": -1";
        QTest::newRow("detail") << "\"detail\": 0.75"
                                << "\"detail\": -1";
        QTest::newRow("format") << "casr-job"
                                << "another";
        QTest::newRow("empty region") << "40,"
                                      << "3,";
        QTest::newRow("region beyond integers") << "40,"
                                                << "99999999999,";
        QTest::newRow("negative region") << "40,"
                                         << "-4,";
        QTest::newRow("missing member") << "\"pyramid\""
                                        << "\"pyramids\"";
        QTest::newRow("colours") << "\"p3\""
                                 << "\"p4\"";
        QTest::newRow("colours that are none") << "\"p3\""
                                               << "3";
        QTest::newRow("broken JSON") << "{"
                                     << "[";
    }

    void aDescriptionOutsideItsRangesIsRefused() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QString text = QString::fromStdString(writeJob(sampleJob()));
        QVERIFY(text.contains(from));
        text.replace(text.indexOf(from), from.size(), to);
        QVERIFY(says(errorOf([&] { parseJob(text.toStdString(), "some/job.json"); }), "some/job.json"));
    }

    void deepJsonIsRefused() {
        const std::string deep(100000, '[');
        QVERIFY(!errorOf([&] { parseJob(deep, "j"); }).empty());
    }

    void aFolderKeepsTilesBelowTheResultAndTheResultsPixels() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("job").toStdString();
        const Image tile = noisePicture({5, 4}, 3, 5);
        {
            const auto job = JobFolder::create(path, sampleJob());
            job->setResultLevel(2);
            job->store({1, 3, 4}, tile);
            job->store({2, 0, 0}, tile);
            job->storeResult({2, 0, 0}, tile);
        }
        const auto again = JobFolder::open(path);
        again->setResultLevel(2);
        QVERIFY(sameBits(*again->load({1, 3, 4}), tile));
        QVERIFY(!again->load({1, 4, 3}));
        QVERIFY(!again->load({2, 0, 0}));
        QVERIFY(sameBits(*again->loadResult({2, 0, 0}), decodeTile(bytesOf(encodeTile(tile, SampleType::integer16)), "t")));
        QVERIFY(!again->loadResult({2, 1, 0}));
    }

    void aDamagedTileIsTreatedAsMissing() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("job").toStdString();
        const auto job = JobFolder::create(path, sampleJob());
        job->storeResult({1, 0, 0}, noisePicture({5, 4}, 3, 6));
        overwrite(onlyFileIn(path / "result"), "CASRTILE and then rubbish");
        QVERIFY(!job->loadResult({1, 0, 0}));
    }

    void anotherJobInTheFolderIsRefusedAndSaysWhatDiffers_data() {
        QTest::addColumn<int>("member");
        QTest::addColumn<QString>("hint");
        QTest::newRow("photo") << 0 << "photo";
        QTest::newRow("weights") << 1 << "weights";
        QTest::newRow("profile") << 2 << "fp32, test";
        QTest::newRow("scale") << 3 << "settings";
        QTest::newRow("detail") << 4 << "detail";
        QTest::newRow("noise") << 5 << "noise";
        QTest::newRow("parts") << 6 << "parts";
        QTest::newRow("plain share") << 7 << "plain";
        QTest::newRow("nothing") << 8 << "";
    }

    void anotherJobInTheFolderIsRefusedAndSaysWhatDiffers() {
        QFETCH(int, member);
        QFETCH(QString, hint);
        QTemporaryDir folder;
        JobFolder::create(folder.path().toStdString(), sampleJob());
        JobDescription other = sampleJob();
        std::string* texts[] = {&other.sourceHash, &other.weightsHash, &other.profile};
        if (member < 3) {
            *texts[member] = "changed";
        } else if (member == 3) {
            other.scale = 5;
        }
        other.controls.lastDetail -= member == 4 ? 0.5f : 0.0f;
        other.controls.noise += member == 5 ? 0.5f : 0.0f;
        other.controls.parts.depth = member != 6;
        other.controls.plain += member == 7 ? 0.5f : 0.0f;
        const std::string message = errorOf([&] { JobFolder::create(folder.path().toStdString(), other); });
        QCOMPARE(message.empty(), hint.isEmpty());
        QVERIFY(says(message, hint.toStdString()));
    }

    void aFolderWithoutAJobIsRefused() {
        QTemporaryDir folder;
        QVERIFY(says(errorOf([&] { JobFolder::open(folder.path().toStdString()); }), "job.json"));
    }

    void aFolderThatCannotBeMadeIsAnError() {
        QVERIFY(says(errorOf([] { JobFolder::create("/proc/no-such-place/job", sampleJob()); }), "cannot be made"));
    }

    void theHashOfAFileIsThatOfItsBytes() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("abc").toStdString();
        overwrite(path, "abc");
        QCOMPARE(hashOfFile(path), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QVERIFY(!errorOf([&] { hashOfFile(path + ".missing"); }).empty());
    }
};

QTEST_APPLESS_MAIN(TestJob)
#include "test_job.moc"
