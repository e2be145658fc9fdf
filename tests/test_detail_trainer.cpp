#include "core/network/network.h"
#include "core/network/tensor_file.h"
#include "core/train/detail_trainer.h"
#include "tests/crops_support.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>
#include <numeric>

using namespace casr;

namespace {

const Architecture trunk{16, 2, 16, 16, 8};

bool isOfBranch(const NamedTensor& tensor) {
    return tensor.name.starts_with("detail.");
}

bool sameValues(const NamedTensor& a, const NamedTensor& b) {
    return a.name == b.name && a.values.size() == b.values.size() &&
           std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0;
}

bool sameTensors(const std::filesystem::path& a, const std::filesystem::path& b) {
    const TensorFile first = readTensorFile(a), second = readTensorFile(b);
    return std::equal(first.tensors.begin(), first.tensors.end(), second.tensors.begin(), second.tensors.end(), sameValues);
}

std::vector<std::string> run(const DetailTrainOptions& options, int most = -1) {
    std::vector<std::string> lines;
    int polls = 0;
    trainDetail(
        patternCrops(), patternCrops(), options, [&](const std::string& line) { lines.push_back(line); },
        [&] { return most >= 0 && polls++ >= most; });
    return lines;
}

} // namespace

class TestDetailTrainer : public QObject {
    Q_OBJECT

private:
    std::filesystem::path freshFolder() { return m_folder.filePath(QString::number(m_next++)).toStdString(); }

    std::filesystem::path startWith(const Architecture& architecture, std::uint64_t seed) {
        const std::filesystem::path path = m_folder.filePath(QString("start%1.safetensors").arg(m_next++)).toStdString();
        TensorFile file = strongWeights(architecture, seed);
        for (NamedTensor& tensor : file.tensors) {
            if (tensor.name == "field.weight" || tensor.name == "field.bias") {
                std::ranges::transform(tensor.values, tensor.values.begin(),
                                       [](float value) { return 0.005f * value; }); // near the bicubic
            }
        }
        writeTensorFile(path, file);
        return path;
    }

    DetailTrainOptions optionsFor(const std::filesystem::path& folder, std::int64_t iterations) {
        DetailTrainOptions options;
        options.run.start = m_start;
        options.run.sample.batch = 2;
        options.run.sample.group = 2;
        options.run.sample.patch = 28;
        options.run.sample.unrolled = 0.4;
        options.run.sample.seed = 7;
        options.run.folder = folder;
        options.run.iterations = iterations;
        options.run.warmUp = 5;
        options.run.reportEvery = 10;
        options.run.saveEvery = 1000;
        options.run.validationCrops = 2;
        options.run.threads = 1;
        options.run.bfloat16 = false;
        options.blocks = 1;
        options.critic = 8;
        options.judged = 32;
        options.life = 5;
        return options;
    }

    std::vector<QStringList> logOf(const std::filesystem::path& folder) const {
        std::ifstream in(folder / "log.csv");
        std::vector<QStringList> rows;
        for (std::string line; std::getline(in, line);) {
            rows.push_back(QString::fromStdString(line).split(','));
        }
        return rows;
    }

    QTemporaryDir m_folder;
    std::filesystem::path m_start;
    int m_next = 0;

private Q_SLOTS:
    void initTestCase() { m_start = startWith(trunk, 3); }

    void aResumedRunIsTheUninterruptedOne() {
        const std::filesystem::path once = freshFolder(), parts = freshFolder();
        run(optionsFor(once, 8));
        run(optionsFor(parts, 8), 3);
        QVERIFY(!sameTensors(once / "weights.safetensors", parts / "weights.safetensors"));
        run(optionsFor(parts, 8));
        QVERIFY(sameTensors(once / "checkpoint.safetensors", parts / "checkpoint.safetensors"));
        QVERIFY(sameTensors(once / "weights.safetensors", parts / "weights.safetensors"));
    }

    void aFreshDiscriminatorTakesOverWhenItsTimeIsUp() {
        const auto moments = [&](std::int64_t iterations) {
            const std::filesystem::path folder = freshFolder();
            run(optionsFor(folder, iterations));
            const TensorFile file = readTensorFile(folder / "checkpoint.safetensors");
            double sum = 0;
            for (const NamedTensor& tensor : file.tensors) {
                if (tensor.name.starts_with("critic.second.")) {
                    sum = std::accumulate(tensor.values.begin(), tensor.values.end(), sum);
                }
            }
            return sum;
        };
        const double ofOne = moments(1), ofFive = moments(5), ofTheSixth = moments(6);
        QVERIFY(ofOne > 0 && ofFive > 2.5 * ofOne);
        QVERIFY2(ofTheSixth < 0.6 * ofFive, qPrintable(QString("%1 after %2").arg(ofTheSixth).arg(ofFive)));
    }

    void everythingButTheBranchStaysBitForBit() {
        const std::filesystem::path folder = freshFolder();
        DetailTrainOptions options = optionsFor(folder, 4);
        options.run.record = "drawn patterns";
        run(options);
        const TensorFile before = readTensorFile(m_start), after = readTensorFile(folder / "weights.safetensors");
        std::size_t ofBranch = 0;
        for (const NamedTensor& tensor : after.tensors) {
            ofBranch += isOfBranch(tensor) ? 1 : 0;
            QVERIFY(isOfBranch(tensor) || sameValues(tensor, before.tensor(tensor.name)));
        }
        QCOMPARE(ofBranch, std::size_t{6});
        const auto network = Network::load(folder / "weights.safetensors");
        Architecture expected = trunk;
        expected.detail = 1;
        QCOMPARE(network->architecture(), expected);
        QVERIFY(says(network->record(), "4 iterations") && says(network->record(), "drawn patterns"));
    }

    void theSpectrumComesNearerToThatOfTheTruth() {
        const std::filesystem::path folder = freshFolder();
        DetailTrainOptions options = optionsFor(folder, 120);
        options.run.rate = 0.1;
        options.run.averaging = 0.9;
        const QString last = QString::fromStdString(run(options).back());
        const QStringList spectrum = last.section("spectrum", 1).simplified().split(' ');
        QVERIFY2(spectrum[1].toDouble() < 0.93 * spectrum[0].toDouble(), qPrintable(last));
        QVERIFY2(last.section("parent", 1).simplified().split(' ')[0].toDouble() > 35.0, qPrintable(last));
    }

    void theLogHasItsColumns() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 20));
        const std::vector<QStringList> rows = logOf(folder);
        QCOMPARE(rows.size(), std::size_t{4}); // the head, two reports and a validation
        QVERIFY(rows[0].contains("adversarial") && rows[0].contains("parent_psnr"));
        for (const QStringList& row : rows) {
            QCOMPARE(row.size(), rows[0].size());
        }
        QVERIFY(rows[1][3].toDouble() > 0 && rows[1].back().isEmpty());
        QVERIFY(rows[3][3].isEmpty() && rows[3].back().toDouble() > 0);
    }

    void aBranchGoesOnBesideAnotherTrunk() {
        const std::filesystem::path first = freshFolder(), second = freshFolder(), third = freshFolder();
        run(optionsFor(first, 3));
        DetailTrainOptions options = optionsFor(second, 3);
        options.run.start = startWith(trunk, 4);
        options.branch = first / "weights.safetensors";
        run(options, 0);
        const TensorFile before = readTensorFile(first / "weights.safetensors"), after = readTensorFile(second / "weights.safetensors");
        const TensorFile other = readTensorFile(options.run.start);
        for (const NamedTensor& tensor : after.tensors) {
            QVERIFY(sameValues(tensor, (isOfBranch(tensor) ? before : other).tensor(tensor.name)));
        }
        DetailTrainOptions own = optionsFor(third, 3);
        own.run.start = first / "weights.safetensors";
        run(own, 0);
        QVERIFY(sameTensors(own.run.start, third / "weights.safetensors"));
    }

    void aBranchBeginsAsStrongAsItIsTold() {
        const std::filesystem::path first = freshFolder(), second = freshFolder();
        run(optionsFor(first, 3));
        DetailTrainOptions options = optionsFor(second, 3);
        options.run.start = first / "weights.safetensors";
        options.strength = 1.5;
        run(options, 0);
        const TensorFile before = readTensorFile(options.run.start), after = readTensorFile(second / "weights.safetensors");
        for (const NamedTensor& tensor : before.tensors) {
            NamedTensor expected = tensor;
            for (float& value : expected.values) {
                value *= tensor.name == "detail.weight" || tensor.name == "detail.bias" ? 1.5f : 1.0f;
            }
            QVERIFY2(sameValues(after.tensor(tensor.name), expected), tensor.name.c_str());
        }
        QVERIFY(std::ranges::any_of(before.tensor("detail.weight").values, [](float value) { return value != 0; }));
    }

    void impossibleOptionsAreRefused() {
        DetailTrainOptions options = optionsFor(freshFolder(), 1);
        options.run.start.clear();
        QVERIFY(says(errorOf([&] { run(options); }), "--start"));
        options = optionsFor(freshFolder(), 1);
        options.branch = m_start;
        QVERIFY(says(errorOf([&] { run(options); }), "--branch"));
        options = optionsFor(freshFolder(), 1);
        options.blocks = 0;
        QVERIFY(says(errorOf([&] { run(options); }), "--detail"));
        options = optionsFor(freshFolder(), 1);
        options.critic = 0;
        QVERIFY(says(errorOf([&] { run(options); }), "discriminator"));
        options = optionsFor(freshFolder(), 1);
        options.life = 0;
        QVERIFY(says(errorOf([&] { run(options); }), "discriminator"));
        options = optionsFor(freshFolder(), 1);
        for (const int patch : {26, 40}) {
            options.run.sample.patch = patch;
            QVERIFY(says(errorOf([&] { run(options); }), "--patch"));
        }
    }

    void aFolderOfAnotherRunIsRefused() {
        const std::filesystem::path folder = freshFolder();
        run(optionsFor(folder, 1));
        DetailTrainOptions other = optionsFor(folder, 2);
        Architecture finer = trunk;
        finer.frequencies = 2 * trunk.frequencies;
        other.run.start = startWith(finer, 4);
        QVERIFY(says(errorOf([&] { run(other); }), "another architecture"));
        TensorFile file = readTensorFile(folder / "checkpoint.safetensors");
        file.metadata.erase("iteration");
        writeTensorFile(folder / "checkpoint.safetensors", file);
        QVERIFY(says(errorOf([&] { run(optionsFor(folder, 2)); }), "no checkpoint"));
    }
};

QTEST_APPLESS_MAIN(TestDetailTrainer)
#include "test_detail_trainer.moc"
