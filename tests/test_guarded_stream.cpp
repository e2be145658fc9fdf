#include "core/base/stop.h"
#include "core/io/encoder_wire.h"
#include "core/io/guarded_stream.h"
#include "helper_support.h"
#include "picture_support.h"

#include <cstring>
#include <map>

using namespace casr;

namespace {

PictureLayout layoutOf(const Picture& picture) {
    return {picture.image.size(), picture.image.channels(), picture.bitsPerSample, picture.image.encoding(), picture.metadata};
}

/// With a profile, metadata and several pieces.
Picture photo() {
    Picture picture = codedPicture({601, 300}, 3, 16);
    picture.metadata.done = {{"Scale", "8"}, {"Steps", "x4 x2"}};
    picture.metadata.pixelsPerMillimetre = 11.8;
    return picture;
}

/// The bytes of a file, or of every file of a DeepZoom folder, by name.
std::map<std::string, std::string> filesAt(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) {
        return {{"", bytesOf(path)}};
    }
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        // This one says when it was written.
        if (entry.is_regular_file() && entry.path().filename() != "vips-properties.xml") {
            files[entry.path().lexically_relative(path).string()] = bytesOf(entry.path());
        }
    }
    return files;
}

/// An encoder of the test's own making, and what becomes of a picture with it.
class FakeEncoder {
public:
    explicit FakeEncoder(const std::string& script) {
        putBytes(m_tools / "encoder", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(m_tools / "encoder", std::filesystem::perms::owner_all);
    }

    void write(const PullPixels& pull, const StopCheck& stop = {}) const {
        writePictureStreamWith(m_tools / "encoder", m_folder / "a.png", {{40, 30}, 3, 8, {}, {}}, {}, pull, stop);
    }
    std::string error() const {
        return errorOf([&] { write([](Rect rect) { return flatPicture(rect.size(), {0, 0, 0}).image; }); });
    }
    int filesLeft() const { return m_folder.count(); }
    std::filesystem::path tools() const { return m_tools.path(); }

private:
    TestFolder m_tools, m_folder;
};

struct PixelsFailed {};

} // namespace

class TestGuardedStream : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void theFileIsThatOfThisProcess_data() { addExtensions(everyStreamedExtension); }
    void theFileIsThatOfThisProcess() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const Picture picture = photo();
        const auto pull = [&](Rect rect) { return cropped(picture.image, rect); };
        StreamOptions options;
        options.write.quality = 70;
        const auto here = folder / ("here" + extension.toStdString()), there = folder / ("there" + extension.toStdString());
        QCOMPARE(writePictureStreamGuarded(there, layoutOf(picture), options, pull),
                 writePictureStream(here, layoutOf(picture), options, pull));
        const auto expected = filesAt(here), found = filesAt(there);
        QVERIFY(!expected.empty() && expected.begin()->second.size() > 100);
        QVERIFY(found == expected);
    }

    void whatIsSaidIsUnderstood() {
        std::string bytes;
        std::size_t at = 0;
        const WriteBytes write = [&](const void* data, std::size_t count) {
            bytes.append(static_cast<const char*>(data), count);
            return true;
        };
        const ReadBytes read = [&](void* data, std::size_t count) {
            const bool enough = count <= bytes.size() - at;
            std::memcpy(data, bytes.data() + at, enough ? count : 0);
            at += enough ? count : 0;
            return enough;
        };
        EncodingJob job{"/a/.b", "/a/b.tif", {{7, 5}, 4, 16, {std::make_shared<const std::string>("profile"), true}, {}}, {}};
        job.layout.metadata = {"exif", "xmp", "iptc", 12.5, {{"Scale", "2"}}};
        job.options.write = {16, 33, true, false};
        job.options.tiled = false;
        job.options.pyramid = true;
        job.options.compression = TiffCompression::none;
        job.options.bigTiff = BigTiff::never;
        job.options.piece = {10, 20};
        QVERIFY(sendJob(job, write));
        const std::optional<EncodingJob> back = receiveJob(read);
        QVERIFY(back && back->file == job.file && back->path == job.path && back->layout.size == job.layout.size);
        QVERIFY(back->layout.channels == 4 && back->layout.bitsPerSample == 16 && back->layout.encoding == job.layout.encoding);
        const Metadata &metadata = back->layout.metadata, &sent = job.layout.metadata;
        QVERIFY(metadata.exif == sent.exif && metadata.xmp == sent.xmp && metadata.iptc == sent.iptc && metadata.done == sent.done);
        QCOMPARE(metadata.pixelsPerMillimetre, 12.5);
        const StreamOptions& options = back->options;
        QVERIFY(options.write.bitsPerSample == 16 && options.write.quality == 33 && options.write.lossless && !options.write.keepPosition);
        QVERIFY(!options.tiled && options.pyramid && options.compression == TiffCompression::none && options.bigTiff == BigTiff::never);
        QCOMPARE(options.piece, (Size{10, 20}));

        QVERIFY(sendMessage({EncoderMessage::Kind::done, {1, 2, 3, 4}, {"one", "two"}}, write));
        const std::optional<EncoderMessage> message = receiveMessage(read);
        QVERIFY(message && message->kind == EncoderMessage::Kind::done && message->rect == (Rect{1, 2, 3, 4}));
        QCOMPARE(message->texts, (std::vector<std::string>{"one", "two"}));
        QVERIFY(!receiveMessage(read) && !receiveJob(read));
    }

    void warningsComeBack() {
        const TestFolder folder;
        Picture picture = codedPicture({20, 15}, 3, 8);
        picture.metadata.exif = "no exif at all";
        const auto pull = [&](Rect rect) { return cropped(picture.image, rect); };
        const std::vector<std::string> warnings = writePictureStreamGuarded(folder / "a.jpg", layoutOf(picture), {}, pull);
        QVERIFY(warnings.size() == 1 && says(warnings.front(), "EXIF is damaged"));
    }

    void anEncoderThatCrashesIsAnErrorAndLeavesNothing() {
        const FakeEncoder crashing("kill -SEGV $$");
        QVERIFY2(says(crashing.error(), "encoder crashed (Segmentation fault)"), crashing.error().c_str());
        QCOMPARE(crashing.filesLeft(), 0);
        QVERIFY(says(FakeEncoder("exit 7").error(), "exit code 7"));
        QVERIFY(says(FakeEncoder("echo nonsense nonsense nonsense nonsense >&3").error(), "crashed"));
        QVERIFY(says(FakeEncoder("echo 'failed to allocate 9 bytes' >&2; kill -TRAP $$").error(), "more memory"));
    }

    void pixelsOutsideThePictureAreNotGiven() {
        // Kind 0, the rectangle -1, 0, 5, 5 and no texts.
        const FakeEncoder greedy(R"(printf '\0\0\0\0\377\377\377\377\0\0\0\0\005\0\0\0\005\0\0\0\0\0\0\0' >&3; exit 5)");
        QVERIFY2(says(greedy.error(), "exit code 5"), greedy.error().c_str());
    }

    void whatThePixelsThrowComesOutAtOnce() {
        const TestFolder folder;
        for (const QString& extension : everyStreamedExtension) {
            const auto path = folder / ("a" + extension.toStdString());
            const auto pull = [](Rect) -> Image { throw PixelsFailed(); };
            QVERIFY_EXCEPTION_THROWN(writePictureStreamGuarded(path, {{400, 300}, 3, 8, {}, {}}, {}, pull), PixelsFailed);
            QCOMPARE(folder.count(), 0);
        }
    }

    void anEncoderThatHangsCanBeStopped() {
        const FakeEncoder slow(endlessScript);
        QVERIFY_EXCEPTION_THROWN(slow.write({}, [&] { return hasBegun(slow.tools()); }), Cancelled);
        QVERIFY(hasEnded(slow.tools()) && hasNoChild());
        QCOMPARE(slow.filesLeft(), 0);
    }

    void aFolderThatGoesAwayIsAnError_data() { addExtensions(everyStreamedExtension); }
    void aFolderThatGoesAwayIsAnError() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const auto inside = folder / "inside";
        std::filesystem::create_directory(inside);
        const Picture picture = codedPicture({400, 300}, 3, 8);
        const std::string text = errorOf([&] {
            writePictureStreamGuarded(inside / ("a" + extension.toStdString()), layoutOf(picture), {}, [&](Rect rect) {
                std::filesystem::remove_all(inside);
                return cropped(picture.image, rect);
            });
        });
        QVERIFY2(says(text, "cannot be written"), text.c_str());
        QCOMPARE(folder.count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestGuardedStream)
#include "test_guarded_stream.moc"
