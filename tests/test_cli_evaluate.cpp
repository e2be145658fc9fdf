#include "cli_folder.h"
#include "core/image/resample.h"
#include "core/metrics/metrics.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

/// What a picture's enlargement by resampling is measured at.
struct Figures {
    Fidelity fidelity;
    double lowResolutionPsnr;
};

Figures figuresOf(const std::string& path, double scale, Kernel kernel) {
    const Image picture = readPicture(path).image;
    const auto shrunk = [&](int length) { return static_cast<int>(length / scale + 1e-9); };
    const auto grown = [&](int length) { return static_cast<int>(length * scale + 0.5); };
    const Size low{shrunk(picture.width()), shrunk(picture.height())}, whole{grown(low.width), grown(low.height)};
    const Image truth = cropped(picture, rectOf(whole));
    const Image small = resizedTo8Bit(truth, low);
    const Image enlarged = roundedTo8Bit(resized(small, whole, kernel));
    return {fidelityOfLuma(enlarged, truth, scale), lowResolutionPsnr(enlarged, small)};
}

} // namespace

/// casr evaluate and fit-niqe, as processes.
class TestCliEvaluate : public QObject, private CliFolder {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { fill(); }

    void evaluateMeasuresByTheFieldsProtocol_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("kernel");
        QTest::newRow("bicubic") << "bicubic" << static_cast<int>(Kernel::bicubic);
        QTest::newRow("Lanczos") << "lanczos" << static_cast<int>(Kernel::lanczos3);
    }

    void evaluateMeasuresByTheFieldsProtocol() {
        QFETCH(QString, method);
        QFETCH(int, kernel);
        const Run run =
            runCasr({"evaluate", "--data", path("truth"), "--scales", "2,2.5", "--method", method, "--json", path("figures.json")});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonArray scales = jsonIn("figures.json")["scales"].toArray();
        QCOMPARE(scales.size(), 2);
        for (int i = 0; i < 2; ++i) {
            const QJsonArray pictures = scales[i].toObject()["pictures"].toArray();
            QCOMPARE(pictures.size(), 2);
            double sum = 0;
            for (int k = 0; k < 2; ++k) {
                const QJsonObject picture = pictures[k].toObject();
                const std::string file = path(k == 0 ? "truth/a.png" : "truth/b.png").toStdString();
                const Figures expected = figuresOf(file, i == 0 ? 2.0 : 2.5, static_cast<Kernel>(kernel));
                QVERIFY(std::abs(picture["psnr_y"].toDouble() - expected.fidelity.psnr) < 1e-9);
                QVERIFY(std::abs(picture["ssim_y"].toDouble(2) - expected.fidelity.ssim) < 1e-9);
                QVERIFY(std::abs(picture["lr_psnr"].toDouble() - expected.lowResolutionPsnr) < 1e-9);
                sum += expected.fidelity.psnr;
            }
            QVERIFY(std::abs(scales[i].toObject()["mean"].toObject()["psnr_y"].toDouble() - sum / 2) < 1e-9);
        }
    }

    void evaluateMeasuresEveryStepOfTheStaircase() {
        const Run run = runCasr(evaluate({"--scales", "6", "--step-limit", "2", "--json", path("steps.json"), "--markdown",
                                          path("steps.md"), "--save", path("made/of/it")}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonObject entry = jsonIn("steps.json")["scales"].toArray()[0].toObject(), mean = entry["mean"].toObject();
        QCOMPARE(entry["pictures"].toArray().size(), 2);
        const QJsonArray steps = mean["steps"].toArray();
        QCOMPARE(steps.size(), 3);
        QCOMPARE(steps[2].toObject()["cumulative"].toDouble(), 6.0);
        double parentChild = 0;
        for (const QJsonValue& step : steps) {
            parentChild += step.toObject()["parent_child_psnr"].toDouble() / 3;
        }
        QVERIFY(std::abs(mean["parent_child_psnr"].toDouble() - parentChild) < 1e-9);
        for (const char* key : {"psnr_y", "lr_psnr", "rapsd", "self_similarity", "delta_e", "sharpness", "niqe", "drift"}) {
            QVERIFY2(mean[key].toDouble() > 0, key);
        }
        for (int k = 0; k < 2; ++k) {
            const Image made = readPicture(path(k == 0 ? "made/of/it/a_x6.png" : "made/of/it/b_x6.png").toStdString()).image;
            const Image truth = readPicture(path(k == 0 ? "truth/a.png" : "truth/b.png").toStdString()).image;
            const Fidelity expected = fidelityOfLuma(made, cropped(truth, rectOf(made.size())), 6.0);
            const QJsonObject picture = entry["pictures"].toArray()[k].toObject();
            QVERIFY(std::abs(picture["psnr_y"].toDouble() - expected.psnr) < 1e-9);
            QVERIFY(std::abs(picture["ssim_y"].toDouble(2) - expected.ssim) < 1e-9);
        }
        QCOMPARE(readPictureInfo(path("made/of/it/b_x6.png").toStdString()).size, (Size{108, 96}));
        const QByteArray text = bytesOf(path("steps.md"));
        QVERIFY(text.contains("| x6 | 2 |") && text.contains("| x6 | 3 | x6 |"));
    }

    void whatAPictureIsTooSmallForIsNull() {
        QCOMPARE(runCasr(evaluate({"--scales", "2", "--json", path("small.json")})).code, 0);
        const QJsonObject entry = jsonIn("small.json")["scales"].toArray()[0].toObject();
        const QJsonObject small = entry["pictures"].toArray()[0].toObject(), large = entry["pictures"].toArray()[1].toObject();
        QVERIFY(small["niqe"].isNull() && small["drift"].isNull() && small["seam_energy"].isNull());
        QCOMPARE(large["blocks"].toInt(), 1);
        QCOMPARE(large["shrinkage"].toDouble(), 1 - 1 / 200.0);
        QCOMPARE(entry["mean"].toObject()["niqe"].toDouble(), large["niqe"].toDouble());
    }

    void oneJumpIsAStepOfFourAndTheBicubic() {
        const Run run = runCasr(evaluate({"--scales", "3,6", "--one-jump", "--pictures", "1", "--json", path("jump.json")}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonObject report = jsonIn("jump.json");
        QVERIFY(report["one_jump"].toBool());
        const QJsonArray scales = report["scales"].toArray();
        QCOMPARE(scales[0].toObject()["pictures"].toArray().size(), 1);
        QCOMPARE(scales[0].toObject()["mean"].toObject()["steps"].toArray().size(), 1);
        const QJsonArray steps = scales[1].toObject()["mean"].toObject()["steps"].toArray();
        QCOMPARE(steps.size(), 2);
        QCOMPARE(steps[0].toObject()["cumulative"].toDouble(), 4.0);
        QCOMPARE(steps[1].toObject()["cumulative"].toDouble(), 6.0);
    }

    void anEnsembleIsMeasuredAsOneMethod() {
        const auto measured = [&](const QStringList& further) {
            const Run run = runCasr(evaluate(
                QStringList{"--scales", "3", "--pictures", "1", "--json", path("passes.json"), "--markdown", path("passes.md")} + further));
            return run.code == 0 ? jsonIn("passes.json") : QJsonObject();
        };
        const auto psnr = [](const QJsonObject& report) {
            return report["scales"].toArray()[0].toObject()["mean"].toObject()["psnr_y"].toDouble();
        };
        const QJsonObject one = measured({}), four = measured({"--ensemble", "4"});
        QCOMPARE(one["ensemble"].toInt(), 1);
        QCOMPARE(four["ensemble"].toInt(), 4);
        QVERIFY(psnr(one) > 0 && psnr(four) > 0 && psnr(one) != psnr(four));
        QVERIFY(bytesOf(path("passes.md")).contains("mean of 4 passes"));
        QCOMPARE(runCasr(evaluate({"--ensemble", "3"})).code, 2);
        QCOMPARE(runCasr(evaluate({"--ensemble", "2", "--method", "bicubic"})).code, 2);
    }

    void scaleOneIsMeasuredToo() {
        const Run run = runCasr(evaluate({"--scales", "1", "--json", path("one.json")}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonObject mean = jsonIn("one.json")["scales"].toArray()[0].toObject()["mean"].toObject();
        QVERIFY(mean["psnr_y"].isNull()); // infinite
        QCOMPARE(mean["rapsd"].toDouble(-1), 0.0);
    }

    void partsThatAreLeftOutAreReported() {
        const Run run = runCasr(evaluate({"--scales", "2", "--pictures", "1", "--without", "sarm,sdam", "--json", path("parts.json")}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QCOMPARE(jsonIn("parts.json")["without"].toArray(), (QJsonArray{"sdam", "sarm"}));
    }

    void spoiltPicturesAreMeasuredWithAndWithoutRemoval() {
        const auto measured = [&](const QStringList& further) {
            const Run run =
                runCasr(evaluate(QStringList{"--scales", "2", "--json", path("spoilt.json"), "--markdown", path("spoilt.md")} + further));
            return run.code == 0 ? jsonIn("spoilt.json") : QJsonObject();
        };
        const auto psnr = [](const QJsonObject& report) {
            return report["scales"].toArray()[0].toObject()["mean"].toObject()["psnr_y"].toDouble();
        };
        const QStringList noise{"--method", "bicubic", "--spoil-noise", "1", "--spoil-jpeg", "0.25", "--spoil-blur", "0.5"};
        const QJsonObject clean = measured({"--method", "bicubic"}), spoilt = measured(noise);
        QVERIFY(psnr(clean) > psnr(spoilt) + 0.1 && psnr(spoilt) > 0);
        QCOMPARE(psnr(measured(noise)), psnr(spoilt));
        QCOMPARE(clean["spoilt"].toObject(), (QJsonObject{{"noise", 0.0}, {"jpeg", 0.0}, {"blur", 0.0}}));
        QCOMPARE(spoilt["spoilt"].toObject(), (QJsonObject{{"noise", 1.0}, {"jpeg", 0.25}, {"blur", 0.5}}));
        const QJsonObject removed = measured({"--spoil-noise", "0.5", "--noise", "0.5", "--jpeg", "auto"});
        QCOMPARE(removed["removed"].toObject(), (QJsonObject{{"noise", 0.5}, {"jpeg", "auto"}, {"blur", 0.0}}));
        QVERIFY(bytesOf(path("spoilt.md"))
                    .contains("spoilt by noise 0.50, JPEG 0.00 and blur 0.00, noise 0.50, JPEG auto and blur 0.00 removed"));
        QVERIFY(psnr(removed) != psnr(measured({"--spoil-noise", "0.5"})));
        QCOMPARE(runCasr(evaluate({"--noise", "2"})).code, 2);
        QCOMPARE(runCasr(evaluate({"--noise", "1", "--method", "bicubic"})).code, 2);
        QCOMPARE(runCasr(evaluate({"--spoil-jpeg", "2"})).code, 2);
    }

    void anAblationMeasuresEveryPartOffInOneTable() {
        const Run run = runCasr(evaluate({"--scales", "2,6", "--pictures", "1", "--ablation", "--step-limit", "3", "--json",
                                          path("ablation.json"), "--markdown", path("ablation.md")}));
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const QJsonArray methods = jsonIn("ablation.json")["methods"].toArray();
        QCOMPARE(methods.size(), 7);
        QCOMPARE(methods[0].toObject()["without"].toArray(), QJsonArray());
        QCOMPARE(methods[3].toObject()["without"].toArray(), (QJsonArray{"sdam", "sarm"}));
        QCOMPARE(methods[5].toObject()["one_jump"].toBool(), true);
        QCOMPARE(methods[6].toObject()["method"].toString(), QString("bicubic"));
        const QByteArray table = bytesOf(path("ablation.md"));
        for (const char* row : {"| x2 | everything |", "| x6 | everything |", "| x6 | without backprojection |",
                                "| x6 | one jump, then bicubic |", "| x2 | bicubic |"}) {
            QVERIFY2(table.contains(row), table.constData());
        }
        QCOMPARE(runCasr(evaluate({"--scales", "2", "--ablation", "--without", "sdam"})).code, 2);
    }

    void tooFewPhotosMakeNoModelOfThem() {
        const Run run = runCasr({"fit-niqe", path("truth"), "--out", path("few.json")});
        QCOMPARE(run.code, 1);
        QVERIFY(run.err.contains("at least 200"));
        QVERIFY(!QFile::exists(path("few.json")));
    }

    void aModelOfPhotosCanBeMadeAndUsed() {
        QVERIFY(QDir(m_folder.path()).mkdir("photos"));
        writePicture(path("photos/castle_1.png").toStdString(), {noisePicture({960, 960}, 3, 7), 8, {}});
        writePicture(path("photos/castle_2.png").toStdString(), {noisePicture({960, 1010}, 3, 8), 8, {}});
        const Run run = runCasr({"fit-niqe", path("photos"), "--out", path("noise.json")});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        QVERIFY(run.out.contains("200 sharp blocks of 2 pictures"));
        const auto niqeOfTruth = [&](const QStringList& further) {
            runCasr(evaluate(QStringList{"--scales", "1", "--json", path("niqe.json")} + further));
            return jsonIn("niqe.json")["scales"].toArray()[0].toObject()["mean"].toObject()["niqe_truth"].toDouble();
        };
        const double byNoise = niqeOfTruth({"--pristine", path("noise.json")}), byPhotos = niqeOfTruth({});
        QVERIFY(byNoise > 0 && byNoise < byPhotos);
    }
};

QTEST_GUILESS_MAIN(TestCliEvaluate)
#include "test_cli_evaluate.moc"
