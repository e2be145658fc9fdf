#include "ui/overlay_kind.h"

#include "core/depth/depth_colours.h"
#include "core/network/architecture.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double strongest = 255.0;

QString translated(const char* text) {
    return QCoreApplication::translate("OverlayLayer", text);
}

/// From `from` to `to` by `share`.
QRgb mixed(QRgb from, QRgb to, double share, int alpha) {
    const auto between = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return qRgba(between(qRed(from), qRed(to)), between(qGreen(from), qGreen(to)), between(qBlue(from), qBlue(to)), alpha);
}

} // namespace

bool showsNumbers(OverlayKind kind) {
    return kind == OverlayKind::consistency || kind == OverlayKind::addedDetail || kind == OverlayKind::seams || kind == OverlayKind::depth;
}

OverlayScale scaleOf(OverlayKind kind) {
    if (kind == OverlayKind::consistency) {
        return {translated("Taken back down, less the step before"),
                translated("2/255 darker"),
                translated("2/255 lighter"),
                -2 / strongest,
                2 / strongest,
                OverlayScale::Colours::signedStrength};
    }
    if (kind == OverlayKind::depth) {
        return {translated("Estimated depth"), translated("far"), translated("near"), 0, 1, OverlayScale::Colours::perceptual};
    }
    if (kind == OverlayKind::seams) {
        return {translated("Jump at tile borders beyond that beside them"), translated("none"), translated("8/255"), 0, 8 / strongest};
    }
    return {translated("Detail added to a plain enlargement"), translated("none"), translated("24/255"), 0, 24 / strongest};
}

QRgb OverlayScale::colourOf(float value) const {
    const double share = std::clamp((static_cast<double>(value) - smallest) / (largest - smallest), 0.0, 1.0);
    if (colours == Colours::perceptual) {
        const auto& [red, green, blue] = depthColours()[static_cast<std::size_t>(std::lround(share * 255))];
        return qRgb(red, green, blue);
    }
    if (colours == Colours::signedStrength) {
        const double strength = std::abs(share - 0.5) * 2;
        const int alpha = static_cast<int>(std::lround(255 * std::min(1.0, strength * 1.5)));
        return share < 0.5 ? mixed(qRgb(150, 190, 255), qRgb(20, 70, 220), strength, alpha)
                           : mixed(qRgb(255, 215, 150), qRgb(235, 95, 0), strength, alpha);
    }
    const int alpha = static_cast<int>(std::lround(255 * std::min(1.0, share * 1.5)));
    return share < 0.5 ? mixed(qRgb(60, 20, 110), qRgb(220, 60, 90), share * 2, alpha)
                       : mixed(qRgb(220, 60, 90), qRgb(255, 235, 90), share * 2 - 1, alpha);
}

namespace {

QRectF legendBox(const QPainter& painter, const QString& title, double lines, Size view, double unit) {
    const double line = painter.fontMetrics().height(), height = lines * line + 10 * unit;
    const double width = std::max(240 * unit, painter.fontMetrics().horizontalAdvance(title) + 20 * unit);
    return {10 * unit, view.height - 10 * unit - height, width, height};
}

QLinearGradient gradientOf(const OverlayScale& scale, const QRectF& box) {
    QLinearGradient gradient(box.left(), 0, box.right(), 0);
    for (int stop = 0; stop <= 16; ++stop) {
        const double share = stop / 16.0;
        const double value = scale.smallest + share * (scale.largest - scale.smallest);
        gradient.setColorAt(share, QColor::fromRgba(scale.colourOf(static_cast<float>(value))));
    }
    return gradient;
}

void paintScale(QPainter& painter, const OverlayScale& scale, const QRectF& inner) {
    const double line = painter.fontMetrics().height();
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradientOf(scale, inner));
    painter.drawRect(QRectF(inner.left(), inner.top() + 1.15 * line, inner.width(), 0.8 * line));
    painter.setPen(Qt::white);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft, scale.low);
    painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, scale.high);
}

QString titleOf(OverlayKind kind, int cell) {
    const bool isBorders = kind == OverlayKind::superpixelBorders;
    if (cell != superpixelCell && (isBorders || kind == OverlayKind::superpixelMeans)) {
        const QString what = isBorders ? translated("Borders of superpixels of cells of %1 pixels; the step read those of %2")
                                       : translated("Mean colours of superpixels of cells of %1 pixels; the step read those of %2");
        return what.arg(cell).arg(superpixelCell);
    }
    switch (kind) {
    case OverlayKind::superpixelBorders: return translated("Borders of the superpixels that the step read");
    case OverlayKind::superpixelMeans: return translated("Mean colours that the step read beside the picture");
    default: return scaleOf(kind).title;
    }
}

/// Draws the box of a legend of `lines` lines and its title; gives the rectangle inside.
QRectF paintBox(QPainter& painter, const QString& title, double lines, Size view, double unit) {
    QFont font = painter.font();
    font.setPixelSize(static_cast<int>(12 * unit));
    painter.setFont(font);
    const QRectF box = legendBox(painter, title, lines, view, unit);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(20, 20, 20, 215));
    painter.drawRoundedRect(box, 4 * unit, 4 * unit);
    const QRectF inner = box.adjusted(10 * unit, 5 * unit, -10 * unit, -5 * unit);
    painter.setPen(Qt::white);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, title);
    return inner;
}

} // namespace

void paintNote(QPainter& painter, const QString& text, Size view, double unit) {
    painter.save();
    paintBox(painter, text, 1, view, unit);
    painter.restore();
}

void paintLegend(QPainter& painter, OverlayKind kind, int cell, Size view, double unit) {
    if (kind == OverlayKind::none) {
        return;
    }
    painter.save();
    const QRectF inner = paintBox(painter, titleOf(kind, cell), showsNumbers(kind) ? 3.2 : 1, view, unit);
    if (showsNumbers(kind)) {
        paintScale(painter, scaleOf(kind), inner);
    }
    painter.restore();
}

} // namespace casr
