#include "core/base/helper_process.h"
#include "core/base/stop.h"
#include "core/io/guarded_picture.h"
#include "core/io/picture_wire.h"
#include "helper_support.h"
#include "picture_support.h"

#include <cstring>

using namespace casr;

namespace {

/// Takes the bytes of a sender, and gives them back.
struct Wire {
    std::string bytes;
    std::size_t at = 0;

    WriteBytes writer() {
        return [this](const void* data, std::size_t count) {
            bytes.append(static_cast<const char*>(data), count);
            return true;
        };
    }
    ReadBytes reader() {
        return [this](void* data, std::size_t count) {
            const bool enough = count <= bytes.size() - at;
            if (enough) {
                std::memcpy(data, bytes.data() + at, count);
                at += count;
            }
            return enough;
        };
    }
};

constexpr std::int64_t manyPixels = 1 << 20;

Picture fullPicture() {
    Picture picture = codedPicture({13, 7}, 4, 16);
    picture.image = withEncoding(picture.image, {std::make_shared<const std::string>("a profile"), true});
    picture.metadata = {"exif", "xmp", "iptc", 11.8};
    picture.notes = {"one", "two"};
    return picture;
}

bool areSame(const Picture& a, const Picture& b) {
    const bool sameMetadata = a.metadata.exif == b.metadata.exif && a.metadata.xmp == b.metadata.xmp &&
                              a.metadata.iptc == b.metadata.iptc && a.metadata.pixelsPerMillimetre == b.metadata.pixelsPerMillimetre;
    return sameBits(a.image, b.image) && a.image.encoding() == b.image.encoding() && a.bitsPerSample == b.bitsPerSample && sameMetadata &&
           a.notes == b.notes;
}

/// A decoder of the test's own making: a shell script that casr-decode's arguments are given to.
class FakeDecoder {
public:
    explicit FakeDecoder(const std::string& script) {
        putBytes(m_folder / "decoder", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(m_folder / "decoder", std::filesystem::perms::owner_all);
        putBytes(m_folder / "photo.png", "any file");
    }
    std::string errorFor(const DecodingLimits& limits = {}) const {
        return errorOf([&] { readPictureWith(m_folder / "decoder", m_folder / "photo.png", {}, limits, {}); });
    }
    const TestFolder& folder() const { return m_folder; }

private:
    TestFolder m_folder;
};

} // namespace

class TestGuardedPicture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void whatIsSentIsReceived() {
        Wire wire;
        QVERIFY(sendResult(fullPicture(), wire.writer()));
        const std::optional<DecodingResult> received = receiveResult(wire.reader(), manyPixels);
        QVERIFY(received && areSame(std::get<Picture>(*received), fullPicture()));

        Wire failure;
        QVERIFY(sendResult(DecodingFailure{"It is damaged."}, failure.writer()));
        QCOMPARE(std::get<DecodingFailure>(receiveResult(failure.reader(), manyPixels).value()).message, std::string("It is damaged."));
    }

    void bytesCutShortAreNoResult() {
        Wire wire;
        sendResult(fullPicture(), wire.writer());
        for (std::size_t length = 0; length < wire.bytes.size(); ++length) {
            Wire part{wire.bytes.substr(0, length)};
            QVERIFY(!receiveResult(part.reader(), manyPixels));
        }
    }

    void aHeaderThatLiesIsNotBelieved() {
        Wire wire;
        sendResult(fullPicture(), wire.writer());
        for (std::size_t at = 0; at < 40; ++at) {
            for (const int value : {0x7F, 0xFF, 0x80}) {
                Wire changed{wire.bytes};
                changed.bytes[at] = static_cast<char>(value);
                // Either outcome will do where the byte is a number that may be anything; nothing may be allocated beyond the limit.
                const std::optional<DecodingResult> received = receiveResult(changed.reader(), manyPixels);
                QVERIFY(!received || std::holds_alternative<DecodingFailure>(*received) ||
                        std::get<Picture>(*received).image.size().area() <= manyPixels);
            }
        }
        Wire large{wire.bytes};
        QVERIFY(!receiveResult(large.reader(), 13 * 7 - 1));
    }

    void theDecoderGivesThePixelsOfReadPicture_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"a.png", "b.tif", "c.jpg", "d.webp", "e.jxl", "Größe 写真 [page=2].png"}) {
            QTest::newRow(name) << QString::fromUtf8(name);
        }
    }
    void theDecoderGivesThePixelsOfReadPicture() {
        QFETCH(QString, name);
        const TestFolder folder;
        const auto path = folder / name.toStdString();
        writePicture(path, codedPicture({97, 61}, 3, 8));
        QVERIFY(areSame(readPictureGuarded(path), readPicture(path)));
    }

    void aVeryLongPathAndALinkAreFollowed() {
        const TestFolder folder;
        std::filesystem::path deep = folder.path();
        for (int level = 0; level < 14; ++level) {
            deep /= std::string(240, 'd');
        }
        std::filesystem::create_directories(deep);
        writePicture(deep / "a.png", codedPicture({5, 4}, 3, 8));
        std::filesystem::create_symlink(deep / "a.png", folder / "link.png");
        QCOMPARE(readPictureGuarded(deep / "a.png").image.size(), (Size{5, 4}));
        QCOMPARE(readPictureGuarded(folder / "link.png").image.size(), (Size{5, 4}));
        std::filesystem::create_symlink("nowhere", folder / "broken.png");
        std::filesystem::create_symlink("round.png", folder / "round.png");
        QVERIFY(says(errorOf([&] { readPictureGuarded(folder / "broken.png"); }), "No such file"));
        QVERIFY(says(errorOf([&] { readPictureGuarded(folder / "round.png"); }), "symbolic links"));
    }

    void errorsOfTheFileComeThroughUnchanged() {
        const TestFolder folder;
        putBytes(folder / "text.jpg", "This is no picture.");
        writePicture(folder / "whole.png", codedPicture({90, 70}, 3, 8));
        putBytes(folder / "short.png", bytesOf(folder / "whole.png").substr(0, 2000));
        for (const char* name : {"text.jpg", "short.png", "missing.png"}) {
            const std::string text = errorOf([&] { readPictureGuarded(folder / name); });
            QVERIFY(!text.empty());
            QCOMPARE(text, errorOf([&] { readPicture(folder / name); }));
        }
    }

    void aCrashIsToldAndSurvived() {
        const std::string text = FakeDecoder("kill -SEGV $$").errorFor();
        QVERIFY2(says(text, "photo.png") && says(text, "crash") && says(text, "Segmentation fault"), text.c_str());
        QVERIFY(says(FakeDecoder("exit 7").errorFor(), "exit code 7"));
        QVERIFY(says(FakeDecoder("echo nonsense nonsense nonsense nonsense nonsense >&3").errorFor(), "crash"));
    }

    void anEndlessLoopEndsAtTheTimeLimit() {
        const std::string text = FakeDecoder("while true; do :; done").errorFor({.seconds = 0.3});
        QVERIFY2(says(text, "0.3 seconds") && says(text, "was ended"), text.c_str());
        QVERIFY(hasNoChild());
        QVERIFY(says(FakeDecoder("exec 3>&-; while true; do :; done").errorFor({.seconds = 0.3}), "0.3 seconds"));
        QVERIFY(hasNoChild());
    }

    void memoryThatRunsOutIsToldAsSuch() {
        QVERIFY(says(FakeDecoder("echo 'GLib-ERROR: failed to allocate 9 bytes' >&2; kill -TRAP $$").errorFor(), "more memory"));
#if !defined(__SANITIZE_ADDRESS__)
        const TestFolder folder;
        writePicture(folder / "a.png", codedPicture({3000, 2000}, 3, 8));
        const std::string text = errorOf([&] { readPictureGuarded(folder / "a.png", {}, {.memoryBytes = 200 << 20}); });
        QVERIFY2(says(text, "more memory") && says(text, "200 MiB"), text.c_str());
#endif
    }

    void aStopEndsTheDecoder() {
        const FakeDecoder slow(endlessScript);
        const auto folder = slow.folder().path();
        QVERIFY_THROWS_EXCEPTION(Cancelled,
                                 readPictureWith(folder / "decoder", folder / "photo.png", {}, {}, [&] { return hasBegun(folder); }));
        QVERIFY(hasEnded(folder) && hasNoChild());
    }

    void aDecoderThatCannotStartIsToldOf() {
        const TestFolder folder;
        putBytes(folder / "photo.png", "any file");
        const std::string text = errorOf([&] { readPictureWith(folder / "none", folder / "photo.png", {}, {}, {}); });
        QVERIFY2(says(text, "cannot be started") && says(text, "Install"), text.c_str());
    }

    void theDecoderAloneSaysWhatItIsFor() {
        QProcess process;
        process.start(QString::fromStdString(helperProgram("casr-decode").string()), {"photo.png"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 2);
        QVERIFY(process.readAllStandardError().contains("part of casr"));
    }
};

QTEST_GUILESS_MAIN(TestGuardedPicture)
#include "test_guarded_picture.moc"
