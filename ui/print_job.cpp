#include "ui/print_job.h"

#include "ui/level_pixels.h"
#include "ui/page_painter.h"

#include "core/base/error.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <QPainter>
#include <QPdfWriter>
#include <QPrinter>
#include <QSaveFile>
#include <QTemporaryFile>

#include <algorithm>

namespace casr {

namespace {

/// Rounding must not refuse a picture that just fits, in millimetres.
constexpr double tolerance = 0.01;
constexpr int pdfResolution = 1200;

QString said(const char* text) {
    return QCoreApplication::translate("PrintJob", text);
}

QString centimetres(double millimetres) {
    return QLocale().toString(millimetres / 10, 'f', 1);
}

QImage onWhite(const QImage& picture) {
    QImage paper(picture.size(), QImage::Format_RGB32);
    paper.fill(Qt::white);
    QPainter(&paper).drawImage(0, 0, picture);
    return paper;
}

void printToFile(const PrintJob& job, const PullForPaper& pull) {
    QSaveFile file(job.file);
    bool isWritten = file.open(QIODevice::WriteOnly);
    if (isWritten) {
        QPdfWriter writer(&file);
        writer.setPageLayout(job.layout);
        writer.setResolution(pdfResolution);
        writer.setTitle(QFileInfo(job.file).completeBaseName());
        paintOnPage(writer, job.pixels.size(), job.millimetres, pull);
        isWritten = file.commit();
    }
    if (!isWritten) {
        throw Error("'" + QDir::toNativeSeparators(job.file).toStdString() +
                    "' cannot be written. Choose a folder with room that may be written to.");
    }
}

/// Bands of a page on their way to the printer.
class Spool {
public:
    Spool() { demand(m_file.open()); }

    void put(const QImage& band) {
        m_stream << qCompress(band.constBits(), band.sizeInBytes(), quickCompression);
        demand(m_stream.status() == QDataStream::Ok);
    }

    /// The first one comes next.
    void rewind() { demand(m_file.flush() && m_file.seek(0)); }

    QImage take(QSize size) {
        QByteArray packed;
        m_stream >> packed;
        QImage band(size, QImage::Format_RGB32);
        const QByteArray pixels = qUncompress(packed);
        std::copy_n(pixels.constData(), std::min<qsizetype>(pixels.size(), band.sizeInBytes()), reinterpret_cast<char*>(band.bits()));
        return band;
    }

private:
    static constexpr int quickCompression = 1;

    static void demand(bool isWritten) {
        if (!isWritten) {
            throw Error("There is no room for the page in '" + QDir::toNativeSeparators(QDir::tempPath()).toStdString() +
                        "'. Make room there, or print to a PDF file.");
        }
    }

    QTemporaryFile m_file;
    QDataStream m_stream{&m_file};
};

/// However a painter ends, what it painted is printed, and the engine of CUPS cannot abort (Qt 6.4). So nothing is painted before all of
/// the page is there.
void printOnPaper(const PrintJob& job, const PullForPaper& pull) {
    Spool spool;
    for (const Rect& band : bandsOf(job.pixels.size())) {
        spool.put(pull(band));
    }
    spool.rewind();
    paintOnPage(*job.printer, job.pixels.size(), job.millimetres, [&](Rect band) { return spool.take({band.width(), band.height()}); });
    if (job.printer->printerState() == QPrinter::Error) {
        throw Error("The printer reports an error. Look whether it is on and has paper, or print to a PDF file.");
    }
}

} // namespace

QString problemOf(const PrintJob& job) {
    const QSizeF room = printableSize(job.layout);
    if (job.millimetres.isEmpty()) {
        return said("Type numbers above 0, with a comma or a point.");
    }
    if (job.millimetres.width() > room.width() + tolerance || job.millimetres.height() > room.height() + tolerance) {
        return said("This is larger than the printable part of the paper, %1 \u00d7 %2 cm. Choose a smaller size or other paper.")
            .arg(centimetres(room.width()), centimetres(room.height()));
    }
    if (job.pixels.size().area() > mostPrintedPixels) {
        return said("These are %1 megapixels; at most %2 can be printed at once. Choose an earlier step or a smaller region, or export "
                    "(Ctrl+E) and have the file printed.")
            .arg(job.pixels.size().area() / 1'000'000)
            .arg(mostPrintedPixels / 1'000'000);
    }
    const QFileInfo folder(QFileInfo(job.file).absolutePath());
    if (!job.printer && (!folder.isDir() || !folder.isWritable() || QFileInfo(job.file).isDir())) {
        return said("'%1' cannot be written. Choose a folder that may be written to.").arg(QDir::toNativeSeparators(job.file));
    }
    return {};
}

double pixelsPerInch(const PrintJob& job) {
    return job.pixels.width() / job.millimetres.width() * millimetresPerInch;
}

void print(const PrintJob& job, const Document& document, Staircase* staircase, const StopCheck& stop, const LongTask::Report& report) {
    const Image& photo = document.picture.image;
    // Paper knows nothing of the screen: its colours are sRGB, as a PDF takes them.
    const DisplayColours colours(photo.encoding(), photo.colourChannels(), nullptr);
    const PullForPaper pull = [&](Rect rect) {
        if (stop()) {
            throw Cancelled();
        }
        const Rect place = translated(rect, job.pixels.left, job.pixels.top);
        const QImage band = onWhite(colours.shown(levelPixels(document, staircase, job.level, place, job.plain, stop)));
        report(static_cast<double>(rect.bottom) / job.pixels.height());
        return band;
    };
    job.printer ? printOnPaper(job, pull) : printToFile(job, pull);
}

} // namespace casr
