#include "core/base/sha256.h"

#include <QCryptographicHash>
#include <QtTest>

using namespace casr;

namespace {

std::string digestOf(const std::string& text) {
    return sha256(std::as_bytes(std::span(text)));
}

} // namespace

class TestSha256 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theStandardsExamplesAreReproduced_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("digest");
        QTest::newRow("nothing") << QByteArray() << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QTest::newRow("abc") << QByteArray("abc") << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                    << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("million a") << QByteArray(1000000, 'a')
                                   << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    void theStandardsExamplesAreReproduced() {
        QFETCH(QByteArray, text);
        QTEST(QByteArray::fromStdString(digestOf(text.toStdString())), "digest");
    }

    void everyLengthAroundTheBlockAgreesWithAnotherImplementation() {
        for (int length = 0; length <= 200; ++length) {
            QByteArray text(length, '\0');
            for (int i = 0; i < length; ++i) {
                text[i] = static_cast<char>(37 * i + length);
            }
            QCOMPARE(QByteArray::fromStdString(digestOf(text.toStdString())),
                     QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
        }
    }

    void piecesGiveTheDigestOfTheWhole() {
        const std::string text(1000, 'x');
        for (const std::size_t piece : {1, 3, 63, 64, 65, 127, 999}) {
            Sha256 hash;
            for (std::size_t at = 0; at < text.size(); at += piece) {
                hash.add(text.substr(at, piece));
                hash.add(std::string());
            }
            QCOMPARE(hash.hexDigest(), digestOf(text));
        }
    }
};

QTEST_APPLESS_MAIN(TestSha256)
#include "test_sha256.moc"
