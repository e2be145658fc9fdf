#include "core/io/picture_stream.h"
#include "picture_support.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>

#include <sys/resource.h>

using namespace casr;

namespace {

PictureLayout layoutOf(const Picture& picture) {
    return {picture.image.size(), picture.image.channels(), picture.bitsPerSample, picture.image.encoding(), picture.metadata};
}

PictureLayout layoutOf(Size size, int channels = 3, int bits = 8) {
    return {size, channels, bits, {nullptr, channels % 2 == 0}, {}};
}

PullPixels fromPicture(const Picture& picture) {
    return [image = picture.image](Rect rect) { return cropped(image, rect); };
}

PullPixels greyPieces(int channels = 3) {
    return [channels](Rect rect) { return flatPicture(rect.size(), std::vector<float>(static_cast<std::size_t>(channels), 0.5f)).image; };
}

/// Writes with the smallest possible files, so that a file size limit hits late as well.
StreamOptions options(Size piece = {512, 128}) {
    StreamOptions result;
    result.piece = piece;
    result.write.lossless = true;
    return result;
}

/// Lets files grow to `bytes` only, as a full disk would.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }

private:
    rlimit m_before{};
    void (*m_handler)(int) = SIG_DFL;
};

/// Largest memory that this process ever had, in MiB.
long peakMemory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

} // namespace

class TestPictureStream : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // First, because the peak never comes down again.
    void memoryStaysFlatHoweverLargeThePicture_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"a.tif", "a.png", "a.jpg", "a.dz"}) {
            QTest::newRow(name) << QString(name);
        }
    }
    void memoryStaysFlatHoweverLargeThePicture() {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("The address sanitizer holds on to freed memory.");
#endif
        QFETCH(QString, name);
        const TestFolder folder;
        writePictureStream(folder / ("small" + name.toStdString()), layoutOf({256, 256}), {}, greyPieces());
        const long before = peakMemory();
        StreamOptions stream;
        stream.pyramid = true;
        writePictureStream(folder / name.toStdString(), layoutOf({3000, 16000}), stream, greyPieces());
        const long grown = peakMemory() - before;
        QVERIFY2(grown < 80, qPrintable(QString("grew by %1 MiB for 137 MiB of pixels").arg(grown)));
    }

    void streamedPixelsAreThoseOfWritePicture_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("bits");
        QTest::addColumn<Size>("size");
        for (const QString& extension : QStringList{".png", ".tif", ".webp", ".jpg", ".jxl", ".avif"}) {
            const bool wide = holds16Bits("a" + extension.toStdString());
            for (int channels = 1; channels <= 4; ++channels) {
                // The AVIF encoder takes long over noise.
                const Size largest = extension == ".avif" ? Size{133, 97} : Size{517, 389};
                for (const Size size : {Size{1, 1}, Size{301, 1}, Size{1, 301}, largest}) {
                    QTest::addRow("%s %d %dx%d", qPrintable(extension), channels, size.width, size.height)
                        << extension << channels << (wide && channels % 2 ? 16 : 8) << size;
                }
            }
        }
    }
    void streamedPixelsAreThoseOfWritePicture() {
        QFETCH(QString, extension);
        QFETCH(int, channels);
        QFETCH(int, bits);
        QFETCH(Size, size);
        const TestFolder folder;
        const Picture picture = codedPicture(size, channels, bits);
        const auto whole = folder / ("whole" + extension.toStdString());
        const auto streamed = folder / ("streamed" + extension.toStdString());
        StreamOptions stream = options({97, 31});
        stream.write.lossless = extension != ".avif";
        writePicture(whole, picture, stream.write);
        writePictureStream(streamed, layoutOf(picture), stream, fromPicture(picture));
        QVERIFY(sameBits(readPicture(streamed).image, readPicture(whole).image));
        QVERIFY(channels <= 2 || extension == ".jpg" || extension == ".avif" || sameBits(readPicture(streamed).image, picture.image));
    }

    void everyKindOfTiffHoldsThePixels_data() {
        QTest::addColumn<bool>("tiled");
        QTest::addColumn<bool>("pyramid");
        QTest::addColumn<bool>("deflate");
        QTest::addColumn<bool>("big");
        for (int kind = 0; kind < 16; ++kind) {
            QTest::addRow("kind %d", kind) << ((kind & 1) != 0) << ((kind & 2) != 0) << ((kind & 4) != 0) << ((kind & 8) != 0);
        }
    }
    void everyKindOfTiffHoldsThePixels() {
        QFETCH(bool, tiled);
        QFETCH(bool, pyramid);
        QFETCH(bool, deflate);
        QFETCH(bool, big);
        const TestFolder folder;
        const Picture picture = codedPicture({701, 533}, 3, 16);
        StreamOptions stream = options({100, 100});
        stream.tiled = tiled;
        stream.pyramid = pyramid;
        stream.compression = deflate ? TiffCompression::deflate : TiffCompression::none;
        stream.bigTiff = big ? BigTiff::always : BigTiff::automatic;
        writePictureStream(folder / "a.tif", layoutOf(picture), stream, fromPicture(picture));
        QVERIFY(sameBits(readPicture(folder / "a.tif").image, picture.image));
        QCOMPARE(static_cast<int>(bytesOf(folder / "a.tif").at(2)), big ? 43 : 42);
        QCOMPARE(folder.count(), 1);
    }

    void twoGibibytesOfPixelsBecomeABigTiff_data() {
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("pyramid");
        QTest::addColumn<int>("version");
        QTest::newRow("just below") << 16383 << false << 42;
        QTest::newRow("2 GiB") << 16384 << false << 43;
        QTest::newRow("with the pyramid") << 12289 << true << 43;
    }
    void twoGibibytesOfPixelsBecomeABigTiff() {
        QFETCH(int, height);
        QFETCH(bool, pyramid);
        QFETCH(int, version);
        const TestFolder folder;
        StreamOptions stream;
        stream.pyramid = pyramid;
        stream.compression = TiffCompression::none;
        // The header of the unfinished file tells; the two gigabytes need not be written.
        int found = 0;
        const auto lookAndStop = [&](Rect rect) {
            for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
                std::array<char, 4> header{};
                std::ifstream(entry.path(), std::ios::binary).read(header.data(), header.size());
                found = header[2];
            }
            if (found != 0 || rect.top > 2048) {
                throw Cancelled();
            }
            return greyPieces(4)(rect);
        };
        QVERIFY_THROWS_EXCEPTION(Cancelled, writePictureStream(folder / "a.tif", layoutOf({16384, height}, 4, 16), stream, lookAndStop));
        QCOMPARE(found, version);
        QCOMPARE(folder.count(), 0);
    }

    void everyPixelIsAskedOnceInOrderByOneThreadAtATime_data() {
        QTest::addColumn<QString>("extension");
        for (const QString& extension : everyStreamedExtension) {
            QTest::newRow(qPrintable(extension)) << extension;
        }
    }
    void everyPixelIsAskedOnceInOrderByOneThreadAtATime() {
        QFETCH(QString, extension);
        const TestFolder folder;
        const Size size{1500, 1111};
        const Size piece{400, 96};
        std::vector<Rect> asked;
        std::atomic<int> inside{0};
        bool overlapped = false;
        const auto pull = [&](Rect rect) {
            overlapped = overlapped || ++inside != 1;
            asked.push_back(rect);
            Image image = greyPieces()(rect);
            --inside;
            return image;
        };
        StreamOptions stream = options(piece);
        stream.pyramid = true;
        stream.write.lossless = false;
        writePictureStream(folder / ("a" + extension.toStdString()), layoutOf(size), stream, pull);
        std::vector<Rect> expected;
        for (int top = 0; top < size.height; top += piece.height) {
            for (int left = 0; left < size.width; left += piece.width) {
                expected.push_back(intersection(rectAt(left, top, piece), rectOf(size)));
            }
        }
        QVERIFY(!overlapped);
        QVERIFY(asked == expected);
    }

    void aDeepZoomFolderHoldsThePicture() {
        const TestFolder folder;
        const Picture picture = codedPicture({300, 201}, 4, 8);
        writePictureStream(folder / "a.b.dz", layoutOf(picture), options({64, 64}), fromPicture(picture));
        const std::string description = bytesOf(folder / "a.b.dz/image.dzi");
        QVERIFY(says(description, "Width=\"300\"") && says(description, "Height=\"201\"") && says(description, "Format=\"png\""));
        const Image left = readPicture(folder / "a.b.dz/image_files/9/0_0.png").image;
        const Image right = readPicture(folder / "a.b.dz/image_files/9/1_0.png").image;
        QVERIFY(sameBits(left, cropped(picture.image, {0, 0, 255, 201})));
        QVERIFY(sameBits(right, cropped(picture.image, {253, 0, 300, 201})));
        QCOMPARE(readPictureInfo(folder / "a.b.dz/image_files/0/0_0.png").size, (Size{1, 1}));
        QCOMPARE(folder.count(), 1);
    }

    void deepZoomTilesAreJpegUnlessLossless() {
        const TestFolder folder;
        StreamOptions stream;
        writePictureStream(folder / "a.dz", layoutOf({300, 201}), stream, greyPieces());
        QVERIFY(std::filesystem::exists(folder / "a.dz/image_files/9/1_0.jpg"));
        stream.write.lossless = true;
        writePictureStream(folder / "b.dz", layoutOf({300, 201}), stream, greyPieces());
        QVERIFY(std::filesystem::exists(folder / "b.dz/image_files/9/1_0.png"));
    }

    void anExistingDeepZoomFolderIsNotTouched() {
        const TestFolder folder;
        std::filesystem::create_directory(folder / "a.dz");
        putBytes(folder / "a.dz/mine", "mine");
        const std::string text = errorOf([&] { writePictureStream(folder / "a.dz", layoutOf({30, 20}), {}, greyPieces()); });
        QVERIFY2(says(text, "exists already"), text.c_str());
        QCOMPARE(bytesOf(folder / "a.dz/mine"), std::string("mine"));
        QCOMPARE(folder.count(), 1);
    }

    void cancellingLeavesNothing_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("after");
        for (const QString& extension : everyStreamedExtension) {
            for (const int after : {0, 1, 7, 13}) {
                QTest::addRow("%s after %d pieces", qPrintable(extension), after) << extension << after;
            }
        }
    }
    void cancellingLeavesNothing() {
        QFETCH(QString, extension);
        QFETCH(int, after);
        const TestFolder folder;
        const auto path = folder / ("a" + extension.toStdString());
        int pieces = 0;
        const auto pull = [&](Rect rect) {
            if (pieces++ == after) {
                throw Cancelled();
            }
            return greyPieces()(rect);
        };
        QVERIFY_THROWS_EXCEPTION(Cancelled, writePictureStream(path, layoutOf({1000, 900}), {}, pull));
        QCOMPARE(pieces, after + 1);
        QCOMPARE(folder.count(), 0);
    }

    void aCancelledPyramidLeavesNothing() {
        for (const int after : {0, 1, 20, 60}) {
            const TestFolder folder;
            int pieces = 0;
            const auto pull = [&](Rect rect) {
                if (pieces++ == after) {
                    throw Cancelled();
                }
                return greyPieces()(rect);
            };
            StreamOptions stream;
            stream.pyramid = true;
            QVERIFY_THROWS_EXCEPTION(Cancelled, writePictureStream(folder / "a.tif", layoutOf({3000, 2900}), stream, pull));
            QCOMPARE(pieces, after + 1);
            QCOMPARE(folder.count(), 0);
        }
    }

    void aPyramidOnAFullDiskLeavesNothing() {
        const Picture picture = codedPicture({700, 600}, 3, 8);
        for (const int bytes : {700000, 900000, 1100000, 1300000, 1500000}) {
            const TestFolder folder;
            StreamOptions stream = options();
            stream.pyramid = true;
            std::string text;
            {
                const FileSizeLimit full(static_cast<rlim_t>(bytes));
                text = errorOf([&] { writePictureStream(folder / "a.tif", layoutOf(picture), stream, fromPicture(picture)); });
            }
            QVERIFY2(says(text, "cannot be written") && says(text, "too large"), text.c_str());
            QCOMPARE(folder.count(), 0);
        }
    }

    void whatThePullFunctionThrowsComesOutUnchanged() {
        const TestFolder folder;
        putBytes(folder / "a.png", "the old file");
        const auto failing = [](Rect) -> Image { throw Error("The engine has no weights. Install them."); };
        QCOMPARE(errorOf([&] {
                     writePictureStream(folder / "a.png", layoutOf({90, 70}), {}, failing);
                 }),
                 std::string("The engine has no weights. Install them."));
        const auto outOfMemory = [](Rect) -> Image { throw std::bad_alloc(); };
        QVERIFY_THROWS_EXCEPTION(std::bad_alloc, writePictureStream(folder / "a.png", layoutOf({90, 70}), {}, outOfMemory));
        QCOMPARE(bytesOf(folder / "a.png"), std::string("the old file"));
        QCOMPARE(folder.count(), 1);
    }

    void aPieceOfAnotherSizeIsAFaultOfTheCaller() {
        const TestFolder folder;
        const auto larger = [](Rect rect) { return greyPieces()(expanded(rect, 1)); };
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writePictureStream(folder / "a.png", layoutOf({90, 70}), {}, larger));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writePictureStream(folder / "a.png", layoutOf({90, 70}), {}, greyPieces(1)));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, writePictureStream(folder / "a.png", layoutOf({0, 70}), {}, greyPieces()));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, writePictureStream(folder / "a.png", layoutOf({90, 70}, 5), {}, greyPieces(5)));
        QCOMPARE(folder.count(), 0);
    }

    void whatTheFormatCannotHoldIsRefusedBeforeAnythingIsAsked_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<Size>("size");
        QTest::addColumn<QString>("text");
        QTest::newRow("WebP wide") << "a.webp" << Size{16384, 5} << "PNG, TIFF";
        QTest::newRow("WebP high") << "a.webp" << Size{5, 16384} << "16383";
        QTest::newRow("JPEG") << "a.jpg" << Size{65501, 5} << "PNG, TIFF";
        QTest::newRow("PNG") << "a.png" << Size{5, 1000001} << "TIFF";
        QTest::newRow("TIFF") << "a.tif" << Size{10000001, 5} << "smaller scale";
        QTest::newRow("classic TIFF") << "a.tif" << Size{40000, 40000} << "BigTIFF";
        QTest::newRow("AVIF") << "a.avif" << Size{16385, 5} << "PNG, TIFF";
        QTest::newRow("JPEG XL") << "a.jxl" << Size{5, 1000001} << "PNG, TIFF";
        QTest::newRow("memory of JPEG XL") << "a.jxl" << Size{900000, 900000} << "36450000 MB of memory";
        QTest::newRow("extension") << "a.gif" << Size{40, 40} << ".png";
        QTest::newRow("folder") << "missing/a.png" << Size{40, 40} << "existing folder";
    }
    void whatTheFormatCannotHoldIsRefusedBeforeAnythingIsAsked() {
        QFETCH(QString, name);
        QFETCH(Size, size);
        QFETCH(QString, text);
        const TestFolder folder;
        const auto path = folder / name.toStdString();
        StreamOptions stream;
        stream.bigTiff = BigTiff::never;
        bool asked = false;
        const auto pull = [&](Rect rect) {
            asked = true;
            return greyPieces()(rect);
        };
        const std::string error = errorOf([&] { writePictureStream(path, layoutOf(size), stream, pull); });
        QVERIFY2(says(error, text.toStdString()), error.c_str());
        QCOMPARE(errorOf([&] { checkPictureStream(path, layoutOf(size), stream); }), error);
        QVERIFY(!asked);
        QCOMPARE(folder.count(), 0);
    }

    void losslessJpegXlNeedsMoreMemory() {
        const TestFolder folder;
        const std::string error = errorOf([&] { checkPictureStream(folder / "a.jxl", layoutOf({900000, 900000}), options()); });
        QVERIFY2(says(error, "55080000 MB of memory") && says(error, "Choose PNG, TIFF"), error.c_str());
    }

    void theLargestSideOfAFormatIsWritten_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<Size>("size");
        QTest::newRow("WebP") << "a.webp" << Size{16383, 3};
        QTest::newRow("AVIF") << "a.avif" << Size{16384, 3};
        QTest::newRow("JPEG") << "a.jpg" << Size{3, 65500};
        QTest::newRow("PNG") << "a.png" << Size{1000000, 3};
        QTest::newRow("TIFF") << "a.tif" << Size{1000001, 3};
    }
    void theLargestSideOfAFormatIsWritten() {
        QFETCH(QString, name);
        QFETCH(Size, size);
        const TestFolder folder;
        writePictureStream(folder / name.toStdString(), layoutOf(size), {}, greyPieces());
        QCOMPARE(readPicture(folder / name.toStdString()).image.size(), size);
    }

    void aDiskThatTakesNoMoreLeavesTheOldFile_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("bytes");
        for (const QString& extension : everyStreamedExtension) {
            for (const int bytes : {0, 1, 3000, 40000}) {
                QTest::addRow("%s after %d bytes", qPrintable(extension), bytes) << extension << bytes;
            }
        }
    }
    void aDiskThatTakesNoMoreLeavesTheOldFile() {
        QFETCH(QString, extension);
        QFETCH(int, bytes);
        const TestFolder folder;
        const bool deepZoom = extension == ".dz";
        const auto path = folder / ("a" + extension.toStdString());
        const Picture picture = codedPicture({400, 300}, 3, 8);
        if (!deepZoom) {
            putBytes(path, "the old file");
        }
        std::string text;
        {
            const FileSizeLimit full(static_cast<rlim_t>(bytes));
            StreamOptions stream = options();
            stream.write.lossless = extension != ".avif";
            text = errorOf([&] { writePictureStream(path, layoutOf(picture), stream, fromPicture(picture)); });
        }
        QVERIFY2(says(text, "cannot be written"), text.c_str());
        QVERIFY(deepZoom || bytesOf(path) == "the old file");
        QCOMPARE(folder.count(), deepZoom ? 0 : 1);
    }
};

QTEST_GUILESS_MAIN(TestPictureStream)
#include "test_picture_stream.moc"
