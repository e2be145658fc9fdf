#pragma once

// The pictures of a one-page PDF as Qt writes it: their pixels, and where on the page they lie.

#include <QByteArray>
#include <QList>
#include <QRectF>
#include <QRegularExpression>
#include <QTransform>

struct PdfPicture {
    int width = 0;
    int height = 0;
    QByteArray rgb;
    QRectF millimetres; ///< From the bottom left corner of the page.
};

namespace pdf {

constexpr double millimetresPerPoint = 25.4 / 72;

struct Stream {
    QByteArray dictionary;
    QByteArray content;
};

inline QByteArray inflated(const QByteArray& data) {
    return qUncompress(QByteArray(4, '\0') + data); // the four bytes are a guess at the size
}

/// The stream of an object, from the place where the object begins.
inline Stream streamAt(const QByteArray& file, qsizetype begin) {
    const qsizetype data = file.indexOf("stream\n", begin), end = file.indexOf("\nendstream", data);
    return {file.mid(begin, data - begin), inflated(file.mid(data + 7, end - data - 7))};
}

inline int numberIn(const QByteArray& dictionary, const char* name) {
    return QRegularExpression(QString("/%1 (\\d+)").arg(name)).match(QString::fromLatin1(dictionary)).captured(1).toInt();
}

inline Stream object(const QByteArray& file, const QByteArray& number) {
    return streamAt(file, file.indexOf("\n" + number + " 0 obj") + 1);
}

/// What the page draws, as words.
inline QList<QByteArray> drawing(const QByteArray& file) {
    const QRegularExpression contents("/Contents (\\d+) 0 R");
    const QByteArray number = contents.match(QString::fromLatin1(file)).captured(1).toLatin1();
    return object(file, number).content.simplified().split(' ');
}

inline QTransform matrixBefore(const QList<QByteArray>& words, qsizetype at) {
    const auto number = [&](qsizetype back) { return words[at - back].toDouble(); };
    return QTransform(number(6), number(5), number(4), number(3), number(2), number(1));
}

inline PdfPicture pictureOf(const QByteArray& file, const QByteArray& name, const QTransform& place) {
    const Stream image = object(file, name.mid(3)); // "/Im12"
    const QTransform millimetres = place * QTransform::fromScale(millimetresPerPoint, millimetresPerPoint);
    return {numberIn(image.dictionary, "Width"), numberIn(image.dictionary, "Height"), image.content,
            millimetres.mapRect(QRectF(0, 0, 1, 1))};
}

} // namespace pdf

inline QList<PdfPicture> picturesOf(const QByteArray& file) {
    QList<PdfPicture> pictures;
    QList<QTransform> kept;
    QTransform now;
    const QList<QByteArray> words = pdf::drawing(file);
    for (qsizetype at = 0; at < words.size(); ++at) {
        if (words[at] == "q") {
            kept << now;
        } else if (words[at] == "Q") {
            now = kept.takeLast();
        } else if (words[at] == "cm") {
            now = pdf::matrixBefore(words, at) * now;
        } else if (words[at] == "Do") {
            pictures << pdf::pictureOf(file, words[at - 1], now);
        }
    }
    return pictures;
}
