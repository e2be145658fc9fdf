// Pictures made smaller for the screen, and how they are painted, without a window.

#include "tests/support.h"

#include "ui/level_painter.h"
#include "ui/source_pyramid.h"
#include "ui/tile_picture.h"

#include <QTest>

#include <cmath>

namespace {

constexpr casr::Size large{1301, 777}; ///< Neither is a multiple of a tile's side, and both are odd.

QImage shown(const casr::Image& picture) {
    return casr::DisplayColours().shown(picture);
}

/// Noise as the screen takes it.
QImage noise(casr::Size size, std::uint64_t seed = 1) {
    return shown(noisePicture(size, 3, seed));
}

QImage clearNoise(casr::Size size) {
    const casr::Image picture = noisePicture(size, 4, 1);
    return shown(casr::withEncoding(picture, {nullptr, true}));
}

/// As it is stored, alpha too.
double byteAt(const QImage& picture, int x, int y, int shift) {
    return reinterpret_cast<const QRgb*>(picture.constScanLine(y))[x] >> shift & 255;
}

/// Of the four pixels under one of the half; the last row and column are repeated.
double meanUnder(const QImage& picture, int x, int y, int shift) {
    const int right = std::min(2 * x + 1, picture.width() - 1), bottom = std::min(2 * y + 1, picture.height() - 1);
    return (byteAt(picture, 2 * x, 2 * y, shift) + byteAt(picture, right, 2 * y, shift) + byteAt(picture, 2 * x, bottom, shift) +
            byteAt(picture, right, bottom, shift)) /
           4;
}

double largestError(const QImage& half, const QImage& picture) {
    double largest = 0;
    for (int y = 0; y < half.height(); ++y) {
        for (int x = 0; x < half.width(); ++x) {
            for (const int shift : {0, 8, 16, 24}) {
                largest = std::max(largest, std::abs(byteAt(half, x, y, shift) - meanUnder(picture, x, y, shift)));
            }
        }
    }
    return largest;
}

/// A layer's tiles put together; null when they overlap, leave a gap or have another size than their place.
QImage together(const casr::SourcePyramid::Layer& layer) {
    QImage picture(layer.size.width, layer.size.height, QImage::Format_RGB32);
    picture.fill(Qt::black);
    QPainter painter(&picture);
    std::int64_t pixels = 0;
    for (const casr::SourcePyramid::Tile& tile : layer.tiles) {
        if (tile.picture.size() != QSize(tile.place.width(), tile.place.height())) {
            return {};
        }
        painter.drawImage(tile.place.left, tile.place.top, tile.picture);
        pixels += tile.place.size().area();
    }
    return pixels == layer.size.area() ? picture : QImage();
}

/// The middle of a photo.
casr::ViewTransform viewOf(casr::Size photo, casr::Size view, double scale) {
    casr::ViewTransform transform;
    transform.setView(view);
    transform.setPhoto(photo);
    transform.setScale(scale, {view.width / 2.0, view.height / 2.0});
    return transform;
}

QImage painted(const casr::Image& photo, const casr::ViewTransform& view) {
    const casr::SourcePyramid pyramid(photo, {}, {});
    QImage picture(view.view().width, view.view().height, QImage::Format_RGB32);
    picture.fill(Qt::black);
    QPainter painter(&picture);
    casr::paintPicture(painter, pyramid, {0, 0, double(photo.width()), double(photo.height())}, view, casr::Magnified::pixels);
    painter.end();
    return picture;
}

} // namespace

class TestTilePicture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aHalfHoldsTheMeansOfFourPixels() {
        for (const casr::Size size : {casr::Size{7, 5}, casr::Size{8, 6}, casr::Size{1, 9}, casr::Size{2, 1}, casr::Size{1, 1}}) {
            for (const QImage& picture : {noise(size), clearNoise(size)}) {
                const QImage half = casr::halved(picture);
                QCOMPARE(half.size(), QSize((size.width + 1) / 2, (size.height + 1) / 2));
                QCOMPARE(half.format(), picture.format());
                QVERIFY2(largestError(half, picture) <= 0.5, qPrintable(QString::number(largestError(half, picture))));
            }
        }
    }

    void aTileIsDrawnFromItsSmallestSizeThatIsLargeEnough() {
        const QImage full = noise({64, 48});
        const QImage half = casr::halved(full), quarter = casr::halved(half);
        const casr::TilePicture tile({10, 20, 74, 68}, full);
        QCOMPARE(tile.place(), (casr::Rect{10, 20, 74, 68}));
        for (const double scale : {2.0, 1.0, 0.51}) {
            QCOMPARE(tile.forScale(scale), full);
        }
        for (const double scale : {0.5, 0.26}) {
            QCOMPARE(tile.forScale(scale), half);
        }
        for (const double scale : {0.25, 0.01}) { // another half would be too small to be worth it
            QCOMPARE(tile.forScale(scale), quarter);
        }
        QCOMPARE(tile.bytes(), std::size_t{4 * (64 * 48 + 32 * 24 + 16 * 12)});
    }

    void aPyramidIsThePhotoAndItsHalvesInTiles() {
        const casr::Image photo = noisePicture(large, 3, 1);
        const casr::SourcePyramid pyramid(photo, {}, {});
        QImage expected = shown(photo);
        for (const double scale : {1.0, 0.5, 0.25}) {
            const casr::SourcePyramid::Layer& layer = pyramid.layerFor(scale);
            QCOMPARE(layer.scale, scale);
            QCOMPARE(together(layer), expected);
            expected = casr::halved(expected);
        }
        QCOMPARE(pyramid.layerFor(1.0).tiles.size(), std::size_t{6});
        QCOMPARE(pyramid.layerFor(0.51).scale, 1.0);
        QCOMPARE(pyramid.layerFor(0.26).scale, 0.5);
        QCOMPARE(pyramid.layerFor(0.01).scale, 0.25); // one tile
    }

    void aPhotoIsPaintedPixelForPixelInItsPlace() {
        const casr::Image photo = noisePicture(large, 3, 1);
        const QImage whole = shown(photo);
        for (const casr::Size size : {casr::Size{900, 600}, casr::Size{901, 601}}) {
            const casr::ViewTransform view = viewOf(large, size, 1);
            const casr::Point corner = view.toDevice({0, 0});
            QVERIFY(corner.x < -100 && corner.y < -50);
            const int left = static_cast<int>(std::lround(-corner.x)), top = static_cast<int>(std::lround(-corner.y));
            QCOMPARE(painted(photo, view), whole.copy(left, top, size.width, size.height));
        }
    }

    void aPhotoAtHalfItsSizeIsPaintedFromItsHalf() {
        const casr::Image photo = noisePicture(large, 3, 1);
        const casr::Size size{640, 380};
        const casr::ViewTransform view = viewOf(large, size, 0.5);
        QCOMPARE(view.scale(), 0.5);
        const casr::Point corner = view.toDevice({0, 0});
        const int left = static_cast<int>(std::lround(-corner.x)), top = static_cast<int>(std::lround(-corner.y));
        QVERIFY(left > 0 && top > 0);
        QCOMPARE(painted(photo, view), casr::halved(shown(photo)).copy(left, top, size.width, size.height));
    }

    void magnifiedPixelsAreSquaresOfTheirColour() {
        const casr::Image photo = noisePicture({1100, 40}, 3, 1);
        const QImage whole = shown(photo);
        const casr::ViewTransform view = viewOf(photo.size(), {900, 60}, 3);
        const casr::Point corner = view.toDevice({0, 0});
        QCOMPARE(corner, (casr::Point{-1200, -30})); // what is seen holds the border between two tiles
        const QImage picture = painted(photo, view);
        int others = 0;
        for (int y = 0; y < picture.height(); ++y) {
            for (int x = 0; x < picture.width(); ++x) {
                others += picture.pixel(x, y) == whole.pixel((x + 1200) / 3, (y + 30) / 3) ? 0 : 1;
            }
        }
        QCOMPARE(others, 0);
    }
};

QTEST_MAIN(TestTilePicture)

#include "test_tile_picture.moc"
