#include "core/base/sha256.h"
#include "core/network/tensor_file.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <limits>

using namespace casr;

namespace {

TensorFile sampleFile() {
    return {{{"format", "test"}, {"note", "caf\u00e9 \"quoted\""}},
            {{"trunk.weight", {2, 3}, {0, 1, -2.5f, 3e-30f, 4, std::numeric_limits<float>::infinity()}}, {"a.bias", {1}, {7}}},
            {}};
}

std::string errorOfBytes(const std::string& bytes) {
    return errorOf([&] { parseTensors(std::as_bytes(std::span(bytes)), "some.weights"); });
}

/// A file of this header length, header and data.
std::string assembled(std::uint64_t length, const std::string& header, const std::string& data) {
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

/// A file whose checksum is right, however wrong its entries are: `counted` are the entries as a canonical JSON reader keeps
/// them (sorted, without spaces), `written` those in the file.
std::string sealed(const std::string& counted, const std::string& written, const std::string& data) {
    const std::string checksum = [&] {
        Sha256 hash;
        hash.add("{\"__metadata__\":{}" + counted + "}");
        hash.add(data);
        return hash.hexDigest();
    }();
    const std::string header = "{\"__metadata__\":{\"sha256\":\"" + checksum + "\"}" + written + "}";
    return assembled(header.size(), header, data);
}

std::string sealed(const std::string& entries, const std::string& data) {
    return sealed(entries, entries, data);
}

std::string entry(const std::string& name, const std::string& offsets, const std::string& shape, const std::string& dtype = "\"F32\"") {
    return ",\"" + name + "\":{\"data_offsets\":" + offsets + ",\"dtype\":" + dtype + ",\"shape\":" + shape + "}";
}

bool refusesCleanly(const std::string& bytes) {
    const std::string message = errorOfBytes(bytes);
    return says(message, "'some.weights' is not a usable weights file") && says(message, "Use the file as it was shipped");
}

} // namespace

class TestTensorFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsReadBack() {
        const TensorFile file = sampleFile();
        const std::string bytes = writeTensors(file);
        const TensorFile read = parseTensors(std::as_bytes(std::span(bytes)), "file");
        QCOMPARE(read.metadata, file.metadata);
        QCOMPARE(read.tensors.size(), file.tensors.size());
        QCOMPARE(read.checksum.size(), std::size_t{64});
        for (std::size_t i = 0; i < read.tensors.size(); ++i) {
            QCOMPARE(read.tensors[i].name, file.tensors[i].name);
            QCOMPARE(read.tensors[i].shape, file.tensors[i].shape);
            QCOMPARE(read.tensors[i].values, file.tensors[i].values);
        }
    }

    void theSameTensorsGiveTheSameBytes() { QCOMPARE(writeTensors(sampleFile()), writeTensors(sampleFile())); }

    void theHeaderIsAlignedAndSaysItsLength() {
        const std::string bytes = writeTensors(sampleFile());
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), sizeof length);
        QCOMPARE(length % 8, std::uint64_t{0});
        QCOMPARE(bytes.size(), 8 + length + 7 * sizeof(float));
        QCOMPARE(bytes[8], '{');
    }

    void aFileGoesThroughTheDisk() {
        const std::filesystem::path path = m_folder.filePath("net.safetensors").toStdString();
        writeTensorFile(path, sampleFile());
        QCOMPARE(readTensorFile(path).tensor("a.bias").values, std::vector<float>{7});
    }

    void aMissingFileIsNamed() {
        const std::string message = errorOf([this] { readTensorFile(m_folder.filePath("none").toStdString()); });
        QVERIFY2(says(message, "none' cannot be opened"), message.c_str());
    }

    void aFolderIsNoWeightsFile() {
        QVERIFY(!errorOf([this] { readTensorFile(m_folder.path().toStdString()); }).empty());
    }

    void aFileLargerThanAnyWeightsIsRefusedWithoutReadingIt() {
        const std::filesystem::path path = m_folder.filePath("huge.safetensors").toStdString();
        writeTensorFile(path, sampleFile());
        std::filesystem::resize_file(path, std::uintmax_t{1} << 40); // without a byte on the disk
        QVERIFY(says(errorOf([&] { readTensorFile(path); }), "1 GB"));
    }

    void aTensorThatIsNotThereIsNamed() {
        const TensorFile file = sampleFile();
        QCOMPARE(file.tensor("trunk.weight").shape, (std::vector<std::int64_t>{2, 3}));
        QVERIFY(says(errorOf([&] { file.tensor("tail"); }), "no tensor 'tail'"));
    }

    void aFileWithoutTensorsIsRead() {
        const std::string bytes = writeTensors({});
        QVERIFY(parseTensors(std::as_bytes(std::span(bytes)), "file").tensors.empty());
        QVERIFY(errorOfBytes(sealed("", "")).empty());
    }

    void whatCannotBeReadBackIsNotWritten() {
        TensorFile file = sampleFile();
        file.tensors[1].name = file.tensors[0].name;
        QVERIFY(says(errorOf([&] { writeTensors(file); }), "trunk.weight"));
        file = sampleFile();
        file.tensors[0].shape = {7};
        QVERIFY(says(errorOf([&] { writeTensors(file); }), "trunk.weight"));
        file.tensors[0].shape = {-2, -3};
        QVERIFY(!errorOf([&] { writeTensors(file); }).empty());
        file = sampleFile();
        file.tensors[0].name = "__metadata__";
        QVERIFY(!errorOf([&] { writeTensors(file); }).empty());
    }

    void everyTruncationIsRefused() {
        const std::string bytes = writeTensors(sampleFile());
        QVERIFY(errorOfBytes(bytes).empty());
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            QVERIFY2(refusesCleanly(bytes.substr(0, length)), qPrintable(QString("length %1").arg(length)));
        }
    }

    void bytesLeftOverAreRefused() { QVERIFY(refusesCleanly(writeTensors(sampleFile()) + '\0')); }

    void everyFlippedBitIsRefused() {
        const std::string bytes = writeTensors(sampleFile());
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                std::string altered = bytes;
                altered[at] = static_cast<char>(altered[at] ^ mask);
                QVERIFY2(refusesCleanly(altered), qPrintable(QString("byte %1, mask %2").arg(at).arg(mask)));
            }
        }
    }

    void anEntryWithTheRightChecksumIsAccepted() {
        QVERIFY(errorOfBytes(sealed(entry("a", "[0,8]", "[2]"), std::string(8, 'x'))).empty());
        QVERIFY(errorOfBytes(sealed(entry("a", "[0,4]", "[]"), std::string(4, 'x'))).empty());
        QVERIFY(errorOfBytes(sealed(entry("a", "[4,8]", "[1]") + entry("b", "[0,4]", "[1,1]"), std::string(8, 'x'))).empty());
    }

    void entriesThatDoNotTileTheDataAreRefused_data() {
        QTest::addColumn<QByteArray>("entries");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char* name, const std::string& entries, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(entries) << QByteArray(reason);
        };
        row("overlap", entry("a", "[0,8]", "[2]") + entry("b", "[4,8]", "[1]"), "overlaps");
        row("same place", entry("a", "[0,8]", "[2]") + entry("b", "[0,8]", "[2]"), "overlaps");
        row("gap", entry("a", "[0,0]", "[]") + entry("b", "[4,8]", "[1]"), "does not fill");
        row("gap between", entry("a", "[4,8]", "[1]"), "leaves a gap");
        row("data left over", entry("a", "[0,4]", "[1]"), "bytes left over");
        row("past the end", entry("a", "[0,12]", "[3]"), "outside the file");
        row("far past the end", entry("a", "[0,18446744073709551615]", "[3]"), "outside the file");
        row("reversed", entry("a", "[8,0]", "[2]"), "outside the file");
        row("negative begin", entry("a", "[-8,0]", "[2]"), "outside the file");
        row("negative end", entry("a", "[0,-8]", "[2]"), "outside the file");
        row("one offset", entry("a", "[0]", "[2]"), "outside the file");
        row("three offsets", entry("a", "[0,8,8]", "[2]"), "outside the file");
        row("fractional offset", entry("a", "[0.0,8.5]", "[2]"), "whole numbers");
        row("offsets in words", entry("a", "\"0,8\"", "[2]"), "whole numbers");
        row("offset as text", entry("a", "[\"0\",8]", "[2]"), "whole numbers");
    }

    void entriesThatDoNotTileTheDataAreRefused() { requireRefusal(); }

    void impossibleShapesAndTypesAreRefused_data() {
        QTest::addColumn<QByteArray>("entries");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char* name, const std::string& entries, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(entries) << QByteArray(reason);
        };
        row("half floats", entry("a", "[0,8]", "[4]", "\"F16\""), "not float32");
        row("no type", ",\"a\":{\"data_offsets\":[0,8],\"shape\":[2]}", "not float32");
        row("type is a number", entry("a", "[0,8]", "[2]", "32"), "header");
        row("too few values", entry("a", "[0,8]", "[1]"), "does not fill");
        row("too many values", entry("a", "[0,8]", "[3]"), "does not fill");
        row("no values", entry("a", "[0,0]", "[0]"), "impossible shape");
        row("negative", entry("a", "[0,8]", "[-2]"), "impossible shape");
        row("two negatives", entry("a", "[0,8]", "[-2,-1]"), "impossible shape");
        row("product wraps to 2", entry("a", "[0,8]", "[2,4611686018427387905,4]"), "impossible shape");
        row("huge", entry("a", "[0,8]", "[9223372036854775807]"), "impossible shape");
        row("past 64 bits", entry("a", "[0,8]", "[18446744073709551614]"), "impossible shape");
        row("fraction", entry("a", "[0,8]", "[2.5]"), "whole numbers");
        row("truth", entry("a", "[0,8]", "[true,2]"), "whole numbers");
        row("no list", entry("a", "[0,8]", "2"), "whole numbers");
        row("no shape", ",\"a\":{\"data_offsets\":[0,8],\"dtype\":\"F32\"}", "header");
        row("no object", ",\"a\":[0,8]", "not float32");
        row("nothing", ",\"a\":null", "not float32");
    }

    void impossibleShapesAndTypesAreRefused() { requireRefusal(); }

    void aNameThatRepeatsIsRefused() {
        const std::string one = entry("a", "[0,8]", "[2]");
        const std::string bytes = sealed(one, one + one, std::string(8, 'x'));
        QVERIFY(refusesCleanly(bytes));
        QVERIFY2(says(errorOfBytes(bytes), "repeats"), errorOfBytes(bytes).c_str());
        const std::string nested = entry("a", "[0,4]", "[1]") + entry("b", "[4,8]", "[1]");
        QVERIFY(errorOfBytes(sealed(nested, std::string(8, 'x'))).empty());
    }

    void deepJsonIsRefused() {
        for (const std::size_t depth : {5, 100, 100000, 500000}) {
            const std::string nested = ",\"a\":" + std::string(depth, '[') + std::string(depth, ']');
            QVERIFY(refusesCleanly(sealed(nested, "")));
            QVERIFY(refusesCleanly(assembled(depth, std::string(depth, '['), "")));
        }
        std::string objects;
        for (int i = 0; i < 100000; ++i) {
            objects += "{\"a\":";
        }
        QVERIFY(refusesCleanly(assembled(objects.size(), objects, "")));
    }

    void aHeaderLengthThatLiesIsRefused() {
        const std::string header = "{\"__metadata__\":{}}";
        for (const std::uint64_t length :
             {std::uint64_t{0}, header.size() + 1, std::uint64_t{1} << 20, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
            QVERIFY(refusesCleanly(assembled(length, header, "")));
        }
        const std::string spaces(std::size_t{2} << 20, ' ');
        QVERIFY(refusesCleanly(assembled(header.size() + spaces.size(), header + spaces, "")));
    }

    void headersOfAnotherKindAreRefused_data() {
        QTest::addColumn<QByteArray>("header");
        for (const char* header : {"", "[]", "null", "12", "\"text\"", "{}", "{\"__metadata__\":7}", "{\"__metadata__\":{\"sha256\":7}}",
                                   "{\"__metadata__\":{\"a\":{}}}", "{\"__metadata__\":null}", "{\"__metadata__\":", "\xff\xfe{}",
                                   "{\"__metadata__\":{\"sha256\":\"\xff\"}}", "{\"__metadata__\":{}}trailing"}) {
            QTest::newRow(qPrintable(QByteArray(header).toPercentEncoding())) << QByteArray(header);
        }
    }

    void headersOfAnotherKindAreRefused() {
        QFETCH(QByteArray, header);
        QVERIFY(refusesCleanly(assembled(static_cast<std::uint64_t>(header.size()), header.toStdString(), "")));
    }

    void noiseIsRefused() {
        HashRandom random(5);
        for (int round = 0; round < 2000; ++round) {
            std::string bytes(static_cast<std::size_t>(random.below(200)), '\0');
            for (char& byte : bytes) {
                byte = static_cast<char>(random.below(256));
            }
            if (bytes.size() > 8 && round % 2) {
                const std::uint64_t length = bytes.size() - 8;
                std::memcpy(bytes.data(), &length, sizeof length);
            }
            QVERIFY(refusesCleanly(bytes));
        }
    }

private:
    static void requireRefusal() {
        QFETCH(QByteArray, entries);
        QFETCH(QByteArray, reason);
        const std::string bytes = sealed(entries.toStdString(), std::string(8, 'x'));
        QVERIFY(refusesCleanly(bytes));
        const std::string message = errorOfBytes(bytes);
        QVERIFY2(says(message, reason.toStdString()), message.c_str());
    }

    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(TestTensorFile)
#include "test_tensor_file.moc"
