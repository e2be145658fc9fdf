// The pixels that the window shows, of levels and of previews, and those of films.

#include "tests/raw_support.h"
#include "tests/window_support.h"

#include "ui/film_frames.h"
#include "ui/level_pixels.h"
#include "ui/message_bar.h"
#include "ui/view_picture.h"

#include "core/base/error.h"

#include <QSignalSpy>

#include <algorithm>

class TestWindowPixels : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void aLevelIsShownPixelForPixelInItsPlace();
    void thePhotoIsShownPixelForPixelInItsPlace();
    void magnifiedPixelsAreSquaresOfTheirColour();
    void aLevelMadeSmallerHasTheColoursOfItsPlace();

    void aRawFileShowsAPreviewOfHalfItsSizeFirst();
    void aFileThatIsNotRawHasNoPreview();
    void aNewerPhotoSilencesAPreview();
    void aBrokenRawFileLeavesNoPreview();
    void aPreviewKeepsInputFromThePhotoBeneath();

    void aFilmGrowsEvenlyButForItsEasedEnds();
    void aFilmLooksAtTheSamePointAllTheTime();
    void theFirstFrameIsTheWholePhotoAndTheLastTheStaircasesPixels();
    void aFilmKnowsNothingOfTheScreensColours();
    void framesAreMadeFromAtMostTwiceTheirPixels();

private:
    QImage shown() const { return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32); }
    casr::MessageBar* messages() const { return child<casr::MessageBar>("messageBar"); }
    const casr::Levels& levels() const { return m_window->levels(); }
    int lastLevel() const { return levels().plan().levels() - 1; }

    /// Holds a level at so many device pixels for each of its own.
    void showAt(int level, double share) const;
    void waitForAll(int level) const;
    /// The part of the canvas that a level at exact size covers.
    casr::Rect covered(int level) const;
    QImage computed(int level, casr::Rect pixels) const;
    void compareExactly(int level) const;

    QString rawFile(const std::string& bytes) const {
        QFile file(m_folder->filePath("photo.dng"));
        return file.open(QIODevice::WriteOnly) && file.write(bytes.data(), qint64(bytes.size())) > 0 ? file.fileName() : QString();
    }
    static QImage anyPreview() {
        QImage picture(60, 40, QImage::Format_RGB32);
        picture.fill(QColor(10, 200, 90));
        return picture;
    }
};

namespace {

bool isNear(double a, double b, double tolerance = 0.1) {
    return std::abs(a - b) < tolerance;
}

/// True when every channel of `colour` lies between those of the pixels up to `reach` away from `place`, but for rounding.
bool isBetween(QRgb colour, const QImage& level, QPoint place, int reach) {
    const QRect around = QRect(place - QPoint(reach, reach), QSize(2 * reach + 1, 2 * reach + 1)) & level.rect();
    for (const int shift : {0, 8, 16}) {
        const auto code = [shift](QRgb pixel) { return static_cast<int>(pixel >> shift & 255); };
        int least = 255, most = 0;
        for (int y = around.top(); y <= around.bottom(); ++y) {
            const auto* row = reinterpret_cast<const QRgb*>(level.constScanLine(y));
            for (int x = around.left(); x <= around.right(); ++x) {
                least = std::min(least, code(row[x]));
                most = std::max(most, code(row[x]));
            }
        }
        if (code(colour) < least - 1 || code(colour) > most + 1) {
            return false;
        }
    }
    return true;
}

casr::FilmPath pathIn(const casr::Levels& levels, casr::Size frame, int frames) {
    const casr::Size photo = levels.document()->size();
    return casr::filmPath(photo, frame, {0, 0, double(photo.width), double(photo.height)}, {90.3, 40.7}, levels.plan().scale, frames);
}

} // namespace

void TestWindowPixels::showAt(int level, double share) const {
    canvas().setHeldLevel(level);
    canvas().zoomBySteps(12); // near enough for the held level to be the shown one
    canvas().setScreenShare(share);
    QCOMPARE(canvas().shown().level, level);
    QVERIFY(isNear(canvas().shown().screenShare, share, 1e-9));
}

void TestWindowPixels::waitForAll(int level) const {
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().level == level && canvas().shown().isComplete, patience);
}

casr::Rect TestWindowPixels::covered(int level) const {
    const QPoint corner = place({0, 0});
    const casr::Rect whole = casr::rectAt(corner.x(), corner.y(), levels().viewingPlan().sizeOf(level));
    return casr::intersection(whole, {0, 0, canvas().width(), canvas().height()});
}

QImage TestWindowPixels::computed(int level, casr::Rect pixels) const {
    const casr::Document& document = *levels().document();
    return document.colours.shown(level == 0 ? casr::cropped(document.picture.image, pixels)
                                             : levels().staircase()->region(level, pixels).image);
}

void TestWindowPixels::compareExactly(int level) const {
    waitForAll(level);
    const QImage picture = shown();
    const casr::Rect part = covered(level);
    const QPoint corner = place({0, 0});
    QVERIFY(!part.isEmpty());
    QCOMPARE(picture.copy(part.left, part.top, part.width(), part.height()),
             computed(level, casr::translated(part, -corner.x(), -corner.y())));
}

void TestWindowPixels::aLevelIsShownPixelForPixelInItsPlace() {
    for (const int level : {1, 2}) {
        showAt(level, 1);
        canvas().centreOn({photoSize.width / 2.0, photoSize.height / 2.0});
        compareExactly(level);
    }
    const QPoint middle = canvas().rect().center(), before = place({0, 0}), move(-37, 23);
    dragPlaces(middle, middle + move);
    QVERIFY((place({0, 0}) - before - move).manhattanLength() <= 1);
    compareExactly(2);
    canvas().centreOn({0, 0});
    QCOMPARE(place({0, 0}), QPoint(0, 0));
    compareExactly(2);
    canvas().centreOn({photoSize.width, photoSize.height});
    compareExactly(2);
}

void TestWindowPixels::thePhotoIsShownPixelForPixelInItsPlace() {
    showAt(0, 1);
    QCOMPARE(covered(0).size(), photoSize);
    compareExactly(0);
}

void TestWindowPixels::magnifiedPixelsAreSquaresOfTheirColour() {
    constexpr int side = 3;
    canvas().setMagnified(casr::Magnified::pixels);
    showAt(2, side);
    const double width = canvas().width(), height = canvas().height(), scale = canvas().view().scale();
    canvas().centreOn({(width / 2 + 1001) / scale, (height / 2 + 502) / scale}); // the level begins at a whole device pixel
    QCOMPARE(place({0, 0}), QPoint(-1001, -502));
    waitForAll(2);
    const QImage picture = shown();
    const casr::Rect pixels{1001 / side, 502 / side, (1001 + picture.width()) / side + 1, (502 + picture.height()) / side + 1};
    const QImage level = computed(2, pixels);
    int others = 0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            const QPoint from((x + 1001) / side - pixels.left, (y + 502) / side - pixels.top);
            others += picture.pixel(x, y) == level.pixel(from) ? 0 : 1;
        }
    }
    QCOMPARE(others, 0);
}

void TestWindowPixels::aLevelMadeSmallerHasTheColoursOfItsPlace() {
    showAt(2, 0.5);
    waitForAll(2);
    const QImage picture = shown();
    const casr::Size size = levels().viewingPlan().sizeOf(2);
    const QImage level = computed(2, casr::rectOf(size));
    const QPoint corner = place({0, 0});
    int others = 0, looked = 0;
    for (int y = std::max(0, corner.y() + 1); y < std::min(picture.height(), corner.y() + size.height / 2 - 1); y += 3) {
        for (int x = std::max(0, corner.x() + 1); x < std::min(picture.width(), corner.x() + size.width / 2 - 1); x += 3) {
            // A tile's edges go to whole pixels of the screen, and smoothing reads one beyond: some pixels of the level.
            const QPoint from(2 * (x - corner.x()), 2 * (y - corner.y()));
            others += isBetween(picture.pixel(x, y), level, from, 8) ? 0 : 1;
            ++looked;
        }
    }
    QVERIFY(looked > 1000);
    QCOMPARE(others, 0);
}

void TestWindowPixels::aRawFileShowsAPreviewOfHalfItsSizeFirst() {
    const auto before = m_window->levels().document();
    QImage preview, previewShown;
    bool cameFirst = false;
    connect(&m_window->opener(), &casr::PhotoOpener::previewed, this, [&](const QImage& picture) {
        preview = picture;
        previewShown = shown();
        cameFirst = canvas().isPreviewing() && m_window->levels().document() == before;
    });
    m_window->openPhoto(rawFile(dng()));
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->size(), sensor, patience);
    QVERIFY(cameFirst);
    QCOMPARE(preview.size(), QSize(sensor.width / 2, sensor.height / 2));
    QVERIFY(!canvas().isPreviewing());
    canvas().setHeldLevel(0);
    const QImage photoShown = shown();
    for (const double across : {0.3, 0.7}) {
        // Each in its own middle: messages come and go above the canvas.
        const auto colourOf = [&](const QImage& image) { return image.pixelColor(int(across * image.width()), image.height() / 2); };
        const QColor quick = colourOf(previewShown), full = colourOf(photoShown);
        QVERIFY(std::abs(quick.red() - full.red()) <= 3);
        QVERIFY(std::abs(quick.green() - full.green()) <= 3);
        QVERIFY(std::abs(quick.blue() - full.blue()) <= 3);
    }
}

void TestWindowPixels::aFileThatIsNotRawHasNoPreview() {
    const QString path = m_folder->filePath("photo.jpg");
    casr::writePicture(path.toStdU16String(), {casr::cropped(photograph(), {0, 0, 40, 30}), 8, {}});
    const QSignalSpy previewed(&m_window->opener(), &casr::PhotoOpener::previewed);
    m_window->openPhoto(path);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->size(), (casr::Size{40, 30}), patience);
    QCOMPARE(previewed.size(), 0);
}

void TestWindowPixels::aNewerPhotoSilencesAPreview() {
    const auto before = m_window->levels().document();
    const QSignalSpy previewed(&m_window->opener(), &casr::PhotoOpener::previewed);
    m_window->openPhoto(rawFile(dng()));
    m_window->openPhoto(m_photoPath);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document() != before, patience);
    QCOMPARE(m_window->levels().document()->path, m_photoPath);
    QCOMPARE(previewed.size(), 0);
}

void TestWindowPixels::aBrokenRawFileLeavesNoPreview() {
    const auto before = m_window->levels().document();
    const QSignalSpy previewed(&m_window->opener(), &casr::PhotoOpener::previewed);
    m_window->openPhoto(rawFile(dng().substr(0, 7000)));
    QTRY_VERIFY_WITH_TIMEOUT(messages()->text().contains("camera RAW file that is damaged"), patience);
    QCOMPARE(previewed.size(), 0);

    // As of a file whose end alone is damaged.
    m_window->openPhoto(m_folder->filePath("missing.dng"));
    Q_EMIT m_window->opener().previewed(anyPreview());
    QVERIFY(canvas().isPreviewing());
    QTRY_VERIFY_WITH_TIMEOUT(messages()->text().contains("missing.dng"), patience);
    QVERIFY(!canvas().isPreviewing());
    QCOMPARE(m_window->levels().document(), before);
}

void TestWindowPixels::aPreviewKeepsInputFromThePhotoBeneath() {
    const QString description = canvas().accessibleDescription();
    QTest::keyPress(&canvas(), Qt::Key_Z);
    Q_EMIT m_window->opener().previewed(anyPreview());
    QCOMPARE(shown().pixelColor(canvas().rect().center()), QColor(10, 200, 90));
    QVERIFY(canvas().accessibleDescription().contains("RAW"));
    QVERIFY2(canvas().view().isFitted(), "the held key was let go");
    turnWheel(canvas(), canvas().rect().center(), 120);
    QTest::mouseDClick(&canvas(), Qt::LeftButton, Qt::NoModifier, canvas().rect().center());
    for (const Qt::Key key : {Qt::Key_Z, Qt::Key_Plus, Qt::Key_Left}) {
        QTest::keyClick(&canvas(), key);
    }
    QVERIFY(canvas().view().isFitted());
    QVERIFY(!command("exportAction")->isEnabled());
    QVERIFY(!command("runAction")->isEnabled());

    Q_EMIT m_window->opener().previewed({});
    QCOMPARE(canvas().accessibleDescription(), description);
    QVERIFY(command("exportAction")->isEnabled());
    turnWheel(canvas(), canvas().rect().center(), 120);
    QVERIFY(!canvas().view().isFitted());
}

void TestWindowPixels::aFilmGrowsEvenlyButForItsEasedEnds() {
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 101);
    QVERIFY(isNear(path.viewAt(0).scale, 64.0 / photoSize.width, 1e-9));
    QVERIFY(isNear(path.viewAt(100).scale, 8, 1e-9));
    const auto growth = [&](int index) { return std::log(path.viewAt(index + 1).scale / path.viewAt(index).scale); };
    for (int index = 0; index < 50; ++index) {
        QVERIFY(growth(index) > 0);
        QVERIFY(index == 0 || growth(index) > growth(index - 1));
        QVERIFY(isNear(growth(index), growth(99 - index), 1e-9));
    }
    QVERIFY(growth(0) < growth(50) / 20);
}

void TestWindowPixels::aFilmLooksAtTheSamePointAllTheTime() {
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 50);
    const casr::FilmView first = path.viewAt(0), last = path.viewAt(49);
    // In frame coordinates from the middle: (fixed - centre) * scale is the same in all.
    const double fixed = (first.centre.x * first.scale - last.centre.x * last.scale) / (first.scale - last.scale);
    for (int index = 0; index < 50; ++index) {
        const casr::FilmView now = path.viewAt(index);
        QVERIFY(isNear((fixed - now.centre.x) * now.scale, (fixed - first.centre.x) * first.scale, 1e-6));
    }
}

void TestWindowPixels::theFirstFrameIsTheWholePhotoAndTheLastTheStaircasesPixels() {
    const casr::Size size{64, 48};
    const casr::FilmPath path = pathIn(levels(), size, 9);
    casr::FilmFrames frames(levels().document(), levels().staircase(), path, levels().mixture());
    const auto go = [] { return false; };
    casr::ViewTransform whole;
    whole.setView(size);
    whole.setPhoto(photoSize);
    const casr::ViewPicture photo = casr::enlarged(*levels().document(), casr::Kernel::bicubic, whole);
    const QImage first = frames.frame(0, go);
    QCOMPARE(first.copy(0, (size.height - photo.image.height()) / 2, size.width, photo.image.height()), photo.image);
    QCOMPARE(first.pixel(5, 0), qRgb(0, 0, 0));

    const casr::FilmView end = path.viewAt(8);
    const casr::Rect pixels =
        casr::rectAt(static_cast<int>(std::lround(end.centre.x * 8 - 32)), static_cast<int>(std::lround(end.centre.y * 8 - 24)), size);
    QVERIFY(casr::contains(pixels, casr::rectAt(90 * 8, 41 * 8, {1, 1})));
    QCOMPARE(frames.frame(8, go), levels().document()->colours.shown(levels().staircase()->region(lastLevel(), pixels).image));
    casr::FilmFrames mixed(levels().document(), levels().staircase(), path, {lastLevel(), 1.0f});
    const casr::Document& document = *levels().document();
    const casr::Image plain = casr::levelPixels(document, levels().staircase().get(), lastLevel(), pixels, 1.0f, go);
    QCOMPARE(mixed.frame(8, go), document.colours.shown(plain));
    QCOMPARE(mixed.frame(0, go), first);
    QVERIFY_EXCEPTION_THROWN(casr::FilmFrames(levels().document(), levels().staircase(), path, {}).frame(7, [] { return true; }),
                             casr::Cancelled);
}

void TestWindowPixels::aFilmKnowsNothingOfTheScreensColours() {
    const auto go = [] { return false; };
    const auto profile = std::make_shared<const std::string>(exchangedProfile().toStdString());
    const auto other = casr::recoloured(*levels().document(), profile, go);
    const casr::Image& photo = other->picture.image;
    QVERIFY(other->colours.shown(photo) != levels().document()->colours.shown(photo));
    const casr::FilmPath path = pathIn(levels(), {64, 48}, 9);
    casr::FilmFrames frames(levels().document(), levels().staircase(), path, levels().mixture());
    QCOMPARE(casr::FilmFrames(other, levels().staircase(), path, levels().mixture()).frame(0, go), frames.frame(0, go));
}

void TestWindowPixels::framesAreMadeFromAtMostTwiceTheirPixels() {
    const casr::Plan& plan = levels().staircase()->plan();
    for (double scale = 0.2; scale < 8; scale *= 1.01) {
        const casr::FilmScale from = casr::filmScaleFor(plan, scale);
        const double larger = static_cast<double>(from.whole.width) / photoSize.width / scale;
        QVERIFY2(larger > 0.99 && (from.level == 0 || larger < 1.43), qPrintable(QString::number(scale)));
    }
    QCOMPARE(casr::filmScaleFor(plan, 8).whole, plan.sizeOf(lastLevel()));
}

QTEST_MAIN(TestWindowPixels)

#include "test_window_pixels.moc"
