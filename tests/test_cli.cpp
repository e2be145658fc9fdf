#include "cli_folder.h"
#include "core/base/model_location.h"
#include "core/depth/depth_map.h"
#include "core/depth/guarded_depth_model.h"
#include "core/image/resample.h"

#include <QtTest>

#include <cmath>
#include <csignal>
#include <set>

using namespace casr;

/// Drives the command line as a user would: as a process.
class TestCli : public QObject, private CliFolder {
    Q_OBJECT

private:
    Run casr(const QStringList& arguments) const { return runCasr(arguments); }

private Q_SLOTS:
    void initTestCase() { fill(); }

    void helpIsThereForEveryCommand() {
        const QString commands = casr({"--help"}).out;
        for (const char* command : {"upscale", "batch", "evaluate", "fit-niqe", "plan", "info", "bench", "depth", "sheet", "superpixels"}) {
            const Run help = casr({command, "--help"});
            QCOMPARE(help.code, 0);
            QVERIFY(help.out.contains("Usage"));
            QVERIFY(commands.contains(command));
        }
        QCOMPARE(casr({"--version"}).out.trimmed(), QString(CASR_VERSION));
    }

    void aRegionIsZoomedAndEveryStepIsKept() {
        const Run run =
            casr(upscale({"-o", path("out.png"), "--scale", "8", "--region", "5,6,11,9", "--keep-steps", path("steps"), "--json"}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonObject report = QJsonDocument::fromJson(run.out.toUtf8()).object();
        QCOMPARE(report["width"].toInt(), 88);
        QCOMPARE(report["steps"].toArray().size(), 2);
        QVERIFY(report["peak_memory_bytes"].toDouble() > 0);
        QVERIFY(report["profile"].toString().startsWith("fp32"));
        QCOMPARE(readPictureInfo(path("out.png").toStdString()).size, (Size{88, 72}));
        const QStringList kept = QDir(path("steps")).entryList(QDir::Files, QDir::Name);
        QCOMPARE(kept.size(), 2);
        QVERIFY(kept[0].startsWith("step01-x") && kept[1].startsWith("step02-x8"));
        const auto keptPixels = [&](const QString& name) { return pixels(qPrintable("steps/" + name)); };
        QVERIFY(sameBits(keptPixels(kept[1]), pixels("out.png")));
        const double first = report["steps"].toArray()[0].toObject()["cumulative"].toDouble();
        QVERIFY(first > 1 && first < 8);
        QCOMPARE(casr(upscale({"-o", path("first.png"), "--scale", QString::number(first, 'g', 17), "--region", "5,6,11,9"})).code, 0);
        QVERIFY(sameBits(keptPixels(kept[0]), pixels("first.png")));
    }

    void aRegionIsTheCropOfTheWholePicture() {
        QCOMPARE(casr(upscale({"-o", path("whole.png"), "--scale", "3.7"})).code, 0);
        QCOMPARE(casr(upscale({"-o", path("part.png"), "--scale", "3.7", "--region", "10,10,20,15"})).code, 0);
        const Image part = pixels("part.png"), whole = pixels("whole.png");
        QCOMPARE(part.size(), (Size{74, 56}));
        QVERIFY(sameBits(part, cropped(whole, rectAt(37, 37, part.size()))));
    }

    void scaleOneGivesThePhotoBack() {
        QCOMPARE(casr(upscale({"-o", path("one.png"), "--scale", "1"})).code, 0);
        QVERIFY(sameBits(pixels("one.png"), pixels("photo.png")));
    }

    void aJobCanBeSharedAndAssembled() {
        QCOMPARE(casr(upscale({"-o", path("plain.png"), "--scale", "5"})).code, 0);
        QCOMPARE(casr(upscale({"-o", path("shared.png"), "--scale", "5", "--job", path("job"), "--shard", "1/2"})).code, 0);
        QVERIFY(!QFile::exists(path("shared.png")));
        const QStringList common{"--weights", path("tiny.safetensors"), "--precision", "fp32"};
        QCOMPARE(casr(QStringList{"upscale", "--job", path("job"), "--shard", "0/2"} + common).code, 0);
        QCOMPARE(casr(QStringList{"upscale", "--job", path("job"), "--assemble"} + common).code, 0);
        const QByteArray plain = contents("plain.png");
        QVERIFY(!plain.isEmpty());
        QCOMPARE(contents("shared.png"), plain);
        QVERIFY(QFile::remove(path("shared.png")));
        QCOMPARE(casr(QStringList{"upscale", "--resume", path("job")} + common).code, 0);
        QCOMPARE(contents("shared.png"), plain);
    }

    void aJobGoesOnWhereThePhotoHasMovedTo() {
        QVERIFY(QFile::copy(path("photo.png"), path("moving.png")));
        const QStringList common{"--weights", path("tiny.safetensors"), "--precision", "fp32"};
        QCOMPARE(casr(QStringList{"upscale", path("moving.png"), "-o", path("moved-out.png"), "--scale", "3", "--job", path("moving"),
                                  "--shard", "0/2"} +
                      common)
                     .code,
                 0);
        QVERIFY(QFile::rename(path("moving.png"), path("moved.png")));
        const Run lost = casr(QStringList{"upscale", "--resume", path("moving")} + common);
        QCOMPARE(lost.code, 1);
        QVERIFY2(lost.err.contains("PHOTO --resume"), qPrintable(lost.err));
        const Run other = casr(QStringList{"upscale", path("truth/a.png"), "--resume", path("moving")} + common);
        QCOMPARE(other.code, 1);
        QVERIFY2(other.err.contains("another photo"), qPrintable(other.err));
        const Run found = casr({"upscale", path("moved.png"), "--resume", path("moving")}); // weights and precision are those of the job
        QVERIFY2(found.code == 0, qPrintable(found.err));
        QCOMPARE(casr(upscale({"-o", path("unmoved.png"), "--scale", "3"})).code, 0);
        QVERIFY(!contents("unmoved.png").isEmpty());
        QCOMPARE(contents("moved-out.png"), contents("unmoved.png"));
    }

    void detailOnTheCommandLineGoesBeforeTheRecipesInEveryStep() {
        writeTensorFile(path("detailed.safetensors").toStdString(), strongWeights({16, 1, 16, 0, 0, 1}, 3));
        putRecipe("crisp.json", R"("controls": {"detail": 0.5, "last_detail": 0.5})");
        const auto shares = [&](const QStringList& further) {
            const Run run = casr(QStringList{"upscale", path("photo.png"), "-o", path("crisp.png"), "--recipe", path("crisp.json"),
                                             "--weights", path("detailed.safetensors"), "--precision", "fp32", "--json"} +
                                 further);
            const QJsonObject report = QJsonDocument::fromJson(run.out.toUtf8()).object();
            return std::pair(report["detail"].toDouble(-1), report["last_detail"].toDouble(-1));
        };
        QCOMPARE(shares({}), std::pair(0.5, 0.5));
        QCOMPARE(shares({"--detail", "0"}), std::pair(0.0, 0.0));
        QCOMPARE(shares({"--last-detail", "1"}), std::pair(0.5, 1.0));
    }

    void aDryRunTellsWhatTheRunWouldTake() {
        const Run text = casr(upscale({"-o", path("dry.tif"), "--scale", "6", "--dry-run"}));
        QVERIFY2(text.code == 0, qPrintable(text.err));
        for (const char* part : {"240 x 180 pixels", "3 channels of 8 bits", "free on the disk", "memory", "tiles", "a tile"}) {
            QVERIFY2(text.out.contains(part), qPrintable(text.out));
        }
        const Run run = casr(upscale({"-o", path("dry.tif"), "--scale", "6", "--dry-run", "--json"}));
        const QJsonObject report = QJsonDocument::fromJson(run.out.toUtf8()).object();
        QCOMPARE(report["uncompressed_bytes"].toInt(), 240 * 180 * 3);
        QVERIFY(report["seconds_of_tile"].toDouble() > 0);
        QVERIFY(report["seconds"].toDouble() >= report["seconds_of_tile"].toDouble());
        QVERIFY(report["problems"].toArray().isEmpty());
        QVERIFY(!QFile::exists(path("dry.tif")));
    }

    void aDryRunNamesTheLimitsAndWhatWouldWork() {
        writePicture(path("wide.png").toStdString(), {noisePicture({1100, 2}, 3, 1), 8, {}});
        const Run run = casr({"upscale", path("wide.png"), "-o", path("wide.webp"), "--scale", "16", "--dry-run", "--weights",
                              path("tiny.safetensors"), "--precision", "fp32"});
        QCOMPARE(run.code, 1);
        QVERIFY(run.out.contains("problem"));
        QVERIFY(run.err.contains("16383") && run.err.contains(".tif"));
    }

    void aPhotoOf16BitsBecomes8BitsWithAWord() {
        writePicture(path("deep.png").toStdString(), {noisePicture({20, 16}, 3, 1), 16, {}});
        const QStringList common{"--scale", "2", "--weights", path("tiny.safetensors"), "--precision", "fp32"};
        for (const char* name : {"deep.jpg", "deep.webp"}) {
            const Run run = casr(QStringList{"upscale", path("deep.png"), "-o", path(name)} + common);
            QCOMPARE(run.code, 0);
            QVERIFY2(run.err.contains("16 bits"), qPrintable(run.err));
        }
        QVERIFY(casr(QStringList{"upscale", path("deep.png"), "-o", path("deep.tif")} + common).err.isEmpty());
        QVERIFY(casr(QStringList{"upscale", path("deep.png"), "-o", path("asked.jpg"), "--bits", "8"} + common).err.isEmpty());
    }

    void aSecondRunTakesItsTilesFromTheCacheFolder() {
        const auto tiles = [&](const char* out, const QStringList& further) {
            const Run run = casr(upscale({"-o", path(out), "--scale", "5", "--json"}) + further);
            const QJsonObject report = QJsonDocument::fromJson(run.out.toUtf8()).object();
            return std::pair(report["tiles_computed"].toInt(), report["tiles_loaded"].toInt());
        };
        const auto first = tiles("c1.png", {"--cache", path("cache")}), second = tiles("c2.png", {"--cache", path("cache")});
        QVERIFY(first.first > 0 && first.second == 0);
        QVERIFY(second.first == 0 && second.second > 0);
        const auto small = tiles("c3.png", {"--cache", path("cache"), "--step-limit", "1.8"});
        QVERIFY(small.first > 0); // another plan
        QVERIFY(sameBits(pixels("c1.png"), pixels("c2.png")));
    }

    void tracesAreRemovedByTheAmountsThatAreToldOrFound() {
        const auto report = [&](const char* out, const QStringList& further) {
            const Run run = casr(upscale({"-o", path(out), "--scale", "2", "--json", "--cache", path("cleaned")}) + further);
            return std::pair(QJsonDocument::fromJson(run.out.toUtf8()).object(), run.err);
        };
        const auto [plain, silence] = report("n0.png", {});
        QVERIFY(plain["noise"].toDouble(-1) == 0 && plain["jpeg"].toDouble(-1) == 0 && !plain["noise_estimated"].toBool());
        QVERIFY2(silence.isEmpty(), qPrintable(silence));
        const auto [told, quiet] = report("n1.png", {"--noise", "0.25", "--jpeg", "0.5", "--blur", "0.75"});
        QVERIFY(told["noise"].toDouble() == 0.25 && told["jpeg"].toDouble() == 0.5 && told["blur"].toDouble() == 0.75);
        QVERIFY(told["tiles_computed"].toInt() > 0); // not those of the first run
        const auto [found, note] = report("n2.png", {"--noise", "auto", "--blur", "auto"});
        QVERIFY(found["noise_estimated"].toBool() && !found["jpeg_estimated"].toBool());
        QVERIFY(found["noise"].toDouble() > 0.9 && found["jpeg"].toDouble(-1) == 0); // the photo is noise
        QVERIFY(found["blur_estimated"].toBool() && found["blur"].toDouble(-1) == 0);
        QVERIFY2(note.contains("noise is estimated at"), qPrintable(note));
    }

    void aResumedJobKeepsItsAmounts() {
        const QStringList begun =
            upscale({"-o", path("k.png"), "--scale", "3", "--job", path("kept"), "--noise", "0.3", "--jpeg", "auto", "--blur", "0.6"});
        QCOMPARE(casr(begun).code, 0);
        const QStringList common{"--weights", path("tiny.safetensors"), "--precision", "fp32", "--json"};
        const Run run = casr(QStringList{"upscale", "--resume", path("kept")} + common);
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonObject kept = QJsonDocument::fromJson(run.out.toUtf8()).object();
        QVERIFY(kept["noise"].toDouble() == double{0.3f} && kept["blur"].toDouble() == double{0.6f});
        const Run other = casr(upscale({"-o", path("k.png"), "--scale", "3", "--job", path("kept"), "--noise", "0.2"}));
        QCOMPARE(other.code, 1);
        QVERIFY2(other.err.contains("amounts of noise"), qPrintable(other.err));
    }

    void detailIsAddedByTheShareThatIsTold() {
        writeTensorFile(path("detailed.safetensors").toStdString(), strongWeights({16, 1, 16, 0, 0, 1}, 3));
        const auto report = [&](const char* out, const QStringList& further) {
            const Run run = casr(QStringList{"upscale", path("photo.png"), "-o", path(out), "--scale", "3", "--weights",
                                             path("detailed.safetensors"), "--precision", "fp32", "--json"} +
                                 further);
            return QJsonDocument::fromJson(run.out.toUtf8()).object();
        };
        QCOMPARE(report("d0.png", {"--detail", "0"})["detail"].toDouble(-1), 0.0);
        const QJsonObject all = report("d1.png", {}); // the usual share
        QVERIFY(all["detail"].toDouble() == double{0.35f} && all["last_detail"].toDouble() == double{0.35f});
        const QJsonObject last = report("d2.png", {"--detail", "0.5", "--last-detail", "0", "--job", path("detailed")});
        QVERIFY(last["detail"].toDouble() == 0.5 && last["last_detail"].toDouble(-1) == 0);
        QVERIFY(!sameBits(pixels("d0.png"), pixels("d1.png")));
        const Run again = casr({"upscale", "--resume", path("detailed"), "--weights", path("detailed.safetensors"), "--json"});
        QVERIFY2(again.code == 0, qPrintable(again.err));
        QCOMPARE(QJsonDocument::fromJson(again.out.toUtf8()).object()["detail"].toDouble(), 0.5);
        const Run measured = casr({"evaluate", "--data", path("truth"), "--scales", "2", "--weights", path("detailed.safetensors"),
                                   "--precision", "fp32", "--detail", "0.5", "--json", path("detail.json")});
        QVERIFY2(measured.code == 0, qPrintable(measured.err));
        QCOMPARE(jsonIn("detail.json")["detail"].toDouble(), 0.5);
    }

    void thePlainShareIsKeptByJobAndRecipe() {
        const auto run = [&](const char* out, const QStringList& further) {
            return casr(QStringList{"upscale", path("photo.png"), "-o", path(out), "--weights", path("tiny.safetensors"), "--precision",
                                    "fp32", "--json"} +
                        further);
        };
        QCOMPARE(run("p0.png", {"--scale", "3"}).code, 0);
        QCOMPARE(run("p1.png", {"--scale", "3", "--plain", "0.5", "--save-recipe", path("plain.json")}).code, 0);
        QVERIFY(!sameBits(pixels("p0.png"), pixels("p1.png")));
        const Run again = run("p2.png", {"--recipe", path("plain.json"), "--job", path("plain-job")});
        QVERIFY2(again.code == 0, qPrintable(again.err));
        QCOMPARE(QJsonDocument::fromJson(again.out.toUtf8()).object()["plain"].toDouble(), 0.5);
        QVERIFY(sameBits(pixels("p2.png"), pixels("p1.png")));
        QVERIFY(QFile::remove(path("p2.png")));
        const Run resumed = casr({"upscale", "--resume", path("plain-job"), "--weights", path("tiny.safetensors"), "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
        QCOMPARE(QJsonDocument::fromJson(resumed.out.toUtf8()).object()["plain"].toDouble(), 0.5);
        QVERIFY(sameBits(pixels("p2.png"), pixels("p1.png")));
        QCOMPARE(run("p3.png", {"--plain", "1.5"}).code, 2);
    }

    void thePassesAreKeptByJobAndRecipe() {
        const auto run = [&](const char* out, const QStringList& further) {
            return casr(QStringList{"upscale", path("photo.png"), "-o", path(out), "--weights", path("tiny.safetensors"), "--precision",
                                    "fp32", "--json"} +
                        further);
        };
        const auto passesOf = [](const Run& done) { return QJsonDocument::fromJson(done.out.toUtf8()).object()["ensemble"].toInt(); };
        QCOMPARE(passesOf(run("e0.png", {"--scale", "3"})), 1);
        QCOMPARE(run("e1.png", {"--scale", "3", "--ensemble", "4", "--save-recipe", path("passes.json")}).code, 0);
        QVERIFY(!sameBits(pixels("e0.png"), pixels("e1.png")));
        const Run again = run("e2.png", {"--recipe", path("passes.json"), "--job", path("passes-job")});
        QVERIFY2(again.code == 0, qPrintable(again.err));
        QCOMPARE(passesOf(again), 4);
        QVERIFY(sameBits(pixels("e2.png"), pixels("e1.png")));
        QVERIFY(QFile::remove(path("e2.png")));
        const Run resumed = casr({"upscale", "--resume", path("passes-job"), "--weights", path("tiny.safetensors"), "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
        QCOMPARE(passesOf(resumed), 4);
        QVERIFY(sameBits(pixels("e2.png"), pixels("e1.png")));
        QCOMPARE(passesOf(run("e3.png", {"--recipe", path("passes.json"), "--ensemble", "1"})), 1);
        QVERIFY(sameBits(pixels("e3.png"), pixels("e0.png")));
        QCOMPARE(run("e4.png", {"--scale", "3", "--ensemble", "3"}).code, 2);
        QCOMPARE(casr({"upscale", "--resume", path("passes-job"), "--ensemble", "2"}).code, 2);
    }

    void aResumedJobTakesThePrecisionItWasBegunWith() {
        QCOMPARE(casr(upscale({"-o", path("m.png"), "--scale", "3", "--job", path("matched")})).code, 0);
        const QByteArray first = contents("m.png");
        QVERIFY(!first.isEmpty() && QFile::remove(path("m.png")));
        const Run run = casr({"upscale", "--resume", path("matched"), "--weights", path("tiny.safetensors")});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(contents("m.png"), first);
    }

    void aJobOfAnotherProfileIsRefusedWithAHint() {
        QCOMPARE(casr(upscale({"-o", path("p.png"), "--scale", "2", "--job", path("profiled")})).code, 0);
        QFile description(path("profiled/job.json"));
        QVERIFY(description.open(QIODevice::ReadOnly));
        const QByteArray text = description.readAll().replace("fp32,", "bf16,");
        description.close();
        QVERIFY(description.open(QIODevice::WriteOnly));
        description.write(text);
        description.close();
        const Run run = casr({"upscale", "--resume", path("profiled"), "--weights", path("tiny.safetensors"), "--precision", "fp32"});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("--precision"), qPrintable(run.err));
    }

    void mistakesGiveOneLineThatSaysWhatToDo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* name, const QStringList& arguments, int code, const char* hint) {
            QTest::newRow(name) << arguments << code << QString(hint);
        };
        row("no command", {}, 2, "--help");
        row("unknown command", {"enlarge"}, 2, "--help");
        row("no output", upscale({"--scale", "2"}), 2, "-o OUTPUT");
        row("no scale", upscale({"-o", path("x.png")}), 2, "--scale");
        row("scale below 1", upscale({"-o", path("x.png"), "--scale", "0.5"}), 2, "--scale");
        row("scale above 64", upscale({"-o", path("x.png"), "--scale", "65"}), 2, "--scale");
        row("scale no number", upscale({"-o", path("x.png"), "--scale", "big"}), 2, "--scale");
        row("region of three", upscale({"-o", path("x.png"), "--scale", "2", "--region", "1,2,3"}), 2, "x,y,width,height");
        row("region without area", upscale({"-o", path("x.png"), "--scale", "2", "--region", "1,2,0,3"}), 2, "x,y,width,height");
        row("region outside", upscale({"-o", path("x.png"), "--scale", "2", "--region", "30,20,11,3"}), 1, "40 x 30");
        row("shard without job", upscale({"-o", path("x.png"), "--scale", "2", "--shard", "0/2"}), 2, "--job");
        row("shard beyond", upscale({"-o", path("x.png"), "--scale", "2", "--job", path("x"), "--shard", "2/2"}), 2, "--shard");
        row("shard and assemble", upscale({"-o", path("x.png"), "--scale", "2", "--job", path("x"), "--shard", "0/2", "--assemble"}), 2,
            "one of them");
        row("steps of a job", upscale({"-o", path("x.png"), "--scale", "2", "--job", path("x"), "--keep-steps", path("x")}), 2,
            "--keep-steps");
        row("another scale for a job", {"upscale", "--resume", path("job"), "--scale", "3"}, 2, "--scale is fixed");
        row("another folder for a queue", {"batch", "--queue", path("queue.json"), "--resume", "--to", path("x")}, 2, "leave it out");
        row("cleaning without a step", upscale({"-o", path("x.png"), "--scale", "1", "--noise", "auto"}), 1, "1.01");
        row("the photo as its result", upscale({"-o", path("photo.png"), "--scale", "2"}), 1, "photo itself");
        row("noise above 1", upscale({"-o", path("x.png"), "--scale", "2", "--noise", "1.5"}), 2, "from 0 to 1");
        row("jpeg no number", upscale({"-o", path("x.png"), "--scale", "2", "--jpeg", "much"}), 2, "auto");
        row("unknown colours", upscale({"-o", path("x.png"), "--scale", "2", "--colours", "cmyk"}), 2, "photo,srgb,p3");
        row("detail above 1", upscale({"-o", path("x.png"), "--scale", "2", "--detail", "1.5"}), 2, "--detail");
        row("no detail in the weights", upscale({"-o", path("x.png"), "--scale", "2", "--detail", "0.5"}), 1, "no detail");
        row("none to evaluate", evaluate({"--detail", "0.5"}), 1, "no detail");
        row("unknown ending", upscale({"-o", path("x.xyz"), "--scale", "2"}), 1, ".png");
        row("no such folder", upscale({"-o", path("none/x.png"), "--scale", "2"}), 1, "folder");
        row("missing photo", {"upscale", path("none.png"), "-o", path("x.png"), "--scale", "2"}, 1, "none.png");
        row("weights that are none", {"upscale", path("photo.png"), "-o", path("x.png"), "--scale", "2", "--weights", path("photo.png")}, 1,
            "weights");
        row("no job there", {"upscale", "--resume", path("nothing")}, 1, "job.json");
        row("plan without size", {"plan", "640", "--scale", "2"}, 2, "WIDTHxHEIGHT");
        row("no pictures", {"evaluate", "--data", path("none")}, 1, "--data");
        row("bad scales", {"evaluate", "--data", path(""), "--scales", "2,x"}, 2, "--scales");
        row("recipe that is none", upscale({"-o", path("x.png"), "--recipe", path("photo.png")}), 1, "no recipe");
        row("no such page", upscale({"-o", path("x.png"), "--scale", "2", "--page", "3"}), 1, "no page 3");
        row("batch of nothing", {"batch"}, 2, "RECIPE and FILES");
        row("batch resumed from nothing", {"batch", "--queue", path("none.json"), "--resume"}, 1, "no batch");
        row("unknown part", evaluate({"--without", "sdam,bones"}), 2, "backprojection");
        row("no model of photos", evaluate({"--pristine", path("none.json")}), 1, "casr fit-niqe");
        row("nowhere to save", evaluate({"--save", path("photo.png/x")}), 1, "--save");
        row("picture below the scale", evaluate({"--scales", "64"}), 1, "smaller than the scale");
        row("no photos", {"fit-niqe", path("none"), "--out", path("x.json")}, 1, "sharp photos");
        row("nowhere to write", {"fit-niqe", path("truth")}, 2, "--out");
        row("depth without 16 bits", {"depth", path("photo.png"), "-o", path("x.jpg")}, 1, ".png");
        row("depth by no model", {"depth", path("photo.png"), "-o", path("x.png"), "--depth-model", path("photo.png")}, 1, "TorchScript");
        row("depth by weights of something else",
            {"depth", path("photo.png"), "-o", path("x.png"), "--depth-model", path("tiny.safetensors")}, 1, "depth network");
        row("info of nothing", {"info", path("none.png")}, 1, "none.png");
    }

    void mistakesGiveOneLineThatSaysWhatToDo() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, hint);
        const Run run = casr(arguments);
        QCOMPARE(run.code, code);
        QVERIFY2(run.err.contains(hint), qPrintable(run.err));
        QCOMPARE(run.err.count('\n'), 1);
        QVERIFY(!QFile::exists(path("x.png")));
    }

    void anInterruptEndsTheRunAsCancelled() {
        QProcess process;
        bool isInterrupted = false;
        for (int attempt = 0; attempt < 10 && !isInterrupted; ++attempt) { // it may be faster than the signal
            const QString job = path("long") + QString::number(attempt);
            QFile::remove(path("long.png"));
            process.start(CASR_PROGRAM, upscale({"-o", path("long.png"), "--scale", "64", "--job", job}));
            QTRY_VERIFY_WITH_TIMEOUT(!QDir(job + "/result").entryList(QDir::Files).isEmpty(), 60000);
            if (process.state() == QProcess::Running) {
                ::kill(static_cast<pid_t>(process.processId()), SIGINT);
                QVERIFY(process.waitForFinished(60000));
            }
            QCOMPARE(process.exitStatus(), QProcess::NormalExit);
            isInterrupted = process.exitCode() != 0;
        }
        QVERIFY(isInterrupted);
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(!QFile::exists(path("long.png")));
    }

    void infoTellsOfPicturesAndWeights() {
        QVERIFY(casr({"info", path("photo.png")}).out.contains("40 x 30"));
        QVERIFY(casr({"info", path("tiny.safetensors")}).out.contains("16 channels"));
    }

    void depthIsWrittenAsGreyOf16Bits() {
        const Size size{40, 600}; // three strips
        const Image photo = roundedTo8Bit(noisePicture(size, 3, 1));
        writePicture(path("tall.png").toStdString(), {photo, 8, {}});
        const Run run = casr({"depth", path("tall.png"), "-o", path("depth.png"), "--threads", "1"});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const PictureInfo info = readPictureInfo(path("depth.png").toStdString());
        QCOMPARE(info.size, size);
        QCOMPARE(info.channels, 1);
        QCOMPARE(info.bitsPerSample, 16);

        setComputeThreads(1);
        const PlacedImage parent = coveringByBorder({photo, 0, 0}, expanded(rectOf(size), guidedDepthReach));
        const DepthMap map = depthOf(photo, *loadDepthModel(shippedDepthWeights()), {});
        const Image whole = guidedDepth(map, parent, {size.width, size.width}, {size.height, size.height}, rectOf(size));
        const Image written = pixels("depth.png");
        const auto codeOf = [](float value) { return static_cast<int>(std::lround(65535.0 * value)); };
        std::set<int> codes;
        for (std::size_t i = 0; i < whole.values().size(); ++i) {
            QVERIFY(std::abs(codeOf(written.values()[i]) - codeOf(whole.values()[i])) <= 1);
            codes.insert(codeOf(written.values()[i]));
        }
        QVERIFY(codes.size() > 100);
    }

    void planShowsEveryStep() {
        const Run run = casr({"plan", "100x50", "--scale", "4.1", "--step-limit", "4"});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.contains("410 x 205"));
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
