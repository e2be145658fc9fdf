// LibTorch first: its headers clash with Qt's.
#include "core/network/network_file.h"

#include "core/network/network.h"
#include "tests/network_support.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace casr;

namespace {

const Architecture small{16, 2, 16};

TensorFile fileOf(FieldNetwork& network) {
    return {metadataOf(network.architecture), tensorsOf(network), {}};
}

TensorFile throughBytes(const TensorFile& file) {
    const std::string bytes = writeTensors(file);
    return parseTensors(std::as_bytes(std::span(bytes)), "test");
}

std::string refusalOf(const TensorFile& file) {
    return errorOf([&] { networkOf(file, "some file"); });
}

TensorFile withArchitecture(const std::string& text) {
    TensorFile file = emptyWeights(small);
    file.metadata["architecture"] = text;
    return file;
}

} // namespace

class TestNetworkFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aNetworkSurvivesTheFileBitByBit() {
        for (const Architecture& architecture : {small, Architecture{48, 1, 64}, Architecture{16, 2, 16, 32, 24, 0, 32}}) {
            FieldNetwork network = FieldNetwork::initialised(architecture, 1);
            FieldNetwork again = networkOf(throughBytes(fileOf(network)), "test");
            QCOMPARE(again.architecture, architecture);
            auto before = network.parameters(), after = again.parameters();
            QCOMPARE(before.size(), after.size());
            for (std::size_t i = 0; i < before.size(); ++i) {
                QCOMPARE(before[i].first, after[i].first);
                QVERIFY(at::equal(*before[i].second, *after[i].second));
            }
        }
    }

    void namesAndShapesAreTheFormats() {
        const Architecture full{16, 2, 16, 32, 24, 1, 48};
        FieldNetwork network = FieldNetwork::initialised(full, 1);
        const std::vector<NamedTensor> tensors = tensorsOf(network);
        const TensorFile expected = emptyWeights(full);
        QCOMPARE(tensors.size(), expected.tensors.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            QCOMPARE(tensors[i].name, expected.tensors[i].name);
            QCOMPARE(tensors[i].shape, expected.tensors[i].shape);
        }
        QCOMPARE(refusalOf(expected), std::string());
    }

    void valuesAreStoredRowMajor() {
        FieldNetwork network = FieldNetwork::initialised(small, 2);
        const TensorFile file = fileOf(network);
        const NamedTensor& named = file.tensor("block1.conv0.weight");
        QCOMPARE(named.values[((3 * 16 + 5) * 3 + 1) * 3 + 2], (network.blockWeight[2][3][5][1][2].item<float>()));
    }

    void prefixesKeepNetworksApart() {
        FieldNetwork one = FieldNetwork::initialised(small, 3), two = FieldNetwork::initialised(small, 4);
        TensorFile file{metadataOf(small), tensorsOf(one, "one."), {}};
        for (NamedTensor& tensor : tensorsOf(two, "two.")) {
            file.tensors.push_back(std::move(tensor));
        }
        FieldNetwork read = FieldNetwork::initialised(small, 5);
        assignTensors(read, file, "two.");
        QVERIFY(at::equal(read.headWeight, two.headWeight));
        assignTensors(read, file, "one.");
        QVERIFY(at::equal(read.headWeight, one.headWeight));
        QVERIFY(says(errorOf([&] { assignTensors(read, file, "three."); }), "three.head.weight"));
    }

    void aTensorOfAnotherShapeIsRefused() {
        TensorFile file = emptyWeights(small);
        file.tensors[2].shape = {16, 16, 9, 1};
        QVERIFY(says(refusalOf(file), "block0.conv0.weight"));
        file = emptyWeights(small);
        file.tensors[1] = {"head.bias", {15}, std::vector<float>(15)};
        QVERIFY(says(refusalOf(file), "head.bias"));
    }

    void aMissingTensorIsRefused() {
        TensorFile file = emptyWeights(small);
        file.tensors.erase(file.tensors.begin() + 4);
        QVERIFY(says(refusalOf(file), "block0.conv1.weight"));
        QVERIFY(!refusalOf({metadataOf(small), {}, {}}).empty());
    }

    void anImpossibleArchitectureIsRefused_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("no width") << R"({"channels":0,"blocks":2,"frequencies":16})";
        QTest::newRow("negative") << R"({"channels":-16,"blocks":2,"frequencies":16})";
        QTest::newRow("width off the grid") << R"({"channels":24,"blocks":2,"frequencies":16})";
        QTest::newRow("too wide") << R"({"channels":144,"blocks":2,"frequencies":16})";
        QTest::newRow("no blocks") << R"({"channels":16,"blocks":0,"frequencies":16})";
        QTest::newRow("reads too far") << R"({"channels":16,"blocks":12,"frequencies":16})";
        QTest::newRow("too few waves") << R"({"channels":16,"blocks":2,"frequencies":0})";
        QTest::newRow("waves off the grid") << R"({"channels":16,"blocks":2,"frequencies":20})";
        QTest::newRow("too many waves") << R"({"channels":16,"blocks":2,"frequencies":80})";
        QTest::newRow("a fraction") << R"({"channels":16.5,"blocks":2,"frequencies":16})";
        QTest::newRow("beyond 32 bits") << R"({"channels":4294967312,"blocks":2,"frequencies":16})";
        QTest::newRow("a text") << R"({"channels":"16","blocks":2,"frequencies":16})";
        QTest::newRow("true") << R"({"channels":16,"blocks":true,"frequencies":16})";
        QTest::newRow("one number missing") << R"({"channels":16,"blocks":2})";
        QTest::newRow("memory off the grid") << R"({"channels":16,"blocks":2,"frequencies":16,"memory":17})";
        QTest::newRow("too wide a memory") << R"({"channels":16,"blocks":2,"frequencies":16,"memory":144})";
        QTest::newRow("superpixels off the grid") << R"({"channels":16,"blocks":2,"frequencies":16,"superpixels":12})";
        QTest::newRow("detail that reads too far") << R"({"channels":16,"blocks":2,"frequencies":16,"detail":2})";
        QTest::newRow("hidden off the grid") << R"({"channels":16,"blocks":2,"frequencies":16,"hidden":24})";
        QTest::newRow("too wide blocks") << R"({"channels":16,"blocks":2,"frequencies":16,"hidden":272})";
        QTest::newRow("negative detail") << R"({"channels":16,"blocks":2,"frequencies":16,"detail":-1})";
        QTest::newRow("a list") << "[16,2,16]";
        QTest::newRow("no JSON") << "16x2x16";
        QTest::newRow("nothing") << "";
    }

    void anImpossibleArchitectureIsRefused() {
        QFETCH(QString, text);
        const std::string refusal = refusalOf(withArchitecture(text.toStdString()));
        QVERIFY2(says(refusal, "some file") && says(refusal, "architecture"), refusal.c_str());
    }

    void aFileWithoutMemorySuperpixelsAndDetailIsRead() {
        const TensorFile file = withArchitecture(R"({"channels":16,"blocks":2,"frequencies":16})");
        QCOMPARE(networkOf(file, "some file").architecture, small);
    }

    void theArchitectureMustBeThatOfTheTensors() {
        QVERIFY(says(refusalOf(withArchitecture(R"({"channels":32,"blocks":2,"frequencies":16})")), "shape"));
        QVERIFY(says(refusalOf(withArchitecture(R"({"channels":16,"blocks":3,"frequencies":16})")), "block2"));
    }

    void anotherFormatIsRefused() {
        TensorFile file = emptyWeights(small);
        file.metadata["format"] = "pt";
        QVERIFY(says(refusalOf(file), "another format"));
        file.metadata.erase("format");
        QVERIFY(says(refusalOf(file), "another format"));
        file = emptyWeights(small);
        file.metadata["version"] = "2";
        QVERIFY(says(refusalOf(file), "version"));
    }

    void filesThatAreNoWeightsAreRefusedByName() {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("weights").toStdString();
        QVERIFY(says(errorOf([&] { Network::load(path); }), "weights"));
        QFile file(folder.filePath("weights"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("not a network at all") > 0);
        file.close();
        QVERIFY(says(errorOf([&] { Network::load(path); }), "weights"));
        writeTensorFile(path, emptyWeights(small));
        QCOMPARE(Network::load(path)->architecture(), small);
    }
};

QTEST_APPLESS_MAIN(TestNetworkFile)
#include "test_network_file.moc"
