#include "core/export/job.h"
#include "support.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

#include <sys/stat.h>

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
            {0.25f, 0.5f, {true, true, false, true}, 0.75f, 1.0f, 0, 0, 4},
            false,
            3,
            true,
            false,
            OutputColours::displayP3,
            "my.safetensors"};
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
        QTest::newRow("half a bit") << "\"bits_per_sample\": 16"
                                    << "\"bits_per_sample\": 16.5";
        QTest::newRow("bits that would be 16 in 32 bits") << "\"bits_per_sample\": 16"
                                                          << "\"bits_per_sample\": 4294967312";
        QTest::newRow("quality beyond whole numbers") << "90"
                                                      << "1e99";
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
        QTest::newRow("page beyond whole numbers") << "\"page\": 3"
                                                   << "\"page\": 1e99";
        QTest::newRow("detail") << "\"detail\": 0.75"
                                << "\"detail\": -1";
        QTest::newRow("passes") << "\"ensemble\": 4"
                                << "\"ensemble\": 3";
        QTest::newRow("half a pass") << "\"ensemble\": 4"
                                     << "\"ensemble\": 4.5";
        QTest::newRow("format") << "casr-job"
                                << "another";
        QTest::newRow("empty region") << "40,"
                                      << "3,";
        QTest::newRow("region beyond integers") << "40,"
                                                << "99999999999,";
        QTest::newRow("region beyond whole numbers") << "40,"
                                                     << "1e99,";
        QTest::newRow("region of three edges") << "40,"
                                               << "";
        QTest::newRow("negative region") << "40,"
                                         << "-4,";
        QTest::newRow("missing member") << "\"pyramid\""
                                        << "\"pyramids\"";
        QTest::newRow("colours") << "\"p3\""
                                 << "\"p4\"";
        QTest::newRow("colours that are none") << "\"p3\""
                                               << "3";
        QTest::newRow("weights that are none") << "\"my.safetensors\""
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

    void aDescriptionWithoutItsWeightsPathIsThatOfTheShippedOnes() {
        QString text = QString::fromStdString(writeJob(sampleJob()));
        text.replace("\"weights\"", "\"unknown\"");
        QCOMPARE(parseJob(text.toStdString(), "j").weights, std::string());
    }

    void aDescriptionWithoutItsPassesIsOfOne() {
        QString text = QString::fromStdString(writeJob(sampleJob()));
        text.replace("\"ensemble\"", "\"unknown\"");
        QCOMPARE(parseJob(text.toStdString(), "j").controls.ensemble, 1);
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
        QTest::addColumn<QString>("advice");
        QTest::newRow("photo") << 0 << "another photo"
                               << "Give the photo";
        QTest::newRow("weights") << 1 << "other weights ('my.safetensors')"
                                 << "--weights";
        QTest::newRow("profile") << 2 << "fp32, test"
                                 << "--precision";
        QTest::newRow("scale") << 3 << "differs in: scale."
                               << "--resume";
        QTest::newRow("detail") << 4 << "differs in: amounts of detail."
                                << "--resume";
        QTest::newRow("noise") << 5 << "differs in: amounts of noise"
                               << "--resume";
        QTest::newRow("parts") << 6 << "differs in: parts"
                               << "--resume";
        QTest::newRow("plain share") << 7 << "differs in: share of the plain"
                                     << "--resume";
        QTest::newRow("region") << 8 << "differs in: region."
                                << "--resume";
        QTest::newRow("output") << 9 << "differs in: output file."
                                << "--resume";
        QTest::newRow("format") << 10 << "differs in: bits a sample, quality."
                                << "--resume";
        QTest::newRow("moved photo") << 11 << ""
                                     << "";
        QTest::newRow("moved weights") << 12 << ""
                                       << "";
        QTest::newRow("blur") << 13 << "differs in: amounts of noise, JPEG artifacts and blur."
                              << "--resume";
        QTest::newRow("nothing") << 14 << ""
                                 << "";
    }

    void anotherJobInTheFolderIsRefusedAndSaysWhatDiffers() {
        QFETCH(int, member);
        QFETCH(QString, hint);
        QFETCH(QString, advice);
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
        other.controls.blur += member == 13 ? 0.5f : 0.0f;
        other.region.left += member == 8 ? 1 : 0;
        other.output += member == 9 ? "f" : "";
        other.bitsPerSample = member == 10 ? 8 : other.bitsPerSample;
        other.quality -= member == 10 ? 1 : 0;
        other.source += member == 11 ? "/moved" : "";
        other.weights += member == 12 ? "/moved" : "";
        const std::string message = errorOf([&] { JobFolder::create(folder.path().toStdString(), other); });
        QCOMPARE(message.empty(), hint.isEmpty());
        QVERIFY2(says(message, hint.toStdString()) && says(message, advice.toStdString()), message.c_str());
        QVERIFY(!says(message, "Start the export again"));
    }

    void everySettingThatDiffersIsNamed() {
        const auto refusal = [](auto change) {
            QTemporaryDir folder;
            JobFolder::create(folder.path().toStdString(), sampleJob());
            JobDescription other = sampleJob();
            change(other);
            return errorOf([&] { JobFolder::create(folder.path().toStdString(), other); });
        };
        QVERIFY(says(refusal([](JobDescription& job) { job.stepLimit = 2; }), "step limit."));
        QVERIFY(says(refusal([](JobDescription& job) { job.lossless = false; }), "lossless"));
        QVERIFY(says(refusal([](JobDescription& job) { job.pyramid = false; }), "pyramid."));
        QVERIFY(says(refusal([](JobDescription& job) { job.page = 1; }), "page."));
        QVERIFY(says(refusal([](JobDescription& job) { job.clipsTones = false; }), "tone curve."));
        QVERIFY(says(refusal([](JobDescription& job) { job.keepMetadata = true; }), "metadata."));
        QVERIFY(says(refusal([](JobDescription& job) { job.keepPosition = true; }), "metadata."));
        QVERIFY(says(refusal([](JobDescription& job) { job.colours = OutputColours::srgb; }), "colours."));
        QVERIFY(says(refusal([](JobDescription& job) { job.controls.jpeg = 0; }), "JPEG"));
        QVERIFY(says(refusal([](JobDescription& job) { job.controls.detail = 0; }), "detail."));
        QVERIFY(says(refusal([](JobDescription& job) { job.controls.ensemble = 8; }), "passes of a step."));
    }

    void aFolderOfTilesWithoutTheirJobIsRefused() {
        for (const char* kind : {"levels", "result"}) {
            QTemporaryDir folder;
            const std::filesystem::path path = folder.path().toStdString();
            std::filesystem::create_directories(path / kind);
            overwrite(path / kind / "1-0-0.tile", "a tile");
            QVERIFY(says(errorOf([&] { JobFolder::create(path, sampleJob()); }), "Choose an empty folder"));
            QVERIFY(!std::filesystem::exists(path / "job.json"));
            std::filesystem::remove(path / kind / "1-0-0.tile");
            QVERIFY(errorOf([&] { JobFolder::create(path, sampleJob()); }).empty());
        }
    }

    void pipesAndHugeFilesAreNeitherJobsNorTiles() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const auto job = JobFolder::create(path, sampleJob());
        QCOMPARE(::mkfifo((path / "result" / "1-0-0.tile").c_str(), 0600), 0);
        QVERIFY(!job->loadResult({1, 0, 0}));
        std::filesystem::resize_file(path / "job.json", std::uintmax_t{1} << 40); // without a byte on the disk
        QVERIFY(says(errorOf([&] { JobFolder::open(path); }), "1 MB"));
        std::filesystem::remove(path / "job.json");
        QCOMPARE(::mkfifo((path / "job.json").c_str(), 0600), 0);
        QVERIFY(says(errorOf([&] { JobFolder::open(path); }), "job.json"));
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
