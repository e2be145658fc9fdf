#include "ui/page_painter.h"

#include "core/base/error.h"

#include <QPageLayout>
#include <QPainter>

#include <algorithm>

namespace casr {

namespace {

constexpr std::int64_t bandPixels = std::int64_t{4} << 20;

int rowsOfBand(Size pixels) {
    return static_cast<int>(std::clamp<std::int64_t>(bandPixels / pixels.width, 1, pixels.height));
}

/// The picture's place in the device's own units.
QRectF placeOn(const QPagedPaintDevice& page, QSizeF millimetres) {
    const QSizeF size(millimetres.width() / millimetresPerInch * page.logicalDpiX(),
                      millimetres.height() / millimetresPerInch * page.logicalDpiY());
    return {QPointF((page.width() - size.width()) / 2, (page.height() - size.height()) / 2), size};
}

QRectF placeOfRows(QRectF place, Size pixels, int first, int last) {
    const double row = place.height() / pixels.height;
    return {place.left(), place.top() + first * row, place.width(), (last - first) * row};
}

} // namespace

std::vector<Rect> bandsOf(Size pixels) {
    std::vector<Rect> bands;
    const int rows = rowsOfBand(pixels);
    for (int top = 0; top < pixels.height; top += rows) {
        bands.push_back({0, top, pixels.width, std::min(top + rows + 1, pixels.height)});
    }
    return bands;
}

void paintOnPage(QPagedPaintDevice& page, Size pixels, QSizeF millimetres, const PullForPaper& pull) {
    QPainter painter;
    if (!painter.begin(&page)) {
        throw Error("The printer does not take the page. Look whether it is on and connected, or print to a PDF file.");
    }
    painter.setRenderHint(QPainter::LosslessImageRendering);
    const QRectF place = placeOn(page, millimetres);
    for (const Rect& band : bandsOf(pixels)) {
        painter.drawImage(placeOfRows(place, pixels, band.top, band.bottom), pull(band));
    }
}

QSizeF printableSize(const QPageLayout& layout) {
    return layout.paintRect(QPageLayout::Millimeter).size();
}

QSizeF fitted(QSizeF shape, QSizeF room) {
    return shape * std::min(room.width() / shape.width(), room.height() / shape.height());
}

} // namespace casr
