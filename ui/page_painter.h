#pragma once

#include "core/image/geometry.h"

#include <QImage>
#include <QPagedPaintDevice>

#include <functional>
#include <vector>

namespace casr {

/// Gives a rectangle of the picture for paper: opaque, RGB.
using PullForPaper = std::function<QImage(Rect)>;

/// The parts in which a picture of `pixels` is pulled, from top to bottom. Each has the first row of the next one too: viewers that smooth
/// edges would show the paper between them.
std::vector<Rect> bandsOf(Size pixels);

/// Paints a picture of `pixels` in the middle of the printable part of the page, exactly `millimetres` large; what is larger than the page
/// is cut there. The picture is pulled in bands from top to bottom and never held as a whole; a PDF keeps its pixels without loss. Throws
/// Error when the device cannot be painted on, and what `pull` throws. Any thread that owns the device.
void paintOnPage(QPagedPaintDevice& page, Size pixels, QSizeF millimetres, const PullForPaper& pull);

/// The printable part of a page in millimetres.
QSizeF printableSize(const QPageLayout& layout);

/// `shape` as large as it fits into `room`.
QSizeF fitted(QSizeF shape, QSizeF room);

constexpr double millimetresPerInch = 25.4;

} // namespace casr
