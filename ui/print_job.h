#pragma once

#include "ui/document.h"
#include "ui/long_task.h"

#include "core/zoom/staircase.h"

#include <QPageLayout>
#include <QSizeF>

class QPrinter;

namespace casr {

/// A picture to be printed: the part `pixels` of `level`.
struct PrintJob {
    int level = 0;
    Rect pixels;
    float plain = 0; ///< Share of the plain enlargement.
    QSizeF millimetres;
    QPageLayout layout;
    std::shared_ptr<QPrinter> printer; ///< None: a PDF file.
    QString file;                      ///< Of the PDF.
};

/// A PDF's places in it are counted in 31 bits, and its pixels are kept without loss.
constexpr std::int64_t mostPrintedPixels = 500'000'000;

/// What forbids it, in one line that says what to do; empty when nothing does.
QString problemOf(const PrintJob& job);

/// Pixels for each inch of the paper.
double pixelsPerInch(const PrintJob& job);

/// Prints the pixels that an export would write, in sRGB, on white where the photo is transparent. A PDF appears when it is complete,
/// and a printer gets the page when all of it is computed. Throws Error, or Cancelled.
void print(const PrintJob& job, const Document& document, Staircase* staircase, const StopCheck& stop, const LongTask::Report& report);

} // namespace casr
