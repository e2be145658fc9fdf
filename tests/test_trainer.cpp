#include "core/base/error.h"
#include "core/network/network.h"
#include "core/network/tensor_file.h"
#include "core/train/superpixel_trainer.h"
#include "core/train/trainer.h"
#include "tests/crops_support.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>

using namespace casr;

namespace {

TrainOptions optionsFor(const std::filesystem::path& folder, std::int64_t iterations, bool bfloat16 = false) {
    TrainOptions options;
    options.architecture = {16, 1, 16};
    options.sample.batch = 2;
    options.sample.patch = 16;
    options.sample.seed = 7;
    options.folder = folder;
    options.iterations = iterations;
    options.warmUp = 5;
    options.reportEvery = 10;
    options.saveEvery = 1000;
    options.validationCrops = 2;
    options.threads = 1;
    options.bfloat16 = bfloat16;
    return options;
}

/// Runs and returns the lines reported; stops after `most` iterations when that is not below 0.
std::vector<std::string> run(const TrainOptions& options, int most = -1) {
    std::vector<std::string> lines;
    int polls = 0;
    train(
        patternCrops(), patternCrops(), options, [&](const std::string& line) { lines.push_back(line); },
        [&] { return most >= 0 && polls++ >= most; });
    return lines;
}

std::string textOf(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What a line of the log says in its columns.
std::vector<QStringList> logOf(const std::filesystem::path& folder) {
    std::vector<QStringList> rows;
    for (const QString& line : QString::fromStdString(textOf(folder / "log.csv")).split('\n', Qt::SkipEmptyParts)) {
        rows.push_back(line.split(','));
    }
    return rows;
}

bool sameTensors(const std::filesystem::path& a, const std::filesystem::path& b) {
    const TensorFile first = readTensorFile(a), second = readTensorFile(b);
    bool same = first.tensors.size() == second.tensors.size();
    for (std::size_t i = 0; same && i < first.tensors.size(); ++i) {
        const std::vector<float>&x = first.tensors[i].values, &y = second.tensors[i].values;
        same = x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
    }
    return same;
}

bool differsSomewhere(const std::filesystem::path& a, const std::filesystem::path& b) {
    return !sameTensors(a, b);
}

QString validationIn(const std::vector<std::string>& lines) {
    const QString last = QString::fromStdString(lines.back());
    return last.mid(last.indexOf("PSNR-Y"));
}

/// The PSNR at x2 of the last validation.
double validationOf(const std::vector<std::string>& lines) {
    return validationIn(lines).section(' ', 1, 1).toDouble();
}

} // namespace

class TestTrainer : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_next = 0;

    std::filesystem::path freshFolder() { return m_folder.filePath(QString::number(m_next++)).toStdString(); }

private Q_SLOTS:
    void aResumedRunIsTheUninterruptedOne_data() {
        QTest::addColumn<bool>("bfloat16");
        QTest::newRow("float32") << false;
        // Elsewhere training in bfloat16 is refused: see bfloat16IsRefusedWhereItCannotRun.
        QTest::newRow("this machine's own") << hasFastBfloat16();
    }

    void aResumedRunIsTheUninterruptedOne() {
        QFETCH(bool, bfloat16);
        const std::filesystem::path once = freshFolder(), parts = freshFolder();
        run(optionsFor(once, 24, bfloat16));
        run(optionsFor(parts, 24, bfloat16), 7);
        QVERIFY(differsSomewhere(once / "weights.safetensors", parts / "weights.safetensors"));
        run(optionsFor(parts, 24, bfloat16), 6);
        run(optionsFor(parts, 24, bfloat16));
        QVERIFY(sameTensors(once / "checkpoint.safetensors", parts / "checkpoint.safetensors"));
        QVERIFY(sameTensors(once / "weights.safetensors", parts / "weights.safetensors"));
    }

    void bfloat16IsRefusedWhereItCannotRun() {
        const std::string refusal = errorOf([&] { run(optionsFor(freshFolder(), 2, true)); });
        QCOMPARE(refusal.empty(), hasFastBfloat16());
    }

    void theLossFalls_data() {
        QTest::addColumn<bool>("muon");
        QTest::addColumn<int>("parts");
        QTest::addColumn<bool>("squared");
        QTest::newRow("Adam") << false << 1 << false;
        QTest::newRow("Muon") << true << 1 << false;
        QTest::newRow("Adam in two parts") << false << 2 << false;
        QTest::newRow("Adam on squares") << false << 1 << true;
    }

    void theLossFalls() {
        QFETCH(bool, muon);
        QFETCH(int, parts);
        QFETCH(bool, squared);
        const std::filesystem::path folder = freshFolder();
        TrainOptions options = optionsFor(folder, 60);
        options.rate = 2e-3;
        options.muon = muon;
        options.parts = parts;
        options.squared = squared;
        run(options);
        std::vector<double> losses;
        for (const QStringList& row : logOf(folder)) {
            if (row.value(3).toDouble() > 0.0) {
                losses.push_back(row[3].toDouble());
            }
        }
        QCOMPARE(losses.size(), std::size_t{6});
        QVERIFY(losses.front() > 0.05 && losses.front() < 0.5); // the mean of the parts
        QVERIFY2(losses.back() < 0.95 * losses.front(), qPrintable(QString("%1 %2").arg(losses.front()).arg(losses.back())));
    }

    void laterStepsLearnOnSquaresAnyway() {
        for (const double unrolled : {0.0, 1.0}) {
            const std::filesystem::path plain = freshFolder(), squared = freshFolder();
            TrainOptions options = optionsFor(plain, 3);
            options.sample.unrolled = unrolled;
            run(options);
            options.folder = squared;
            options.squared = true;
            run(options);
            QCOMPARE(sameTensors(plain / "weights.safetensors", squared / "weights.safetensors"), unrolled == 1.0);
        }
    }

    void learningThroughBackProjectionMakesBetterPictures_data() {
        QTest::addColumn<double>("whole");
        QTest::addColumn<double>("real");
        QTest::newRow("at whole scales") << 1.0 << 0.0;
        QTest::newRow("at real scales") << 0.0 << 1.0;
    }

    void learningThroughBackProjectionMakesBetterPictures() {
        QFETCH(double, whole);
        QFETCH(double, real);
        const std::filesystem::path folder = freshFolder();
        TrainOptions options = optionsFor(folder, 500);
        options.sample.batch = 4;
        options.sample.whole = whole;
        options.sample.real = real;
        options.averaging = 0.98;
        options.rate = 3e-3;
        const double before = validationOf(run(options, 0)), after = validationOf(run(options));
        QVERIFY2(after > before + 0.5, qPrintable(QString("%1 %2").arg(before).arg(after)));
    }

    void partsGiveTheSameBitsWheneverTheyRun() {
        const std::filesystem::path first = freshFolder(), second = freshFolder(), one = freshFolder();
        const auto inParts = [](const std::filesystem::path& folder, int parts) {
            TrainOptions options = optionsFor(folder, 8);
            options.sample.batch = 4;
            options.parts = parts;
            return options;
        };
        run(inParts(first, 2));
        run(inParts(second, 2), 3);
        run(inParts(second, 2));
        run(inParts(one, 1));
        QVERIFY(sameTensors(first / "checkpoint.safetensors", second / "checkpoint.safetensors"));
        QVERIFY(differsSomewhere(first / "checkpoint.safetensors", one / "checkpoint.safetensors"));
    }

    void theLogHasItsColumns() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 20));
        run(optionsFor(folder, 20));
        const std::vector<QStringList> rows = logOf(folder);
        QCOMPARE(rows.front(), (QStringList{"iteration", "seconds", "rate", "loss", "psnr_x2", "psnr_x3", "psnr_x4", "psnr_x8"}));
        QCOMPARE(rows.size(), std::size_t{5}); // the head, two reports, a validation, and one of the run that had nothing left to do
        for (std::size_t i = 1; i < rows.size(); ++i) {
            QCOMPARE(rows[i].size(), 8);
            const bool isValidation = rows[i][3].isEmpty();
            QCOMPARE(rows[i][4].isEmpty(), !isValidation);
            QVERIFY(!isValidation || rows[i][4].toDouble() > 5.0);
        }
        QCOMPARE(rows[1][0], QString("10"));
        QCOMPARE(rows[3][0], QString("20"));
    }

    void theWeightsAreANetwork() {
        const std::filesystem::path folder = freshFolder();
        TrainOptions options = optionsFor(folder, 3);
        options.record = "drawn patterns";
        run(options);
        const auto network = Network::load(folder / "weights.safetensors");
        QCOMPARE(network->architecture(), options.architecture);
        QVERIFY(says(network->record(), "3 iterations") && says(network->record(), "drawn patterns"));
    }

    void theWholeMethodResumesExactly() {
        const std::filesystem::path start = freshFolder(), once = freshFolder(), parts = freshFolder();
        run(optionsFor(start, 2));
        SuperpixelTrainOptions superpixels;
        superpixels.weights = start / "weights.safetensors";
        superpixels.out = start / "superpixels.safetensors";
        superpixels.width = 8;
        superpixels.iterations = 2;
        superpixels.patch = 32;
        superpixels.threads = 1;
        trainSuperpixels(patternCrops(), superpixels, [](const std::string&) {});
        const auto whole = [&](const std::filesystem::path& folder) {
            TrainOptions options = optionsFor(folder, 8);
            options.start = superpixels.out;
            options.architecture = {16, 2, 16, 16, 8};
            options.sample.batch = 4;
            options.sample.group = 2;
            options.sample.unrolled = 0.3;
            options.sample.degraded = 0.3;
            options.muon = true;
            return options;
        };
        run(whole(once));
        run(whole(parts), 3);
        run(whole(parts));
        QVERIFY(sameTensors(once / "checkpoint.safetensors", parts / "checkpoint.safetensors"));
        const TensorFile before = readTensorFile(superpixels.out), after = readTensorFile(once / "weights.safetensors");
        QCOMPARE(after.tensor("superpixel.conv0.weight").values, before.tensor("superpixel.conv0.weight").values);
        const std::vector<float>& output = after.tensor("memory.output").values;
        QVERIFY(std::any_of(output.begin(), output.end(), [](float value) { return value != 0.0f; }));
    }

    void superpixelsLearn() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 1));
        SuperpixelTrainOptions options;
        options.weights = folder / "weights.safetensors";
        options.out = folder / "out.safetensors";
        options.width = 8;
        options.iterations = 600;
        options.batch = 2;
        options.patch = 32;
        options.rate = 5e-3;
        options.threads = 1;
        std::vector<double> losses;
        trainSuperpixels(patternCrops(), options,
                         [&](const std::string& line) { losses.push_back(QString::fromStdString(line).section("loss", 1).toDouble()); });
        QCOMPARE(losses.size(), std::size_t{3});
        QVERIFY2(losses[2] < 0.95 * losses[0], qPrintable(QString("%1 %2").arg(losses[0]).arg(losses[2])));
        options.patch = 30;
        QVERIFY(says(errorOf([&] { trainSuperpixels(patternCrops(), options, {}); }), "--patch"));
    }

    void moreAndWiderBlocksKeepTheFunction_data() {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("hidden");
        QTest::newRow("more blocks") << 3 << 0;
        QTest::newRow("wider blocks") << 1 << 48;
        QTest::newRow("both") << 2 << 32;
    }

    void moreAndWiderBlocksKeepTheFunction() {
        QFETCH(int, blocks);
        QFETCH(int, hidden);
        const std::filesystem::path small = freshFolder(), large = freshFolder();
        TrainOptions options = optionsFor(small, 20);
        options.rate = 2e-3;
        const QString before = validationIn(run(options));
        TrainOptions grown = optionsFor(large, 20);
        grown.architecture.blocks = blocks;
        grown.architecture.hidden = hidden;
        grown.start = small / "weights.safetensors";
        QCOMPARE(validationIn(run(grown, 0)), before);
        QCOMPARE(Network::load(large / "weights.safetensors")->architecture(), grown.architecture);
        grown.folder = freshFolder();
        grown.rate = 2e-3;
        QVERIFY(validationIn(run(grown)) != before);
    }

    void onlyTheNamedTensorsLearn() {
        const std::filesystem::path before = freshFolder(), after = freshFolder();
        run(optionsFor(before, 1));
        TrainOptions options = optionsFor(after, 4);
        options.start = before / "weights.safetensors";
        options.learning = {"tail", "field.weight"};
        run(options);
        const TensorFile first = readTensorFile(options.start), second = readTensorFile(after / "weights.safetensors");
        for (const NamedTensor& tensor : first.tensors) {
            const bool learns = tensor.name == "tail.weight" || tensor.name == "tail.bias" || tensor.name == "field.weight";
            QVERIFY2((second.tensor(tensor.name).values != tensor.values) == learns, tensor.name.c_str());
        }
        options.folder = freshFolder();
        options.learning = {"tale"};
        QVERIFY(says(errorOf([&] { run(options); }), "--learning"));
    }

    void otherStartsAreRefused() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 1));
        TrainOptions wider = optionsFor(freshFolder(), 1);
        wider.architecture.channels = 32;
        wider.start = folder / "weights.safetensors";
        QVERIFY(says(errorOf([&] { run(wider); }), "--blocks"));
        TrainOptions missing = optionsFor(freshFolder(), 1);
        missing.start = folder / "nothing";
        QVERIFY(says(errorOf([&] { run(missing); }), "nothing"));
    }

    void aFolderOfAnotherArchitectureIsRefused() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 1));
        TrainOptions other = optionsFor(folder, 2);
        other.architecture.blocks = 2;
        QVERIFY(says(errorOf([&] { run(other); }), "another architecture"));
    }

    void aFolderWithoutACheckpointOfTrainingIsRefused() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 1));
        TensorFile file = readTensorFile(folder / "checkpoint.safetensors");
        file.metadata.erase("iteration");
        writeTensorFile(folder / "checkpoint.safetensors", file);
        QVERIFY(says(errorOf([&] { run(optionsFor(folder, 2)); }), "no checkpoint"));
        std::filesystem::copy_file(folder / "weights.safetensors", folder / "checkpoint.safetensors",
                                   std::filesystem::copy_options::overwrite_existing);
        QVERIFY(!errorOf([&] { run(optionsFor(folder, 2)); }).empty());
    }

    void aFolderThatCannotBeMadeIsRefused() {
        const std::filesystem::path file = freshFolder();
        std::ofstream(file) << "in the way";
        QVERIFY(says(errorOf([&] { run(optionsFor(file / "below", 1)); }), "cannot be made"));
    }

    void impossibleOptionsAreRefused() {
        TrainOptions shares = optionsFor(freshFolder(), 1);
        shares.sample.whole = 0.6;
        shares.sample.real = 0.5;
        QVERIFY(says(errorOf([&] { run(shares); }), "--real"));
        TrainOptions options = optionsFor(freshFolder(), 1);
        options.sample.patch = 40;
        QVERIFY(says(errorOf([&] { run(options); }), "--patch"));
        options = optionsFor(freshFolder(), 1);
        options.sample.group = 3;
        QVERIFY(says(errorOf([&] { run(options); }), "--group"));
        options = optionsFor(freshFolder(), 1);
        options.parts = 3;
        QVERIFY(says(errorOf([&] { run(options); }), "--parts"));
        options = optionsFor(freshFolder(), 0);
        QVERIFY(says(errorOf([&] { run(options); }), "--minutes"));
        options.iterations = 1;
        options.minutes = 1;
        QVERIFY(says(errorOf([&] { run(options); }), "--minutes"));
        QVERIFY(!errorOf([&] {
                     train(
                         {}, {}, optionsFor(freshFolder(), 1), [](const std::string&) {}, [] { return false; });
                 }).empty());
    }
};

QTEST_APPLESS_MAIN(TestTrainer)
#include "test_trainer.moc"
