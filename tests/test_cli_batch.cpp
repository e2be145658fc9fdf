#include "cli_folder.h"

#include <QtTest>

using namespace casr;

/// Recipes and batches of the command line, as a user would run them.
class TestCliBatch : public QObject, private CliFolder {
    Q_OBJECT

private:
    Run casr(const QStringList& arguments) const { return runCasr(arguments); }

private Q_SLOTS:
    void initTestCase() { fill(); }

    void theSameRecipeGivesTheSameBytes() {
        const QStringList first{"-o",           path("first.tif"), "--scale", "3.7",           "--region",          "4,5,20,15", "--bits",
                                "16",           "--noise",         "0.3",     "--save-recipe", path("recipe.json"), "--colours", "p3",
                                "--no-metadata"};
        const Run run = casr(upscale(first));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const Run again = casr(upscale({"-o", path("again.tif"), "--recipe", path("recipe.json")}));
        QVERIFY2(again.code == 0, qPrintable(again.err));
        QCOMPARE(contents("again.tif"), contents("first.tif"));
        // What the command line says goes before the recipe.
        QCOMPARE(casr(upscale({"-o", path("other.tif"), "--recipe", path("recipe.json"), "--scale", "2"})).code, 0);
        QCOMPARE(readPictureInfo(path("other.tif").toStdString()).size, (Size{40, 30}));
        QVERIFY(contents("first.tif").contains("casr:Steps"));
    }

    void aRecipeOfOtherWeightsIsRefused() {
        putRecipe("other.json", R"("weights_sha256": ")" + QByteArray(64, 'a') + R"(")");
        const Run run = casr(upscale({"-o", path("x.png"), "--recipe", path("other.json")}));
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("--weights"), qPrintable(run.err));
    }

    void aRecipeWithUnknownControlsIsRefused() {
        putRecipe("controls.json", R"("controls": {"grain": 1})");
        const Run run = casr(upscale({"-o", path("x.png"), "--recipe", path("controls.json")}));
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("'grain'"), qPrintable(run.err));
    }

    void aRecipeOfNoSuchEnsembleIsRefused() {
        for (const char* passes : {"3", "2.5", "-1", "1e99", "0"}) {
            putRecipe("passes.json", QByteArray(R"("controls": {"ensemble": )") + passes + "}");
            const Run run = casr(upscale({"-o", path("x.png"), "--recipe", path("passes.json")}));
            QCOMPARE(run.code, 1);
            QVERIFY2(run.err.contains("'ensemble'"), qPrintable(run.err));
        }
    }

    void aBatchGoesOnAfterABadFileAndReportsIt() {
        QVERIFY(QDir(m_folder.path()).mkdir("shots"));
        writePicture(path("shots/a.png").toStdString(), {noisePicture({20, 15}, 3, 1), 8, {}});
        writePicture(path("shots/c.png").toStdString(), {noisePicture({20, 15}, 3, 2), 8, {}});
        QFile bad(path("shots/b.png"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("no picture");
        bad.close();
        putRecipe("outside.json", R"("region": [4, 5, 20, 15])");
        const QStringList common{"--weights", path("tiny.safetensors"), "--queue", path("queue.json")};
        const Run run = casr(
            QStringList{"batch", path("outside.json"), path("shots"), "--to", path("results"), "--name", "{name}-{number}.{ext}"} + common);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.out.contains("3 files: 0 done, 0 skipped, 3 failed"), qPrintable(run.out)); // The region of the recipe is outside.

        putRecipe("preset.json", R"("program": "")");
        const QStringList batch{"batch",  path("preset.json"),     path("shots"), "--to", path("results"),
                                "--name", "{name}-{number}.{ext}", "--precision", "fp32"};
        const Run second = casr(batch + common);
        QCOMPARE(second.code, 1);
        QVERIFY2(second.out.contains("3 files: 2 done, 0 skipped, 1 failed") && second.out.contains("b.png"), qPrintable(second.out));
        QVERIFY(second.err.contains("1 of 3 files failed"));
        QCOMPARE(readPictureInfo(path("results/c-3.png").toStdString()).size, (Size{40, 30}));
        const Run otherSteps =
            casr(QStringList{"batch", path("preset.json"), path("shots/a.png"), "--to", path("results"), "--step-limit", "1.5",
                             "--precision", "fp32", "--weights", path("tiny.safetensors"), "--name", "steps.{ext}"});
        QVERIFY2(otherSteps.code == 0, qPrintable(otherSteps.err));
        QVERIFY(bytesOf(path("results/steps.png")) != bytesOf(path("results/a-1.png")));
    }

    void aResumedBatchMakesWhatWaitsAlone() {
        QVERIFY(QDir(m_folder.path()).mkdir("left"));
        writePicture(path("left/a.png").toStdString(), {noisePicture({20, 15}, 3, 1), 8, {}});
        writePicture(path("left/b.png").toStdString(), {noisePicture({20, 15}, 3, 2), 8, {}});
        putRecipe("left.json", R"("program": "")");
        const QStringList common{"--weights", path("tiny.safetensors"), "--queue", path("left-queue.json"), "--precision", "fp32"};
        const Run run = casr(QStringList{"batch", path("left.json"), path("left"), "--to", path("left-results")} + common);
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const Image made = pixels("left-results/b-x2.png");

        QByteArray queue = contents("left-queue.json");
        const qsizetype last = queue.lastIndexOf("\"done\"");
        QVERIFY(last > 0);
        putBytes("left-queue.json", queue.replace(last, 6, "\"waiting\""));
        QVERIFY(QFile::remove(path("left-results/b-x2.png")));
        putBytes("left-results/a-x2.png", "not touched");
        const Run resumed = casr(QStringList{"batch", "--resume"} + common);
        QVERIFY2(resumed.code == 0, qPrintable(resumed.err));
        QVERIFY2(resumed.out.contains("2 files: 2 done"), qPrintable(resumed.out));
        QVERIFY(sameBits(pixels("left-results/b-x2.png"), made));
        QCOMPARE(contents("left-results/a-x2.png"), QByteArray("not touched"));
        QCOMPARE(QDir(path("left-results")).entryList(QDir::Files).size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestCliBatch)
#include "test_cli_batch.moc"
